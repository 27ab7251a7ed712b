# SPDX-License-Identifier: Apache-2.0
"""Example of a cocotb bench of nrc_encoder; run.py builds and runs it for some configurations."""
import os
import random

import cocotb
from cocotb.clock import Clock
from cocotb.handle import HierarchyObject
from cocotb.triggers import RisingEdge
from nrc_cocotb import CLOSED, IDLE, OPEN, PacketSink, SampleSource, Scoreboard, reset, state

CHANNELS = int(os.environ["NRC_CHANNELS"])
WIDTH = int(os.environ["NRC_CODE_WIDTH"])
FRAMES = int(os.environ["NRC_PACKET_FRAMES"])
OPTIONS = os.environ["NRC_OPTIONS"].split()


def make_frames(count: int, seed: int) -> list[list[int]]:
    """Frames of noise with drift and some steps: codes of WIDTH bits."""
    noise = random.Random(seed)
    level = [0.0] * CHANNELS
    limit = (1 << (WIDTH - 1)) - 1
    frames = []
    for _ in range(count):
        for channel in range(CHANNELS):
            level[channel] = 0.98 * level[channel] + noise.gauss(0, 3)
        frames.append([max(-limit - 1, min(limit, round(value + (limit if noise.random() < 0.002 else 0))))
                       for value in level])
    return frames


async def start(dut: HierarchyObject, seed: int) -> tuple[SampleSource, PacketSink]:
    """Clock, reset, and both ends of the encoder with pauses."""
    cocotb.start_soon(Clock(dut.clk_i, 10, "ns").start())
    await reset(dut)
    return SampleSource(dut, CHANNELS, seed, pause=0.2), PacketSink(dut, seed, pause=0.3)


@cocotb.test()
async def streams_are_those_of_the_golden_model(dut: HierarchyObject) -> None:
    """Two streams after each other; the last sample closes them."""
    source, sink = await start(dut, 1)
    scoreboard = Scoreboard(OPTIONS)
    assert state(dut) == IDLE
    for stream, count in enumerate((2 * FRAMES + 3, FRAMES)):
        frames = make_frames(count, stream)
        await source.send(frames[:-1])
        assert state(dut) == OPEN
        await source.send(frames[-1:], last=True)
        packets = await sink.stream()
        # The number of the next stream: nrc_packet_emitter.
        scoreboard.compare(frames, packets, 1 ^ (stream << 15))
        for _ in range(100):
            await RisingEdge(dut.clk_i)
        assert state(dut) == CLOSED


@cocotb.test()
async def a_flush_closes_the_stream(dut: HierarchyObject) -> None:
    """The converter stops inside a packet."""
    source, sink = await start(dut, 2)
    frames = make_frames(FRAMES + 2, 3)
    await source.send(frames)
    await source.flush()
    Scoreboard(OPTIONS).compare(frames, await sink.stream())


@cocotb.test()
async def a_reset_begins_anew(dut: HierarchyObject) -> None:
    """In the middle of a frame."""
    source, sink = await start(dut, 3)
    await source.send(make_frames(FRAMES + 2, 4))
    dut.s_axis_tvalid.value = 1
    await RisingEdge(dut.clk_i)
    sink.stop()
    await reset(dut)
    sink = PacketSink(dut)
    frames = make_frames(FRAMES + 1, 5)
    await source.send(frames, last=True)
    Scoreboard(OPTIONS).compare(frames, await sink.stream())
