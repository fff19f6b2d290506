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
  } catch (const std::exception&) {  // and not what unwinds a thread that Python ends
    return std::current_exception();
  }
  return nullptr;
}

/// Python is ending, and ends each thread that asks for the GIL.
bool python_ends() {
#if PY_VERSION_HEX >= 0x030d0000
  return Py_IsFinalizing() != 0;
#else
  return _Py_IsFinalizing() != 0;
#endif
}

/// The thread that works. Where Python ends the thread that waits for it, it is cancelled and has
/// ended before anything that it uses goes; and the thread that waited stays here until the process
/// has ended, since frames below it cannot be unwound.
class Worker {
 public:
  Worker(Shared& shared, const std::function<void()>& job) : shared_(shared), thread_(job) {}
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  ~Worker() {
    if (thread_.joinable()) end_with_python();
  }
  void join() { thread_.join(); }
  void end_with_python() {
    shared_.cancelled = true;
    thread_.join();
    while (true) std::this_thread::sleep_for(std::chrono::hours(1));
  }

 private:
  Shared& shared_;
  std::thread thread_;
};

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
    Worker worker(shared, [&] {
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
      if (python_ends()) {
        lock.unlock();
        worker.end_with_python();
      }
      if (raised) continue;
      std::optional<News> news;
      news.swap(shared.news);
      lock.unlock();
      raised = ask_python(progress, news);
      shared.cancelled = raised != nullptr;
      lock.lock();
    }
    lock.unlock();
    if (python_ends()) worker.end_with_python();
    worker.join();
  }
  if (raised) std::rethrow_exception(raised);
  if (shared.fault) std::rethrow_exception(shared.fault);
}

}  // namespace isoflop::python
