/// wgmma of one warpgroup: sums [64, kN] += A [64, 16] B [16, kN], bf16 operands in shared memory,
/// fp32 sums in registers; kN a multiple of 8 up to 256. NVIDIA, "PTX ISA" 9.0, "wgmma.mma_async".
/// Thread t holds of the sums, at [4 j + 2 h + q], row 16 (t / 32) + 8 h + t % 32 / 4 and column
/// 8 j + 2 (t % 4) + q.
#pragma once

#include <cstdint>

#include "cuda/wgmma/hopper.cuh"

namespace isoflop::bench::hopper {

/// queue(): both operands by descriptors; adds to the sums, or replaces them where keep is 0.
/// kTransposedA, kTransposedB: 1 where the operand's rows are of the depth.
template <int kN>
struct Wgmma;

// clang-format off
// The registers of the first 4, 8, 12, ... sums of a thread, as the instruction and as the
// compiler name them.
#define ISOFLOP_NAMES_4 "%0, %1, %2, %3"
#define ISOFLOP_NAMES_8 ISOFLOP_NAMES_4 ", %4, %5, %6, %7"
#define ISOFLOP_NAMES_12 ISOFLOP_NAMES_8 ", %8, %9, %10, %11"
#define ISOFLOP_NAMES_16 ISOFLOP_NAMES_12 ", %12, %13, %14, %15"
#define ISOFLOP_NAMES_20 ISOFLOP_NAMES_16 ", %16, %17, %18, %19"
#define ISOFLOP_NAMES_24 ISOFLOP_NAMES_20 ", %20, %21, %22, %23"
#define ISOFLOP_NAMES_28 ISOFLOP_NAMES_24 ", %24, %25, %26, %27"
#define ISOFLOP_NAMES_32 ISOFLOP_NAMES_28 ", %28, %29, %30, %31"
#define ISOFLOP_NAMES_36 ISOFLOP_NAMES_32 ", %32, %33, %34, %35"
#define ISOFLOP_NAMES_40 ISOFLOP_NAMES_36 ", %36, %37, %38, %39"
#define ISOFLOP_NAMES_44 ISOFLOP_NAMES_40 ", %40, %41, %42, %43"
#define ISOFLOP_NAMES_48 ISOFLOP_NAMES_44 ", %44, %45, %46, %47"
#define ISOFLOP_NAMES_52 ISOFLOP_NAMES_48 ", %48, %49, %50, %51"
#define ISOFLOP_NAMES_56 ISOFLOP_NAMES_52 ", %52, %53, %54, %55"
#define ISOFLOP_NAMES_60 ISOFLOP_NAMES_56 ", %56, %57, %58, %59"
#define ISOFLOP_NAMES_64 ISOFLOP_NAMES_60 ", %60, %61, %62, %63"
#define ISOFLOP_NAMES_68 ISOFLOP_NAMES_64 ", %64, %65, %66, %67"
#define ISOFLOP_NAMES_72 ISOFLOP_NAMES_68 ", %68, %69, %70, %71"
#define ISOFLOP_NAMES_76 ISOFLOP_NAMES_72 ", %72, %73, %74, %75"
#define ISOFLOP_NAMES_80 ISOFLOP_NAMES_76 ", %76, %77, %78, %79"
#define ISOFLOP_NAMES_84 ISOFLOP_NAMES_80 ", %80, %81, %82, %83"
#define ISOFLOP_NAMES_88 ISOFLOP_NAMES_84 ", %84, %85, %86, %87"
#define ISOFLOP_NAMES_92 ISOFLOP_NAMES_88 ", %88, %89, %90, %91"
#define ISOFLOP_NAMES_96 ISOFLOP_NAMES_92 ", %92, %93, %94, %95"
#define ISOFLOP_NAMES_100 ISOFLOP_NAMES_96 ", %96, %97, %98, %99"
#define ISOFLOP_NAMES_104 ISOFLOP_NAMES_100 ", %100, %101, %102, %103"
#define ISOFLOP_NAMES_108 ISOFLOP_NAMES_104 ", %104, %105, %106, %107"
#define ISOFLOP_NAMES_112 ISOFLOP_NAMES_108 ", %108, %109, %110, %111"
#define ISOFLOP_NAMES_116 ISOFLOP_NAMES_112 ", %112, %113, %114, %115"
#define ISOFLOP_NAMES_120 ISOFLOP_NAMES_116 ", %116, %117, %118, %119"
#define ISOFLOP_NAMES_124 ISOFLOP_NAMES_120 ", %120, %121, %122, %123"
#define ISOFLOP_NAMES_128 ISOFLOP_NAMES_124 ", %124, %125, %126, %127"
#define ISOFLOP_SUMS_4 ISOFLOP_FOUR(0)
#define ISOFLOP_SUMS_8 ISOFLOP_SUMS_4, ISOFLOP_FOUR(4)
#define ISOFLOP_SUMS_12 ISOFLOP_SUMS_8, ISOFLOP_FOUR(8)
#define ISOFLOP_SUMS_16 ISOFLOP_SUMS_12, ISOFLOP_FOUR(12)
#define ISOFLOP_SUMS_20 ISOFLOP_SUMS_16, ISOFLOP_FOUR(16)
#define ISOFLOP_SUMS_24 ISOFLOP_SUMS_20, ISOFLOP_FOUR(20)
#define ISOFLOP_SUMS_28 ISOFLOP_SUMS_24, ISOFLOP_FOUR(24)
#define ISOFLOP_SUMS_32 ISOFLOP_SUMS_28, ISOFLOP_FOUR(28)
#define ISOFLOP_SUMS_36 ISOFLOP_SUMS_32, ISOFLOP_FOUR(32)
#define ISOFLOP_SUMS_40 ISOFLOP_SUMS_36, ISOFLOP_FOUR(36)
#define ISOFLOP_SUMS_44 ISOFLOP_SUMS_40, ISOFLOP_FOUR(40)
#define ISOFLOP_SUMS_48 ISOFLOP_SUMS_44, ISOFLOP_FOUR(44)
#define ISOFLOP_SUMS_52 ISOFLOP_SUMS_48, ISOFLOP_FOUR(48)
#define ISOFLOP_SUMS_56 ISOFLOP_SUMS_52, ISOFLOP_FOUR(52)
#define ISOFLOP_SUMS_60 ISOFLOP_SUMS_56, ISOFLOP_FOUR(56)
#define ISOFLOP_SUMS_64 ISOFLOP_SUMS_60, ISOFLOP_FOUR(60)
#define ISOFLOP_SUMS_68 ISOFLOP_SUMS_64, ISOFLOP_FOUR(64)
#define ISOFLOP_SUMS_72 ISOFLOP_SUMS_68, ISOFLOP_FOUR(68)
#define ISOFLOP_SUMS_76 ISOFLOP_SUMS_72, ISOFLOP_FOUR(72)
#define ISOFLOP_SUMS_80 ISOFLOP_SUMS_76, ISOFLOP_FOUR(76)
#define ISOFLOP_SUMS_84 ISOFLOP_SUMS_80, ISOFLOP_FOUR(80)
#define ISOFLOP_SUMS_88 ISOFLOP_SUMS_84, ISOFLOP_FOUR(84)
#define ISOFLOP_SUMS_92 ISOFLOP_SUMS_88, ISOFLOP_FOUR(88)
#define ISOFLOP_SUMS_96 ISOFLOP_SUMS_92, ISOFLOP_FOUR(92)
#define ISOFLOP_SUMS_100 ISOFLOP_SUMS_96, ISOFLOP_FOUR(96)
#define ISOFLOP_SUMS_104 ISOFLOP_SUMS_100, ISOFLOP_FOUR(100)
#define ISOFLOP_SUMS_108 ISOFLOP_SUMS_104, ISOFLOP_FOUR(104)
#define ISOFLOP_SUMS_112 ISOFLOP_SUMS_108, ISOFLOP_FOUR(108)
#define ISOFLOP_SUMS_116 ISOFLOP_SUMS_112, ISOFLOP_FOUR(112)
#define ISOFLOP_SUMS_120 ISOFLOP_SUMS_116, ISOFLOP_FOUR(116)
#define ISOFLOP_SUMS_124 ISOFLOP_SUMS_120, ISOFLOP_FOUR(120)
#define ISOFLOP_SUMS_128 ISOFLOP_SUMS_124, ISOFLOP_FOUR(124)
#define ISOFLOP_FOUR(i) "+f"(d[i]), "+f"(d[i + 1]), "+f"(d[i + 2]), "+f"(d[i + 3])

// count: sums of a thread, half of n; a, b, keep, ta, tb: the operands' numbers, which follow them.
#define ISOFLOP_WGMMA(n, count, a, b, keep, ta, tb)                                             \
  template <>                                                                                   \
  struct Wgmma<n> {                                                                             \
    template <int kTransposedA, int kTransposedB>                                               \
    static ISOFLOP_DEVICE void queue(float* d, std::uint64_t left, std::uint64_t right,         \
                                     int keep_sums) {                                           \
      asm volatile("{\n.reg .pred p;\nsetp.ne.b32 p, %" #keep                                   \
                   ", 0;\nwgmma.mma_async.sync.aligned.m64n" #n "k16.f32.bf16.bf16 {"           \
                   ISOFLOP_NAMES_##count "}, %" #a ", %" #b ", p, 1, 1, %" #ta ", %" #tb ";\n}" \
                   : ISOFLOP_SUMS_##count                                                       \
                   : "l"(left), "l"(right), "r"(keep_sums), "n"(kTransposedA),                  \
                     "n"(kTransposedB));                                                        \
    }                                                                                           \
  };
ISOFLOP_WGMMA(8, 4, 4, 5, 6, 7, 8)
ISOFLOP_WGMMA(16, 8, 8, 9, 10, 11, 12)
ISOFLOP_WGMMA(24, 12, 12, 13, 14, 15, 16)
ISOFLOP_WGMMA(32, 16, 16, 17, 18, 19, 20)
ISOFLOP_WGMMA(40, 20, 20, 21, 22, 23, 24)
ISOFLOP_WGMMA(48, 24, 24, 25, 26, 27, 28)
ISOFLOP_WGMMA(56, 28, 28, 29, 30, 31, 32)
ISOFLOP_WGMMA(64, 32, 32, 33, 34, 35, 36)
ISOFLOP_WGMMA(72, 36, 36, 37, 38, 39, 40)
ISOFLOP_WGMMA(80, 40, 40, 41, 42, 43, 44)
ISOFLOP_WGMMA(88, 44, 44, 45, 46, 47, 48)
ISOFLOP_WGMMA(96, 48, 48, 49, 50, 51, 52)
ISOFLOP_WGMMA(104, 52, 52, 53, 54, 55, 56)
ISOFLOP_WGMMA(112, 56, 56, 57, 58, 59, 60)
ISOFLOP_WGMMA(120, 60, 60, 61, 62, 63, 64)
ISOFLOP_WGMMA(128, 64, 64, 65, 66, 67, 68)
ISOFLOP_WGMMA(136, 68, 68, 69, 70, 71, 72)
ISOFLOP_WGMMA(144, 72, 72, 73, 74, 75, 76)
ISOFLOP_WGMMA(152, 76, 76, 77, 78, 79, 80)
ISOFLOP_WGMMA(160, 80, 80, 81, 82, 83, 84)
ISOFLOP_WGMMA(168, 84, 84, 85, 86, 87, 88)
ISOFLOP_WGMMA(176, 88, 88, 89, 90, 91, 92)
ISOFLOP_WGMMA(184, 92, 92, 93, 94, 95, 96)
ISOFLOP_WGMMA(192, 96, 96, 97, 98, 99, 100)
ISOFLOP_WGMMA(200, 100, 100, 101, 102, 103, 104)
ISOFLOP_WGMMA(208, 104, 104, 105, 106, 107, 108)
ISOFLOP_WGMMA(216, 108, 108, 109, 110, 111, 112)
ISOFLOP_WGMMA(224, 112, 112, 113, 114, 115, 116)
ISOFLOP_WGMMA(232, 116, 116, 117, 118, 119, 120)
ISOFLOP_WGMMA(240, 120, 120, 121, 122, 123, 124)
ISOFLOP_WGMMA(248, 124, 124, 125, 126, 127, 128)
ISOFLOP_WGMMA(256, 128, 128, 129, 130, 131, 132)
#undef ISOFLOP_WGMMA
#undef ISOFLOP_FOUR

// clang-format on

}  // namespace isoflop::bench::hopper
