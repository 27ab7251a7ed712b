// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bench_design.hpp"
#include "verilated_dut.hpp"

namespace nrc::tb {

/// A Verilator model as a Design. write() and read(), specialised for each, copy its inputs and
/// outputs.
template <class Model, class Ports>
class VerilatedDesign : public Design<Ports> {
 public:
  void eval() override {
    write();
    dut_.eval();
    read();
  }
  void tick() override {
    write();
    dut_.tick();
    read();
  }

 private:
  using Design<Ports>::ports_;

  void write();
  void read();

  Dut<Model> dut_;
};

}  // namespace nrc::tb
