// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <verilated.h>

#include <atomic>
#include <cstdlib>
#include <memory>
#include <string>

#if VM_COVERAGE
#include <unistd.h>
#include <verilated_cov.h>
#endif

namespace nrc::tb {

/// Writes the RTL coverage so far to $NRC_COVERAGE_DIR, if set. The counters live in the model:
/// call it before the model is deleted, once for a context.
inline void write_coverage([[maybe_unused]] VerilatedContext& context) {
#if VM_COVERAGE
  static std::atomic<int> files{0};
  if (const char* const dir = std::getenv("NRC_COVERAGE_DIR")) {
    const std::string name = std::string(dir) + "/" + std::to_string(::getpid()) + "-" +
                             std::to_string(files++) + ".dat";
    context.coveragep()->write(name.c_str());
  }
#endif
}

/// A Verilator model with a `clk_i` input in a context of its own:
///   Dut<Vnrc_predictor> dut;  dut->valid = 1;  dut.tick();
template <class Model>
class Dut {
 public:
  Dut() {
    context_.threads(1);
    context_.randReset(Verilated::defaultContextp()->randReset());
    context_.randSeed(Verilated::defaultContextp()->randSeed());
    model_ = std::make_unique<Model>(&context_);
    model_->clk_i = 0;
  }
  ~Dut() {
    model_->final();
    write_coverage(context_);
    // Verilator 5.006 unregisters scopes from the thread's context, which is the newest model's
    // and perhaps gone; it hangs on that.
    Verilated::threadContextp(&context_);
    model_.reset();
    Verilated::threadContextp(Verilated::defaultContextp());
  }
  Dut(const Dut&) = delete;
  Dut& operator=(const Dut&) = delete;

  Model* operator->() { return model_.get(); }
  Model& operator*() { return *model_; }
  VerilatedContext& context() { return context_; }

  /// Settles combinational outputs after inputs changed, without a clock edge.
  void eval() { model_->eval(); }

  /// One clock. Inputs set before it are sampled by the rising edge; what is read after it is the
  /// result of that edge.
  void tick() {
    model_->eval();
    context_.timeInc(1);
    model_->clk_i = 1;
    model_->eval();
    context_.timeInc(1);
    model_->clk_i = 0;
    model_->eval();
  }

 private:
  VerilatedContext context_;  // outlives the model
  std::unique_ptr<Model> model_;
};

}  // namespace nrc::tb
