/// Stands in for the header of this name: the same functions, on the CPU (emulated_hopper.hpp).
#pragma once

#include <cuda.h>
#include <cuda_bf16.h>
#include <cuda_runtime.h>

#include <cstdint>

#include "emulated_hopper.hpp"

#define ISOFLOP_DEVICE __device__ __forceinline__

namespace isoflop::bench::hopper {

ISOFLOP_DEVICE std::uint32_t shared_address(const void* pointer) {
  return emulated_cuda::shared_address(pointer);
}
ISOFLOP_DEVICE std::uint32_t aligned_shared_memory() {
  return (emulated_cuda::first_shared_address() + 1023u) & ~1023u;
}
ISOFLOP_DEVICE std::uint32_t rank_in_cluster() { return emulated_cuda::rank_in_cluster(); }
ISOFLOP_DEVICE void meet_cluster() { emulated_cuda::meet_cluster(); }
template <int kThreads>
ISOFLOP_DEVICE void meet_threads(int id) {
  emulated_cuda::meet_threads(id, kThreads);
}
template <int kRegisters>
ISOFLOP_DEVICE void grow_registers_to() {
  emulated_cuda::grow_registers_to(kRegisters);
}
template <int kRegisters>
ISOFLOP_DEVICE void shrink_registers_to() {
  emulated_cuda::shrink_registers_to(kRegisters);
}

ISOFLOP_DEVICE void init_barrier(std::uint32_t barrier, std::uint32_t count) {
  emulated_cuda::init_barrier(barrier, count);
}
ISOFLOP_DEVICE void publish_barriers() { emulated_cuda::publish_barriers(); }
ISOFLOP_DEVICE void arrive(std::uint32_t barrier) { emulated_cuda::arrive(barrier, 0); }
ISOFLOP_DEVICE void arrive_expecting(std::uint32_t barrier, std::uint32_t bytes) {
  emulated_cuda::arrive(barrier, bytes);
}
ISOFLOP_DEVICE void arrive_at(std::uint32_t barrier, std::uint32_t rank) {
  emulated_cuda::arrive_at(barrier, rank);
}
ISOFLOP_DEVICE bool has_passed(std::uint32_t barrier, std::uint32_t parity) {
  return emulated_cuda::has_passed(barrier, parity);
}
ISOFLOP_DEVICE void wait_for(std::uint32_t barrier, std::uint32_t parity, int place) {
  emulated_cuda::wait_for(barrier, parity, place);
}

template <int kRank>
struct Place {
  int at[kRank];
};
ISOFLOP_DEVICE void load_box(const CUtensorMap* map, std::uint32_t to, std::uint32_t barrier,
                             const Place<2>& p) {
  emulated_cuda::load_box(*map, to, barrier, p.at, 2, 0);
}
ISOFLOP_DEVICE void load_box(const CUtensorMap* map, std::uint32_t to, std::uint32_t barrier,
                             const Place<3>& p) {
  emulated_cuda::load_box(*map, to, barrier, p.at, 3, 0);
}
ISOFLOP_DEVICE void load_box_to_all(const CUtensorMap* map, std::uint32_t to, std::uint32_t barrier,
                                    const Place<2>& p, std::uint16_t blocks) {
  if (blocks == 0) emulated_cuda::fail("a load to no block");
  emulated_cuda::load_box(*map, to, barrier, p.at, 2, blocks);
}
ISOFLOP_DEVICE void load_box_to_all(const CUtensorMap* map, std::uint32_t to, std::uint32_t barrier,
                                    const Place<3>& p, std::uint16_t blocks) {
  if (blocks == 0) emulated_cuda::fail("a load to no block");
  emulated_cuda::load_box(*map, to, barrier, p.at, 3, blocks);
}
ISOFLOP_DEVICE void store_box(const CUtensorMap* map, std::uint32_t from, const Place<2>& p) {
  emulated_cuda::store_box(*map, from, p.at, 2);
}
ISOFLOP_DEVICE void store_box(const CUtensorMap* map, std::uint32_t from, const Place<3>& p) {
  emulated_cuda::store_box(*map, from, p.at, 3);
}
ISOFLOP_DEVICE void commit_stores() { emulated_cuda::commit_stores(); }
template <int kLeft>
ISOFLOP_DEVICE void wait_until_stores_have_read() {
  emulated_cuda::wait_until_stores_have_read(kLeft);
}
ISOFLOP_DEVICE void wait_for_stores() { emulated_cuda::wait_for_stores(); }

ISOFLOP_DEVICE void copy16(std::uint32_t to, const void* from, std::uint32_t bytes) {
  emulated_cuda::copy16(to, from, bytes);
}
ISOFLOP_DEVICE void commit_copies() { emulated_cuda::commit_copies(); }
template <int kLeft>
ISOFLOP_DEVICE void wait_for_copies() {
  emulated_cuda::wait_for_copies(kLeft);
}
ISOFLOP_DEVICE void publish_to_async_units() { emulated_cuda::publish_to_async_units(); }

struct Fragments {
  std::uint32_t of[4];
};
ISOFLOP_DEVICE void store_transposed(std::uint32_t to, const Fragments& v) {
  emulated_cuda::store_fragments(to, v.of, true);
}
ISOFLOP_DEVICE void store_straight(std::uint32_t to, const Fragments& v) {
  emulated_cuda::store_fragments(to, v.of, false);
}
ISOFLOP_DEVICE Fragments load_transposed(std::uint32_t from) {
  Fragments v;
  emulated_cuda::load_fragments(from, v.of, true);
  return v;
}
ISOFLOP_DEVICE uint4 load_shared16(std::uint32_t from) {
  uint4 v;
  emulated_cuda::read_shared(from, &v, sizeof(v));
  return v;
}
ISOFLOP_DEVICE void clear_shared16(std::uint32_t at) {
  const uint4 zeros{};
  emulated_cuda::write_shared(at, &zeros, sizeof(zeros));
}
ISOFLOP_DEVICE float load_shared_float(std::uint32_t from) {
  float v;
  emulated_cuda::read_shared(from, &v, sizeof(v));
  return v;
}
ISOFLOP_DEVICE void store_shared_float(std::uint32_t to, float v) {
  emulated_cuda::write_shared(to, &v, sizeof(v));
}
ISOFLOP_DEVICE std::uint32_t pack(float low, float high) {
  return static_cast<std::uint32_t>(__float2bfloat16_rn(low).bits) |
         (static_cast<std::uint32_t>(__float2bfloat16_rn(high).bits) << 16);
}
ISOFLOP_DEVICE float low_of(std::uint32_t pair) { return __uint_as_float(pair << 16); }
ISOFLOP_DEVICE float high_of(std::uint32_t pair) { return __uint_as_float(pair & 0xffff0000u); }

ISOFLOP_DEVICE void begin_products() { emulated_cuda::begin_products(); }
ISOFLOP_DEVICE void commit_products() { emulated_cuda::commit_products(); }
template <int kLeft>
ISOFLOP_DEVICE void wait_for_products() {
  emulated_cuda::wait_for_products(kLeft);
}
ISOFLOP_DEVICE void pin(float&) {}

}  // namespace isoflop::bench::hopper
