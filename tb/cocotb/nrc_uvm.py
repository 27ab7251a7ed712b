# SPDX-License-Identifier: Apache-2.0
"""A UVM agent of nrc_encoder, in pyuvm: sequence items are frames; a driver, monitors of samples and of packets that
only look, and a scoreboard on the golden model, which is the command `nrc`.

An active agent drives the samples and takes the packets. A passive one, for an encoder inside a chip, has the monitors
alone; the scoreboard needs no more. Handles come from the ConfigDB: DUT, and OPTIONS of the scoreboard (those of
docs/rtl.md that belong to the encoder's parameters). encoder_uvm.py is an example.
"""
import struct
from collections.abc import Sequence

from cocotb.triggers import ReadOnly, RisingEdge
from nrc_cocotb import Frame, Packet, PacketSink, SampleSource, Scoreboard
from pyuvm import (
    ConfigDB,
    uvm_active_passive_enum,
    uvm_agent,
    uvm_analysis_port,
    uvm_component,
    uvm_driver,
    uvm_env,
    uvm_monitor,
    uvm_sequence,
    uvm_sequence_item,
    uvm_sequencer,
    uvm_subscriber,
)


class FrameItem(uvm_sequence_item):
    """A frame; with `last` it closes the stream."""

    def __init__(self, name: str, frame: Frame, last: bool = False) -> None:
        super().__init__(name)
        self.frame, self.last = list(frame), last


class StreamSequence(uvm_sequence):
    """The frames of a stream, from the first one, which opens it, to the last one, which closes it."""

    def __init__(self, name: str, frames: Sequence[Frame]) -> None:
        super().__init__(name)
        self.frames = frames

    async def body(self) -> None:
        for number, frame in enumerate(self.frames):
            item = FrameItem(f"frame_{number}", frame, number + 1 == len(self.frames))
            await self.start_item(item)
            await self.finish_item(item)


class SampleDriver(uvm_driver):
    """Sends the items at s_axis, with pauses."""

    def build_phase(self) -> None:
        self.dut = ConfigDB().get(self, "", "DUT")
        self.pause = ConfigDB().get(self, "", "PAUSE")

    async def run_phase(self) -> None:
        channels = ConfigDB().get(self, "", "CHANNELS")
        source = SampleSource(self.dut, channels, pause=self.pause)
        while True:
            item = await self.seq_item_port.get_next_item()
            await source.send([item.frame], item.last)
            self.seq_item_port.item_done()


class PacketTaker(uvm_component):
    """The link: takes packets at m_axis, with pauses."""

    async def run_phase(self) -> None:
        PacketSink(ConfigDB().get(self, "", "DUT"), pause=ConfigDB().get(self, "", "PAUSE"))


class SampleMonitor(uvm_monitor):
    """Writes a FrameItem for each frame that the encoder codes (docs/rtl.md, "Framing")."""

    def build_phase(self) -> None:
        self.port = uvm_analysis_port("port", self)
        self.dut = ConfigDB().get(self, "", "DUT")

    async def run_phase(self) -> None:
        frame: list[int] = []
        is_open = False
        while True:
            await ReadOnly()
            if not self.dut.rst_ni.value:
                frame, is_open = [], False
            elif self.dut.s_axis_tvalid.value and self.dut.s_axis_tready.value:
                is_open = is_open or (not frame and bool(self.dut.enable_i.value))
                frame.append(self.dut.s_axis_tdata.value.to_signed())
                if self.dut.s_axis_tlast.value:
                    last = not self.dut.enable_i.value
                    if is_open:
                        self.port.write(FrameItem("frame", frame, last))
                    frame, is_open = [], is_open and not last
            await RisingEdge(self.dut.clk_i)


class PacketMonitor(uvm_monitor):
    """Writes every Packet that leaves."""

    def build_phase(self) -> None:
        self.port = uvm_analysis_port("port", self)
        self.dut = ConfigDB().get(self, "", "DUT")

    async def run_phase(self) -> None:
        words: list[int] = []
        while True:
            await ReadOnly()
            if not self.dut.rst_ni.value:
                words = []
            elif self.dut.m_axis_tvalid.value and self.dut.m_axis_tready.value:
                words.append(int(self.dut.m_axis_tdata.value))
                if self.dut.m_axis_tlast.value:
                    self.port.write(Packet(struct.pack(f"<{len(words)}I", *words)))
                    words = []
            await RisingEdge(self.dut.clk_i)


class EncoderAgent(uvm_agent):
    """Monitors; where it is active also sequencer, driver and link."""

    def build_phase(self) -> None:
        super().build_phase()
        self.samples = SampleMonitor("samples", self)
        self.packets = PacketMonitor("packets", self)
        if self.get_is_active() == uvm_active_passive_enum.UVM_ACTIVE:
            self.sequencer = uvm_sequencer("sequencer", self)
            self.driver = SampleDriver("driver", self)
            self.link = PacketTaker("link", self)

    def connect_phase(self) -> None:
        if self.get_is_active() == uvm_active_passive_enum.UVM_ACTIVE:
            self.driver.seq_item_port.connect(self.sequencer.seq_item_export)


class _Frames(uvm_subscriber):
    def build_phase(self) -> None:
        self.items: list[FrameItem] = []

    def write(self, item: FrameItem) -> None:
        self.items.append(item)


class EncoderScoreboard(uvm_subscriber):
    """Takes packets, and the frames at `frames`; compares every stream when its last packet has come."""

    def build_phase(self) -> None:
        self.frames = _Frames("frames", self)
        self.model = Scoreboard(ConfigDB().get(self, "", "OPTIONS"))
        self.packets: list[Packet] = []
        self.streams = 0

    def write(self, packet: Packet) -> None:
        self.packets.append(packet)
        if not packet.last:
            return
        items = self.frames.items
        end = next(number for number, item in enumerate(items) if item.last) + 1
        number = int.from_bytes(self.packets[0].data[40:44], "little")  # in the stream header
        self.model.compare([item.frame for item in items[:end]], self.packets, number)
        self.streams += 1
        self.packets, self.frames.items = [], items[end:]

    def check_phase(self) -> None:
        assert not self.packets and not self.frames.items, "a stream has not ended"


class EncoderEnv(uvm_env):
    """Agent and scoreboard."""

    def build_phase(self) -> None:
        self.agent = EncoderAgent("agent", self)
        self.scoreboard = EncoderScoreboard("scoreboard", self)

    def connect_phase(self) -> None:
        self.agent.packets.port.connect(self.scoreboard.analysis_export)
        self.agent.samples.port.connect(self.scoreboard.frames.analysis_export)
