# SPDX-License-Identifier: Apache-2.0
"""nrc_encoder_axil with the bus models of cocotbext-axi: a stream through the AXI4-Lite registers alone, as an
integrator would try it. run.py builds and runs it."""
import itertools
import logging
import os
import random
import re
import struct
import subprocess
from pathlib import Path

import cocotb
from cocotb.clock import Clock
from cocotb.handle import HierarchyObject
from cocotb.triggers import RisingEdge, Timer
from cocotbext.axi import AxiLiteBus, AxiLiteMaster, AxiResp, AxiStreamBus, AxiStreamSink, AxiStreamSource
from nrc_cocotb import CLOSED, IDLE, Packet, Scoreboard

ROOT = Path(__file__).resolve().parent.parent.parent
CHANNELS = int(os.environ["NRC_CHANNELS"])
WIDTH = int(os.environ["NRC_CODE_WIDTH"])
FRAMES = int(os.environ["NRC_PACKET_FRAMES"])
OPTIONS = os.environ["NRC_OPTIONS"].split()
NUMBER = 77  # of the stream

# Offsets and masks: REGISTER, REGISTER_FIELD_MASK.
REGISTERS = {name: int(value, 16) for name, value in re.findall(
    r"#define NRC_ENCODER_(\w+) (0x\w+)u",
    (ROOT / "drivers/c/nrc_encoder_registers.h").read_text(encoding="utf-8"))}


def pauses(seed: int) -> itertools.cycle:
    """For a bus model: a fixed random pattern of pauses."""
    chance = random.Random(seed)
    return itertools.cycle([chance.random() < 0.3 for _ in range(997)])


class Encoder:
    """The encoder with a master at its registers, a source of samples and a sink of packets."""

    def __init__(self, dut: HierarchyObject) -> None:
        self.dut = dut
        reset = {"reset": dut.rst_ni, "reset_active_level": False}
        self.bus = AxiLiteMaster(AxiLiteBus.from_prefix(dut, "s_axil"), dut.clk_i, **reset)
        self.source = AxiStreamSource(AxiStreamBus.from_prefix(dut, "s_axis"), dut.clk_i, **reset)
        self.sink = AxiStreamSink(AxiStreamBus.from_prefix(dut, "m_axis"), dut.clk_i, **reset)
        for seed, channel in enumerate((self.bus.write_if.aw_channel, self.bus.write_if.w_channel,
                                        self.bus.write_if.b_channel, self.bus.read_if.ar_channel,
                                        self.bus.read_if.r_channel, self.source, self.sink)):
            channel.set_pause_generator(pauses(seed))
            channel.log.setLevel(logging.WARNING)
        for interface in (self.bus.write_if, self.bus.read_if):
            interface.log.setLevel(logging.WARNING)

    @classmethod
    async def start(cls, dut: HierarchyObject) -> "Encoder":
        """Clock and reset. The bus models begin while the reset is active: one that sees an X ends."""
        cocotb.start_soon(Clock(dut.clk_i, 10, "ns").start())
        dut.rst_ni.value = 1
        await Timer(1, "ns")
        dut.rst_ni.value = 0
        await Timer(1, "ns")
        encoder = cls(dut)
        for _ in range(3):
            await RisingEdge(dut.clk_i)
        await Timer(1, "ns")
        dut.rst_ni.value = 1
        await RisingEdge(dut.clk_i)
        return encoder

    async def read(self, name: str) -> int:
        """A register that is there."""
        answer = await self.bus.read(REGISTERS[name], 4)
        assert answer.resp == AxiResp.OKAY
        return int.from_bytes(answer.data, "little")

    async def write(self, name: str, value: int) -> None:
        """A register that can be written."""
        answer = await self.bus.write(REGISTERS[name], value.to_bytes(4, "little"))
        assert answer.resp == AxiResp.OKAY

    async def state(self) -> int:
        """IDLE, OPEN, CLOSING or CLOSED."""
        return await self.read("STATUS") & REGISTERS["STATUS_STATE_MASK"]


