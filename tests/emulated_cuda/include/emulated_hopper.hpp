/// What compute capability 9.0 adds to emulated_cuda.hpp: the functions of cuda/wgmma/hopper.cuh
/// and wgmma.cuh, whose stand-ins call these. Loads, stores, copies and products happen at a random
/// later time, at the latest when they are waited for, and read and write memory only then. A
/// thread's sums are NaN from a product on until it is waited for.
///   aborts on: addresses that are misaligned or beyond what the launch asked for; tensor maps of
///   other
///     dimensions; barriers that do not exist or were not published; arrivals beyond a barrier's
///     count; reads and writes of shared memory where a load is under way, writes where a product
///     or store that was not waited for reads; products and stores that read what a thread wrote
///     and did not publish; instructions for a whole warp or warpgroup that not all of it executes
///     alike; leaving with something under way
///   says nothing of: bank conflicts, what ptxas makes of registers, races of threads with threads
///   but by
///     the numbers that come out
#pragma once

#include <cuda.h>

#include <cstddef>
#include <cstdint>

#include "emulated_cuda.hpp"

namespace emulated_cuda {

// Threads.
std::uint32_t shared_address(const void* pointer);
std::uint32_t first_shared_address();
std::uint32_t rank_in_cluster();
void meet_cluster();
void meet_threads(int id, unsigned num_threads);
void grow_registers_to(unsigned registers);
void shrink_registers_to(unsigned registers);

// mbarriers.
void init_barrier(std::uint32_t barrier, std::uint32_t count);
void publish_barriers();
void arrive(std::uint32_t barrier, std::uint32_t bytes);
void arrive_at(std::uint32_t barrier, std::uint32_t rank);
bool has_passed(std::uint32_t barrier, std::uint32_t parity);
void wait_for(std::uint32_t barrier, std::uint32_t parity, int place);

// TMA; blocks: a bit for each of the cluster, or 0: this block alone.
void load_box(const CUtensorMap& map, std::uint32_t to, std::uint32_t barrier, const int* at,
              int rank, std::uint16_t blocks);
void store_box(const CUtensorMap& map, std::uint32_t from, const int* at, int rank);
void commit_stores();
void wait_until_stores_have_read(std::size_t num_left);
void wait_for_stores();

// Copies of 16 bytes.
void copy16(std::uint32_t to, const void* from, std::uint32_t bytes);
void commit_copies();
void wait_for_copies(std::size_t num_left);
void publish_to_async_units();

// Shared memory. Fragments: four matrices of 8 x 8 numbers of 16 bits.
void store_fragments(std::uint32_t to, const std::uint32_t* values, bool transposed);
void load_fragments(std::uint32_t from, std::uint32_t* values, bool transposed);
void read_shared(std::uint32_t from, void* to, std::size_t bytes);
void write_shared(std::uint32_t to, const void* from, std::size_t bytes);

// wgmma.
struct ProductShape {
  unsigned n;
  bool left_transposed, right_transposed;
  bool operator==(const ProductShape&) const = default;
};
void begin_products();
void queue_product(const ProductShape& shape, float* sums, std::uint64_t left, std::uint64_t right,
                   bool keeps_sums);
void commit_products();
void wait_for_products(std::size_t num_left);

}  // namespace emulated_cuda
