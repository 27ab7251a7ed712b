# SPDX-License-Identifier: Apache-2.0
"""nrc next to the codecs that labs use, on your recordings: ratio, speed, random access and memory.

    pip install wavpack-numcodecs flac-numcodecs mtscomp pcodec        # those that are not there are left out
    python -m nrc_codec benchmark RECORDINGS... --json figures.json --picture comparison.svg

Each recording is cut into chunks of one second, as in a Zarr store. Every chunk is encoded and decoded by each
codec through its own Python package, by one thread where that can be chosen, and compared. Times are those of a whole
second, the least of three rounds in which all codecs take turns: a recording that is shorter goes on backwards. Ratios
are those of the recording alone.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from . import NrcError
from . import recording as files
from ._arrays import ChunkEncoder, decode, encode

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
    #: Whether it finds samples that were there before, as a recording that goes on backwards has them.
    finds_repetition: bool = False


def nrc_codecs() -> Iterator[Codec]:
    for preset in ("implant", "fast", "balanced", "best"):
        # As a store's codec does.
        encoder = partial(ChunkEncoder().encode, channel_axis=-1, preset=preset, neighbours=None)
        yield Codec(f"nrc {preset}", encoder, decode)


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
        zstd = numcodecs.Zstd(level=3)
        yield Codec("zstd 3", zstd.encode, zstd.decode, True)
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


class Extended:
    """A recording of any length: the samples, then the same backwards, and so on. Slices of frames are arrays."""

    ndim = 2

    def __init__(self, samples: np.ndarray, frames: int) -> None:
        self.samples, self.dtype, self.shape = samples, samples.dtype, (frames, samples.shape[1])

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, frames: slice) -> np.ndarray:
        count = len(self.samples)
        place = np.arange(*frames.indices(self.shape[0])) % (2 * count)
        return self.samples[np.minimum(place, 2 * count - 1 - place)]


def cycle(codec: Codec, chunk: np.ndarray) -> tuple[int, float, float]:
    """Bytes, and the seconds of encoding and decoding. Raises NrcError if the samples do not come back."""
    start = time.perf_counter()
    stored = codec.encode(chunk)
    middle = time.perf_counter()
    back = codec.decode(stored)
    end = time.perf_counter()
    flat = np.frombuffer(back, np.uint8) if not isinstance(back, np.ndarray) else \
        np.ascontiguousarray(back).reshape(-1).view(np.uint8)
    if not np.array_equal(flat, np.ascontiguousarray(chunk).reshape(-1).view(np.uint8)):
        raise NrcError(f"{codec.name} does not give the samples again")
    return size_of(stored), middle - start, end - middle


def measure(codecs: list[Codec], chunks: list[np.ndarray], timed: np.ndarray) -> dict[str, dict[str, float]]:
    """Bytes of the chunks by each codec, and seconds of encoding and decoding the one that is timed. Raises NrcError
    if a codec does not give the samples again."""
    result: dict[str, dict[str, float]] = {}
    for codec in codecs:
        try:
            size = sum(cycle(codec, chunk)[0] for chunk in chunks)
        except NrcError:
            raise
        except Exception as error:  # of another package
            print(f"note: {codec.name} is left out: {error}", file=sys.stderr)
            continue
        result[codec.name] = {"bytes": size, "encode": float("inf"), "decode": float("inf")}
    for turn in range(ROUNDS):
        for codec in codecs:
            if codec.name not in result or (turn and codec.name in SLOW):
                continue
            row = result[codec.name]
            chunk = chunks[0] if codec.finds_repetition else timed
            scale = timed.size / chunk.size
            _, encode_time, decode_time = cycle(codec, chunk)
            row["encode"] = min(row["encode"], scale * encode_time)
            row["decode"] = min(row["decode"], scale * decode_time)
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


#: Memory is that of a process of its own. resource.getrusage() counts that of the one which started it as well.
PROBE = """
import json, sys
import nrc_codec
from nrc_codec.benchmark import {work}
result = {work}(*json.loads(sys.argv[1]))
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM:"))
print(json.dumps([result, int(peak.split()[1]) / 1024]))
"""


def alone(work: str, *arguments: Any) -> tuple[Any, float]:
    """What a function of this module returns in a process of its own, and the megabytes that it took."""
    done = subprocess.run([sys.executable, "-c", PROBE.format(work=work), json.dumps(arguments)], capture_output=True,
                          text=True, check=False)
    if done.returncode != 0:
        raise NrcError(f"{work}: {done.stderr.strip().splitlines()[-1]}")
    result, megabytes = json.loads(done.stdout)
    return result, megabytes


def read_part(path: str, second: int, channels: int | None) -> float:
    """Seconds for a second of samples, by one thread, out of the middle of a file."""
    recording = files.open(path, threads=1)
    frames, offset = len(recording), iter(range(1000))
    chosen = None if channels is None else slice(0, channels)

    def work() -> object:
        # Never at a place where decoding can begin.
        first = frames // 2 + second // 3 + 997 * next(offset)
        return recording.read(first, first + second, chosen)

    return least(work)


def write_extended(samples: str, path: str, rate: float, seconds: float) -> float:
    """Seconds for writing a recording of that length, made as it is written."""
    source = Extended(np.load(samples), round(rate * seconds))
    start = time.perf_counter()
    files.write(path, source, rate=rate)
    return time.perf_counter() - start


def random_access(samples: np.ndarray, rate: float, seconds: float) -> dict[str, float]:
    """One second, and 64 channels of it, out of a long file, by one thread; against decoding a chunk."""
    second = round(rate)
    chunk = Extended(samples, second)[:]
    result: dict[str, float] = {"file_seconds": seconds, "channels": samples.shape[1]}
    with tempfile.TemporaryDirectory() as folder:
        path, part = Path(folder, "long.nrc"), Path(folder, "part.nrc")
        # The same second again and again: only its place in the file matters.
        files.write(part, chunk, rate=rate, verify=False)
        files.join([part] * round(seconds), path)
        stream = encode(chunk)
        result["chunk_seconds"] = least(lambda: decode(stream))
        result["second_seconds"], result["read_megabytes"] = alone("read_part", str(path), second, None)
        result["second_by_chunk"] = result["second_seconds"] / result["chunk_seconds"]
        if samples.shape[1] >= 64:
            result["part_seconds"], _ = alone("read_part", str(path), second, 64)
            result["part_by_second"] = result["part_seconds"] / result["second_seconds"]
    return result


def writing(samples: np.ndarray, rate: float, seconds: float) -> dict[str, float]:
    """Speed and memory of write(), with all threads, each chunk decoded and compared."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "samples.npy"), Path(folder, "out.nrc")
        np.save(source, samples)
        spent, megabytes = alone("write_extended", str(source), str(target), rate, seconds)
        written = target.stat().st_size
    count = round(rate * seconds) * samples.shape[1]
    return {"write_seconds": seconds, "write_msamples": count / spent / 1e6, "write_megabytes": megabytes,
            "write_ratio": count * samples.dtype.itemsize / written}


