# SPDX-License-Identifier: Apache-2.0
"""Example of a UVM bench of nrc_encoder with the agent of nrc_uvm.py; run.py builds and runs it."""
import os
import random

import cocotb
import pyuvm
from cocotb.clock import Clock
from cocotb.triggers import RisingEdge
from nrc_cocotb import reset
from nrc_uvm import EncoderEnv, StreamSequence
from pyuvm import ConfigDB, uvm_test

CHANNELS = int(os.environ["NRC_CHANNELS"])
WIDTH = int(os.environ["NRC_CODE_WIDTH"])
FRAMES = int(os.environ["NRC_PACKET_FRAMES"])
OPTIONS = os.environ["NRC_OPTIONS"].split()


def noise(count: int, seed: int) -> list[list[int]]:
    """Frames of codes."""
    source = random.Random(seed)
    limit = (1 << (WIDTH - 1)) - 1
    return [[max(-limit - 1, min(limit, round(source.gauss(0, 1 << (WIDTH - 5))))) for _ in range(CHANNELS)]
            for _ in range(count)]


@pyuvm.test()
class Streams(uvm_test):
    """Streams of different lengths, one after the other, with pauses at both ends."""

    def build_phase(self) -> None:
        for name, value in (("DUT", cocotb.top), ("CHANNELS", CHANNELS), ("OPTIONS", OPTIONS), ("PAUSE", 0.25)):
            ConfigDB().set(None, "*", name, value)
        self.env = EncoderEnv("env", self)

    async def run_phase(self) -> None:
        self.raise_objection()
        cocotb.start_soon(Clock(cocotb.top.clk_i, 10, "ns").start())
        await reset(cocotb.top)
        for seed, count in enumerate((2 * FRAMES + 1, 2, 3 * FRAMES)):
            await StreamSequence(f"stream_{seed}", noise(count, seed)).start(self.env.agent.sequencer)
        for _ in range(20000):
            await RisingEdge(cocotb.top.clk_i)
            if self.env.scoreboard.streams == 3:
                break
        self.drop_objection()

    def check_phase(self) -> None:
        assert self.env.scoreboard.streams == 3
