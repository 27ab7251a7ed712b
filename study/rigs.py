#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Bits per sample of recordings of several rigs: nrc against other compressors, each file on its own.

    study/rigs.py DIRECTORY... [--nrc build/nrc] [--json build/rigs.json]

Files are WAV, or raw int16 with their channels in the name, as `probe_384ch_30000Hz.i16`. Every nrc stream is
decoded and compared. The others get the layout that is best for them: flac -8 (each channel alone, or up to 8
together), wavpack -hhx4, bzip2 -9 and xz -9 (samples channel by channel, or as they are), and pcodec, level 8, if
its Python module is installed. Times are processor time of encoding in us a sample, in one run. Without flac or
wavpack there is an error.
"""
import argparse
import array
import bz2
import json
import lzma
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

RAW = ["--force-raw-format", "--endian=little", "--sign=signed", "--bps=16", "--sample-rate=48000"]
WAVPACK_CHANNELS = 192  # at once; the command takes at most 256
FLAC_CHANNELS = 8


class RigError(Exception):
    """What is wrong, where, and what to do, in one line."""


def processor_time() -> float:
    times = os.times()
    return times.children_user + times.children_system


def run(*command: object, data: bytes | None = None) -> bytes:
    done = subprocess.run([str(c) for c in command], input=data, capture_output=True, check=False)
    if done.returncode:
        raise RigError(f"{command[0]}: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout


class Recording:
    def __init__(self, path: Path) -> None:
        self.path = path
        data = path.read_bytes()
        self.options: list[object] = []
        if path.suffix.lower() == ".wav":
            self.channels = int.from_bytes(data[22:24], "little")
            begin = data.index(b"data") + 8
            data = data[begin:]
        else:
            name = re.search(r"_(\d+)ch", path.name)
            if name is None:
                raise RigError(f"{path}: no channels in the name; call it like probe_384ch_30000Hz.i16")
            self.channels = int(name[1])
            self.options = ["--channels", self.channels]
        self.frames = len(data) // (2 * self.channels)
        self.samples = array.array("h")
        self.samples.frombytes(data[:2 * self.channels * self.frames])

    def part(self, first: int, count: int) -> bytes:
        """Some channels, interleaved."""
        part = array.array("h", bytes(2 * count * self.frames))
        for c in range(count):
            part[c::count] = self.samples[first + c::self.channels]
        return part.tobytes()

    def planar(self) -> bytes:
        return b"".join(self.samples[c::self.channels].tobytes() for c in range(self.channels))


def flac_bytes(r: Recording) -> int:
    def flac(first: int, count: int) -> int:
        return len(run("flac", "-8", "-s", "-c", "--no-padding", "--no-seektable", *RAW, f"--channels={count}", "-",
                       data=r.part(first, count)))

    alone = sum(flac(c, 1) for c in range(r.channels))
    return min(alone, flac(0, r.channels)) if 1 < r.channels <= FLAC_CHANNELS else alone


def wavpack_bytes(r: Recording) -> int:
    total = 0
    with tempfile.TemporaryDirectory() as directory:
        raw, packed = Path(directory) / "in.raw", Path(directory) / "out.wv"
        for first in range(0, r.channels, WAVPACK_CHANNELS):
            count = min(WAVPACK_CHANNELS, r.channels - first)
            raw.write_bytes(r.part(first, count))
            run("wavpack", "-q", "-y", "-hhx4", f"--raw-pcm=48000,16,{count}", raw, "-o", packed)
            total += packed.stat().st_size
    return total


def pcodec_bytes(r: Recording) -> int | None:
    try:
        import numpy  # noqa: PLC0415
        from pcodec import ChunkConfig, standalone  # noqa: PLC0415
    except ImportError:
        return None
    samples = numpy.array(r.samples, dtype=numpy.int16).reshape(-1, r.channels)

    def packed(values: numpy.ndarray) -> int:
        values = numpy.ascontiguousarray(values).ravel()
        return len(standalone.simple_compress(values, ChunkConfig(compression_level=8)))

    return min(packed(samples), packed(samples.T),
               sum(packed(samples[:, c]) for c in range(r.channels)))


def nrc_bytes(nrc: str, r: Recording, *options: object) -> int:
    with tempfile.TemporaryDirectory() as directory:
        stream, back = Path(directory) / "stream.nrc", Path(directory) / "back"
        run(nrc, "encode", *options, *r.options, r.path, stream)
        size = stream.stat().st_size
        if options[-1] != "best":
            return size
        run(nrc, "decode", stream, back)
        if back.read_bytes() != r.path.read_bytes():
            raise RigError(f"{r.path}: nrc gives other bytes back")
        return size


def measure(nrc: str, path: Path) -> dict[str, Any]:
    r = Recording(path)
    count = r.frames * r.channels
    row: dict[str, Any] = {}
    times: dict[str, float] = {}

    def note(name: str, size: int | None, begun: float) -> None:
        if size is not None:
            row[name] = 8 * size / count
            times[name] = 1e6 * (processor_time() - begun) / count

    note("range", nrc_bytes(nrc, r, "--profile", "range"), processor_time())
    with tempfile.TemporaryDirectory() as directory:
        begun = processor_time()
        run(nrc, "encode", "--preset", "best", *r.options, r.path, Path(directory) / "s")
        times["best"] = 1e6 * (processor_time() - begun) / count
    row["best"] = 8 * nrc_bytes(nrc, r, "--preset", "best") / count
    note("flac", flac_bytes(r), processor_time())
    begun = processor_time()
    note("wavpack", wavpack_bytes(r), begun)
    times["wavpack"] = 1e6 * (processor_time() - begun) / count
    row["bzip2"] = 8 * min(len(bz2.compress(d, 9)) for d in (r.planar(), r.samples.tobytes())) / count
    row["xz"] = 8 * min(len(lzma.compress(d, preset=9)) for d in (r.planar(), r.samples.tobytes())) / count
    note("pcodec", pcodec_bytes(r), processor_time())
    peers = {k: v for k, v in row.items() if k not in ("range", "best")}
    row["peer"] = min(peers, key=lambda k: peers[k])
    row["saved"] = 100 * (1 - row["best"] / peers[row["peer"]])
    row["best_us"], row["wavpack_us"] = times["best"], times["wavpack"]
    return row


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("directory", nargs="+", type=Path)
    parser.add_argument("--nrc", default="build/nrc")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    try:
        for tool in ("flac", "wavpack"):
            if shutil.which(tool) is None:
                raise RigError(f"{tool} is not installed; install the package {tool}")
        files = sorted(p for d in arguments.directory for p in (d.iterdir() if d.is_dir() else [d])
                       if p.suffix.lower() in (".wav", ".i16"))
        if not files:
            raise RigError(f"no .wav or .i16 file in {arguments.directory[0]}; give a directory of recordings")
        rows = {}
        print("| recording | nrc range | nrc best | flac | wavpack | bzip2 | xz | pcodec | saved, % | best, us "
              "| wavpack, us |")
        print("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
        for path in files:
            row = rows[path.stem] = measure(arguments.nrc, path)
            bits = [f"{row[k]:.3f}" if k in row else "" for k in
                    ("range", "best", "flac", "wavpack", "bzip2", "xz", "pcodec")]
            print("|", path.stem, "|", " | ".join(bits),
                  f"| {row['saved']:.1f} | {row['best_us']:.2f} | {row['wavpack_us']:.2f} |", flush=True)
        saved = [row["saved"] for row in rows.values()]
        print(f"\nsaved against the best of the others: median {statistics.median(saved):.1f} %, "
              f"least {min(saved):.1f} %")
        if arguments.json:
            arguments.json.write_text(json.dumps(rows, indent=1) + "\n")
    except (RigError, OSError) as e:
        print(f"rigs.py: {e}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
