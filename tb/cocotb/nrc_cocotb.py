# SPDX-License-Identifier: Apache-2.0
"""nrc_encoder in a cocotb bench: a source of samples, a sink of packets, and a scoreboard on the golden
model, which is the command `nrc`.

    source, sink = SampleSource(dut, channels=32), PacketSink(dut)
    scoreboard = Scoreboard(["--channels", "32", "--mapping", "code", "--code-width", "16", "--tables", "generic"])
    await source.send(frames)
    await source.close()
    scoreboard.compare(frames, await sink.stream())

docs/rtl.md says which options of `nrc stream encode --rtl` belong to which parameters.
"""
import os
import random
import struct
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

import cocotb
from cocotb.handle import HierarchyObject
from cocotb.triggers import ReadOnly, RisingEdge, Timer

Frame = Sequence[int]  # a sample of each channel, int16

# Bits of status_o (rtl/parts/nrc_status_pkg.sv).
IDLE, OPEN, CLOSING, CLOSED = range(4)
NO_ROOM, NO_TABLES, NO_CHANNELS = 1 << 2, 1 << 3, 1 << 4


async def reset(dut: HierarchyObject, clocks: int = 3) -> None:
    """Sets all inputs and resets the encoder, with edges away from those of the clock."""
    for name in ("enable_i", "flush_i", "key_request_i", "max_step_i", "min_step_i", "first_step_i", "link_words_i",
                 "s_axis_tvalid", "s_axis_tdata", "s_axis_tlast", "m_axis_tready", "table_we_i", "table_addr_i",
                 "table_wdata_i", "table_id_i", "class_we_i", "class_addr_i", "class_wdata_i", "event_threshold_i",
                 "events_only_i", "channels_i"):
        getattr(dut, name).value = 0
    dut.stream_number_i.value = 1
    dut.rst_ni.value = 1
    await RisingEdge(dut.clk_i)
    dut.rst_ni.value = 0
    for _ in range(clocks):
        await RisingEdge(dut.clk_i)
    await Timer(1, "ns")
    dut.rst_ni.value = 1
    await RisingEdge(dut.clk_i)


def state(dut: HierarchyObject) -> int:
    """IDLE, OPEN, CLOSING or CLOSED."""
    return int(dut.status_o.value) & 3


class SampleSource:
    """Drives s_axis_* and enable_i."""

    def __init__(self, dut: HierarchyObject, channels: int, seed: int = 1, pause: float = 0.0) -> None:
        """@param pause  chance of a clock without a sample"""
        self.dut, self.channels, self.pause = dut, channels, pause
        self.random = random.Random(seed)

    async def send(self, frames: Sequence[Frame], last: bool = False) -> None:
        """Opens a stream if none is open, and sends frames; with `last` they close it."""
        self.dut.enable_i.value = 1
        for number, frame in enumerate(frames):
            if last and number + 1 == len(frames):
                self.dut.enable_i.value = 0
            await self._send(frame)

    async def flush(self) -> None:
        """Closes the stream without a sample."""
        self.dut.enable_i.value = 0
        self.dut.flush_i.value = 1
        await RisingEdge(self.dut.clk_i)
        self.dut.flush_i.value = 0

    async def _send(self, frame: Frame) -> None:
        if len(frame) != self.channels:
            raise ValueError(f"a frame of {len(frame)} samples; give {self.channels}")
        for channel, sample in enumerate(frame):
            while self.random.random() < self.pause:
                await RisingEdge(self.dut.clk_i)
            self.dut.s_axis_tvalid.value = 1
            self.dut.s_axis_tdata.value = sample & 0xFFFF
            self.dut.s_axis_tlast.value = channel + 1 == len(frame)
            taken = False
            while not taken:
                await ReadOnly()
                taken = bool(self.dut.s_axis_tready.value)
                await RisingEdge(self.dut.clk_i)
            self.dut.s_axis_tvalid.value = 0


