// SPDX-License-Identifier: Apache-2.0
//
// Work on several threads whose results are taken in the order in which it was given.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <future>
#include <thread>
#include <utility>

namespace nrc {

/// @param threads  as options have it: 0 is one for each processor
inline std::size_t thread_count(unsigned threads) {
  if (threads != 0) return threads;
  const unsigned processors = std::thread::hardware_concurrency();
  return processors == 0 ? 1 : processors;
}

/// At most so many jobs run or wait to be taken. With one thread a job runs when it is taken.
template <class Result>
class OrderedJobs {
 public:
  explicit OrderedJobs(std::size_t threads) : threads_(threads) {}

  bool empty() const { return jobs_.empty(); }
  /// Whether a result must be taken before another job is added.
  bool full() const { return jobs_.size() >= threads_; }
  /// The job keeps no reference to what may end before its result is taken, or before this does.
  void add(std::function<Result()> job) {
    const auto policy = threads_ > 1 ? std::launch::async : std::launch::deferred;
    jobs_.push_back(std::async(policy, std::move(job)));
  }
  /// The first result that was not taken. Throws what its job threw.
  Result take() {
    std::future<Result> job = std::move(jobs_.front());
    jobs_.pop_front();
    return job.get();
  }

 private:
  std::size_t threads_;
  std::deque<std::future<Result>> jobs_;  ///< their destructors wait for the ends of the jobs
};

}  // namespace nrc
