// SPDX-License-Identifier: Apache-2.0
//
// For proofs with several clocks: a graph of ABC has one clock, which is a step of time here, and the
// clocks of the design are inputs that say whether they tick in that step. So clocks of all rates and
// phases are among its runs. For Yosys's techmap, after async2sync and dffunmap.
//
// An asynchronous reset holds the outputs at once, and what is stored from the clock's next tick on.

(* techmap_celltype = "$dff" *)
module tick_dff (
  input              CLK,
  input  [WIDTH-1:0] D,
  output [WIDTH-1:0] Q
);
  parameter WIDTH        = 1;
  parameter CLK_POLARITY = 1'b1;

  \$ff #(.WIDTH(WIDTH)) _TECHMAP_REPLACE_ (.D(CLK ? D : Q), .Q(Q));
endmodule
