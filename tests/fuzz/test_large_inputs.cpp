// Files of a megabyte that were made to take room and time: what a fuzzer, whose inputs are small,
// does not reach.
#include <sys/resource.h>

#include <ctime>
#include <functional>
#include <string>
#include <vector>

#include "catch.hpp"
#include "io/gzip.hpp"
#include "targets/targets.hpp"

namespace isoflop::fuzz {
namespace {

constexpr std::size_t kBytes = 1'000'000;

std::string repeated(std::string_view part, std::size_t bytes = kBytes) {
  std::string out;
  while (out.size() + part.size() <= bytes) out += part;
  return out;
}

/// make(0), make(1), … until they are a megabyte.
std::string counted(const std::function<std::string(const std::string&)>& make,
                    std::size_t bytes = kBytes) {
  std::string out;
  for (std::size_t i = 0; out.size() < bytes; ++i) out += make(std::to_string(i));
  return out;
}

struct Large {
  std::string name;
  std::string bytes;
};

std::vector<Large> large_inputs() {
  const std::string member = "{\"format\": \"isoflop.law/2\", \"law\": \"chinchilla\", \"x\": ";
  std::vector<Large> out{
      {"brackets", repeated("[")},
      {"braces", repeated("{\"a\":")},
      {"brackets in a row", "[{\"a\":" + repeated("[")},
      {"brackets in a document", member + repeated("[")},
      {"quotes", repeated("\"")},
      {"backslashes", "\"" + repeated("\\")},
      {"commas", repeated(",")},
      {"bars", repeated("|")},
      {"one word", repeated("a")},
      {"digits", repeated("1")},
      {"minus signs", repeated("-")},
      {"carets", "2" + repeated("^2")},
      {"grouped digits", "1" + repeated(",000")},
      {"blanks", repeated(" ")},
      {"line ends", repeated("\n")},
      {"comments", repeated("#a,b\n")},
      {"parentheses", repeated("(")},
      {"sums", "1" + repeated("+1")},
      {"empty objects", "[" + repeated("{},") + "{}]"},
      {"empty objects in lines", repeated("{}\n")},
      {"empty arrays", "[" + repeated("[],") + "[]]"},
      {"numbers", "[" + repeated("1,") + "1]"},
      {"keys of one object", "{" + counted([](auto i) { return "\"" + i + "\":1,"; }) + "\"a\":1}"},
      {"keys of one inner object",
       "{\"a\":{" + counted([](auto i) { return "\"" + i + "\":1,"; }) + "\"a\":1}}"},
      {"rows by label",
       "{" + counted([](auto i) { return "\"" + i + "\":{\"N\":1},"; }) + "\"a\":{\"N\":1}}"},
      {"rows of different keys",
       "[" + counted([](auto i) { return "{\"k" + i + "\":1},"; }) + "{\"a\":1}]"},
      {"lines of different keys", counted([](auto i) { return "{\"k" + i + "\":1}\n"; })},
      {"columns of different labels", "{" + counted([](auto i) {
                                        return "\"c" + i + "\":{\"" + i + "\":1},";
                                      }) + "\"loss\":{\"0\":1}}"},
      {"a long key around many",
       "{\"" + repeated("k", kBytes / 2) + "\":{" +
           counted([](auto i) { return "\"" + i + "\":1,"; }, kBytes / 2) + "\"a\":1}}"},
      {"a long key around many in rows",
       "[{\"" + repeated("k", kBytes / 2) + "\":{" +
           counted([](auto i) { return "\"" + i + "\":{},"; }, kBytes / 2) + "\"a\":1}}]"},
      {"keys within keys", "[" + repeated("{\"a\":1,\"b\":", kBytes / 2)},
      {"a Markdown table of short rows", "|" + repeated("a|", kBytes / 4) + "\n|" +
                                             repeated("-|", kBytes / 4) + "\n" +
                                             repeated("|\n", kBytes / 2)},
      {"a Markdown cell of links", "|N|D|\n|-|-|\n|" + repeated("[a](b)") + "|1|\n"},
      {"a Markdown cell of tags", "|N|D|\n|-|-|\n|" + repeated("<b>") + "|1|\n"},
      {"a Markdown cell of stars", "|N|D|\n|-|-|\n|" + repeated("*") + "|1|\n"},
      {"Markdown tables", repeated("|N|D|\n|-|-|\n|1|1|\n\n")},
      {"columns across beside others",
       counted([](auto i) { return i + ","; }, kBytes / 3) +
           counted([](auto i) { return "c" + i + ","; }, kBytes / 3) + "z\n" +
           repeated("1,", kBytes / 3) + "\n"},
      {"a wide header", counted([](auto i) { return "c" + i + ","; }) + "z\n1\n"},
      {"a wide header and its row", counted([](auto i) { return "c" + i + ","; }, kBytes / 2) +
                                        "z\n" + counted([](auto) { return "1,"; }, 150'000) + "\n"},
      {"many runs", "N,D,loss\n" + counted([](auto i) { return "1e9,1" + i + ",2.5\n"; })},
      {"many runs of one name", "run,N,D,loss\n" + repeated("a,1e9,1e10,2.5\n")},
      {"packed blanks", testing::as_gzip(std::string(std::size_t{64} << 20, ' '))},
      {"packed commas", testing::as_gzip(std::string(std::size_t{64} << 20, ','))},
      {"nothing but NUL bytes", std::string(kBytes, '\0')},
  };
  return out;
}

TEST_CASE("fuzz targets: no megabyte takes a second or a gigabyte", "[fuzz][refusal]") {
  for (const Large& input : large_inputs()) {
    for (const Target& target : kTargets) {
      CAPTURE(input.name, target.name);
      const std::clock_t begin = std::clock();
      CHECK_NOTHROW(target.run(input.bytes));
      const double time_s = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
      CHECK(time_s < 5.0);  // one, with room for a slow machine; what is quadratic takes minutes
      rusage used{};
      getrusage(RUSAGE_SELF, &used);
      REQUIRE(used.ru_maxrss < 2'000'000);  // kB, the inputs among them
    }
  }
}

}  // namespace
}  // namespace isoflop::fuzz
