/// The instructions of compute capability 9.0a that the grouped products use, one function each:
/// mbarriers, the tensor memory accelerator (TMA), asynchronous copies, wgmma's fences, and
/// fragments from and to shared memory. NVIDIA, "PTX ISA" 9.0, sections on the instructions that
/// they name. Addresses of shared memory are 32-bit, as PTX counts them in the window of a block.
/// The emulation of tests/emulated_cuda has a header of the same name with functions of the same
/// contract, so that nothing of a kernel but this file stays untested on the CPU.
#pragma once

#include <cuda.h>
#include <cuda_bf16.h>

#include <cstdint>

#define ISOFLOP_DEVICE __device__ __forceinline__

namespace isoflop::bench::hopper {

// --- where a thread is, and when ---------------------------------------------------------------

ISOFLOP_DEVICE std::uint32_t shared_address(const void* pointer) {
  return static_cast<std::uint32_t>(__cvta_generic_to_shared(pointer));
}
/// The block's own memory, from the first multiple of 1024 bytes on: what the swizzle counts from.
/// A launch asks for 1024 bytes more than it uses.
ISOFLOP_DEVICE std::uint32_t aligned_shared_memory() {
  extern __shared__ unsigned char memory[];
  return (shared_address(memory) + 1023u) & ~1023u;
}
/// Place of the block within its cluster.
ISOFLOP_DEVICE std::uint32_t rank_in_cluster() {
  std::uint32_t rank;
  asm volatile("mov.u32 %0, %%cluster_ctarank;" : "=r"(rank));
  return rank;
}
/// Every thread of the cluster arrives and waits.
ISOFLOP_DEVICE void meet_cluster() {
  asm volatile("barrier.cluster.arrive.release.aligned;\nbarrier.cluster.wait.acquire.aligned;" ::
                   : "memory");
}
/// Barrier `id` (1 to 15) of kThreads threads of the block, in whole warps.
template <int kThreads>
ISOFLOP_DEVICE void meet_threads(int id) {
  asm volatile("bar.sync %0, %1;" ::"r"(id), "n"(kThreads) : "memory");
}
/// Moves registers between warpgroups; every warp of the warpgroup calls it. Nothing that traps may
/// stand in a kernel that does: ptxas would ignore these (its warnings C7510 and C7512) and spill.
template <int kRegisters>
ISOFLOP_DEVICE void grow_registers_to() {
  asm volatile("setmaxnreg.inc.sync.aligned.u32 %0;" ::"n"(kRegisters));
}
template <int kRegisters>
ISOFLOP_DEVICE void shrink_registers_to() {
  asm volatile("setmaxnreg.dec.sync.aligned.u32 %0;" ::"n"(kRegisters));
}

// --- mbarriers ---------------------------------------------------------------------------------
// A phase ends when `count` threads have arrived and the bytes expected have come.

ISOFLOP_DEVICE void init_barrier(std::uint32_t barrier, std::uint32_t count) {
  asm volatile("mbarrier.init.shared::cta.b64 [%0], %1;" ::"r"(barrier), "r"(count) : "memory");
}
/// After the last init_barrier, before the block or cluster meets.
ISOFLOP_DEVICE void publish_barriers() {
  asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory");
}
ISOFLOP_DEVICE void arrive(std::uint32_t barrier) {
  asm volatile("mbarrier.arrive.shared::cta.b64 _, [%0];" ::"r"(barrier) : "memory");
}
/// Arrives, and `bytes` more are to come in this phase.
ISOFLOP_DEVICE void arrive_expecting(std::uint32_t barrier, std::uint32_t bytes) {
  asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" ::"r"(barrier), "r"(bytes)
               : "memory");
}
/// Arrives at the barrier of the same address in the block of that rank of the cluster.
ISOFLOP_DEVICE void arrive_at(std::uint32_t barrier, std::uint32_t rank) {
  asm volatile(
      "{\n.reg .b32 there;\nmapa.shared::cluster.u32 there, %0, %1;\n"
      "mbarrier.arrive.release.cluster.shared::cluster.b64 _, [there];\n}" ::"r"(barrier),
      "r"(rank)
      : "memory");
}
ISOFLOP_DEVICE bool has_passed(std::uint32_t barrier, std::uint32_t parity) {
  std::uint32_t passed;
  asm volatile(
      "{\n.reg .pred p;\nmbarrier.try_wait.parity.shared::cta.b64 p, [%1], %2;\n"
      "selp.b32 %0, 1, 0, p;\n}"
      : "=r"(passed)
      : "r"(barrier), "r"(parity)
      : "memory");
  return passed != 0;
}
/// Waits until the phase of that parity is over. One that does not end within four seconds is a
/// fault: the thread writes to address 16 + 4 * place, which ends the kernel with an illegal
/// address and, in a debugger, says which wait it was. (Not a trap: see grow_registers_to.)
ISOFLOP_DEVICE void wait_for(std::uint32_t barrier, std::uint32_t parity, int place) {
  if (has_passed(barrier, parity)) return;
  std::uint64_t begin, now;
  asm volatile("mov.u64 %0, %%globaltimer;" : "=l"(begin));
  while (!has_passed(barrier, parity)) {
    asm volatile("mov.u64 %0, %%globaltimer;" : "=l"(now));
    if (now - begin > 4'000'000'000ull) {
      *reinterpret_cast<volatile int*>(16 + 4 * static_cast<std::uintptr_t>(place)) = 1;
      return;
    }
  }
}

