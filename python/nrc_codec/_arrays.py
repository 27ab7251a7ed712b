# SPDX-License-Identifier: Apache-2.0
"""NumPy arrays to streams in memory and back, and what a stream says of the array it was made from."""

from __future__ import annotations

import ctypes
import json
import math
import os
from collections.abc import Mapping
from typing import Any

import numpy as np

from . import _library
from ._library import LIBRARY, NrcError

#: Presets, the quickest first. docs/cli.md says what they choose among.
PRESETS = ("implant", "fast", "balanced", "best")
#: Types of a stream's samples, by their number.
SAMPLE_TYPES = ("int16", "uint16", "int8", "uint8", "int24", "uint24", "int32", "uint32")
#: Of a stream.
MAX_CHANNELS = 1 << 16
_NEIGHBOURS = {None: 0, True: 1, False: 2}
_FLOAT_HELP = ("; floating-point samples are not stored exactly by an integer codec: convert them back to the ADC's "
               "integers, round(samples / gain), and keep the gain as metadata")


def count(shape: tuple[int, ...]) -> int:
    """Samples of an array of this shape."""
    number = 1
    for size in shape:
        number *= size
    return number


def check_dtype(dtype: np.dtype) -> None:
    """Raises NrcError for a type that is no integer of 1 to 8 bytes."""
    if dtype.kind == "f":
        raise NrcError(f"samples of type {dtype}{_FLOAT_HELP}")
    if dtype.kind not in "iu" or dtype.itemsize > 8:
        raise NrcError(f"samples of type {dtype}; give integers of 1, 2, 4 or 8 bytes")


def check_preset(preset: str) -> None:
    if preset not in PRESETS:
        raise NrcError(f"preset {preset!r} does not exist; give one of {', '.join(PRESETS)}")


def check_rate(rate: float) -> int:
    """The rate in 1/1000 Hz. Raises NrcError if a stream cannot state it."""
    millihertz = round(rate * 1000) if math.isfinite(rate) else -1
    if not 0 <= millihertz < 2**32:
        raise NrcError(f"a rate of {rate} Hz; give 0 to 4294967 Hz")
    return millihertz


def frames_of(array: np.ndarray, channel_axis: int) -> np.ndarray:
    """frames x channels, a view wherever strides allow it."""
    if array.ndim == 0 or array.size == 0:
        return np.empty((0, 1), array.dtype) if array.size == 0 else array.reshape(1, 1)
    if array.ndim == 1:
        return array.reshape(-1, 1)
    moved = np.moveaxis(array, channel_axis, -1)
    return moved.reshape(-1, moved.shape[-1])


def encoding(preset: str, neighbours: bool | None, rate: float, threads: int, metadata: bytes, like: bytes | None,
             planes: int = 0, map_of: bytes = b"") -> _library.Encoding:
    """Options as the library takes them."""
    check_preset(preset)
    if neighbours not in _NEIGHBOURS:
        raise NrcError(f"neighbours is {neighbours!r}; give True, False or None")
    millihertz = check_rate(rate)
    like = like or b""
    return _library.Encoding(preset.encode(), metadata, like, map_of, len(metadata), len(like), len(map_of), millihertz,
                             max(threads, 0), _NEIGHBOURS[neighbours], planes)


def encode_frames(frames: np.ndarray, options: _library.Encoding) -> bytes:
    buffer = _library.Buffer()
    _library.call(LIBRARY.nrc_python_encode, ctypes.byref(_library.describe(frames)), ctypes.byref(options),
                  ctypes.byref(buffer))
    return _library.take(buffer)


def choose_coding(frames: np.ndarray, options: _library.Encoding) -> bytes:
    """How a stream of samples like these is best coded, for encoding(like=...)."""
    buffer = _library.Buffer()
    _library.call(LIBRARY.nrc_python_choose, ctypes.byref(_library.describe(frames)), ctypes.byref(options),
                  ctypes.byref(buffer))
    return _library.take(buffer)


def notes(frames: np.ndarray, options: _library.Encoding, *, certain_type: bool) -> list[str]:
    """What the user should know of samples before they are encoded: whether they look like another type or number of
    channels, unless these are certain, and whether another preset makes them clearly smaller."""
    buffer = _library.Buffer()
    _library.call(LIBRARY.nrc_python_notes, ctypes.byref(_library.describe(frames)), ctypes.byref(options),
                  int(certain_type), ctypes.byref(buffer))
    return _library.take(buffer).decode().splitlines()


