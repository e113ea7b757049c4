#include "sim/scenario/hash.h"

#include <array>
#include <fstream>
#include <memory>
#include <vector>

#include <openssl/evp.h>

#include "sim/base/assert.h"
#include "sim/base/issue.h"

namespace tidepool::scenario {
namespace {

class Sha256 {
public:
    Sha256() : good_(context_ && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1) {}

    void add(std::string_view bytes) {
        good_ = good_ && EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1;
    }

    std::string hex() {
        std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
        unsigned size = 0;
        good_ = good_ && EVP_DigestFinal_ex(context_.get(), digest.data(), &size) == 1;
        TP_ASSERT(good_ && size == 32, "SHA-256 of the crypto library works");
        std::string text;
        for (unsigned i = 0; i < size; ++i) {
            constexpr std::string_view kHex = "0123456789abcdef";
            text += kHex[digest[i] >> 4U];
            text += kHex[digest[i] & 15U];
        }
        return text;
    }

private:
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_{EVP_MD_CTX_new(),
                                                                           &EVP_MD_CTX_free};
    bool good_;
};

}  // namespace

FileHash hash_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        throw RunError("cannot read " + path + " to hash it");
    }
    Sha256 hash;
    FileHash result;
    std::vector<char> buffer(std::size_t{1} << 16U);
    while (file) {
        file.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
        const auto got = static_cast<std::size_t>(file.gcount());
        hash.add({buffer.data(), got});
        result.bytes += got;
    }
    if (file.bad()) {
        throw RunError("reading " + path + " to hash it failed");
    }
    result.sha256 = hash.hex();
    return result;
}

std::string hash_text(std::string_view text) {
    Sha256 hash;
    hash.add(text);
    return hash.hex();
}

}  // namespace tidepool::scenario
