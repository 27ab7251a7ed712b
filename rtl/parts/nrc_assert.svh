// SPDX-License-Identifier: Apache-2.0
//
// Assertion macros, for use between `ifndef SYNTHESIS and `endif, but for NRC_REFUSE. They are all that Verilator 5.006,
// Icarus 11 and Yosys 0.23 accept: immediate assertions in clocked blocks, and messages in generate
// blocks.
//
//   `NRC_AWAKE(CLOCK, RESET)        declares checking_q: high from the first clock after a reset. Before
//                                   that nothing in the module is defined, whatever the level of RESET
//   `NRC_REQUIRE(CONDITION, TEXT)   refuses a module's parameters; once in a module
//   `NRC_REFUSE(NAME, TEXT, VALUE)  refuses, in a generate block of its own; NAME is that of a module
//                                   that does not exist, for tools that print no messages
//
// Only nrc_encoder and nrc_decoder have parameters with defaults. All other modules are to be given
// every parameter but those that are constants of the table set. Icarus 11 knows no parameter without
// a default, so theirs is -1, which none of them may have, and NRC_REQUIRE refuses it.

`ifndef NRC_ASSERT_SVH
`define NRC_ASSERT_SVH

// Proofs begin with a reset; an induction, which begins in any state, knows nothing of it.
`ifdef FORMAL
  `define NRC_AWAKE(CLOCK, RESET) \
    wire checking_q = RESET;
`else
  `define NRC_AWAKE(CLOCK, RESET) \
    logic checking_q, was_reset_q; \
    initial {checking_q, was_reset_q} = 2'b00; \
    always @(posedge CLOCK or negedge RESET) begin \
      if (!RESET) {checking_q, was_reset_q} <= 2'b01; \
      else        checking_q <= was_reset_q; \
    end
`endif

// Icarus knows no message when it elaborates, and Verilator may be asked to go on after one.
`ifdef VERILATOR
  `define NRC_REFUSE(NAME, TEXT, VALUE) $error(TEXT, VALUE); initial $fatal(1, TEXT, VALUE);
  `define NRC_REQUIRE(CONDITION, TEXT) \
    if (!(CONDITION)) begin : gen_refused \
      $error(TEXT); \
      initial $fatal(1, TEXT); \
    end
`elsif YOSYS
  `define NRC_REQUIRE(CONDITION, TEXT) initial assert (CONDITION);
`else
  `ifdef __ICARUS__
    `define NRC_REFUSE(NAME, TEXT, VALUE) initial $fatal(1, TEXT, VALUE);
  `endif
  `define NRC_REQUIRE(CONDITION, TEXT) \
    if (!(CONDITION)) begin : gen_refused \
      initial $fatal(1, TEXT); \
    end
`endif

`ifndef NRC_REFUSE
  `define NRC_REFUSE(NAME, TEXT, VALUE) NAME u_refused ();
`endif

`endif
