#include "cuda/campaign/backend_choice.hpp"

#include <algorithm>

#include "cuda/device/backend_name.hpp"
#include "cuda/device/moe_bench.hpp"
#include "isoflop/core/word_list.hpp"
#include "isoflop/error.hpp"

namespace isoflop::bench {
namespace {

[[noreturn]] void refuse(const char* name, const std::string& why) {
  throw InvalidArgument(name, field(name) + ": " + why);
}

/// What `read` makes of a word of this field; where it refuses, the field is named.
template <class Read>
auto read_word(const char* name, const Read& read) {
  try {
    return read();
  } catch (const InvalidArgument& fault) {
    refuse(name, fault.marked());
  }
}

/// "" where it runs on the device.
std::string why_not(const BackendTraits& backend, const BackendsHere& here) {
  if (backend.capability.empty() || here.capability.empty() ||
      backend.capability == here.capability) {
    return "";
  }
  return "the backend " + std::string(backend.name) + " runs on compute capability " +
         std::string(backend.capability) + "; this device has " + here.capability;
}

bool is_built(const BackendTraits& backend, const BackendsHere& here) {
  return std::find(here.built.begin(), here.built.end(), backend.name) != here.built.end();
}

/// As they were typed.
std::vector<std::string> named_backends(const std::string& text, const BackendsHere& here) {
  std::vector<std::string> out = split_at_commas(text);
  for (const std::string& name : out) {
    const BackendTraits& backend =
        traits_of(read_word("backend", [&] { return parse_backend_name(name); }).base);
    if (!is_built(backend, here)) {
      refuse("backend", "this build has no " + std::string(backend.name) + ", which needs " +
                            std::string(backend.needs));
    }
    if (const std::string why = why_not(backend, here); !why.empty()) refuse("backend", why);
  }
  return out;
}

std::vector<std::string> all_backends(const BackendsHere& here, std::vector<std::string>& remarks) {
  std::vector<std::string> out;
  for (const std::string& name : here.built) {
    const std::string why = why_not(traits_of(name), here);
    if (why.empty()) {
      out.push_back(name);
    } else {
      remarks.push_back(why);
    }
  }
  return out;
}

/// Nothing, then one part more at a time.
std::vector<Fusion> each_fusion(const BackendTraits& backend) {
  std::vector<Fusion> out{Fusion{}};
  for (const std::string& part : words_of(backend.fuses)) {
    out.push_back(out.back());
    add_part(out.back(), part);
  }
  return out;
}

std::vector<Fusion> read_fusions(const std::string& text, const BackendTraits& backend) {
  std::vector<Fusion> out;
  for (const std::string& word : split_at_commas(text)) {
    if (word == "each") {
      const std::vector<Fusion> each = each_fusion(backend);
      out.insert(out.end(), each.begin(), each.end());
    } else {
      out.push_back(read_word("fuse", [&] { return parse_fusion(word, backend); }));
    }
  }
  return out;
}

/// The names of `typed` with what `fuse` says where they can fuse.
std::vector<BackendName> with_fusions(const std::vector<std::string>& typed,
                                      const std::string& fuse) {
  std::vector<BackendName> out;
  bool any = false;
  for (const std::string& name : typed) {
    const BackendName as_typed = parse_backend_name(name);
    const BackendTraits& backend = traits_of(as_typed.base);
    if (fuse.empty() || backend.fuses == Fusion{}) {
      out.push_back(as_typed);
      continue;
    }
    if (name != backend.name) refuse("fuse", "\"" + name + "\" already says what is fused");
    for (const Fusion& fused : read_fusions(fuse, backend)) out.push_back({backend.name, fused});
    any = true;
  }
  if (fuse.empty() || any) return out;
  std::vector<std::string_view> fusing;
  for (const BackendTraits& backend : backend_traits()) {
    if (backend.fuses != Fusion{}) fusing.push_back(backend.name);
  }
  throw InvalidArgument("fuse", field("fuse") + " is for the backend " + joined(fusing, " or ") +
                                    "; chosen: " + joined(typed, ", "));
}

}  // namespace

BackendsHere backends_here() { return {backend_names(), device_capability()}; }

std::vector<std::string> chosen_backends(const BackendChoice& choice, const BackendsHere& here,
                                         std::vector<std::string>& remarks) {
  const std::vector<std::string> typed =
      choice.backend == "all" ? all_backends(here, remarks) : named_backends(choice.backend, here);
  std::vector<std::string> out;
  for (const BackendName& name : with_fusions(typed, choice.fuse)) {
    const std::string text = to_text(name);
    if (std::find(out.begin(), out.end(), text) == out.end()) out.push_back(text);
  }
  return out;
}

}  // namespace isoflop::bench