def encode(array: Any, *, channel_axis: int = -1, preset: str = "fast", neighbours: bool | None = None,
           rate: float = 0.0, threads: int = 1, metadata: Mapping[str, Any] | None = None) -> bytes:
    """Compresses an array of integers, losslessly.

    Args:
        array: any number of dimensions, any memory order, integers of 1, 2, 4 or 8 bytes in any byte
            order. In C order with the channels last nothing is copied, but for integers of 8 bytes.
        channel_axis: the dimension that counts channels. The others are time, in order.
        preset: "implant", "fast", "balanced" or "best", the quickest first.
        neighbours: whether channels are predicted from the channels before them. None: as the preset
            finds.
        rate: sampling rate, Hz. 0: unknown.
        threads: threads that encode. 0: one for each processor. The bytes are the same.
        metadata: what JSON can hold, to be kept in the stream.

    Returns:
        A stream that decode() turns into the same array: values, shape, type, byte order and memory
        order. It is an ordinary nrc stream too, which `nrc decode` reads.

    Raises:
        NrcError: the samples are no integers, or a setting is wrong.

    The interpreter's lock is not held while encoding.
    """
    return _encode(array, channel_axis, preset, neighbours, rate, threads, metadata, b"")


def _encode(array: Any, channel_axis: int, preset: str, neighbours: bool | None, rate: float, threads: int,
            metadata: Mapping[str, Any] | None, map_of: bytes) -> bytes:
    array = np.asarray(array)
    check_dtype(array.dtype)
    if array.ndim > 0 and not -array.ndim <= channel_axis < array.ndim:
        raise NrcError(f"channel_axis {channel_axis} of an array of {array.ndim} dimensions")
    facts = dict(metadata or {})
    facts["array"] = {"dtype": array.dtype.str, "shape": list(array.shape),
                      "order": "F" if array.flags.fnc else "C",
                      "channel_axis": channel_axis % max(array.ndim, 1)}
    text = json.dumps(facts, separators=(",", ":")).encode()
    return encode_frames(frames_of(array, channel_axis), encoding(preset, neighbours, rate, threads, text, None,
                                                                  map_of=map_of))


class ChunkEncoder:
    """encode() for the chunks of one array, one after the other or several at once. The values that a front end can
    give take long to find; those of the chunk before are tried first."""

    def __init__(self) -> None:
        self._map_of = b""

    def encode(self, array: Any, *, channel_axis: int, preset: str, neighbours: bool | None) -> bytes:
        stream = _encode(array, channel_axis, preset, neighbours, 0.0, 1, None, self._map_of)
        # The payload of the stream header packet (docs/bitstream.md, sections 7 and 8), if it has a map.
        header = stream[20:20 + 4 * int.from_bytes(stream[15:18], "little")]
        self._map_of = header if header[2] == 2 else b""
        return stream


