#include "core/known_ids.hpp"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <bit>
#include <cstring>
#include <random>
#include <string>

namespace engine {
namespace {

TEST(KnownIds, RemembersEveryIdAndNoOther) {
  KnownIds ids;
  for (int i = 0; i < 200'000; ++i) ASSERT_TRUE(ids.insert("session/" + std::to_string(i) + "/0"));
  for (int i = 0; i < 200'000; ++i) {
    ASSERT_FALSE(ids.insert("session/" + std::to_string(i) + "/0"));
    ASSERT_FALSE(ids.contains("session/" + std::to_string(i) + "/1"));
  }
  EXPECT_EQ(ids.size(), 200'000U);
}

Hash128 openssl_siphash(const std::string& text) {
  unsigned char key[16], out[16];
  for (unsigned char i = 0; i < 16; ++i) key[i] = i;
  EVP_MAC* mac = EVP_MAC_fetch(nullptr, "SIPHASH", nullptr);
  EVP_MAC_CTX* context = EVP_MAC_CTX_new(mac);
  std::size_t size = 16;
  const OSSL_PARAM params[] = {OSSL_PARAM_construct_size_t("size", &size), OSSL_PARAM_construct_end()};
  EXPECT_EQ(EVP_MAC_init(context, key, sizeof key, params), 1);
  EVP_MAC_update(context, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  EVP_MAC_final(context, out, &size, sizeof out);
  EVP_MAC_CTX_free(context);
  EVP_MAC_free(mac);
  static_assert(std::endian::native == std::endian::little);
  Hash128 hash;
  std::memcpy(&hash, out, sizeof hash);
  return hash;
}

TEST(SipHash, AgreesWithOpenSslForEveryLength) {
  std::mt19937 random(1);
  for (std::size_t length = 0; length <= 200; ++length) {
    std::string text(length, '\0');
    for (char& c : text) c = static_cast<char>(random());
    ASSERT_EQ(siphash128(text), openssl_siphash(text)) << length;
  }
}

}  // namespace
}  // namespace engine
