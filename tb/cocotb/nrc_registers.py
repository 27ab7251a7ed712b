# SPDX-License-Identifier: Apache-2.0
"""nrc_encoder_axil and nrc_decoder_axil with the bus models of cocotbext-axi: a master at the registers, a source and
a sink at the streams."""
import itertools
import logging
import random
import re
from pathlib import Path

import cocotb
from cocotb.clock import Clock
from cocotb.handle import HierarchyObject
from cocotb.triggers import RisingEdge, Timer
from cocotbext.axi import AxiLiteBus, AxiLiteMaster, AxiResp, AxiStreamBus, AxiStreamSink, AxiStreamSource

ROOT = Path(__file__).resolve().parent.parent.parent


def registers(owner: str) -> dict[str, int]:
    """Offsets and masks of `encoder` or `decoder`: REGISTER, REGISTER_FIELD_MASK."""
    text = (ROOT / f"drivers/c/nrc_{owner}_registers.h").read_text(encoding="utf-8")
    return {name: int(value, 16)
            for name, value in re.findall(rf"#define NRC_{owner.upper()}_(\w+) (0x\w+)u", text)}


def pauses(seed: int) -> itertools.cycle:
    """For a bus model: a fixed random pattern of pauses."""
    chance = random.Random(seed)
    return itertools.cycle([chance.random() < 0.3 for _ in range(997)])


class Block:
    """The encoder or decoder with what drives it."""

    def __init__(self, dut: HierarchyObject, owner: str) -> None:
        self.dut, self.registers = dut, registers(owner)
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
    async def start(cls, dut: HierarchyObject, owner: str) -> "Block":
        """Clock and reset. The bus models begin while the reset is active: one that sees an X ends."""
        cocotb.start_soon(Clock(dut.clk_i, 10, "ns").start())
        dut.rst_ni.value = 1
        await Timer(1, "ns")
        dut.rst_ni.value = 0
        await Timer(1, "ns")
        block = cls(dut, owner)
        for _ in range(3):
            await RisingEdge(dut.clk_i)
        await Timer(1, "ns")
        dut.rst_ni.value = 1
        await RisingEdge(dut.clk_i)
        return block

    async def read(self, name: str) -> int:
        """A register that is there."""
        answer = await self.bus.read(self.registers[name], 4)
        assert answer.resp == AxiResp.OKAY
        return int.from_bytes(answer.data, "little")

    async def write(self, name: str, value: int) -> None:
        """A register that can be written."""
        answer = await self.bus.write(self.registers[name], value.to_bytes(4, "little"))
        assert answer.resp == AxiResp.OKAY
