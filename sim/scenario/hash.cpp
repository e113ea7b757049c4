#include "sim/scenario/hash.h"

#include <array>
#include <fstream>
#include <memory>
#include <vector>

#include <openssl/evp.h>

#include "sim/base/assert.h"
#include "sim/base/issue.h"

namespace tidepool::scenario {

FileHash hash_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        throw RunError("cannot read " + path + " to hash it");
    }
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                          &EVP_MD_CTX_free);
    bool good = context && EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) == 1;
    FileHash result;
    std::vector<char> buffer(std::size_t{1} << 16U);
    while (file) {
        file.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
        const auto got = static_cast<std::size_t>(file.gcount());
        good = good && EVP_DigestUpdate(context.get(), buffer.data(), got) == 1;
        result.bytes += got;
    }
    if (file.bad()) {
        throw RunError("reading " + path + " to hash it failed");
    }
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    good = good && EVP_DigestFinal_ex(context.get(), digest.data(), &size) == 1;
    TP_ASSERT(good && size == 32, "SHA-256 of the crypto library works");
    for (unsigned i = 0; i < size; ++i) {
        constexpr std::string_view kHex = "0123456789abcdef";
        result.sha256 += kHex[digest[i] >> 4U];
        result.sha256 += kHex[digest[i] & 15U];
    }
    return result;
}

}  // namespace tidepool::scenario
