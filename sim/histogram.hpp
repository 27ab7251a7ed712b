// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace nrc::sim {

/// Counts how often each small number (clocks) occurs: least, middle, mean and largest of any
/// number of values in little memory.
class Histogram {
 public:
  void add(std::uint64_t value) {
    if (value >= counts_.size()) {
      counts_.resize(static_cast<std::size_t>(value) + 1);
    }
    ++counts_[static_cast<std::size_t>(value)];
    ++total_;
    sum_ += value;
  }

  bool empty() const { return total_ == 0; }
  std::uint64_t min() const { return at_rank(0); }
  std::uint64_t median() const { return at_rank(empty() ? 0 : (total_ - 1) / 2); }
  double mean() const {
    return empty() ? 0 : static_cast<double>(sum_) / static_cast<double>(total_);
  }
  std::uint64_t max() const { return at_rank(empty() ? 0 : total_ - 1); }

 private:
  /// The value at this place (from 0) in ascending order; 0 if there is none.
  std::uint64_t at_rank(std::uint64_t rank) const {
    std::uint64_t before = 0;
    for (std::size_t value = 0; value < counts_.size(); ++value) {
      before += counts_[value];
      if (before > rank) {
        return value;
      }
    }
    return 0;
  }

  std::vector<std::uint64_t> counts_;
  std::uint64_t total_ = 0;
  std::uint64_t sum_ = 0;
};

}  // namespace nrc::sim
