#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Several encoders on one link (docs/examples/many_encoders.sv, in Icarus): the streams that many_streams.py parts are
those of `nrc stream encode --rtl`, and come in turn.

    many_encoders_test.py [ENCODERS CHANNELS FRAMES]

As in docs/rtl.md, 4 encoders of 4096 channels: many_encoders_test.py 4 4096 10
"""
import importlib.util
import os
import random
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
NRC = os.environ.get("NRC", str(ROOT / "build/nrc"))
PACKET_FRAMES, WIDTH = 5, 10

spec = importlib.util.spec_from_file_location("many_streams", ROOT / "docs/examples/many_streams.py")
assert spec is not None and spec.loader is not None
many_streams = importlib.util.module_from_spec(spec)
spec.loader.exec_module(many_streams)


def noise(channels: int, frames: int, seed: int) -> bytes:
    """Samples of 10 bits, little-endian."""
    source = random.Random(seed)
    level = [source.gauss(0, 60) for _ in range(channels)]
    values = [max(-512, min(511, round(level[channel] + source.gauss(0, 2 + channel % 7))))
              for _ in range(frames) for channel in range(channels)]
    return struct.pack(f"<{len(values)}h", *values)


def golden(samples: bytes, channels: int, encoder: int) -> bytes:
    """What the encoder of this number makes of them."""
    command = [NRC, "stream", "encode", "--rtl", "--channels", str(channels), "--mapping", "code", "--code-width",
               str(WIDTH), "--packet-frames", str(PACKET_FRAMES), "--tables", "generic", "--rate", "19531.25",
               "--stream-number", str(0x10000 + encoder)]
    return subprocess.run(command, input=samples, check=True, capture_output=True).stdout


def lint() -> None:
    """Verilator and Yosys read the example."""
    subprocess.run(["verilator", "--lint-only", "-Wall", "-Wno-UNUSEDPARAM", "-Wno-PINCONNECTEMPTY", "-f",
                    "rtl/lists/encoder_generic.f", "docs/examples/many_encoders.sv", "--top-module", "many_encoders"],
                   cwd=ROOT, check=True)
    listed = (ROOT / "rtl/lists/encoder_generic.f").read_text(encoding="utf-8").split()
    files = [name for name in listed if name.endswith(".sv")]
    subprocess.run(["yosys", "-q", "-p", f"read_verilog -sv -defer -DSYNTHESIS -Irtl/parts {' '.join(files)}; "
                    "read_verilog -sv docs/examples/many_encoders.sv; "
                    "hierarchy -check -top many_encoders -chparam Channels 32"], cwd=ROOT, check=True)


def simulate(work: Path, encoders: int, channels: int, frames: int, ready: int) -> str:
    """Leaves what came on the link in work/link; returns what the bench says."""
    parameters = {"Encoders": encoders, "Channels": channels, "CodeWidth": WIDTH, "PacketFrames": PACKET_FRAMES,
                  "BufferWords": 1 << (channels * PACKET_FRAMES * 16 // 32 - 1).bit_length(), "Ready": ready}
    subprocess.run(["iverilog", "-g2012", "-s", "many_encoders_tb", "-o", work / "tb.vvp",
                    *(f"-Pmany_encoders_tb.{name}={value}" for name, value in parameters.items()),
                    "-f", "rtl/lists/encoder_generic.f", "docs/examples/many_encoders.sv",
                    "tb/tools/many_encoders_tb.sv"], cwd=ROOT, check=True, stderr=subprocess.DEVNULL)
    said = subprocess.run(["vvp", "-n", work / "tb.vvp", f"+frames={frames}", f"+samples={work}",
                           f"+link={work / 'link'}"], check=True, capture_output=True, text=True).stdout
    if "FAIL" in said or "many encoders: " not in said or f"dropped {'0' * encoders}" not in said:
        sys.exit(f"many_encoders: {said}")
    return next(line for line in said.splitlines() if "many encoders: " in line)


def main() -> None:
    """Exit status 1 if something is not as it should be."""
    encoders, channels, frames = (int(number) for number in sys.argv[1:] or (4, 16, 20))
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        samples = [noise(channels, frames, encoder) for encoder in range(encoders)]
        for encoder, values in enumerate(samples):
            (work / f"{encoder}.i16").write_bytes(values)
        print(simulate(work, encoders, channels, frames, ready=7))
        link = (work / "link").read_bytes()
        order = [many_streams.encoder_of(packet) for packet in many_streams.packets(link)[0]]
        with open(work / "link", "rb") as file:
            many_streams.part(file, work / "streams")
        for encoder, values in enumerate(samples):
            stream = (work / f"streams/{encoder}.nrc").read_bytes()
            if stream != golden(values, channels, encoder):
                sys.exit(f"many_encoders: the stream of encoder {encoder} is not the golden model's")
            back = work / f"{encoder}.back"
            subprocess.run([NRC, "decode", work / f"streams/{encoder}.nrc", back], check=True)
            if back.read_bytes() != values:
                sys.exit(f"many_encoders: the samples of encoder {encoder} do not come back")
        # All packets of a round of samples come before those of the next one: nobody is left waiting.
        seen = [0] * encoders
        for encoder in order:
            seen[encoder] += 1
            if max(seen) - min(seen) > 3:  # stream header, key packet and one more
                sys.exit(f"many_encoders: encoder {seen.index(min(seen))} waits for others: {order}")
    lint()
    print(f"many encoders: {encoders} of {channels} channels ok")


if __name__ == "__main__":
    main()
