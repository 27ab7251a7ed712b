#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A register without reset whose enable is "the new value or my own is not zero" saves clocks in silicon, and in a
# four-state simulation keeps an X for ever: once it took one while nothing was valid, its enable is X, and `if (X)`
# does not take the next value, though every real value of the register would. Two-state simulators, with random
# values at the start too, show nothing. An enable that asks for valid first never lets the X in.
#
# Needs Icarus (seen with 11.0; what IEEE 1800 says of `if`). Exits 1 if the behaviour is another one.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/a.sv" <<'END'
module top;
  logic       clk = 1'b0, valid = 1'b1;
  logic [3:0] d = 4'd5, own_q, asked_q;
  always #5 clk = !clk;
  always_ff @(posedge clk) if (d != 0 || own_q != 0) own_q <= d;
  always_ff @(posedge clk) if (valid && (d != 0 || asked_q != 0)) asked_q <= d;
  initial begin
    @(posedge clk);
    #1 valid = 1'b0;
    d = 4'b0xx0;                 // nothing is valid, and its value is nobody's business
    @(posedge clk);
    #1 valid = 1'b1;
    d = 4'd0;
    @(posedge clk);
    #1 $display("%b %b", own_q, asked_q);
    $finish(0);
  end
endmodule
END
iverilog -g2012 -o "$work/a.vvp" "$work/a.sv"
said=$(vvp -n "$work/a.vvp")
echo "$said"
if [ "$said" != "0xx0 0000" ]; then
  echo "changed"
  exit 1
fi
echo "as described"
