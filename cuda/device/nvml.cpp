#include "cuda/device/nvml.hpp"

#include <dlfcn.h>

#include <cstddef>

namespace isoflop::bench {
namespace {

// The part of the library's interface that is used, as its documentation declares it.
using Status = int;
using Card = void*;
constexpr Status kSuccess = 0;
constexpr int kSmClock = 1, kMemoryClock = 2, kGpuSensor = 0;

}  // namespace

std::string gpu_uuid_text(const std::array<unsigned char, 16>& bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text = "GPU-";
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += kDigits[bytes[i] >> 4];
    text += kDigits[bytes[i] & 0xf];
  }
  return text;
}

struct Nvml::Library {
  void* handle = nullptr;
  Card card = nullptr;
  bool started = false;
  Status (*shutdown)() = nullptr;
  Status (*clock)(Card, int, unsigned*) = nullptr;
  Status (*power)(Card, unsigned*) = nullptr;
  Status (*temperature)(Card, int, unsigned*) = nullptr;
  Status (*driver)(char*, unsigned) = nullptr;

  ~Library() {
    if (started && shutdown != nullptr) shutdown();
    if (handle != nullptr) dlclose(handle);
  }

  template <class F>
  void look_up(F& function, const char* name) const {
    function = reinterpret_cast<F>(dlsym(handle, name));
  }
};

Nvml::Nvml(const std::string& gpu_uuid, const std::string& library)
    : library_(std::make_unique<Library>()) {
  Library& nvml = *library_;
  nvml.handle = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (nvml.handle == nullptr) return;
  Status (*start)() = nullptr;
  Status (*find_card)(const char*, Card*) = nullptr;
  nvml.look_up(start, "nvmlInit_v2");
  nvml.look_up(nvml.shutdown, "nvmlShutdown");
  nvml.look_up(find_card, "nvmlDeviceGetHandleByUUID");
  nvml.look_up(nvml.clock, "nvmlDeviceGetClockInfo");
  nvml.look_up(nvml.power, "nvmlDeviceGetPowerUsage");
  nvml.look_up(nvml.temperature, "nvmlDeviceGetTemperature");
  nvml.look_up(nvml.driver, "nvmlSystemGetDriverVersion");
  if (start == nullptr || start() != kSuccess) return;
  nvml.started = true;
  if (find_card == nullptr || find_card(gpu_uuid.c_str(), &nvml.card) != kSuccess) {
    nvml.card = nullptr;
  }
}

Nvml::~Nvml() = default;

bool Nvml::found() const { return library_->card != nullptr; }

GpuState Nvml::read() const {
  GpuState state;
  if (!found()) return state;
  const Library& nvml = *library_;
  unsigned value = 0;
  if (nvml.clock != nullptr && nvml.clock(nvml.card, kSmClock, &value) == kSuccess) {
    state.sm_clock_mhz = value;
  }
  if (nvml.clock != nullptr && nvml.clock(nvml.card, kMemoryClock, &value) == kSuccess) {
    state.memory_clock_mhz = value;
  }
  if (nvml.power != nullptr && nvml.power(nvml.card, &value) == kSuccess) {
    state.power_w = value * 1e-3;
  }
  if (nvml.temperature != nullptr && nvml.temperature(nvml.card, kGpuSensor, &value) == kSuccess) {
    state.temperature_c = value;
  }
  return state;
}

std::string Nvml::driver_version() const {
  std::array<char, 96> text{};  // the library asks for at least 80
  if (!library_->started || library_->driver == nullptr ||
      library_->driver(text.data(), static_cast<unsigned>(text.size() - 1)) != kSuccess) {
    return {};
  }
  return text.data();
}

}  // namespace isoflop::bench