// --- TMA ---------------------------------------------------------------------------------------
// Boxes of a tensor map, 128 bytes wide and swizzled by 128 bytes, at multiples of 1024 bytes of
// shared memory. What of a box lies outside of the tensor reads as zeros and is not written; its
// bytes are counted all the same.

/// Where a box begins in its tensor, innermost first.
template <int kRank>
struct Place {
  int at[kRank];
};
/// A box to shared memory of this block; its bytes arrive at `barrier`.
ISOFLOP_DEVICE void load_box(const CUtensorMap* map, std::uint32_t to, std::uint32_t barrier,
                             const Place<2>& p) {
  asm volatile(
      "cp.async.bulk.tensor.2d.shared::cluster.global.mbarrier::complete_tx::bytes "
      "[%0], [%1, {%3, %4}], [%2];" ::"r"(to),
      "l"(map), "r"(barrier), "r"(p.at[0]), "r"(p.at[1])
      : "memory");
}
ISOFLOP_DEVICE void load_box(const CUtensorMap* map, std::uint32_t to, std::uint32_t barrier,
                             const Place<3>& p) {
  asm volatile(
      "cp.async.bulk.tensor.3d.shared::cluster.global.mbarrier::complete_tx::bytes "
      "[%0], [%1, {%3, %4, %5}], [%2];" ::"r"(to),
      "l"(map), "r"(barrier), "r"(p.at[0]), "r"(p.at[1]), "r"(p.at[2])
      : "memory");
}
/// The same to every block of the cluster whose bit is set in `blocks`, at the same address and for
/// the same barrier of each.
ISOFLOP_DEVICE void load_box_to_all(const CUtensorMap* map, std::uint32_t to, std::uint32_t barrier,
                                    const Place<2>& p, std::uint16_t blocks) {
  asm volatile(
      "cp.async.bulk.tensor.2d.shared::cluster.global.mbarrier::complete_tx::bytes"
      ".multicast::cluster [%0], [%1, {%3, %4}], [%2], %5;" ::"r"(to),
      "l"(map), "r"(barrier), "r"(p.at[0]), "r"(p.at[1]), "h"(blocks)
      : "memory");
}
ISOFLOP_DEVICE void load_box_to_all(const CUtensorMap* map, std::uint32_t to, std::uint32_t barrier,
                                    const Place<3>& p, std::uint16_t blocks) {
  asm volatile(
      "cp.async.bulk.tensor.3d.shared::cluster.global.mbarrier::complete_tx::bytes"
      ".multicast::cluster [%0], [%1, {%3, %4, %5}], [%2], %6;" ::"r"(to),
      "l"(map), "r"(barrier), "r"(p.at[0]), "r"(p.at[1]), "r"(p.at[2]), "h"(blocks)
      : "memory");
}
/// Writes a box from shared memory; belongs to the next commit_stores() of this thread.
ISOFLOP_DEVICE void store_box(const CUtensorMap* map, std::uint32_t from, const Place<2>& p) {
  asm volatile(
      "cp.async.bulk.tensor.2d.global.shared::cta.bulk_group [%0, {%2, %3}], [%1];" ::"l"(map),
      "r"(from), "r"(p.at[0]), "r"(p.at[1])
      : "memory");
}
ISOFLOP_DEVICE void store_box(const CUtensorMap* map, std::uint32_t from, const Place<3>& p) {
  asm volatile(
      "cp.async.bulk.tensor.3d.global.shared::cta.bulk_group [%0, {%2, %3, %4}], [%1];" ::"l"(map),
      "r"(from), "r"(p.at[0]), "r"(p.at[1]), "r"(p.at[2])
      : "memory");
}
ISOFLOP_DEVICE void commit_stores() { asm volatile("cp.async.bulk.commit_group;" ::: "memory"); }
/// Waits until all but the last kLeft committed groups of this thread have read their memory.
template <int kLeft>
ISOFLOP_DEVICE void wait_until_stores_have_read() {
  asm volatile("cp.async.bulk.wait_group.read %0;" ::"n"(kLeft) : "memory");
}
/// Waits until all stores of this thread are done.
ISOFLOP_DEVICE void wait_for_stores() { asm volatile("cp.async.bulk.wait_group 0;" ::: "memory"); }

// --- copies of 16 bytes ------------------------------------------------------------------------

