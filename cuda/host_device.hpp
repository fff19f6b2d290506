/// Marks functions that kernels and tests on the CPU share: `ISOFLOP_HOST_DEVICE int f();` is an
/// ordinary function without nvcc and compiled for both sides with it.
#pragma once

#ifdef __CUDACC__
#define ISOFLOP_HOST_DEVICE __host__ __device__
#else
#define ISOFLOP_HOST_DEVICE
#endif
