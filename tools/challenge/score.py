#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Score of two programs by the rule of Neuralink's compression challenge.

Every WAV file of a directory goes through `encode IN OUT` and `decode IN OUT` and must come back byte
for byte. Score: bytes of all files, divided by the bytes of all compressed files and of both programs.
usage: score.py DATA [--encode PROGRAM] [--decode PROGRAM] [--jobs N] [--json FILE] [--check]
"""
import argparse
import filecmp
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor


class ScoreError(Exception):
    """One line for the user: what, where, what to do."""


def wav_files(directory: pathlib.Path) -> list[pathlib.Path]:
    """WAV files of a directory, those that tools/host/recordings.hpp lists, in the same order."""
    if not directory.exists():
        raise ScoreError(f"{directory} does not exist; give DATA=directory of WAV files")
    if not directory.is_dir():
        raise ScoreError(f"{directory} is not a directory; give DATA=directory of WAV files")
    try:
        files = [f for f in directory.iterdir()
                 if f.is_file() and f.suffix.lower() == ".wav" and f.stem]
    except OSError as error:
        raise ScoreError(f"{directory} cannot be listed: {error.strerror}") from error
    if not files:
        raise ScoreError(f"{directory} has no WAV file; give DATA=directory of WAV files")
    return sorted(files, key=lambda f: os.fsencode(f.name))


def run(program: pathlib.Path, source: pathlib.Path, target: pathlib.Path) -> float:
    """Seconds that `program source target` takes."""
    begin = time.monotonic()
    try:
        done = subprocess.run([program, source, target], stderr=subprocess.PIPE, text=True,
                              errors="replace", check=False)
    except OSError as error:
        raise ScoreError(f"{program} cannot be run: {error.strerror}; make challenge builds it") from error
    if done.returncode != 0:
        said = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise ScoreError(f"{program} fails on {source} with exit status {done.returncode}: {said}")
    return time.monotonic() - begin


def measure(file: pathlib.Path, number: int, work: pathlib.Path,
            programs: tuple[pathlib.Path, pathlib.Path]) -> tuple[int, float, float]:
    """Compressed bytes of a file, and the seconds of encoding and of decoding."""
    packed, back = work / f"{number}.nrc", work / f"{number}.wav"
    encode_seconds = run(programs[0], file, packed)
    decode_seconds = run(programs[1], packed, back)
    if not filecmp.cmp(file, back, shallow=False):
        raise ScoreError(f"{file} does not come back byte for byte; keep it and report it")
    size = packed.stat().st_size
    packed.unlink()
    back.unlink()
    return size, encode_seconds, decode_seconds


def score(data: pathlib.Path, programs: tuple[pathlib.Path, pathlib.Path],
          jobs: int) -> dict[str, float]:
    """Figures of the score; jobs files at a time."""
    files = wav_files(data)
    for program in programs:
        if not program.is_file():
            raise ScoreError(f"{program} is missing; make challenge builds it")
    with tempfile.TemporaryDirectory(prefix="nrc-challenge.") as directory:
        work = pathlib.Path(directory)
        with ThreadPoolExecutor(jobs) as pool:
            results = list(pool.map(lambda f: measure(f[1], f[0], work, programs), enumerate(files)))
    original = sum(f.stat().st_size for f in files)
    compressed = sum(r[0] for r in results)
    sizes = [p.stat().st_size for p in programs]
    return {
        "files": len(files),
        "original_bytes": original,
        "compressed_bytes": compressed,
        "encode_bytes": sizes[0],
        "decode_bytes": sizes[1],
        "score": original / (compressed + sum(sizes)),
        "score_without_programs": original / compressed,
        "encode_seconds": sum(r[1] for r in results) / len(files),
        "decode_seconds": sum(r[2] for r in results) / len(files),
    }


def main() -> int:
    """Runs the command; its exit status."""
    parser = argparse.ArgumentParser(description="Score by the rule of the compression challenge.")
    parser.add_argument("data", type=pathlib.Path, help="directory of WAV files")
    parser.add_argument("--encode", type=pathlib.Path, default="build/challenge/encode")
    parser.add_argument("--decode", type=pathlib.Path, default="build/challenge/decode")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="files at a time")
    parser.add_argument("--check", action="store_true", help="only see whether DATA has recordings")
    parser.add_argument("--json", type=pathlib.Path, help="file to write the figures to")
    arguments = parser.parse_args()
    programs = (arguments.encode.resolve(), arguments.decode.resolve())
    try:
        if arguments.check:
            wav_files(arguments.data)
            return 0
        figures = score(arguments.data, programs, max(arguments.jobs, 1))
        if arguments.json:
            arguments.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    except (ScoreError, OSError) as error:
        print(f"challenge: {error}", file=sys.stderr)
        return 1
    print(f"{figures['files']} files, every byte came back")
    for name, label in (("original_bytes", "original"), ("compressed_bytes", "compressed"),
                        ("encode_bytes", "encode"), ("decode_bytes", "decode")):
        print(f"{label:<12}{figures[name]:>12} bytes")
    print(f"{'a file':<12}{1000 * figures['encode_seconds']:>12.1f} ms to encode, "
          f"{1000 * figures['decode_seconds']:.1f} ms to decode")
    print(f"{'score':<12}{figures['score']:>12.4f} (without the programs "
          f"{figures['score_without_programs']:.4f})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