/// From global to shared memory; zeros where bytes is 0 (then nothing is read), else bytes is 16.
ISOFLOP_DEVICE void copy16(std::uint32_t to, const void* from, std::uint32_t bytes) {
  asm volatile("cp.async.cg.shared.global.L2::128B [%0], [%1], 16, %2;" ::"r"(to), "l"(from),
               "r"(bytes)
               : "memory");
}
ISOFLOP_DEVICE void commit_copies() { asm volatile("cp.async.commit_group;" ::: "memory"); }
/// Waits until all but the last kLeft committed groups of this thread have come.
template <int kLeft>
ISOFLOP_DEVICE void wait_for_copies() {
  asm volatile("cp.async.wait_group %0;" ::"n"(kLeft) : "memory");
}
/// What this thread wrote to shared memory is seen by wgmma and TMA, once they are told of it.
ISOFLOP_DEVICE void publish_to_async_units() {
  asm volatile("fence.proxy.async.shared::cta;" ::: "memory");
}

// --- fragments ---------------------------------------------------------------------------------
// Four matrices of 8 x 8 numbers of 16 bits; lane 8 i + r of a warp gives where row r of matrix i
// is, a multiple of 16 bytes. Transposed: lane l holds the numbers of column l / 4 in rows 2 (l %
// 4) and the next; straight: of row l / 4 in columns 2 (l % 4) and the next. The lower half comes
// first.

struct Fragments {
  std::uint32_t of[4];
};
ISOFLOP_DEVICE void store_transposed(std::uint32_t to, const Fragments& v) {
  asm volatile("stmatrix.sync.aligned.m8n8.x4.trans.shared.b16 [%0], {%1, %2, %3, %4};" ::"r"(to),
               "r"(v.of[0]), "r"(v.of[1]), "r"(v.of[2]), "r"(v.of[3])
               : "memory");
}
ISOFLOP_DEVICE void store_straight(std::uint32_t to, const Fragments& v) {
  asm volatile("stmatrix.sync.aligned.m8n8.x4.shared.b16 [%0], {%1, %2, %3, %4};" ::"r"(to),
               "r"(v.of[0]), "r"(v.of[1]), "r"(v.of[2]), "r"(v.of[3])
               : "memory");
}
ISOFLOP_DEVICE Fragments load_transposed(std::uint32_t from) {
  Fragments v;
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(v.of[0]), "=r"(v.of[1]), "=r"(v.of[2]), "=r"(v.of[3])
               : "r"(from)
               : "memory");
  return v;
}
ISOFLOP_DEVICE uint4 load_shared16(std::uint32_t from) {
  uint4 v;
  asm volatile("ld.shared.v4.u32 {%0, %1, %2, %3}, [%4];"
               : "=r"(v.x), "=r"(v.y), "=r"(v.z), "=r"(v.w)
               : "r"(from)
               : "memory");
  return v;
}
ISOFLOP_DEVICE void clear_shared16(std::uint32_t at) {
  asm volatile("st.shared.v4.u32 [%0], {%1, %1, %1, %1};" ::"r"(at), "r"(0) : "memory");
}
ISOFLOP_DEVICE float load_shared_float(std::uint32_t from) {
  float v;
  asm volatile("ld.shared.f32 %0, [%1];" : "=f"(v) : "r"(from) : "memory");
  return v;
}
ISOFLOP_DEVICE void store_shared_float(std::uint32_t to, float v) {
  asm volatile("st.shared.f32 [%0], %1;" ::"r"(to), "f"(v) : "memory");
}
/// Two floats rounded to bf16, the first in the lower half.
ISOFLOP_DEVICE std::uint32_t pack(float low, float high) {
  const __nv_bfloat162 both = __floats2bfloat162_rn(low, high);
  return *reinterpret_cast<const std::uint32_t*>(&both);
}
ISOFLOP_DEVICE float low_of(std::uint32_t pair) { return __uint_as_float(pair << 16); }
ISOFLOP_DEVICE float high_of(std::uint32_t pair) { return __uint_as_float(pair & 0xffff0000u); }

// --- wgmma -------------------------------------------------------------------------------------
// The products themselves are in wgmma.cuh.

/// Before the first product of a group: registers and shared memory are as the products are to see.
ISOFLOP_DEVICE void begin_products() { asm volatile("wgmma.fence.sync.aligned;" ::: "memory"); }
ISOFLOP_DEVICE void commit_products() {
  asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory");
}
/// Waits until all but the last kLeft committed groups of this warp are done.
template <int kLeft>
ISOFLOP_DEVICE void wait_for_products() {
  asm volatile("wgmma.wait_group.sync.aligned %0;" ::"n"(kLeft) : "memory");
}
/// Nothing that reads this sum moves before this.
ISOFLOP_DEVICE void pin(float& sum) { asm volatile("" : "+f"(sum)::"memory"); }

}  // namespace isoflop::bench::hopper
