# SPDX-License-Identifier: Apache-2.0
"""The array-to-bytes codec for Zarr 3 stores: name "nrc", found by its entry point.

    zarr.create_array(store, shape=samples.shape, dtype="int16", chunks=(30000, 384),
                      serializer=nrc_codec.zarr3.NrcCodec(), compressors=None)
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from zarr.abc.codec import ArrayBytesCodec
from zarr.core.array_spec import ArraySpec
from zarr.core.buffer import Buffer, NDBuffer
from zarr.registry import register_codec

from . import _arrays
from ._arrays import ChunkEncoder, decode


@dataclass(frozen=True)
class NrcCodec(ArrayBytesCodec):
    """Lossless compression of chunks of integers, time x channels.

    Args:
        preset: "implant", "fast", "balanced" or "best", the quickest first.
        channel_axis: the dimension of a chunk that counts channels.
        neighbours: whether channels are predicted from those before them. None: as the preset finds.
    """

    is_fixed_size = False

    preset: str = "fast"
    channel_axis: int = -1
    neighbours: bool | None = None
    _encoder: ChunkEncoder = field(default_factory=ChunkEncoder, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        _arrays.check_preset(self.preset)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> NrcCodec:
        return cls(**data.get("configuration", {}))

    def to_dict(self) -> dict[str, Any]:
        return {"name": "nrc", "configuration": {"preset": self.preset, "channel_axis": self.channel_axis,
                                                 "neighbours": self.neighbours}}

    def validate(self, *, shape: tuple[int, ...], dtype: Any, chunk_grid: Any) -> None:
        native = dtype.to_native_dtype() if hasattr(dtype, "to_native_dtype") else np.dtype(dtype)
        _arrays.check_dtype(native)
        if shape and not -len(shape) <= self.channel_axis < len(shape):
            raise ValueError(f"channel_axis {self.channel_axis} of an array of {len(shape)} dimensions")

    def _encode_sync(self, array: np.ndarray) -> bytes:
        axis = self.channel_axis if array.ndim else -1
        return self._encoder.encode(array, channel_axis=axis, preset=self.preset, neighbours=self.neighbours)

    async def _encode_single(self, chunk_array: NDBuffer, chunk_spec: ArraySpec) -> Buffer | None:
        stream = await asyncio.to_thread(self._encode_sync, chunk_array.as_numpy_array())
        return chunk_spec.prototype.buffer.from_bytes(stream)

    async def _decode_single(self, chunk_bytes: Buffer, chunk_spec: ArraySpec) -> NDBuffer:
        array = await asyncio.to_thread(decode, chunk_bytes.as_numpy_array())
        if array.shape != tuple(chunk_spec.shape):
            raise ValueError(f"a chunk of shape {array.shape} where {tuple(chunk_spec.shape)} is due")
        native = chunk_spec.dtype.to_native_dtype()
        if array.dtype != native:
            array = array.astype(native, casting="equiv")
        return chunk_spec.prototype.nd_buffer.from_numpy_array(array)

    def compute_encoded_size(self, input_byte_length: int, chunk_spec: ArraySpec) -> int:
        raise NotImplementedError("the size depends on the samples")


register_codec("nrc", NrcCodec)
