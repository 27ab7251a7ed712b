#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# cocotbext-axi 0.1.28 with cocotb 2.0.1 in a four-state simulator: a master that is made before the reset of the
# design is active ends at the first clock, because it reads a ready that is X ("Cannot convert Logic('X') to bool"),
# and the test fails. It has a reset argument, but begins at once if the reset is not active. Make masters,
# sources and sinks while the reset is active.
#
# Needs python3-venv, PyPI and iverilog; exits 1 if the behaviour is another one.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check cocotb==2.0.1 cocotbext-axi==0.1.28
cd "$work"
cat >top.sv <<'END'
`timescale 1ns / 1ps
module top (
  input  logic clk, rst_n, s_tvalid, s_tlast,
  input  logic [7:0] s_tdata,
  output logic s_tready
);
  always_ff @(posedge clk or negedge rst_n) if (!rst_n) s_tready <= 1'b0; else s_tready <= 1'b1;
endmodule
END
cat >tests.py <<'END'
import cocotb
from cocotb.clock import Clock
from cocotb.triggers import RisingEdge, Timer
from cocotbext.axi import AxiStreamBus, AxiStreamSource


async def send(dut, early):
    cocotb.start_soon(Clock(dut.clk, 10, "ns").start())
    dut.rst_n.value = 1
    source = None
    if early:
        source = AxiStreamSource(AxiStreamBus.from_prefix(dut, "s"), dut.clk, dut.rst_n, reset_active_level=False)
    await RisingEdge(dut.clk)
    await Timer(1, "ns")
    dut.rst_n.value = 0
    await Timer(1, "ns")
    if not early:
        source = AxiStreamSource(AxiStreamBus.from_prefix(dut, "s"), dut.clk, dut.rst_n, reset_active_level=False)
    await RisingEdge(dut.clk)
    await Timer(1, "ns")
    dut.rst_n.value = 1
    await source.send(b"abc")
    await source.wait()


@cocotb.test()
async def before(dut):
    await send(dut, True)


@cocotb.test()
async def during(dut):
    await send(dut, False)
END
cat >run.py <<'END'
import sys

from cocotb_tools.runner import get_runner

runner = get_runner("icarus")
runner.build(sources=["top.sv"], hdl_toplevel="top", build_args=["-g2012"])
runner.test(hdl_toplevel="top", test_module="tests", testcase=sys.argv[1])
END
venv/bin/python run.py before >before.log 2>&1 || true
venv/bin/python run.py during >during.log 2>&1
grep -m 1 -o "Cannot convert Logic('X') to bool" before.log
grep -o 'PASS=1 FAIL=0' during.log
