// SPDX-License-Identifier: Apache-2.0
//
// Assertion macros, for use between `ifndef SYNTHESIS and `endif. They are all that Verilator 5.006,
// Icarus 11 and Yosys 0.23 accept: immediate assertions in clocked blocks.
//
//   `NRC_AWAKE(CLOCK, RESET)        declares awake_q: high from the first clock out of reset. Before
//                                   that nothing in the module is defined
//   `NRC_REQUIRE(CONDITION, TEXT)   refuses parameters: Verilator when it elaborates, a simulation at
//                                   time 0. Once in a module

`ifndef NRC_ASSERT_SVH
`define NRC_ASSERT_SVH

`define NRC_AWAKE(CLOCK, RESET) \
  logic awake_q; \
  initial awake_q = 1'b0; \
  always @(posedge CLOCK or negedge RESET) begin \
    if (!RESET) awake_q <= 1'b0; \
    else        awake_q <= 1'b1; \
  end

`ifdef YOSYS
  `define NRC_REQUIRE(CONDITION, TEXT) initial assert (CONDITION);
`elsif VERILATOR
  // At the level of generate blocks; whoever has Verilator go on after an error is stopped as well.
  `define NRC_REQUIRE(CONDITION, TEXT) \
    if (!(CONDITION)) begin : gen_refused \
      $error(TEXT); \
      initial $fatal(1, TEXT); \
    end
`else
  `define NRC_REQUIRE(CONDITION, TEXT) \
    if (!(CONDITION)) begin : gen_refused \
      initial $fatal(1, TEXT); \
    end
`endif

`endif
