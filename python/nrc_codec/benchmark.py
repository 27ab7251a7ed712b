# SPDX-License-Identifier: Apache-2.0
"""nrc next to the codecs that labs use, on your recordings: ratio, speed, random access and memory.

    pip install wavpack-numcodecs flac-numcodecs mtscomp pcodec        # those that are not there are left out
    python -m nrc_codec benchmark RECORDINGS... --json figures.json --picture comparison.svg

Each recording is cut into chunks of one second, as in a Zarr store. Every chunk is encoded and decoded by each
codec through its own Python package, by one thread where that can be chosen, and compared. Times are the least of
three rounds, in which all codecs take turns.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from . import NrcError, __version__
from . import recording as files
from ._arrays import decode, encode

ROUNDS = 3
#: Chunks of a recording that are measured, from its beginning.
MAX_CHUNKS = 4
#: Others take minutes for a chunk of many channels.
SLOW = ("nrc best",)
NAME = re.compile(r"_(?P<channels>\d+)ch_(?P<rate>\d+)Hz")

Encode = Callable[[np.ndarray], Any]
Decode = Callable[[Any], np.ndarray]


class Codec(NamedTuple):
    name: str
    encode: Encode
    decode: Decode


def nrc_codecs() -> Iterator[Codec]:
    for preset in ("implant", "fast", "balanced", "best"):
        yield Codec(f"nrc {preset}", partial(encode, preset=preset), decode)


def peers() -> Iterator[Codec]:
    """Codecs of other packages, those that are installed."""

    def codec(name: str, made: Any) -> Codec:
        return Codec(name, made.encode, made.decode)

    try:
        from wavpack_numcodecs import WavPack
        for level in (1, 2, 3, 4):
            yield codec(f"WavPack level {level}", WavPack(level=level, num_encoding_threads=1, num_decoding_threads=1))
    except (ImportError, TypeError):
        pass
    try:
        from flac_numcodecs import Flac
        for level in (5, 8):
            yield codec(f"FLAC level {level}", Flac(level=level))
    except ImportError:
        pass
    try:
        import numcodecs
        numcodecs.blosc.set_nthreads(1)
        for name, level, shuffle in (("zstd", 5, 2), ("zstd", 9, 2), ("lz4", 5, 1)):
            kind = {1: "shuffle", 2: "bitshuffle"}[shuffle]
            yield codec(f"Blosc {name} {level}, {kind}", numcodecs.Blosc(name, level, shuffle))
        yield codec("zstd 3", numcodecs.Zstd(level=3))
    except ImportError:
        pass
    try:
        from pcodec import ChunkConfig, standalone
        config = ChunkConfig()
        yield Codec("pcodec 8", lambda chunk: standalone.simple_compress(chunk.reshape(-1), config),
                    standalone.simple_decompress)
    except ImportError:
        pass
    try:
        import logging

        import mtscomp
        logging.getLogger("mtscomp").setLevel(logging.WARNING)
        yield mtscomp_codec(mtscomp)
    except ImportError:
        pass


def mtscomp_codec(mtscomp: Any) -> Codec:
    """mtscomp works on files: in memory-backed ones, so that the disk is not measured."""
    folder = "/dev/shm" if os.path.isdir("/dev/shm") else None

    def compress(chunk: np.ndarray) -> tuple[bytes, bytes, str]:
        with tempfile.TemporaryDirectory(dir=folder) as name:
            raw, out, meta = (Path(name, suffix) for suffix in ("a.bin", "a.cbin", "a.ch"))
            chunk.tofile(raw)
            mtscomp.compress(raw, out, meta, sample_rate=30000.0, n_channels=chunk.shape[1], dtype=chunk.dtype,
                             n_threads=1, check_after_compress=False)
            return out.read_bytes(), meta.read_bytes(), str(chunk.dtype)

    def decompress(stored: tuple[bytes, bytes, str]) -> np.ndarray:
        with tempfile.TemporaryDirectory(dir=folder) as name:
            out, meta, raw = (Path(name, suffix) for suffix in ("a.cbin", "a.ch", "a.bin"))
            out.write_bytes(stored[0])
            meta.write_bytes(stored[1])
            mtscomp.decompress(out, meta, out=raw, check_after_decompress=False)
            return np.fromfile(raw, stored[2])

    return Codec("mtscomp", compress, decompress)


def size_of(stored: Any) -> int:
    return sum(map(size_of, stored)) if isinstance(stored, tuple) else memoryview(stored).nbytes \
        if not isinstance(stored, str) else 0


def measure(codecs: list[Codec], chunks: list[np.ndarray]) -> dict[str, dict[str, float]]:
    """Ratio and speed of each codec. Raises NrcError if one does not give the samples again."""
    result: dict[str, dict[str, float]] = {}
    samples = sum(chunk.size for chunk in chunks)
    total = sum(chunk.nbytes for chunk in chunks)
    for turn in range(ROUNDS):
        for codec in codecs:
            if turn and codec.name in SLOW:
                continue
            encode_time = decode_time = 0.0
            size = 0
            try:
                for chunk in chunks:
                    start = time.perf_counter()
                    stored = codec.encode(chunk)
                    middle = time.perf_counter()
                    back = codec.decode(stored)
                    end = time.perf_counter()
                    encode_time, decode_time = encode_time + middle - start, decode_time + end - middle
                    size += size_of(stored)
                    flat = np.frombuffer(back, np.uint8) if not isinstance(back, np.ndarray) else \
                        np.ascontiguousarray(back).reshape(-1).view(np.uint8)
                    if not np.array_equal(flat, np.ascontiguousarray(chunk).reshape(-1).view(np.uint8)):
                        raise NrcError(f"{codec.name} does not give the samples again")
            except NrcError:
                raise
            except Exception as error:  # of another package
                print(f"note: {codec.name} is left out: {error}", file=sys.stderr)
                result.pop(codec.name, None)
                continue
            old = result.setdefault(codec.name, {"ratio": total / size, "encode": 0.0, "decode": 0.0})
            old["encode"] = max(old["encode"], samples / encode_time / 1e6)
            old["decode"] = max(old["decode"], samples / decode_time / 1e6)
    return result


def read_recording(path: Path, channels: int | None) -> tuple[np.ndarray, float]:
    """Samples, frames x channels, and rate of a raw, .npy or .nrc file."""
    found = NAME.search(path.name)
    rate = float(found["rate"]) if found else 30000.0
    if path.suffix == ".npy":
        return np.load(path, mmap_mode="r"), rate
    if path.suffix == ".nrc":
        opened = files.open(path)
        return opened[:], opened.rate or rate
    count = channels or (int(found["channels"]) if found else 0)
    if not count:
        raise NrcError(f"{path}: how many channels? Give --channels, or a name as in x_384ch_30000Hz.i16")
    samples = np.memmap(path, "<i2", "r")
    return samples[:len(samples) // count * count].reshape(-1, count), rate


def recordings(inputs: list[str]) -> list[Path]:
    paths = [p for given in map(Path, inputs)
             for p in (sorted(given.iterdir()) if given.is_dir() else [given]) if p.suffix in (".i16", ".bin", ".dat",
                                                                                               ".npy", ".nrc", ".raw")]
    if not paths:
        raise NrcError(f"no recordings (.i16, .bin, .dat, .raw, .npy, .nrc) in {', '.join(inputs)}")
    return paths


def least(work: Callable[[], object], rounds: int = 5) -> float:
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


PROBE = """
import resource, sys
import nrc_codec
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
recording = nrc_codec.open(sys.argv[1], threads=1)
middle = len(recording) // 2
recording.read(middle, middle + int(sys.argv[2]))
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(after / 1024)
"""


def random_access(samples: np.ndarray, rate: float, seconds: float) -> dict[str, float]:
    """One second, and 64 channels of it, out of a long file, by one thread; against decoding a chunk."""
    second = round(rate)
    chunk = np.ascontiguousarray(np.resize(samples, (second, samples.shape[1])))
    result: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        path, part = Path(folder, "long.nrc"), Path(folder, "part.nrc")
        # The same minute again and again: only its place in the file matters.
        files.write(part, chunk, rate=rate, verify=False)
        start = time.perf_counter()
        files.join([part] * round(seconds), path)
        result["join_seconds"] = time.perf_counter() - start
        stream = encode(chunk)
        result["chunk_seconds"] = least(lambda: decode(stream))
        frames = len(files.open(path))
        offset = iter(range(1000))

        def read(channels: Any) -> Callable[[], object]:
            def work() -> object:
                # Never at a place where decoding can begin.
                first = frames // 2 + second // 3 + 997 * next(offset)
                return files.open(path, threads=1).read(first, first + second, channels)
            return work

        result["second_seconds"] = least(read(None))
        if samples.shape[1] >= 64:
            result["channels_seconds"] = least(read(slice(0, 64)))
        done = subprocess.run([sys.executable, "-c", PROBE, str(path), str(second)], capture_output=True, text=True,
                              check=True)
        result["megabytes"] = float(done.stdout)
        result["file_seconds"] = float(round(seconds))
    return result


def writing(samples: np.ndarray, rate: float, seconds: int = 20) -> dict[str, float]:
    """Speed and memory of write() with all threads."""
    with tempfile.TemporaryDirectory() as folder:
        raw = np.lib.format.open_memmap(Path(folder, "raw.npy"), "w+", samples.dtype,
                                        (round(rate) * seconds, samples.shape[1]))
        for first in range(0, len(raw), len(samples)):
            count = min(len(samples), len(raw) - first)
            raw[first:first + count] = samples[:count]
        start = time.perf_counter()
        files.write(Path(folder, "out.nrc"), raw, rate=rate, verify=False)
        spent = time.perf_counter() - start
    return {"write_msamples": raw.size / spent / 1e6,
            "write_megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def markdown(rows: dict[str, dict[str, float]]) -> str:
    lines = ["| codec | ratio | encode, Msamples/s | decode, Msamples/s |", "|---|---|---|---|"]
    lines += [f"| {name} | {row['ratio']:.3f} | {row['encode']:.1f} | {row['decode']:.1f} |"
              for name, row in sorted(rows.items(), key=lambda item: -item[1]["ratio"])]
    return "\n".join(lines)


def picture(rows: dict[str, dict[str, float]]) -> str:
    """Ratio against speed of encoding, as SVG."""
    width, height = 760, 420
    speeds = np.log10([row["encode"] for row in rows.values()])
    ratios = np.array([row["ratio"] for row in rows.values()])
    left, right = np.floor(speeds.min()), np.ceil(speeds.max())
    low, high = ratios.min() * 0.95, ratios.max() * 1.03
    body = ['<style>text{font:12px system-ui,sans-serif;fill:#1c2430}line{stroke:#d0d7de}</style>',
            f'<rect width="{width}" height="{height}" fill="#fff"/>']
    for decade in range(int(left), int(right) + 1):
        x = 60 + (width - 200) * (decade - left) / max(right - left, 1)
        body.append(f'<line x1="{x:.0f}" y1="20" x2="{x:.0f}" y2="{height - 40}"/><text x="{x:.0f}" y="{height - 22}" '
                    f'text-anchor="middle">{10.0 ** decade:g}</text>')
    for name, speed, ratio in zip(rows, speeds, ratios, strict=True):
        x = 60 + (width - 200) * (speed - left) / max(right - left, 1)
        y = 20 + (height - 60) * (high - ratio) / (high - low)
        colour = "#0b62a4" if name.startswith("nrc") else "#8c959f"
        body.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>'
                    f'<text x="{x + 7:.1f}" y="{y + 4:.1f}">{name}</text>')
    body += [f'<text x="{width // 2}" y="{height - 6}" text-anchor="middle">encode, Msamples/s</text>',
             f'<text x="8" y="14">ratio, {low:.2f} to {high:.2f}</text>']
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">{"".join(body)}</svg>\n'


def main(arguments: argparse.Namespace) -> None:
    """Runs the comparison of the command line."""
    codecs = [*nrc_codecs(), *peers()]
    result: dict[str, Any] = {"version": __version__, "chunk_seconds": arguments.seconds, "recordings": {}}
    for path in recordings(arguments.input):
        samples, rate = read_recording(path, arguments.channels)
        frames = max(round(rate * arguments.seconds), 1)
        chunks = [np.ascontiguousarray(samples[first:first + frames])
                  for first in range(0, min(len(samples), MAX_CHUNKS * frames), frames)]
        rows = measure(codecs, chunks)
        result["recordings"][path.name] = rows
        print(f"\n{path.name}: {len(chunks)} chunks of up to {frames} frames, {samples.shape[1]} channels, each "
              f"decoded and compared\n\n{markdown(rows)}")
        if arguments.hour:
            access = random_access(samples, rate, arguments.hour) | writing(samples, rate)
            result["recordings"][path.name] = rows | {"access": access}
            print(f"\nfile of {access['file_seconds']:.0f} s, one thread: one second {access['second_seconds']:.3f} s, "
                  f"{access['second_seconds'] / access['chunk_seconds']:.2f} x a chunk; 64 channels of it "
                  f"{access.get('channels_seconds', 0):.3f} s; {access['megabytes']:.0f} MB at most. Writing "
                  f"{access['write_msamples']:.1f} Msamples/s")
        if arguments.picture:
            Path(arguments.picture).write_text(picture(rows), encoding="utf-8")
    if arguments.json:
        Path(arguments.json).write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