def start_time() -> dict[str, float]:
    """Seconds for `import nrc_codec`, the interpreter's own start not counted."""
    code = "import time; t = time.perf_counter(); import nrc_codec; print(time.perf_counter() - t)"
    times = [float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)
             for _ in range(5)]
    return {"import_seconds": min(times)}


def table(measured: dict[str, dict[str, dict[str, float]]], facts: dict[str, dict[str, float]]) \
        -> dict[str, dict[str, float]]:
    """A row for each codec that all recordings have: ratio of each and of all, speeds over all, Msamples/s."""
    names = [name for name in next(iter(measured.values())) if all(name in rows for rows in measured.values())]
    result = {}
    for name in names:
        row = {path: facts[path]["nbytes"] / rows[name]["bytes"] for path, rows in measured.items()}
        row["ratio"] = sum(f["nbytes"] for f in facts.values()) / sum(rows[name]["bytes"] for rows in measured.values())
        for way in ("encode", "decode"):
            row[way] = sum(f["timed"] for f in facts.values()) / 1e6 / sum(rows[name][way]
                                                                        for rows in measured.values())
        result[name] = row
    return result


def markdown(rows: dict[str, dict[str, float]]) -> str:
    lines = ["| codec | ratio | encode, Msamples/s | decode, Msamples/s |", "|---|---|---|---|"]
    lines += [f"| {name} | {row['ratio']:.3f} | {row['encode']:.1f} | {row['decode']:.1f} |"
              for name, row in sorted(rows.items(), key=lambda item: -item[1]["ratio"])]
    return "\n".join(lines)


