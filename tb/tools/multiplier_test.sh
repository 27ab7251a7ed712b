#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# rtl/board/radix4_multiplier.v multiplies: proved for small operands of all kinds, and simulated with
# random ones and the extremes for the widths of the range profile's products.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

design() { # sign a b y: the module, and its copy through the techmap
  printf 'module product(input %s [%d:0] a, input %s [%d:0] b, output %s [%d:0] y);
    assign y = a * b; endmodule\n' "$1" $(($2 - 1)) "$1" $(($3 - 1)) "$1" $(($4 - 1)) >"$work/product.v"
  echo "read_verilog $work/product.v; prep -top product; wreduce; copy product mapped
    techmap -map rtl/board/radix4_multiplier.v mapped
    select -assert-none mapped/t:\$mul; select -assert-count 1 product/t:\$mul"
}
check() { # what it is, then the command
  local what=$1
  shift
  if ! "$@" >"$work/log" 2>&1 || grep -q FAIL "$work/log"; then
    tail -n 5 "$work/log"
    echo "multiplier: $what FAIL"
    exit 1
  fi
}

for sign in "" signed; do
  for widths in "1 1 2" "1 4 5" "2 3 5" "4 4 8" "5 4 6" "4 5 12" "6 7 13" "7 6 13"; do
    read -r a b y <<<"$widths"
    check "${sign:-unsigned} $a x $b to $y" yosys -q -p "$(design "$sign" "$a" "$b" "$y")
      miter -equiv -flatten product mapped miter; sat -verify -prove trigger 0 miter"
  done
done
for widths in "signed 11 16 26" "signed 12 16 27" "wire 16 16 32"; do
  read -r sign a b y <<<"$widths"
  check "$widths" yosys -q -p "$(design "$sign" "$a" "$b" "$y")
    techmap mapped; opt_clean mapped; write_verilog -noattr $work/mapped.v"
  cat >"$work/tb.v" <<EOF
module tb;
  reg [$a-1:0] a; reg [$b-1:0] b; wire [$y-1:0] y, z; integer i;
  product u_product (.a(a), .b(b), .y(y));
  mapped  u_mapped  (.a(a), .b(b), .y(z));
  initial begin
    for (i = 0; i < 200; i = i + 1) begin
      a = \$random; b = \$random;
      if (i % 8 == 1) a = {1'b1, {$a-1{1'b0}}};
      if (i % 8 == 2) b = {1'b1, {$b-1{1'b0}}};
      if (i % 8 == 3) a = {$a{1'b1}};
      if (i % 8 == 4) b = {1'b0, {$b-1{1'b1}}};
      if (i < 64) begin a = {$a{i[0]}} ^ i[1] << ($a-1); b = {$b{i[2]}} ^ i[3] << ($b-1); end
      #1 if (y !== z) begin \$display("FAIL %d %d: %d %d", a, b, y, z); \$finish; end
    end
    \$display("200 products");
    \$finish;
  end
endmodule
EOF
  check "$widths" iverilog -g2012 -o "$work/tb.vvp" -s tb "$work/tb.v" "$work/mapped.v"
  check "$widths" vvp -n "$work/tb.vvp"
  grep -q '200 products' "$work/log"
done
echo "multiplier: ok"
