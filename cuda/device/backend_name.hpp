/// What backends are there, and their names with what is fused:
///   loop, wgmma                      all that the backend can
///   wgmma:plain                      nothing
///   wgmma:gather, wgmma:gather+activation
/// What is known of them without CUDA stands in one list here.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "isoflop/cost/fusion.hpp"

namespace isoflop::bench {

struct BackendTraits {
  std::string_view name;
  Fusion fuses{};                 ///< what it can
  std::string_view capability{};  ///< the only compute capability that it runs on; "": any
  std::string_view needs{};       ///< what a build needs to have it; "": CUDA alone
};

/// Of every backend that exists in some build.
std::span<const BackendTraits> backend_traits();
/// Throws InvalidArgument for a name that no build has; `name` without what is fused.
const BackendTraits& traits_of(std::string_view name);

/// A backend and what it fuses of what it can.
struct BackendName {
  std::string_view base;  ///< of backend_traits()
  Fusion fused{};
};

/// Throws InvalidArgument with the names or parts there are: for no backend, for a part of a
/// backend that cannot fuse it, for no part at all, and for the combination without the activation.
BackendName parse_backend_name(std::string_view text);
/// The shortest text that parse_backend_name reads so: one name for one choice.
std::string to_text(const BackendName& name);

/// What stands behind the colon: "all", "plain" or "none", or parts joined by "+". Throws like
/// parse_backend_name.
Fusion parse_fusion(std::string_view text, const BackendTraits& of);

}  // namespace isoflop::bench
