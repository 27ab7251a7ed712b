#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# cocotb 2.0.1, cocotb_tools.runner: what test(extra_env=) sets is overwritten by the environment of the process,
# without a word, and PYTHONPATH in either always by sys.path. So a variable that a script makes absolute
# is relative again in the test, which runs in another folder. Set os.environ instead.
#
# Needs python3-venv, PyPI and iverilog; exits 1 if the behaviour is another one.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check cocotb==2.0.1
cd "$work"
echo 'module top(input logic a); endmodule' >top.sv
cat >shows.py <<'END'
import os

import cocotb


@cocotb.test()
async def show(dut):
    print("PLACE", os.environ["PLACE"], "OTHER", os.environ["OTHER"])
END
cat >run.py <<'END'
from cocotb_tools.runner import get_runner

runner = get_runner("icarus")
runner.build(sources=["top.sv"], hdl_toplevel="top", build_args=["-g2012"])
runner.test(hdl_toplevel="top", test_module="shows", extra_env={"PLACE": "of the script", "OTHER": "of the script"})
END
PLACE="of the shell" venv/bin/python run.py >log 2>&1
grep -o 'PLACE of the shell OTHER of the script' log
