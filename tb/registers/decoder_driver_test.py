#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Firmware with the decoder's driver in drivers/c uses the registers of decoders in a simulation (decoder_driver_tb.sv
in Icarus, decoder_driver_bench.c), on AXI4-Lite and APB. The samples of the packets that it lets be decoded are those
that `nrc stream encode` got."""
import os
import random
import struct
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
HERE = Path(__file__).resolve().parent
NRC = os.environ.get("NRC", str(ROOT / "build/nrc"))
CHANNELS, WIDTH, PACKET_FRAMES, KEY_INTERVAL = 4, 12, 20, 3
DATA_PACKETS = 15
DECODED = [3, 4, 5, 9, 10, 12, 13, 14]  # by decoder_driver_bench.c
C_FLAGS = ["-std=c99", "-O1", "-Wall", "-Wextra", "-pedantic", "-Werror"]


def recording(channels: int, frames: int) -> list[list[int]]:
    """Frames of noise."""
    noise = random.Random(channels)
    return [[round(noise.gauss(0, 4 + 20 * channel)) for channel in range(channels)] for _ in range(frames)]


def stream(frames: list[list[int]], number: int) -> list[bytes]:
    """Its packets."""
    channels = len(frames[0])
    data = subprocess.run(
        [NRC, "stream", "encode", "--rtl", "--channels", str(channels), "--mapping", "code", "--code-width",
         str(WIDTH), "--tables", "generic", "--packet-frames", str(PACKET_FRAMES), "--key-interval", str(KEY_INTERVAL),
         "--rate", "20000", "--stream-number", str(number)],
        input=b"".join(struct.pack(f"<{channels}h", *frame) for frame in frames), check=True,
        capture_output=True).stdout
    packets = []
    while data:
        # docs/bitstream.md, section 7.
        if data[2] & 128:
            length = 16 + (int.from_bytes(data[12:14], "little") >> 7) * 4 + 4
        else:
            length = 20 + int.from_bytes(data[15:18], "little") * 4 + 4
        packets.append(data[:length])
        data = data[length:]
    return packets


class DecoderDriver(unittest.TestCase):
    def run_firmware(self, bus: str) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        work = Path(directory.name)
        frames = recording(CHANNELS, DATA_PACKETS * PACKET_FRAMES)
        fewer = recording(CHANNELS - 1, PACKET_FRAMES)
        packets = (stream(frames, 77) + stream(fewer, 79)[:2] +
                   stream(recording(CHANNELS + 1, PACKET_FRAMES), 78)[:1])
        self.assertEqual([packet[2] & 15 for packet in packets], [0, 1, 1, 1] * 5 + [0, 1] + [0])
        words = [word for packet in packets for (word,) in struct.iter_unpack("<I", packet)]
        (work / "words").write_text("".join(f"{word:08x}\n" for word in words), encoding="utf-8")
        (work / "lengths").write_text("".join(f"{len(packet) // 4}\n" for packet in packets), encoding="utf-8")
        subprocess.run(["cc", *C_FLAGS, "-include", HERE / "driver_access.h", f"-I{ROOT}/drivers/c",
                        "-o", work / "firmware", HERE / "decoder_driver_bench.c", HERE / "driver_pipe.c",
                        ROOT / "drivers/c/nrc_decoder_driver.c"], check=True)
        compiled = subprocess.run(
            ["iverilog", "-g2012", "-s", "decoder_driver_tb", "-o", work / "tb.vvp", *(["-DNRC_APB"] * (bus == "apb")),
             f"-I{HERE}", "-f", f"rtl/lists/decoder_{bus}_generic.f", HERE / "decoder_driver_tb.sv"],
            cwd=ROOT, check=False, capture_output=True, text=True)
        self.assertEqual(compiled.returncode, 0, compiled.stderr)
        pipes = work / "requests", work / "answers"
        for pipe in pipes:
            os.mkfifo(pipe)
        files = [f"+{name}={work / name}" for name in ("requests", "answers", "words", "lengths", "samples")]
        # Not to a pipe: nobody would read it meanwhile.
        with (open(work / "said", "w", encoding="utf-8") as output,
              subprocess.Popen(["vvp", "-n", work / "tb.vvp", *files], stdout=output) as simulation):
            firmware = subprocess.run([work / "firmware", *pipes], check=False, capture_output=True, text=True,
                                      timeout=300)
            simulation.wait(timeout=60)
        said = (work / "said").read_text(encoding="utf-8")
        self.assertEqual(firmware.stderr, "")
        self.assertEqual(firmware.returncode, 0)
        self.assertNotRegex(said, "FAIL|ERROR|FATAL|WARNING")
        self.assertEqual(int(firmware.stdout, 16), int.from_bytes(packets[0][32:36], "little"))  # the table id

        expected = [(packet * PACKET_FRAMES + at, 0, value, int(channel == CHANNELS - 1))
                    for packet in DECODED for at in range(PACKET_FRAMES)
                    for channel, value in enumerate(frames[packet * PACKET_FRAMES + at])]
        expected += [(at, 0, value, int(channel == CHANNELS - 2))
                     for at, frame in enumerate(fewer) for channel, value in enumerate(frame)]
        lines = (work / "samples").read_text(encoding="utf-8").splitlines()
        self.assertEqual([tuple(int(number) for number in line.split()) for line in lines], expected)

    def test_axi(self) -> None:
        self.run_firmware("axil")

    def test_apb(self) -> None:
        self.run_firmware("apb")


if __name__ == "__main__":
    unittest.main()
