# SPDX-License-Identifier: Apache-2.0
"""nrc_encoder_axil: a stream through the AXI4-Lite registers alone, as an integrator would try it. run.py builds and
runs it."""
import os
import random
import re
import struct
import subprocess

import cocotb
from cocotb.handle import HierarchyObject
from cocotbext.axi import AxiResp
from nrc_cocotb import CLOSED, IDLE, Packet, Scoreboard
from nrc_registers import Block, registers

CHANNELS = int(os.environ["NRC_CHANNELS"])
WIDTH = int(os.environ["NRC_CODE_WIDTH"])
FRAMES = int(os.environ["NRC_PACKET_FRAMES"])
OPTIONS = os.environ["NRC_OPTIONS"].split()
NUMBER = 77  # of the stream
REGISTERS = registers("encoder")


async def state(encoder: Block) -> int:
    """IDLE, OPEN, CLOSING or CLOSED."""
    return await encoder.read("STATUS") & REGISTERS["STATUS_STATE_MASK"]


@cocotb.test()
async def a_stream_through_registers(dut: HierarchyObject) -> None:
    """Loads tables, opens a stream, flushes it, and compares packets and counters."""
    encoder = await Block.start(dut, "encoder")
    assert await encoder.read("ID") == REGISTERS["ID_VALUE_RESET"]
    assert await encoder.read("CHANNELS") == CHANNELS
    assert await encoder.read("CODE") & 31 == WIDTH
    assert await state(encoder) == IDLE

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
    while await state(encoder) != CLOSED:
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
    encoder = await Block.start(dut, "encoder")
    assert (await encoder.bus.read(0xFC, 4)).resp == AxiResp.SLVERR
    assert (await encoder.bus.write(REGISTERS["ID"], bytes(4))).resp == AxiResp.SLVERR
    await encoder.write("STREAM_NUMBER", 0x01020304)
    assert (await encoder.bus.write(REGISTERS["STREAM_NUMBER"] + 1, bytes(2))).resp == AxiResp.SLVERR
    assert await encoder.read("STREAM_NUMBER") == 0x01020304
