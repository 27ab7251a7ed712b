# SPDX-License-Identifier: Apache-2.0
"""The integer stages in front of the network, for many recordings at a time.

They are docs/bitstream.md, sections 3, 10 and 11, and must equal the C++ model: predictor, dispersion
and the network's inputs. All arrays have a column for each recording.
"""

import json
import os
import pathlib
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

LAGS = 16  # normalised innovations that the network sees
EXTRA = 6  # inputs besides them
INPUTS = LAGS + EXTRA
MANTISSA = np.array([round(1024 * 32 / (33 + 2 * j)) for j in range(16)], dtype=np.int64)
FRAC = 64  # parts of a code


def fail(message: str) -> NoReturn:
    """Exits with status 1 and one line."""
    print(f"error: {message}", file=sys.stderr)
    sys.exit(1)


class RangeTables:
    """Edges of the codes and distribution, from a table file of `nrc train --profile range`."""

    def __init__(self, path: str | pathlib.Path) -> None:
        try:
            self.fields = json.loads(pathlib.Path(path).read_text())
            if self.fields["format"] != "nrc-range-tables" or self.fields["code_width"] == 0:
                raise ValueError("no range tables with edges")
        except (OSError, ValueError, KeyError) as error:
            fail(f"{path}: {error}; give a file that `nrc train --profile range` wrote")
        self.width = self.fields["code_width"]
        half = 1 << (self.width - 1)
        edges = np.array(self.fields["edges"], dtype=np.int64)
        self.initial_scale = self.fields["initial_scale"]
        self.values = np.arange(-half, half, dtype=np.int64) * FRAC
        self.values[1:-1] = ((edges[:-1] + edges[1:]) >> 1) & ~15
        # Beyond the outermost codes: edges that no deviate reaches.
        self.edges = np.concatenate([[-1 << 24], edges, [1 << 24]])
        upper = np.array(self.fields["cumulative"], dtype=np.int64)
        self.cumulative = np.concatenate([65551 - upper[::-1], upper])  # [deviate + 1024]


def read_codes(path: str | pathlib.Path) -> NDArray[np.int64]:
    """Codes, -512 .. 511, of a mono WAV file of a 10-bit ADC. Exits if it is none."""
    image = pathlib.Path(path).read_bytes()
    at = image.find(b"data", 12)
    if image[:4] != b"RIFF" or at < 0 or image[22:24] != b"\x01\x00":
        fail(f"{path}: no mono WAV file; train on mono 16-bit WAV files of a 10-bit ADC")
    size = min(int.from_bytes(image[at + 4:at + 8], "little"), len(image) - at - 8) & ~1
    return np.frombuffer(image[at + 8:at + 8 + size], dtype="<i2").astype(np.int64) >> 6


def recordings(directory: str | pathlib.Path, test_every: int) -> tuple[list[pathlib.Path], list[pathlib.Path]]:
    """Paths to train on and others, by name: every test_every-th is another. The same list and the
    same split as in tools/host/recordings.hpp; tb/cli/recordings_test.py compares them."""
    paths = sorted((p for p in pathlib.Path(directory).iterdir()
                    if p.suffix.lower() == ".wav" and p.is_file()), key=os.fsencode)
    if not paths:
        fail(f"{directory}: no .wav file in it; give a directory of recordings")
    other = [i % test_every == test_every - 1 for i in range(len(paths))]
    return ([p for p, o in zip(paths, other, strict=True) if not o],
            [p for p, o in zip(paths, other, strict=True) if o])


def normalise(value: NDArray[np.int64], index: NDArray[np.int64]) -> NDArray[np.int64]:
    """1/16 of the scale at a dispersion index, -127 .. 127."""
    z = (value * MANTISSA[index & 15]) >> ((index >> 4) + 8)
    return np.clip(z, -127, 127)


def run(paths: Sequence[pathlib.Path], tables: RangeTables, limit: int,
        progress: Callable[[int, int], None] | None = None,
        ) -> tuple[NDArray[np.int8], NDArray[np.float32], NDArray[np.bool_]]:
    """Runs the stages over the first `limit` codes of each recording.

    Returns inputs [time, recording, INPUTS] int8, targets [time, recording, 2] float32 (the code's
    edges in deviates) and valid [time, recording].
    """
    codes = [read_codes(p)[:limit] for p in paths]
    count, length = len(codes), max(map(len, codes))
    grid = np.zeros((length, count), dtype=np.int64)
    valid = np.zeros((length, count), dtype=bool)
    for i, c in enumerate(codes):
        grid[:len(c), i] = c
        valid[:len(c), i] = True
    half = 1 << (tables.width - 1)
    low_p, high_p = -half * FRAC, (half - 1) * FRAC
    cap = (1 << (tables.width + 2)) - 1

    inputs = np.zeros((length, count, INPUTS), dtype=np.int8)
    targets = np.zeros((length, count, 2), dtype=np.float32)
    level = np.zeros(count, dtype=np.int64)
    last = np.zeros(count, dtype=np.int64)
    weight = np.full(count, 717, dtype=np.int64)
    scale = np.full(count, tables.initial_scale, dtype=np.int64)
    burst = np.zeros(count, dtype=np.int64)
    history = np.zeros((count, LAGS), dtype=np.int64)
    fast = np.full(count, 256, dtype=np.int64)
    slow = np.full(count, 256, dtype=np.int64)
    for t in range(length):
        d = last - level
        p = np.clip(level + ((weight * d) >> 10), low_p, high_p)
        s = np.maximum(scale, 64)
        octave = np.floor(np.log2(s)).astype(np.int64) - 6
        steady = 16 * octave + ((s >> (octave + 2)) & 15)
        index = steady + burst
        row = inputs[t]
        row[:, :LAGS] = history
        row[:, LAGS] = normalise(d, steady)
        row[:, LAGS + 1] = normalise(p - last, steady)
        row[:, LAGS + 2] = np.minimum(fast >> 3, 127)
        row[:, LAGS + 3] = np.minimum(slow >> 3, 127)
        row[:, LAGS + 4] = np.clip(steady - 96, -127, 127)
        row[:, LAGS + 5] = burst * 8
        c = grid[t] + half
        per_deviate = MANTISSA[index & 15] / 2.0 ** ((index >> 4) + 5)
        targets[t, :, 0] = (tables.edges[c] - p) * per_deviate
        targets[t, :, 1] = (tables.edges[c + 1] - p) * per_deviate
        value = tables.values[c]
        e = value - p
        if t == 0:
            level = value.copy()
        else:
            z = normalise(e, steady)
            history = np.concatenate([z[:, None], history[:, :-1]], axis=1)
            fast += ((np.abs(z) << 4) - fast) >> 3
            slow += ((np.abs(z) << 4) - slow) >> 5
            moves = (e < -32) | (e >= 32)
            boost = max(9 - int(np.log2(t + 3)), 0)
            weight = np.clip(weight + (moves * np.sign(d) * np.sign(e) << boost), -512, 1280)
            level = level + ((value - level) >> 3)
            m = np.minimum(np.abs(e), cap) << 4
            burst = np.where(m >= 7 * scale, np.minimum(burst + 8, 15),
                             np.where(2 * m >= 7 * scale, np.minimum(burst + 4, 15),
                                      np.maximum(burst - 1, 0)))
            scale = scale + ((m - scale) >> (8 - boost))
        last = value
        if progress and t % 1000 == 0:
            progress(t, length)
    return inputs, targets, valid
