# SPDX-License-Identifier: Apache-2.0
"""nrc_decoder_axil: a stream of the golden model through a decoder with AXI4-Lite registers, with a damaged packet.
run.py builds and runs it."""
import os
import random
import struct

import cocotb
from cocotb.handle import HierarchyObject
from cocotbext.axi import AxiResp
from nrc_cocotb import Scoreboard, packets_of
from nrc_registers import Block, registers

CHANNELS = int(os.environ["NRC_CHANNELS"])
WIDTH = int(os.environ["NRC_CODE_WIDTH"])
FRAMES = int(os.environ["NRC_PACKET_FRAMES"])
OPTIONS = os.environ["NRC_OPTIONS"].split()
REGISTERS = registers("decoder")
KEY_INTERVAL = 3


async def idle(decoder: Block) -> None:
    """Until all that came has been decoded."""
    while await decoder.read("STATUS") & REGISTERS["STATUS_BUSY_MASK"]:
        pass


@cocotb.test()
async def a_stream_with_a_damaged_packet(dut: HierarchyObject) -> None:
    """The packet is lost, and those up to the next key packet are skipped."""
    decoder = await Block.start(dut, "decoder")
    assert await decoder.read("ID") == REGISTERS["ID_VALUE_RESET"]
    assert await decoder.read("CHANNELS") == CHANNELS
    assert await decoder.read("CODE") & 31 == WIDTH
    noise = random.Random(6)
    frames = [[round(noise.gauss(0, 40)) for _ in range(CHANNELS)] for _ in range(6 * FRAMES)]
    packets = packets_of(Scoreboard(OPTIONS).stream(frames))
    assert [packet[2] & 15 != 0 for packet in packets] == [False, True, True, True] * 2
    damaged = bytearray(packets[2])
    damaged[30] ^= 4
    packets[2] = bytes(damaged)

    await decoder.write("INTERRUPT_ENABLE", REGISTERS["INTERRUPT_DAMAGED_MASK"])
    await decoder.write("CONTROL", REGISTERS["CONTROL_ENABLE_MASK"])
    for packet in packets:
        await decoder.source.send(packet)
    await decoder.source.wait()
    await idle(decoder)
    assert dut.irq_o.value
    assert await decoder.read("STATUS") == REGISTERS["STATUS_SYNCHRONISED_MASK"]
    assert await decoder.read("FRAME") == len(frames) - 1
    names = ("SYNCHRONISED", "UNSYNCHRONISED", "DAMAGED", "LOST", "SKIPPED", "IDLE")
    expected = sum(REGISTERS[f"INTERRUPT_{name}_MASK"] for name in names)
    assert await decoder.read("INTERRUPT") | REGISTERS["INTERRUPT_IDLE_MASK"] == expected
    await decoder.write("INTERRUPT", expected)
    assert not dut.irq_o.value

    given = [*range(FRAMES), *range(KEY_INTERVAL * FRAMES, len(frames))]
    for number in given:
        frame = await decoder.sink.recv(compact=False)
        assert list(struct.unpack(f"<{CHANNELS}h", bytes(frame.tdata))) == frames[number]
        assert [int(user) for user in frame.tuser[::2]] == [number] * CHANNELS
    assert decoder.sink.empty()
    await decoder.write("COMMAND", REGISTERS["COMMAND_SNAPSHOT_MASK"])
    counters = {"WORDS_LOW": sum(map(len, packets)) // 4, "SAMPLES_LOW": len(given) * CHANNELS,
                "FRAMES_GIVEN": len(given), "PACKETS_DECODED": 4, "PACKETS_DAMAGED": 1, "PACKETS_LOST": 1,
                "PACKETS_SKIPPED": 1, "SUSPECT": 0, "DISCARDED_LOW": 0}
    for name, value in counters.items():
        assert await decoder.read(name) == value, name


@cocotb.test()
async def wrong_accesses_are_errors(dut: HierarchyObject) -> None:
    """An address without a register, a register that is read-only, a part of a word."""
    decoder = await Block.start(dut, "decoder")
    assert (await decoder.bus.read(0xFC, 4)).resp == AxiResp.SLVERR
    assert (await decoder.bus.write(REGISTERS["ID"], bytes(4))).resp == AxiResp.SLVERR
    assert (await decoder.bus.write(REGISTERS["CONTROL"], bytes([3]))).resp == AxiResp.SLVERR
    assert await decoder.read("CONTROL") == 0
