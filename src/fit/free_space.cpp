#include "fit/free_space.hpp"

#include <sstream>

#include "isoflop/error.hpp"
#include "isoflop/laws/coefficients.hpp"

namespace isoflop {

CoefficientVector FreeSpace::expand(const CoefficientVector& phi) const {
  CoefficientVector theta(static_cast<Eigen::Index>(theta_size));
  for (int p = 0; p < theta.size(); ++p) {
    theta[p] = entry_of(p) < 0 ? fixed[static_cast<std::size_t>(p)] : phi[entry_of(p)];
  }
  return theta;
}

CoefficientVector FreeSpace::reduce(const CoefficientVector& full) const {
  CoefficientVector out = CoefficientVector::Zero(size());
  for (int p = 0; p < full.size(); ++p) {
    if (entry_of(p) >= 0) out[entry_of(p)] += full[p];
  }
  return out;
}

CoefficientMatrix FreeSpace::reduce_matrix(const CoefficientMatrix& full) const {
  CoefficientMatrix out = CoefficientMatrix::Zero(size(), size());
  for (int p = 0; p < full.rows(); ++p) {
    for (int q = 0; q < full.cols(); ++q) {
      if (entry_of(p) >= 0 && entry_of(q) >= 0) out(entry_of(p), entry_of(q)) += full(p, q);
    }
  }
  return out;
}

FreeSpace free_space(const LawFacts& law, const FitOptions& options, Box box) {
  FreeSpace space;
  space.widened = box == Box::kWidest;
  space.theta_size = law.theta_size;
  std::array<std::size_t, kMaxCoefficients>
      leader{};  // the first coefficient of each group of tied ones
  for (std::size_t p = 0; p < law.theta_size; ++p) leader[p] = p;

  for (const auto& [first, second] : options.tied) {
    const std::size_t a = leader[coefficient_index(law, first)];
    const std::size_t b = leader[coefficient_index(law, second)];
    if (first == second) throw InvalidArgument("cannot tie " + first + " to itself");
    if (law.coefficients[a].scale != law.coefficients[b].scale) {
      throw InvalidArgument("cannot tie " + first + " to " + second +
                            ": one is a scale, the other an exponent");
    }
    for (std::size_t& l : leader) {
      if (l == a || l == b) l = std::min(a, b);
    }
  }

  std::array<bool, kMaxCoefficients> is_fixed{};
  for (const auto& [name, value] : options.fixed) {
    const CoefficientInfo& info = law.coefficients[coefficient_index(law, name)];
    if (!(value >= info.lower && value <= info.upper)) {
      std::ostringstream text;
      text << "cannot fix " << name << " at " << value << ": it must lie between " << info.lower
           << " and " << info.upper;
      throw InvalidArgument(text.str());
    }
    const std::size_t l = leader[coefficient_index(law, name)];
    const double theta = to_axis(info, value);
    if (is_fixed[l] && space.fixed[l] != theta) {
      throw InvalidArgument(name + " is tied to a coefficient that is fixed at another value");
    }
    is_fixed[l] = true;
    space.fixed[l] = theta;
  }

  int size = 0;
  std::array<double, kMaxCoefficients> lower{}, upper{};
  for (std::size_t p = 0; p < law.theta_size; ++p) {
    if (p >= law.coefficients.size()) {
      space.entry[p] = -1;
      continue;
    }
    const std::size_t l = leader[p];
    const CoefficientInfo info = bounded(law.coefficients[p], space);
    if (is_fixed[l]) {
      space.entry[p] = -1;
      space.fixed[p] = space.fixed[l];
      continue;
    }
    if (l == p) space.entry[p] = size++;
    space.entry[p] = space.entry[l];
    const auto e = static_cast<std::size_t>(space.entry[p]);
    space.is_scale[e] = info.scale == Scale::kLog;
    const double low = to_axis(info, info.lower), high = to_axis(info, info.upper);
    lower[e] = l == p ? low : std::max(lower[e], low);
    upper[e] = l == p ? high : std::min(upper[e], high);
  }
  space.lower = Eigen::Map<const Eigen::VectorXd>(lower.data(), size);
  space.upper = Eigen::Map<const Eigen::VectorXd>(upper.data(), size);
  return space;
}

CoefficientInfo bounded(const CoefficientInfo& own, const FreeSpace& space) {
  return space.widened ? widest(own) : own;
}

std::vector<double> coefficients_at(const LawFacts& law, const FreeSpace& space,
                                    const CoefficientVector& phi, const FitOptions& options,
                                    std::vector<std::string>* at_bound) {
  const auto theta = space.expand(phi);
  std::vector<double> out;
  for (std::size_t p = 0; p < law.coefficients.size(); ++p) {
    const CoefficientInfo c = bounded(law.coefficients[p], space);
    const bool free = space.entry[p] >= 0;
    const Eigen::Index e = free ? space.entry[p] : 0;
    // A round trip over the logarithm must not cost a bound or a given number its last digit.
    double value = std::clamp(from_axis(c, theta[static_cast<Eigen::Index>(p)]), c.lower, c.upper);
    if (free && (phi[e] <= space.lower[e] || phi[e] >= space.upper[e])) {
      if (at_bound != nullptr) at_bound->emplace_back(c.name);
      value = phi[e] <= space.lower[e] ? c.lower : c.upper;
    }
    if (const auto given = options.fixed.find(std::string(c.name)); given != options.fixed.end()) {
      value = given->second;
    }
    out.push_back(value);
  }
  return out;
}

}  // namespace isoflop