@dataclass(frozen=True)
class Packet:
    """A packet as it left, docs/bitstream.md, section 7."""

    data: bytes

    @property
    def type(self) -> int:
        """0 stream header, 1 Huffman data, 2 range data."""
        return self.data[2] & 15

    @property
    def key(self) -> bool:
        """A receiver can start here."""
        return bool(self.data[2] & 16)

    @property
    def last(self) -> bool:
        """It closes the stream."""
        return bool(self.data[2] & 32)


def packets_of(stream: bytes) -> list[bytes]:
    """Its packets, by their headers (docs/bitstream.md, section 7)."""
    packets = []
    while stream:
        short = stream[2] & 128
        words = int.from_bytes(stream[12:14], "little") >> 7 if short else int.from_bytes(stream[15:18], "little")
        length = (20 if short else 24) + 4 * words
        packets.append(stream[:length])
        stream = stream[length:]
    return packets


class PacketSink:
    """Takes m_axis_*, all the time, and checks that what is offered stays until it is taken."""

    def __init__(self, dut: HierarchyObject, seed: int = 1, pause: float = 0.0) -> None:
        """@param pause  chance of a clock in which tready is low"""
        self.dut, self.pause = dut, pause
        self.random = random.Random(seed)
        self.packets: list[Packet] = []
        self._task = cocotb.start_soon(self._run())

    def stop(self) -> None:
        """Before a reset: what comes then is of another encoder, so to say."""
        self._task.cancel()

    async def stream(self, clocks: int = 200_000) -> list[Packet]:
        """The packets of a stream, when its last one has come. Raises TimeoutError after so many clocks."""
        for _ in range(clocks):
            ends = [number for number, packet in enumerate(self.packets) if packet.last]
            if ends:
                taken, self.packets = self.packets[:ends[0] + 1], self.packets[ends[0] + 1:]
                return taken
            await RisingEdge(self.dut.clk_i)
        raise TimeoutError(f"no packet with `last` in {clocks} clocks")

    async def _run(self) -> None:
        words: list[int] = []
        offered: tuple[int, bool] | None = None
        while True:
            ready = self.random.random() >= self.pause
            self.dut.m_axis_tready.value = ready
            await ReadOnly()
            valid = bool(self.dut.m_axis_tvalid.value)
            word = (int(self.dut.m_axis_tdata.value), bool(self.dut.m_axis_tlast.value)) if valid else None
            assert offered is None or word == offered, "what was offered did not stay"
            offered = None if ready else word
            if word and ready:
                words.append(word[0])
                if word[1]:
                    self.packets.append(Packet(struct.pack(f"<{len(words)}I", *words)))
                    words = []
            await RisingEdge(self.dut.clk_i)


class Scoreboard:
    """Compares streams of which nothing was dropped with those of `nrc stream encode --rtl`."""

    def __init__(self, options: Sequence[str], nrc: str = os.environ.get("NRC", "nrc")) -> None:
        """@param options  those that belong to the encoder's parameters; @param nrc  the command"""
        self.command = [nrc, "stream", "encode", "--rtl", *options]

    def stream(self, frames: Sequence[Frame], stream_number: int = 1) -> bytes:
        """What the encoder makes of the frames."""
        samples = b"".join(struct.pack(f"<{len(frame)}h", *frame) for frame in frames)
        return subprocess.run([*self.command, "--stream-number", str(stream_number)], input=samples, check=True,
                              capture_output=True).stdout

    def compare(self, frames: Sequence[Frame], packets: Sequence[Packet], stream_number: int = 1) -> None:
        """Raises AssertionError at the first packet that differs."""
        expected = self.stream(frames, stream_number)
        at = 0
        for number, packet in enumerate(packets):
            assert expected[at:at + len(packet.data)] == packet.data, f"packet {number} is not the golden model's"
            at += len(packet.data)
        assert at == len(expected), f"{len(expected) - at} bytes are missing"