@cocotb.test()
async def a_stream_through_registers(dut: HierarchyObject) -> None:
    """Loads tables, opens a stream, flushes it, and compares packets and counters."""
    encoder = await Encoder.start(dut)
    assert await encoder.read("ID") == REGISTERS["ID_VALUE_RESET"]
    assert await encoder.read("CHANNELS") == CHANNELS
    assert await encoder.read("CODE") & 31 == WIDTH
    assert await encoder.state() == IDLE

    command = [os.environ["NRC"], "tables", "generic", "-", "--words", "hex", "--rtl", "generic"]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    table_id, table_crc = (int(number, 16) for number in re.findall(r"0x(\w+)", text))
    words = [int(word, 16) for word in text.splitlines()[1:]]
    assert await encoder.read("TABLE_SIZE") == len(words)
    for address, word in enumerate(words):
        await encoder.write("TABLE_WORD", address << 16 | word)
    await encoder.write("TABLE_ID", table_id)
    await encoder.write("TABLE_CRC", table_crc)
    assert await encoder.read("TABLE_SEEN") == table_crc
    assert await encoder.read("STATUS") == REGISTERS["STATUS_TABLES_MASK"]

    noise = random.Random(5)
    frames = [[round(noise.gauss(0, 40)) for _ in range(CHANNELS)] for _ in range(3 * FRAMES + 1)]
    await encoder.write("INTERRUPT_ENABLE", REGISTERS["INTERRUPT_CLOSED_MASK"])
    await encoder.write("STREAM_NUMBER", NUMBER)
    await encoder.write("CONTROL", REGISTERS["CONTROL_ENABLE_MASK"])
    for frame in frames:
        await encoder.source.send(struct.pack(f"<{CHANNELS}h", *frame))
    await encoder.source.wait()
    assert not dut.irq_o.value
    await encoder.write("CONTROL", 0)
    await encoder.write("COMMAND", REGISTERS["COMMAND_FLUSH_MASK"])
    packets: list[Packet] = []
    while not packets or not packets[-1].last:
        packets.append(Packet(bytes((await encoder.sink.recv(compact=True)).tdata)))
    while await encoder.state() != CLOSED:
        pass
    Scoreboard(OPTIONS).compare(frames, packets, NUMBER)

    assert dut.irq_o.value
    assert await encoder.read("INTERRUPT") == REGISTERS["INTERRUPT_CLOSED_MASK"]
    await encoder.write("INTERRUPT", REGISTERS["INTERRUPT_CLOSED_MASK"])
    assert not dut.irq_o.value
    await encoder.write("COMMAND", REGISTERS["COMMAND_SNAPSHOT_MASK"])
    assert await encoder.read("CODED_LOW") == len(frames) * CHANNELS
    assert await encoder.read("FRAMES_TAKEN") == len(frames)
    assert await encoder.read("WORDS_LOW") == sum(len(packet.data) for packet in packets) // 4
    assert await encoder.read("PACKETS_SENT") == sum(packet.type == 1 for packet in packets)
    assert await encoder.read("PACKETS_DROPPED") == 0


@cocotb.test()
async def wrong_accesses_are_errors(dut: HierarchyObject) -> None:
    """An address without a register, a register that is read-only, a part of a word."""
    encoder = await Encoder.start(dut)
    assert (await encoder.bus.read(0xFC, 4)).resp == AxiResp.SLVERR
    assert (await encoder.bus.write(REGISTERS["ID"], bytes(4))).resp == AxiResp.SLVERR
    await encoder.write("STREAM_NUMBER", 0x01020304)
    assert (await encoder.bus.write(REGISTERS["STREAM_NUMBER"] + 1, bytes(2))).resp == AxiResp.SLVERR
    assert await encoder.read("STREAM_NUMBER") == 0x01020304
