#include "workloads/tar.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "workloads/problems.h"

namespace tidepool::workloads {
namespace {

constexpr std::size_t kBlock = 512;
constexpr std::size_t kMagicAt = 257;
constexpr std::string_view kMagic = "ustar";

// A field of the header block (POSIX.1-1988, "ustar Interchange Format").
std::string_view piece(std::string_view block, std::size_t at, std::size_t size) {
    const std::string_view field = block.substr(at, size);
    return field.substr(0, field.find('\0'));
}

std::optional<std::uint64_t> octal(std::string_view field) {
    std::uint64_t value = 0;
    bool digits = false;
    for (const char c : field) {
        if (c >= '0' && c <= '7') {
            value = 8 * value + static_cast<std::uint64_t>(c - '0');  // at most 12 digits
            digits = true;
        } else if (c != ' ') {
            return std::nullopt;
        }
    }
    return digits ? std::optional(value) : std::nullopt;
}

// The sum of all bytes, those of the checksum itself taken as blanks.
bool checksum_fits(std::string_view block) {
    constexpr std::size_t kAt = 148;
    constexpr std::size_t kSize = 8;
    std::uint64_t sum = kSize * std::uint64_t{' '};
    for (std::size_t i = 0; i < block.size(); ++i) {
        sum += i < kAt || i >= kAt + kSize ? static_cast<unsigned char>(block[i]) : 0U;
    }
    return octal(piece(block, kAt, kSize)) == sum;
}

}  // namespace

bool looks_like_tar(std::string_view head) {
    return head.size() >= kMagicAt + kMagic.size() &&
           head.substr(kMagicAt, kMagic.size()) == kMagic;
}

class TarFiles::Content final : public ByteSource {
public:
    explicit Content(TarFiles& files) : files_(files), count_(files.count_) {}
    std::size_t read(char* to, std::size_t size) override {
        return files_.count_ == count_ ? files_.read_content(to, size) : 0;
    }

private:
    TarFiles& files_;
    std::uint64_t count_;
};

std::unique_ptr<ByteSource> TarFiles::open() {
    return std::make_unique<Content>(*this);
}

// False: the bytes ended before the first.
bool TarFiles::fill(char* to, std::size_t size) {
    for (std::size_t got = 0; got < size;) {
        const std::size_t n = bytes_->read(to + got, size - got);
        if (n == 0 && got == 0) {
            return false;
        }
        if (n == 0) {
            throw BrokenStream("the tar archive is cut off");
        }
        got += n;
    }
    return true;
}

std::size_t TarFiles::read_content(char* to, std::size_t size) {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(size, left_));
    const std::size_t n = wanted > 0 ? bytes_->read(to, wanted) : 0;
    if (n == 0 && wanted > 0) {
        throw BrokenStream("the tar archive is cut off");
    }
    left_ -= n;
    return n;
}

void TarFiles::skip_content() {
    left_ += std::exchange(padding_, 0);
    std::array<char, 16 * kBlock> waste{};
    while (left_ > 0) {
        read_content(waste.data(), waste.size());
    }
}

bool TarFiles::next() {
    for (;;) {
        skip_content();
        std::array<char, kBlock> bytes{};
        const std::string_view block(bytes.data(), bytes.size());
        if (!fill(bytes.data(), bytes.size()) ||
            block.find_first_not_of('\0') == std::string_view::npos) {
            return false;  // an archive ends with blocks of zeros; some writers leave them out
        }
        if (!looks_like_tar(block) || !checksum_fits(block)) {
            throw BrokenStream("the tar archive is damaged after " + std::to_string(count_) +
                               " entries");
        }
        const auto size = octal(piece(block, 124, 12));
        const char type = block[156];
        const std::string_view prefix = piece(block, 345, 155);
        name_ = std::string(prefix) + (prefix.empty() ? "" : "/");
        name_ += piece(block, 0, 100);
        if (++count_ > kMostFiles) {
            throw BrokenStream("the tar archive has more than " + std::to_string(kMostFiles) +
                               " entries");
        }
        const bool plain = type == '0' || type == '\0';
        if (!size || (!plain && type != '5' && type != 'g')) {
            throw BrokenStream(
                "the tar archive holds " + shown(name_) +
                ", which is no plain file in the ustar format; pack it with --format=ustar");
        }
        left_ = type == '5' ? 0 : *size;
        padding_ = (kBlock - left_ % kBlock) % kBlock;
        if (plain) {
            return true;
        }
    }
}

}  // namespace tidepool::workloads
