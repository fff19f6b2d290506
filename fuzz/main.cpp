// One target of libFuzzer: the function that ISOFLOP_FUZZ_TARGET names.
#include <cstddef>
#include <cstdint>
#include <exception>
#include <iostream>

#include "targets/targets.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  try {
    isoflop::fuzz::ISOFLOP_FUZZ_TARGET({reinterpret_cast<const char*>(bytes), size});
  } catch (const std::exception& fault) {
    std::cerr << "find: " << fault.what() << "\n";
    std::terminate();
  }
  return 0;
}
