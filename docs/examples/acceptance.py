#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An integrator's acceptance test that needs only cocotb and cocotbext-axi: it compares encoders and decoders, bare and
with AXI4-Lite registers, with the command `nrc`, with random pauses and a reset inside a stream. Of the repository it
uses the file lists of the RTL, the C headers of register offsets, and the command. It runs from any directory:

    NRC_ROOT=PATH/TO/nrc python3 acceptance.py [icarus|verilator [CHANNELS ...]]
"""
import itertools
import os
import random
import re
import struct
import subprocess
import sys
from pathlib import Path

import cocotb
from cocotb.clock import Clock
from cocotb.handle import HierarchyObject
from cocotb.triggers import RisingEdge, Timer
from cocotbext.axi import AxiLiteBus, AxiLiteMaster, AxiStreamBus, AxiStreamSink, AxiStreamSource

ROOT = Path(os.environ.get("NRC_ROOT", Path(__file__).resolve().parent.parent.parent))
FRAMES, PACKETS, NUMBER = 4, 3, 7  # frames of a packet, packets of a stream, number of the first stream
SIZES = [(1, 8), (8, 9), (32, 16), (1024, 12)]  # channels, bits
# Inputs of the bare encoder that stay constant, but for enable_i.
INPUTS = ["enable_i", "flush_i", "key_request_i", "stream_number_i", "channels_i", "max_step_i", "min_step_i",
          "first_step_i", "link_words_i", "class_we_i", "class_addr_i", "class_wdata_i", "event_threshold_i",
          "events_only_i", "table_we_i", "table_addr_i", "table_wdata_i", "table_id_i"]
DESIGNS = ["encoder", "decoder", "encoder_axil", "decoder_axil"]


class Bench:
    """Both AXI streams, with random pauses, and the registers of designs that have them."""

    def __init__(self, dut: HierarchyObject) -> None:
        self.dut, self.owner, self.chance = dut, os.environ["DESIGN"].split("_")[0], random.Random(1)
        reset = {"reset": dut.rst_ni, "reset_active_level": False}
        self.source = AxiStreamSource(AxiStreamBus.from_prefix(dut, "s_axis"), dut.clk_i, **reset)
        self.sink = AxiStreamSink(AxiStreamBus.from_prefix(dut, "m_axis"), dut.clk_i, **reset)
        self.bus = None
        if os.environ["DESIGN"].endswith("axil"):
            self.bus = AxiLiteMaster(AxiLiteBus.from_prefix(dut, "s_axil"), dut.clk_i, **reset)
        for stream in (self.source, self.sink):
            stream.set_pause_generator(itertools.cycle([self.chance.random() < 0.25 for _ in range(997)]))
        text = (ROOT / f"drivers/c/nrc_{self.owner}_registers.h").read_text(encoding="utf-8")
        self.offsets = {name: int(value, 16) for name, value in re.findall(r"#define NRC_[A-Z]+_(\w+) (0x\w+)u", text)}

    async def reset(self) -> None:
        """A reset of random duration that begins and ends at random times, not at clock edges."""
        await Timer(self.chance.randrange(1, 10), "ns")
        self.dut.rst_ni.value = 0
        await Timer(self.chance.randrange(30, 60), "ns")
        self.source.clear()
        self.sink.clear()
        self.dut.rst_ni.value = 1
        await RisingEdge(self.dut.clk_i)

    async def enable(self, on: bool) -> None:
        """Sets the enable port, or the enable bit of designs with registers."""
        if self.bus is not None and on and self.owner == "encoder":
            await self.bus.write(self.offsets["STREAM_NUMBER"], NUMBER.to_bytes(4, "little"))
        if self.bus is not None:
            await self.bus.write(self.offsets["CONTROL"], bytes([on, 0, 0, 0]))
        elif self.owner == "encoder":
            self.dut.enable_i.value = on


@cocotb.test()
async def accepted(dut: HierarchyObject) -> None:
    """A stream that a reset interrupts, then a complete one."""
    channels, bits, profile = int(os.environ["CHANNELS"]), int(os.environ["BITS"]), os.environ["PROFILE"]
    for name in INPUTS:
        if hasattr(dut, name):
            getattr(dut, name).value = NUMBER if name == "stream_number_i" else 0
    dut.rst_ni.value = 1
    await Timer(1, "ns")
    dut.rst_ni.value = 0
    await Timer(1, "ns")
    cocotb.start_soon(Clock(dut.clk_i, 10, "ns").start())
    bench = Bench(dut)
    for attempt in range(2):
        await bench.reset()
        frames = [[max(-1 << (bits - 1), min((1 << (bits - 1)) - 1, round(bench.chance.gauss(0, 1 << (bits - 4)))))
                   for _ in range(channels)] for _ in range(FRAMES * PACKETS)]
        samples = [struct.pack(f"<{channels}h", *frame) for frame in frames]
        command = [os.environ.get("NRC", str(ROOT / "build/nrc")), "stream", "encode", "--rtl", "--profile", profile,
                   "--channels", str(channels), "--mapping", "code", "--code-width", str(bits), "--packet-frames",
                   str(FRAMES), "--tables", "generic", "--rate", "19531.25", "--stream-number", str(NUMBER)]
        golden = subprocess.run(command, input=b"".join(samples), check=True, capture_output=True).stdout
        packets, at = [], 0
        while at < len(golden):
            length = 24 + 4 * int.from_bytes(golden[at + 15:at + 18], "little")
            packets.append(golden[at:at + length])
            at += length
        given, expected = (samples, packets) if bench.owner == "encoder" else (packets, samples)
        await bench.enable(True)
        for item in given[:-1]:
            await bench.source.send(item)
        if attempt == 0:
            await Timer(bench.chance.randrange(100, 20 * channels * FRAMES + 1000), "ns")
            continue
        await bench.source.wait()
        if bench.owner == "encoder":
            await bench.enable(False)  # the last frame closes the stream
        await bench.source.send(given[-1])
        for item in expected:
            assert bytes((await bench.sink.recv(compact=True)).tdata) == item
        assert bench.sink.empty()


def main() -> None:
    """Builds and tests every design in every size, in the current directory."""
    from cocotb_tools.check_results import get_results
    from cocotb_tools.runner import get_runner
    simulator = sys.argv[1] if len(sys.argv) > 1 else "icarus"
    sizes = [size for size in SIZES if len(sys.argv) < 3 or str(size[0]) in sys.argv[2:]]
    for design, profile, (channels, bits) in itertools.product(DESIGNS, ("huffman", "range"), sizes):
        listed = (ROOT / f"rtl/lists/{design}_generic.f").read_text(encoding="utf-8").splitlines()
        case = f"{design}_{profile}_{channels}"
        runner = get_runner(simulator)
        runner.build(sources=[ROOT / line for line in listed if line.startswith("rtl/")], includes=[ROOT / "rtl/parts"],
                     hdl_toplevel=f"nrc_{design}", build_dir=f"acceptance/{case}", timescale=("1ns", "1ps"),
                     build_args=["-g2012"] if simulator == "icarus" else ["-Wno-fatal"],
                     parameters={"Channels": channels, "CodeWidth": bits, "Mapping": 0, "PacketFrames": FRAMES,
                                 "Profile": int(profile == "range")})
        environment = {"CHANNELS": str(channels), "BITS": str(bits), "PROFILE": profile, "DESIGN": design,
                       "NRC_ROOT": str(ROOT), "PYTHONPATH": str(Path(__file__).resolve().parent)}
        results = runner.test(hdl_toplevel=f"nrc_{design}", test_module=Path(__file__).stem,
                              test_dir=f"acceptance/{case}", build_dir=f"acceptance/{case}", extra_env=environment,
                              results_xml="results.xml")
        tests, failed = get_results(Path(f"acceptance/{case}") / "results.xml") if results else (0, 1)
        print(f"acceptance: {case}, {bits} bits: {'ok' if tests and not failed else 'FAILED'}", flush=True)
        if not tests or failed:
            sys.exit(1)


if __name__ == "__main__":
    main()
