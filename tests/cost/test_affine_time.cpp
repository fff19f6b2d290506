#include <array>
#include <cmath>
#include <vector>

#include "catch.hpp"
#include "isoflop/core/random.hpp"
#include "isoflop/cost/affine_time.hpp"

namespace isoflop::affine_time_test {
namespace {

// Columns differ by some 1e12 before they are scaled and are far from parallel here.
constexpr double kSolved = 1e-9;

std::vector<TimedWork> planted_data(const AffineTime& law, double noise, std::uint64_t seed,
                                    int count = 40) {
  Random random(seed);
  std::vector<TimedWork> out;
  for (int i = 0; i < count; ++i) {
    StageWork work;
    work.padded_flops = std::exp(random.uniform(23.0, 28.0));
    work.weight_bytes = std::exp(random.uniform(16.0, 21.0));
    work.activation_bytes = std::exp(random.uniform(16.0, 21.0));
    work.products = std::exp(random.uniform(2.0, 8.0));
    out.push_back({work, law.seconds(work) * std::exp(noise * random.normal())});
  }
  return out;
}

double loss(const AffineTime& law, const std::vector<TimedWork>& data) {
  double out = 0.0;
  for (const TimedWork& x : data) out += std::pow(law.seconds(x.work) / x.time_s - 1.0, 2);
  return out;
}

TEST_CASE("fit_affine_time: times by a planted law give its coefficients", "[cost][recovery]") {
  const AffineTime planted{2e-6, 1.0 / 7e14, 1.0 / 3e12, 1.0 / 4e12, 3e-7};
  const AffineTime found = fit_affine_time(planted_data(planted, 0.0, 1));
  CHECK(found.fixed_s == Approx(planted.fixed_s).epsilon(kSolved));
  CHECK(found.s_per_flop == Approx(planted.s_per_flop).epsilon(kSolved));
  CHECK(found.s_per_weight_byte == Approx(planted.s_per_weight_byte).epsilon(kSolved));
  CHECK(found.s_per_activation_byte == Approx(planted.s_per_activation_byte).epsilon(kSolved));
  CHECK(found.s_per_product == Approx(planted.s_per_product).epsilon(kSolved));
}

TEST_CASE("fit_affine_time: so does a table of 50,000 times", "[cost][recovery]") {
  const AffineTime planted{2e-6, 1.0 / 7e14, 1.0 / 3e12, 1.0 / 4e12, 3e-7};
  const AffineTime found = fit_affine_time(planted_data(planted, 0.0, 1, 50'000));
  CHECK(found.fixed_s == Approx(planted.fixed_s).epsilon(kSolved));
  CHECK(found.s_per_weight_byte == Approx(planted.s_per_weight_byte).epsilon(kSolved));
}

TEST_CASE("fit_affine_time: rounding does not choose between columns that are multiples",
          "[cost][identity]") {
  // Layers of one size: an expert more is so many bytes more, and every layer the same FLOPs.
  auto data = planted_data({1e-6, 1.0 / 7e14, 1.0 / 3e12, 0.0, 1e-6}, 0.05, 3);
  for (TimedWork& x : data) {
    x.work.padded_flops = 3e11;
    x.work.weight_bytes = 3.7e5 * x.work.products;
  }
  const AffineTime found = fit_affine_time(data);
  StageWork larger = data.front().work;  // another size, where the columns part
  larger.padded_flops *= 30.0;
  larger.weight_bytes *= 30.0;
  Random random(5);
  for (int k = 0; k < 20; ++k) {
    for (TimedWork& x : data) x.time_s *= 1.0 + 4e-16 * random.normal();
    CHECK(fit_affine_time(data).seconds(larger) == Approx(found.seconds(larger)).epsilon(kSolved));
  }
}

TEST_CASE("fit_affine_time: no small step that stays above zero does better", "[cost][identity]") {
  int num_at_zero = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    // Noise as large as the parts that the law leaves out drives some coefficients to zero.
    const auto data = planted_data({1e-7, 1.0 / 7e14, 0.0, 1.0 / 4e12}, 0.3, seed);
    const AffineTime found = fit_affine_time(data);
    const double least = loss(found, data);
    for (double AffineTime::*member :
         {&AffineTime::fixed_s, &AffineTime::s_per_flop, &AffineTime::s_per_weight_byte,
          &AffineTime::s_per_activation_byte, &AffineTime::s_per_product}) {
      REQUIRE(found.*member >= 0.0);
      num_at_zero += found.*member == 0.0;
      // Small against what one column could explain alone, large against rounding.
      const double step = found.*member > 0.0 ? 1e-3 * found.*member : 1e-17;
      for (const double sign : {-1.0, 1.0}) {
        AffineTime moved = found;
        moved.*member += sign * step;
        if (moved.*member >= 0.0) CHECK(loss(moved, data) > least);
      }
    }
  }
  CHECK(num_at_zero > 0);
}

TEST_CASE("fit_affine_time: work without FLOPs leaves the rate of FLOPs at zero",
          "[cost][identity]") {
  std::vector<TimedWork> data = planted_data({1e-6, 0.0, 0.0, 1e-12}, 0.0, 3);
  for (TimedWork& x : data) x.work.padded_flops = x.work.weight_bytes = x.work.products = 0.0;
  const AffineTime found = fit_affine_time(data);
  CHECK(found.s_per_flop == 0.0);
  CHECK(found.s_per_weight_byte == 0.0);
  CHECK(found.s_per_activation_byte == Approx(1e-12).epsilon(kSolved));
}

TEST_CASE("fit_affine_time: one time of one kind of work is met and nothing gives nothing",
          "[cost][identity]") {
  const std::array data{TimedWork{{.padded_flops = 1e12, .weight_bytes = 1e8}, 0.25}};
  CHECK(fit_affine_time(data).seconds(data[0].work) == Approx(0.25).epsilon(kSolved));
  CHECK(fit_affine_time({}).seconds(data[0].work) == 0.0);
}

}  // namespace
}  // namespace isoflop::affine_time_test
