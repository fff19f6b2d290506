#include "work.hpp"

#include <nanobind/stl/string.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>

#include "isoflop/error.hpp"

namespace isoflop::python {

namespace nb = nanobind;

namespace {

constexpr std::chrono::milliseconds kPatience{50};

struct News {
  std::string what;
  std::size_t done, all;
};

/// What the two threads share.
struct Shared {
  std::mutex mutex;
  std::condition_variable changed;
  bool ended = false;
  std::exception_ptr fault;
  std::optional<News> news;
  std::atomic<bool> cancelled = false;
};

/// With the GIL: Ctrl-C and progress. Returns what Python raised.
std::exception_ptr ask_python(const nb::object& progress, const std::optional<News>& news) {
  const nb::gil_scoped_acquire hold;
  try {
    if (PyErr_CheckSignals() != 0) throw nb::python_error();
    if (news && !progress.is_none()) progress(news->what, news->done, news->all);
  } catch (...) {
    return std::current_exception();
  }
  return nullptr;
}

}  // namespace

void do_work(const nb::object& progress, std::vector<std::string>& warnings,
             const std::function<void(const api::Context&)>& job) {
  Shared shared;
  api::Context context;
  context.cancelled = [&] { return shared.cancelled.load(); };
  context.progress = [&](std::string_view what, std::size_t done, std::size_t all) {
    const std::lock_guard lock(shared.mutex);
    shared.news = News{std::string(what), done, all};
  };
  context.warn = [&](const std::string& text) {
    const std::lock_guard lock(shared.mutex);
    warnings.push_back(show_fields(text, FieldStyle::kKeyword));
  };
  std::exception_ptr raised;
  {
    const nb::gil_scoped_release free;
    std::thread worker([&] {
      std::exception_ptr fault;
      try {
        job(context);
      } catch (...) {
        fault = std::current_exception();
      }
      const std::lock_guard lock(shared.mutex);
      shared.fault = fault;
      shared.ended = true;
      shared.changed.notify_all();
    });
    std::unique_lock lock(shared.mutex);
    while (!shared.changed.wait_for(lock, kPatience, [&] { return shared.ended; })) {
      if (raised) continue;
      std::optional<News> news;
      news.swap(shared.news);
      lock.unlock();
      raised = ask_python(progress, news);
      shared.cancelled = raised != nullptr;
      lock.lock();
    }
    lock.unlock();
    worker.join();
  }
  if (raised) std::rethrow_exception(raised);
  if (shared.fault) std::rethrow_exception(shared.fault);
}

}  // namespace isoflop::python