class Stream:
    """An open stream, in memory or in a file. Any number of threads may read at once."""

    def __init__(self, source: Any) -> None:
        self._handle = ctypes.c_void_p()
        self._name = source if isinstance(source, str) else ""
        if isinstance(source, str):
            self._memory = None
            try:
                _library.call(LIBRARY.nrc_python_open_file, os.fsencode(source), ctypes.byref(self._handle))
            except NrcError as error:
                raise self._named(error) from None
        else:
            memory = np.frombuffer(source, np.uint8)
            self._memory = memory
            _library.call(LIBRARY.nrc_python_open_memory, memory.ctypes.data, memory.size,
                          ctypes.byref(self._handle))
        self.info = _library.Info()
        LIBRARY.nrc_python_info(self._handle, ctypes.byref(self.info))
        stored = ctypes.string_at(self.info.metadata, self.info.metadata_bytes)
        try:
            loaded = json.loads(stored) if stored else {}
        except ValueError:
            loaded = {"text": stored.decode(errors="replace")}
        self.metadata: dict[str, Any] = loaded if isinstance(loaded, dict) else {"value": loaded}

    def _named(self, error: NrcError) -> NrcError:
        """The same error with the name of the file."""
        text = str(error)
        # As the library decodes its messages.
        known = os.fsencode(self._name).decode(errors="replace")
        if not self._name:
            return error
        return NrcError(self._name + text[len(known):] if text.startswith(known) else f"{self._name}: {text}")

    def __del__(self) -> None:
        handle = getattr(self, "_handle", None)
        if handle:
            LIBRARY.nrc_python_close(handle)

    def survey(self) -> tuple[_library.Survey, bytes]:
        """What the packets say besides their samples: their rounding, and the events as bytes."""
        facts, events = _library.Survey(), _library.Buffer()
        try:
            _library.call(LIBRARY.nrc_python_survey, self._handle, ctypes.byref(facts), ctypes.byref(events))
        except NrcError as error:
            raise self._named(error) from None
        return facts, _library.take(events)

    def array_facts(self) -> tuple[np.dtype, tuple[int, ...], str, int]:
        """Type, shape, memory order and channel axis of the array that was encoded.
        Raises NrcError if what the stream says of them contradicts its samples."""
        frames, channels = self.info.frames, self.info.channels
        facts = self.metadata.get("array")
        if facts is None:
            return self.dtype(), (frames, channels), "C", 1
        try:
            dtype = np.dtype(facts["dtype"])
            shape = tuple(int(size) for size in facts["shape"])
            order, axis = str(facts["order"]), int(facts["channel_axis"])
            if shape[:1] == (-1,):  # of a recording that was written in parts
                shape = (frames, *shape[1:])
        except (KeyError, TypeError, ValueError):
            raise NrcError("the stream's metadata of its array cannot be read") from None
        check_dtype(dtype)
        wide = channels if len(shape) > 1 and count(shape) else 1
        wanted = shape[axis] if len(shape) > 1 and 0 <= axis < len(shape) and count(shape) else 1
        if (any(size < 0 for size in shape) or order not in ("C", "F") or not 0 <= axis < max(len(shape), 1)
                or not self.holds(dtype) or (len(shape) > 1 and count(shape) and wide not in (wanted, 2 * wanted))
                or count(shape) != frames * wanted):
            raise NrcError("the stream's metadata contradict its samples")
        return dtype, shape, order, axis

    def holds(self, dtype: np.dtype) -> bool:
        """Whether its samples are of this type, or halves of it."""
        own = self.dtype()
        return dtype.kind == own.kind and (dtype.itemsize == own.itemsize or (dtype.itemsize, own.itemsize) == (8, 4))

    def planes(self, channels: int) -> int:
        """Channels of the stream for each one of the array: two, where samples have more than 32 bits."""
        return max(self.info.channels // max(channels, 1), 1)

    def dtype(self) -> np.dtype:
        """The type of the samples where nothing else is stated. Those of 24 bits become 32."""
        name = SAMPLE_TYPES[self.info.sample_type].replace("24", "32")
        return np.dtype(name).newbyteorder(">" if self.info.big_endian else "<")

    def read(self, first: int, frames: np.ndarray, planes: int, channels: np.ndarray | None, threads: int) -> None:
        """Decodes len(frames) frames from `first` on into frames x channels."""
        numbers = None if channels is None else channels.ctypes.data
        try:
            _library.call(LIBRARY.nrc_python_read, self._handle, first, planes, numbers,
                          ctypes.byref(_library.describe(frames)), threads)
        except NrcError as error:
            raise self._named(error) from None


def decode(stream: Any, *, out: Any = None, threads: int = 1) -> np.ndarray:
    """The array that encode() compressed.

    Args:
        stream: bytes, or anything with a buffer.
        out: where to put the samples: a writable buffer of as many bytes, contiguous.
        threads: threads that decode. 0: one for each processor.

    Returns:
        An array of the same values, shape, type and memory order; `out` as such an array if it is given.
        A stream from elsewhere (`nrc encode`) becomes an array of its own type, frames x channels.

    Raises:
        NrcError: the stream is damaged, cut, or no stream at all. Nothing else happens on bad bytes.

    The interpreter's lock is not held while decoding.
    """
    opened = Stream(stream)
    if not opened.info.closed:
        raise NrcError("the stream was cut or is damaged; get it from its source again")
    dtype, shape, order, axis = opened.array_facts()
    if out is None:
        try:
            array = np.empty(shape, dtype, order)
        except (MemoryError, ValueError):
            raise NrcError(f"the stream holds {count(shape)} samples, too many for this computer") from None
    else:
        target = out if isinstance(out, np.ndarray) else np.frombuffer(out, np.uint8)
        if not target.flags.writeable or not target.flags.forc or target.nbytes != count(shape) * dtype.itemsize:
            raise NrcError(f"out has {target.nbytes} bytes or is not contiguous and writable; give "
                           f"{count(shape) * dtype.itemsize} bytes")
        flat = target.reshape(-1, order="A").view(np.uint8)
        array = flat.view(dtype).reshape(shape, order=order)
    if array.size == 0:
        return array
    frames = frames_of(array, axis)
    opened.read(0, frames, opened.planes(frames.shape[1]), None, threads)
    if not np.shares_memory(frames, array):
        moved = np.moveaxis(array, axis, -1)
        moved[...] = frames.reshape(moved.shape)
    return array
