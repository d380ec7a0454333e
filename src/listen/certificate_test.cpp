#include "listen/certificate.h"

#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>

namespace sluice::listen {
namespace {

class CertificateTest : public testing::Test {
 protected:
  CertificateTest() {
    std::string name = std::filesystem::temp_directory_path() / "sluice-certificate-XXXXXX";
    directory = mkdtemp(name.data());
  }
  ~CertificateTest() override { std::filesystem::remove_all(directory); }

  std::filesystem::path directory;
};

TEST_F(CertificateTest, IsMadeOnceAndThenLoaded) {
  const auto made = load_or_make_certificate(directory);
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_TRUE(make_tls_context(*made));
  EXPECT_TRUE(make_password_key(*made));
  struct stat key {};
  ASSERT_EQ(stat((directory / "server-key.pem").c_str(), &key), 0);
  EXPECT_EQ(key.st_mode & 0777U, 0600U);
  const auto loaded = load_or_make_certificate(directory);
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->chain, made->chain);
  EXPECT_EQ(loaded->key, made->key);
}

TEST_F(CertificateTest, HalfOfItIsMadeAnew) {
  ASSERT_TRUE(load_or_make_certificate(directory));
  std::filesystem::remove(directory / "server-cert.pem");
  const auto made = load_or_make_certificate(directory);
  ASSERT_TRUE(made);
  EXPECT_TRUE(make_tls_context(*made));
}

TEST_F(CertificateTest, ErrorsNameTheFile) {
  const auto missing = load_certificate(directory / "none.pem", directory / "none.key");
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().message.find("none.pem"), std::string::npos);
  std::ofstream(directory / "server-cert.pem") << "nonsense";
  std::ofstream(directory / "server-key.pem") << "nonsense";
  const auto loaded = load_or_make_certificate(directory);
  ASSERT_TRUE(loaded);
  const auto context = make_tls_context(*loaded);
  ASSERT_FALSE(context);
  EXPECT_NE(context.error().message.find("server-cert.pem"), std::string::npos);
}

TEST_F(CertificateTest, AnotherKeyIsFound) {
  const auto one = load_or_make_certificate(directory);
  std::filesystem::remove(directory / "server-cert.pem");
  auto other = load_or_make_certificate(directory);
  ASSERT_TRUE(one && other);
  other->key = one->key;
  EXPECT_FALSE(make_tls_context(*other));
}

}  // namespace
}  // namespace sluice::listen
