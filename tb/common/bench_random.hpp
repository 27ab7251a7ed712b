// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <random>

namespace nrc::tb {

/// Random numbers of a bench: 32 bits each, the same for a seed everywhere.
class Random {
 public:
  using result_type = std::uint32_t;

  explicit Random(std::uint32_t seed) : engine_(seed) {}

  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return 0xFFFFFFFF; }
  result_type operator()() { return static_cast<result_type>(engine_()); }

  bool flip() { return (*this)() % 2 != 0; }
  bool percent(std::uint32_t chance) { return (*this)() % 100 < chance; }
  /// first..last, both included.
  int range(int first, int last) {
    return first + static_cast<int>((*this)() % static_cast<std::uint32_t>(last - first + 1));
  }

 private:
  std::mt19937 engine_;
};

/// Sets an input port of any width up to 64 bits.
template <class Port, class Value>
void drive(Port& port, Value value) {
  port = static_cast<Port>(value);
}

}  // namespace nrc::tb
