// Vectors: NIST FIPS 180-2, Appendix B, and the NIST examples for SHA-256.
#include "catch.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/sha256.hpp"
#include "scratch_folder.hpp"

namespace isoflop::testing::sha256_test {
namespace {

TEST_CASE("sha256_hex: the vectors of NIST come out", "[io][published]") {
  CHECK(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(sha256_hex(std::string(1'000'000, 'a')) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("sha256_of_file: the bytes of a file count as they are", "[io][identity]") {
  const ScratchFolder folder;
  const std::string bytes("a\r\n\0b", 5);
  CHECK(sha256_of_file(folder.write("bytes", bytes)) == sha256_hex(bytes));
}

TEST_CASE("sha256_of_file: the pieces of a large file are one text", "[io][published]") {
  const ScratchFolder folder;
  CHECK(sha256_of_file(folder.write("large", std::string(1'000'000, 'a'))) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("sha256_of_file: what is no file is refused", "[io][refusal]") {
  const ScratchFolder folder;
  CHECK_THROWS_AS(sha256_of_file(folder.path("none")), DataError);
  CHECK_THROWS_AS(sha256_of_file(folder.path(".")), DataError);
}

}  // namespace
}  // namespace isoflop::testing::sha256_test
