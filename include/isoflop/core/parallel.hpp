/// Independent pieces of work on several threads.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace isoflop {

/// Calls work(i) once for every i < count. Each i must write only to its own place, so that the
/// outcome does not depend on num_threads (0: one per core), nor on how many of them the system
/// grants. The first exception is rethrown here.
template <class Work>
void parallel_for(std::size_t count, unsigned num_threads, const Work& work) {
  if (num_threads == 0) num_threads = std::max(1u, std::thread::hardware_concurrency());
  num_threads = static_cast<unsigned>(std::min<std::size_t>(num_threads, count));
  if (num_threads <= 1) {
    for (std::size_t i = 0; i < count; ++i) work(i);
    return;
  }
  std::atomic<std::size_t> next{0};
  std::exception_ptr error;
  std::mutex error_mutex;
  auto run = [&] {
    try {
      for (std::size_t i; (i = next.fetch_add(1)) < count;) work(i);
    } catch (...) {
      const std::lock_guard lock(error_mutex);
      if (!error) error = std::current_exception();
      next = count;
    }
  };
  std::vector<std::thread> threads;
  threads.reserve(num_threads);
  try {
    while (threads.size() + 1 < num_threads) threads.emplace_back(run);
  } catch (const std::system_error&) {  // no more threads here: those that there are do it
  }
  run();
  for (std::thread& thread : threads) thread.join();
  if (error) std::rethrow_exception(error);
}

}  // namespace isoflop
