// SPDX-License-Identifier: Apache-2.0
//
// Trains the Huffman tables of a table set from recordings. The shape of the set (classes,
// phases, symbols) is given; counting what the codec would code in each context gives the
// weights of its code lengths.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "nrc/table_set.hpp"

namespace nrc {

class Trainer {
 public:
  /// @param shape  a table set whose `lengths` are ignored (their number follows from the classes)
  Trainer(TableSet shape, int code_width);

  /// Counts one channel's codes, in time order.
  void add(const Code* codes, std::size_t count);

  /// The trained set. A context with few or no counts leans on a prior: a normal distribution of
  /// the class's width over even code widths, weighted like `prior_weight` codes.
  TableSet train(double prior_weight = 100.0) const;

  /// Codes counted so far.
  std::size_t codes() const { return codes_; }

 private:
  std::vector<double> prior(const ScaleClass& c, double scale) const;
  /// Typical mean |innovation| of class k in codes.
  double typical_scale(std::size_t k) const;

  TableSet shape_;
  int code_width_;
  std::vector<std::vector<double>> counts_;  ///< [table][symbol]
  std::size_t codes_ = 0;
};

/// Shape of a built-in table set by name: "default" or "generic". @throws Error.
TableSet table_shape(const std::string& name);

}  // namespace nrc
