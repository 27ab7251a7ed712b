#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# ABC's `ind` says "Networks are UNDECIDED" of a property that is not inductive: the words with which other
# engines give up at a limit. It has not given up; it has found a step that breaks the property, and does not
# show it. More conflicts (-C) or hours do not help, an invariant does. Seen with berkeley-abc of Debian 12.
#
# Here a counter stops at 5, so it never is 10: true, but not by induction over 2 clocks, because 9, which it
# never is either, comes before 10. Needs yosys and berkeley-abc; exits 1 if the behaviour is another one.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/a.sv" <<'END'
module top(input logic clk);
  logic [3:0] x = 0;
  always_ff @(posedge clk) x <= (x == 5) ? x : x + 4'd1;
  always_comb begin
    assert (x != 10);
`ifdef INVARIANT
    assert (x <= 5);
`endif
  end
endmodule
END
prove() { # yosys option
  yosys -q -p "read_verilog -formal -sv ${1:-} $work/a.sv; prep -top top; async2sync; dffunmap; techmap
    opt -fast; simplemap; dffunmap; opt_clean; aigmap; write_aiger -zinit $work/a.aig"
  berkeley-abc -c "read_aiger $work/a.aig; fold; strash; orpos; ind -F 2 -C 100000000"
}
prove >"$work/without"
prove -DINVARIANT >"$work/with"
grep -h 'Networks' "$work/without" "$work/with"
if ! grep -q 'Networks are UNDECIDED' "$work/without" || ! grep -q 'Networks are equivalent' "$work/with"; then
  echo "changed"
  exit 1
fi
echo "as described"