def picture(rows: dict[str, dict[str, float]]) -> str:
    """Ratio against speed of encoding, as SVG."""
    width, height, left, right, top, bottom = 760, 466, 50, 30, 28, 48
    speeds = {name: float(np.log10(row["encode"])) for name, row in rows.items()}
    ratios = {name: row["ratio"] for name, row in rows.items()}
    first, last = np.floor(min(speeds.values())), np.ceil(max(speeds.values()) + 0.1)
    low, high = np.floor(min(ratios.values()) * 2) / 2, np.ceil(max(ratios.values()) * 2 + 0.2) / 2

    def across(speed: float) -> float:
        return left + (width - left - right) * (speed - first) / (last - first)

    def down(ratio: float) -> float:
        return top + (height - top - bottom) * (high - ratio) / (high - low)

    body = ['<style>text{font:12px system-ui,sans-serif;fill:#1c2430}line{stroke:#d0d7de}</style>',
            f'<rect width="{width}" height="{height}" fill="#fff"/>']
    for decade in range(int(first), int(last) + 1):
        x = across(decade)
        body.append(f'<line x1="{x:.0f}" y1="{top}" x2="{x:.0f}" y2="{height - bottom}"/><text x="{x:.0f}" '
                    f'y="{height - bottom + 16}" text-anchor="middle">{10.0 ** decade:g}</text>')
    for ratio in np.arange(low, high + 0.25, 0.5):
        y = down(ratio)
        body.append(f'<line x1="{left}" y1="{y:.0f}" x2="{width - right}" y2="{y:.0f}"/>'
                    f'<text x="{left - 8}" y="{y + 4:.0f}" text-anchor="end">{ratio:.1f}</text>')
    taken = [(across(speeds[name]) - 5, down(ratios[name]) - 5, across(speeds[name]) + 5, down(ratios[name]) + 5)
             for name in rows]
    for name in sorted(rows, key=lambda n: -ratios[n]):
        x, y = across(speeds[name]), down(ratios[name])
        long = 6.6 * len(name)

        def free(box: tuple[float, float, float, float]) -> bool:
            return box[0] > left and box[2] < width and not any(
                box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3] for other in taken)

        # Beside the point, or a little above or below, where there is room.
        places = [(x + side * 8 - (long if side < 0 else 0), y + 4 + rise) for rise in (0, -9, 9, -18, 18, -27, 27)
                  for side in (1, -1)]
        at = next((p for p in places if free((p[0], p[1] - 10, p[0] + long, p[1] + 2))), places[0])
        taken.append((at[0], at[1] - 10, at[0] + long, at[1] + 2))
        colour = "#0b62a4" if name.startswith("nrc") else "#8c959f"
        body.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>'
                    f'<text x="{at[0]:.1f}" y="{at[1]:.1f}">{name}</text>')
    body += [f'<text x="{width // 2}" y="{height - 10}" text-anchor="middle">encode, Msamples/s</text>',
             '<text x="8" y="13">ratio</text>']
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">{"".join(body)}</svg>\n'


def main(arguments: argparse.Namespace) -> None:
    """Runs the comparison of the command line."""
    measured, facts, extra = {}, {}, start_time()
    for path in recordings(arguments.input):
        samples, rate = read_recording(path, arguments.channels)
        frames = max(round(rate * arguments.seconds), 1)
        chunks = [np.ascontiguousarray(samples[first:first + frames])
                  for first in range(0, min(len(samples), MAX_CHUNKS * frames), frames)]
        timed = Extended(np.asarray(samples), frames)[:]
        rows = measure([*nrc_codecs(), *peers()], chunks, timed)
        measured[path.stem] = rows
        facts[path.stem] = {"nbytes": sum(chunk.nbytes for chunk in chunks), "timed": timed.size}
        own = table({path.stem: rows}, {path.stem: facts[path.stem]})
        print(f"\n{path.name}: {samples.shape[1]} channels, {len(chunks)} chunks of up to {frames} frames, each "
              f"decoded and compared\n\n{markdown(own)}", flush=True)
        if arguments.long and "second_seconds" not in extra:
            extra |= random_access(np.asarray(samples), rate, arguments.long)
            print(f"\nfile of {extra['file_seconds']:.0f} s, one thread: one second {extra['second_seconds']:.3f} s, "
                  f"{extra['second_by_chunk']:.2f} x a chunk; 64 channels {extra.get('part_by_second', 0):.2f} x that; "
                  f"{extra['read_megabytes']:.0f} MB at most", flush=True)
        if arguments.write and "write_seconds" not in extra:
            extra |= writing(np.asarray(samples), rate, arguments.write)
            print(f"\nwriting {extra['write_seconds']:.0f} s: {extra['write_msamples']:.1f} Msamples/s, "
                  f"{extra['write_megabytes']:.0f} MB at most", flush=True)
    rows = table(measured, facts)
    print(f"\nall recordings\n\n{markdown(rows)}\n\nimport nrc_codec: {extra['import_seconds']:.3f} s")
    if arguments.picture:
        Path(arguments.picture).write_text(picture(rows), encoding="utf-8")
    if arguments.json:
        Path(arguments.json).write_text(json.dumps(rows | extra, indent=1) + "\n", encoding="utf-8")
