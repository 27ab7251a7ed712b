// SPDX-License-Identifier: Apache-2.0
//
// A verilated design without its type, so that a bench is compiled once for all variants of it.
#pragma once

namespace nrc::tb {

/// @tparam Ports  the ports by name, as numbers of fixed widths
template <class Ports>
class Design {
 public:
  virtual ~Design() = default;
  virtual void eval() = 0;
  virtual void tick() = 0;
  Ports* operator->() { return &ports_; }
  Ports& operator*() { return ports_; }

 protected:
  Ports ports_;
};

}  // namespace nrc::tb
