/// cuBLASLt is not emulated: cuda/backends/lt_matmul.hpp has a stand-in that multiplies on the CPU.
#pragma once

#define CUBLAS_VERSION 0
