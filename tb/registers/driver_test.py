#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Firmware with the driver in drivers/c uses the registers of encoders in a simulation (driver_tb.sv in Icarus,
driver_bench.c): on AXI4-Lite with all options of the Huffman profile, and of the range profile with its own and with
loaded tables; on APB with loadable tables, and a map of some of the channels.
Its streams are those of `nrc stream encode --rtl`."""
import json
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
NUMBER = 0x12345678  # of driver_bench.c
FRAMES = 8000
C_FLAGS = ["-std=c99", "-O1", "-Wall", "-Wextra", "-pedantic", "-Werror"]

OPTIONS = ["--channels", str(CHANNELS), "--mapping", "code", "--code-width", str(WIDTH),
           "--packet-frames", str(PACKET_FRAMES), "--key-interval", str(KEY_INTERVAL), "--rate", "20000"]
ALL_OPTIONS = {"LoadableTables": 1, "RateControl": 1, "Events": 1, "Classes": 1}


def samples() -> bytes:
    """Noise with drift, spikes, and samples that no code represents."""
    noise = random.Random(1)
    level = [0.0] * CHANNELS
    values = []
    for _ in range(FRAMES):
        for channel in range(CHANNELS):
            level[channel] = 0.98 * level[channel] + noise.gauss(0, 4 + 20 * channel)
            spike = 700 if noise.random() < 0.003 else 0
            values.append(round(level[channel]) + spike if noise.random() > 0.0003 else 5000)
    return struct.pack(f"<{len(values)}h", *values)


def stream_number(streams: int) -> int:
    """Of the stream after so many since reset: nrc_packet_emitter."""
    return NUMBER ^ int(f"{streams:08b}"[::-1], 2) << 8


class Driver(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.work = Path(directory.name)
        (self.work / "samples").write_bytes(samples())
        classes = {"rounded": f"0-{CHANNELS - 1} rounded\n", "classes": "0 rounded\n1 lossless\n2 off\n3 events\n"}
        for name, text in classes.items():
            (self.work / name).write_text(text, encoding="utf-8")

    def run_firmware(self, bus: str, parameters: dict[str, int], tables: str = "generic") -> list[list[str]]:
        """What the firmware says, in words, when both have ended well."""
        profile = "range" if parameters.get("Profile") else "huffman"
        subprocess.run([NRC, "tables", tables, self.work / "nrc_table_words.h", "--words", "c", "--rtl", "generic",
                        "--profile", profile], check=True)
        self.expect_self_test(parameters, tables, profile)
        subprocess.run(["cc", *C_FLAGS, "-include", HERE / "driver_access.h", f"-I{ROOT}/drivers/c", f"-I{self.work}",
                        "-o", self.work / "firmware", HERE / "driver_bench.c", HERE / "driver_pipe.c",
                        ROOT / "drivers/c/nrc_encoder_driver.c"],
                       check=True)
        compiled = subprocess.run(
            ["iverilog", "-g2012", "-s", "driver_tb", "-o", self.work / "tb.vvp", *(["-DNRC_APB"] * (bus == "apb")),
             *(f"-Pdriver_tb.{name}={value}" for name, value in parameters.items()),
             f"-I{HERE}", "-f", f"rtl/lists/encoder_{bus}_generic.f", HERE / "driver_tb.sv"],
            cwd=ROOT, check=False, capture_output=True, text=True)
        self.assertEqual(compiled.returncode, 0, compiled.stderr)
        pipes = self.work / "requests", self.work / "answers"
        for pipe in pipes:
            os.mkfifo(pipe)
        files = [f"+{name}={self.work / name}" for name in ("requests", "answers", "samples", "packets", "lengths")]
        # Not to a pipe: nobody would read it meanwhile.
        with (open(self.work / "said", "w", encoding="utf-8") as output,
              subprocess.Popen(["vvp", "-n", self.work / "tb.vvp", *files], stdout=output) as simulation):
            firmware = subprocess.run([self.work / "firmware", *pipes], check=False, capture_output=True, text=True,
                                      timeout=300)
            simulation.wait(timeout=60)
        said = (self.work / "said").read_text(encoding="utf-8")
        self.assertEqual(firmware.stderr, "")
        self.assertEqual(firmware.returncode, 0)
        self.assertNotRegex(said, "FAIL|ERROR|FATAL|WARNING")
        return [line.split() for line in firmware.stdout.splitlines()]

    def expect_self_test(self, parameters: dict[str, int], tables: str, profile: str) -> None:
        """Writes what the self test is to find."""
        options = [option for name, option in (("RateControl", "--rate-control"), ("Events", "--events"),
                                               ("Classes", "--classes")) if parameters.get(name)]
        # All of the encoder's channels, however many are in use.
        options += ["--channels", str(parameters.get("Channels", CHANNELS)), *OPTIONS[2:]]
        text = subprocess.run([NRC, "self-test", "--profile", profile, "--tables", tables, "--packets", "2",
                               *options],
                              check=True, capture_output=True, text=True).stdout
        (self.work / "nrc_self_test.h").write_text(text, encoding="utf-8")

    def packets(self) -> list[bytes]:
        """The packets that left the encoder."""
        data = (self.work / "packets").read_bytes()
        packets = []
        for length in (self.work / "lengths").read_text(encoding="utf-8").split():
            packets.append(data[:4 * int(length)])
            data = data[4 * int(length):]
        self.assertEqual(data, b"")
        return packets

    def compare(self, said: list[list[str]], skipped: int, options: list[str]) -> None:
        """Streams against the golden model's, then what the counters say. `skipped`: frames before the first one."""
        recording, at = (self.work / "samples").read_bytes(), skipped
        rest = self.packets()
        taken: list[bytes] = []

        def next_stream() -> bytes:
            first = len(taken)
            while len(taken) == first or not taken[-1][2] & 32:
                taken.append(rest.pop(0))
            return b"".join(taken[first:])

        streams = [line for line in said if line[0] in ("stream", "skipped")]
        number = 0
        for kind, frames, *rest_of_line in streams:
            if kind == "skipped":
                at += int(frames)
                continue
            words, *names = rest_of_line
            chosen = list(options) if "--tables" in options else ["--tables", "generic", *options]
            if "--events" in options:
                chosen += (["--min-step", "2", "--first-step", "3", "--max-step", "16"] if "rate" in names else
                           ["--max-step", "1"])
                chosen += ["--channel-classes", str(self.work / names[-1])]
            mine = recording[2 * CHANNELS * at:2 * CHANNELS * (at + int(frames))]
            at += int(frames)
            golden = subprocess.run([NRC, "stream", "encode", "--rtl", *OPTIONS, *chosen, "--stream-number",
                                     str(stream_number(number))], input=mine, check=True, capture_output=True).stdout
            stream = next_stream()
            self.assertEqual(len(stream) // 4, int(words))
            self.assertEqual(stream, golden, f"stream {number}")
            number += 1
        self.assertGreaterEqual(number, 2)
        # Then one with faults, and after the line of the counters one more.
        next_stream()
        kinds = [packet[2] & 15 for packet in taken]
        (counters,) = [line[1:] for line in said if line[0] == "counters"]
        self.assertEqual([int(counter) for counter in counters],
                         [sum(len(packet) // 4 for packet in taken), kinds.count(1) + kinds.count(2)])
        next_stream()
        self.assertEqual(rest, [])

    def test_all_options_on_axi(self) -> None:
        said = self.run_firmware("axil", ALL_OPTIONS)
        self.assertEqual(said[0], ["options", str(0b1011110000)])
        self.compare(said, 4, ["--events", "--link-rate", "0.1", "--link-buffer", "256"])

    def test_range_profile_on_axi(self) -> None:
        said = self.run_firmware("axil", {"Profile": 1})
        self.assertEqual(said[0], ["options", str(0b1000000001)])
        self.compare(said, 0, ["--profile", "range"])

    def test_loadable_range_tables_on_axi(self) -> None:
        """Other ones than those that the encoder was built with."""
        tables = json.loads((ROOT / "model/tables/range_generic.json").read_text(encoding="utf-8"))
        tables["name"] = "other"
        tables["cumulative"] = [number - (number - 32776) // 8 for number in tables["cumulative"]]
        path = self.work / "other.json"
        path.write_text(json.dumps(tables), encoding="utf-8")
        said = self.run_firmware("axil", {"Profile": 1, "LoadableTables": 1}, str(path))
        self.assertEqual(said[0], ["options", str(0b1010000001)])
        self.compare(said, 2, ["--profile", "range", "--tables", str(path)])

    def test_loadable_tables_on_apb(self) -> None:
        said = self.run_firmware("apb", {"LoadableTables": 1, "VariableChannels": 1, "ChannelMap": 1, "Channels": 6})
        self.assertEqual(said[0], ["options", str(0b111010000000)])
        self.compare(said, 2, [])


if __name__ == "__main__":
    unittest.main()
