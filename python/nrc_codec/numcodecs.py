# SPDX-License-Identifier: Apache-2.0
"""The codec for numcodecs, and so for Zarr 2 stores: id "nrc", found by its entry point.

    zarr.array(samples, chunks=(30000, 384), compressor=nrc_codec.numcodecs.Nrc())
    recording.save(format="zarr", folder="session.zarr", compressor=nrc_codec.numcodecs.Nrc())
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numcodecs.abc import Codec
from numcodecs.compat import ensure_ndarray
from numcodecs.registry import register_codec

from . import _arrays
from ._arrays import ChunkEncoder, decode


class Nrc(Codec):
    """Lossless compression of chunks of integers, time x channels.

    A chunk comes back as it was, in its own memory and byte order. What is no integer is refused. Use it
    as a compressor without filters before it: it has to see the samples and their shape.

    Args:
        preset: "implant", "fast", "balanced" or "best", the quickest first.
        channel_axis: the dimension of a chunk that counts channels.
        neighbours: whether channels are predicted from those before them. None: as the preset finds.
    """

    codec_id = "nrc"

    def __init__(self, preset: str = "fast", channel_axis: int = -1, neighbours: bool | None = None) -> None:
        _arrays.check_preset(preset)
        self.preset = preset
        self.channel_axis = channel_axis
        self.neighbours = neighbours
        self._encoder = ChunkEncoder()

    def get_config(self) -> dict[str, Any]:
        return {"id": self.codec_id, "preset": self.preset, "channel_axis": self.channel_axis,
                "neighbours": self.neighbours}

    def encode(self, buf: Any) -> bytes:
        array = ensure_ndarray(buf)
        if array.dtype.kind == "b":
            array = array.view(np.uint8)
        if array.dtype.kind in "mM":
            array = array.view(array.dtype.str.replace("m8", "i8").replace("M8", "i8").split("[")[0])
        axis = self.channel_axis if -array.ndim <= self.channel_axis < array.ndim else -1
        return self._encoder.encode(array, channel_axis=axis, preset=self.preset, neighbours=self.neighbours)

    def decode(self, buf: Any, out: Any = None) -> Any:
        stream = ensure_ndarray(buf).reshape(-1, order="A").view(np.uint8)
        if out is None:
            # As it was in memory: Zarr gives it type and shape.
            return decode(stream).reshape(-1, order="A")
        target = ensure_ndarray(out)
        decode(stream, out=target)
        return out

    def __repr__(self) -> str:
        return f"Nrc(preset={self.preset!r}, channel_axis={self.channel_axis}, neighbours={self.neighbours})"


register_codec(Nrc)
