// The doors keep nothing between calls: many at once answer as one after the other.
#include <atomic>
#include <thread>

#include "catch.hpp"
#include "doors.hpp"
#include "isoflop/api/call.hpp"

namespace isoflop::testing::concurrent_calls_test {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kNumThreads = 64, kNumCalls = 1000;

/// Runs of Chinchilla's law, without noise; no two tables have the same coefficients.
Json small_table(std::size_t i) {
  Json table{{"N", Json::array()}, {"D", Json::array()}, {"loss", Json::array()}};
  for (const double n : {1e8, 3e8, 1e9, 3e9}) {
    for (const double d : {3e9, 1e10, 3e10, 1e11}) {
      table["N"].push_back(n);
      table["D"].push_back(d);
      const double bend = 1.0 + 0.01 * static_cast<double>(i);
      table["loss"].push_back(1.7 * bend + 400.0 * std::pow(n, -0.34) + 410.0 * std::pow(d, -0.28));
    }
  }
  return table;
}

std::vector<std::string> small_requests() {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < 10; ++i) {
    const double x = static_cast<double>(i + 1);
    const std::vector<Json> round{
        {{"verb", "plan"}, {"law", "krajewski2024-e64"}, {"flops", {1e20 * x}}},
        {{"verb", "plan"}, {"law", "hoffmann2022"}, {"flops", {1e20 * x}}, {"max_n_active", 2e9}},
        {{"verb", "predict"}, {"law", "muennighoff2023"}, {"n", 1e9}, {"d", 1e11}, {"u", 1e10 * x}},
        {{"verb", "consensus"}, {"flops", {1e21 * x}}},
        {{"verb", "shape"}, {"file", ISOFLOP_SOURCE_DIR "/data/shapes/olmoe-1b-7b.json"}},
        // A refusal is an answer too.
        {{"verb", "plan"}, {"law", "hoffmann2022"}, {"flops", {-x}}},
        {{"verb", "fit"},
         {"file", small_table(i)},
         {"law", "chinchilla"},
         {"n_means", "total"},
         {"starts", 8},
         {"bootstrap", 5},
         {"threads", 1}}};
    for (const Json& request : round) out.push_back(request.dump());
  }
  return out;
}

std::string answer_of(const std::string& request) {
  try {
    return api::call(request).json;
  } catch (const Error& fault) {
    return std::string("refused: ") + fault.what();
  }
}

TEST_CASE("call: a thousand calls from 64 threads answer as one after the other",
          "[api][identity]") {
  const std::vector<std::string> requests = small_requests();
  std::vector<std::string> serial;
  for (const std::string& request : requests) serial.push_back(answer_of(request));

  std::vector<std::string> answers(kNumCalls);
  std::atomic<std::size_t> next = 0;
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < kNumThreads; ++t) {
    threads.emplace_back([&] {
      for (std::size_t i = next++; i < kNumCalls; i = next++) {
        answers[i] = answer_of(requests[i % requests.size()]);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  std::size_t num_other = 0;
  for (std::size_t i = 0; i < kNumCalls; ++i) {
    if (answers[i] != serial[i % requests.size()]) ++num_other;
  }
  CHECK(num_other == 0);
  // That they are answers, and not one refusal.
  for (std::size_t i = 0; i < 7; ++i) {
    CAPTURE(requests[i], serial[i].substr(0, 200));
    CHECK(serial[i].starts_with("refused: ") == (i == 5));
  }
}

}  // namespace
}  // namespace isoflop::testing::concurrent_calls_test
