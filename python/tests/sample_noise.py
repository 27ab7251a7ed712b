# SPDX-License-Identifier: Apache-2.0
"""Samples that look like a recording's."""

from __future__ import annotations

import numpy as np


def noise(frames: int, channels: int, dtype: str = "<i2", seed: int = 0) -> np.ndarray:
    """Samples that look like a recording: noise with a slow wave, and a little in common."""
    random = np.random.default_rng(seed)
    samples = random.normal(0, 12, (frames, channels)) + random.normal(0, 5, (frames, 1))
    samples += 40 * np.sin(np.arange(frames) / 300)[:, None]
    kind = np.dtype(dtype)
    if kind.kind == "u":
        samples += 2 ** (8 * min(kind.itemsize, 2) - 1)
    if kind.itemsize == 1:
        samples = np.clip(samples, np.iinfo(kind).min, np.iinfo(kind).max)
    return samples.astype(kind)
