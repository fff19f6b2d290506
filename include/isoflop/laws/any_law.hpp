/// Which formula a law has, as a value: the name of a law that ships, or a formula of one's own.
#pragma once

#include <concepts>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace isoflop {

class FormulaLaw;

/// Cheap to copy; a formula is shared, and never changes. visit_law (list.hpp) gives the law
/// itself.
class AnyLaw {
 public:
  AnyLaw() = default;
  /// The law of this name that ships. Nobody checks the name before it is asked for: visit_law then
  /// throws InvalidArgument, naming the laws there are.
  AnyLaw(std::string name) : name_(std::move(name)) {}  // NOLINT(google-explicit-constructor)
  AnyLaw(std::string_view name) : name_(name) {}        // NOLINT(google-explicit-constructor)
  AnyLaw(const char* name) : name_(name) {}             // NOLINT(google-explicit-constructor)
  AnyLaw(const FormulaLaw& law);                        // NOLINT(google-explicit-constructor)

  const std::string& name() const { return name_; }
  bool empty() const { return name_.empty(); }
  /// nullptr for a law that ships.
  const FormulaLaw* formula() const { return formula_.get(); }

  /// The same name and, of a formula, the same expression, variables and coefficients.
  friend bool operator==(const AnyLaw& a, const AnyLaw& b);
  /// Whether the law is shown under this name.
  template <std::convertible_to<std::string_view> Name>
  friend bool operator==(const AnyLaw& a, const Name& name) {
    return a.name_ == std::string_view(name);
  }

 private:
  std::string name_;
  std::shared_ptr<const FormulaLaw> formula_;
};

}  // namespace isoflop
