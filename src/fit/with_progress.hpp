// Work that runs in threads, can be cancelled and says how far it is. Private to src.
#pragma once

#include <cstddef>
#include <functional>
#include <mutex>

#include "isoflop/core/parallel.hpp"
#include "isoflop/core/stop_if_cancelled.hpp"
#include "isoflop/fit/options.hpp"

namespace isoflop {

/// Calls work(i) for all i < count with the threads of the options, and after each
/// progress(++done, all), where that is not empty, from one thread at a time: `done` counts on from
/// where it was. Throws Cancelled where the options say so.
template <class Work>
void with_progress(std::size_t count, const FitOptions& options,
                   const std::function<void(std::size_t, std::size_t)>& progress, std::size_t& done,
                   std::size_t all, const Work& work) {
  std::mutex mutex;
  parallel_for(count, options.num_threads, [&](std::size_t i) {
    stop_if_cancelled(options.cancelled);
    work(i);
    if (!progress) return;
    const std::lock_guard lock(mutex);
    progress(++done, all);
  });
}

/// All of the work in one go.
template <class Work>
void with_progress(std::size_t count, const FitOptions& options,
                   const std::function<void(std::size_t, std::size_t)>& progress,
                   const Work& work) {
  std::size_t done = 0;
  with_progress(count, options, progress, done, count, work);
}

}  // namespace isoflop
