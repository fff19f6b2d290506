#include "isoflop/cost/gpus.hpp"

#include <cctype>
#include <nlohmann/json.hpp>

#include "io/embedded_texts.hpp"
#include "isoflop/error.hpp"
#include "io/json_file.hpp"

namespace isoflop {

const std::vector<GpuSpec>& known_gpus() {
  static const std::vector<GpuSpec> gpus = [] {
    std::vector<GpuSpec> out;
    const nlohmann::ordered_json json =
        detail::parse_json(detail::gpu_texts().at(0).text, "data/gpus.json");
    for (const nlohmann::ordered_json& gpu : json.at("gpus")) {
      out.push_back(
          {gpu.at("name").get<std::string>(), gpu.at("title").get<std::string>(),
           gpu.at("driver_name").get<std::string>(), gpu.at("dense_bf16_flops_per_s").get<double>(),
           gpu.at("memory_bytes_per_s").get<double>(), gpu.at("memory_bytes").get<std::uint64_t>(),
           gpu.at("source").get<std::string>(), gpu.at("note").get<std::string>()});
    }
    return out;
  }();
  return gpus;
}

const GpuSpec& find_gpu(std::string_view name) {
  std::string known, lower(name);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  for (const GpuSpec& gpu : known_gpus()) {
    if (gpu.name == lower || gpu.driver_name == name) return gpu;
    known += (known.empty() ? "" : ", ") + gpu.name;
  }
  throw InvalidArgument("there is no GPU \"" + std::string(name) + "\" in the list; known are " +
                        known);
}

const GpuSpec* find_gpu_of_driver(std::string_view driver_name) {
  for (const GpuSpec& gpu : known_gpus()) {
    if (gpu.driver_name == driver_name) return &gpu;
  }
  return nullptr;
}

}  // namespace isoflop
