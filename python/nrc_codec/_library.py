# SPDX-License-Identifier: Apache-2.0
"""The shared library, and what its C interface (python/native/interface.cpp) takes.

ctypes releases the interpreter's lock during each call, and needs no build for each version of Python.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

#: Folder of the shared library, which is also the HDF5 plugin.
FOLDER = Path(__file__).resolve().parent / "native"
MESSAGE_BYTES = 512


class NrcError(ValueError):
    """What cannot be encoded or decoded, and why: one line."""


class Array(ctypes.Structure):
    _fields_ = [("data", ctypes.c_void_p), ("frames", ctypes.c_uint64), ("frame_stride", ctypes.c_int64),
                ("channel_stride", ctypes.c_int64), ("channels", ctypes.c_uint32),
                ("element_bytes", ctypes.c_uint32), ("is_signed", ctypes.c_uint32), ("swapped", ctypes.c_uint32)]


class Encoding(ctypes.Structure):
    _fields_ = [("preset", ctypes.c_char_p), ("metadata", ctypes.c_char_p), ("like", ctypes.c_char_p),
                ("map_of", ctypes.c_char_p), ("metadata_bytes", ctypes.c_uint64), ("like_bytes", ctypes.c_uint64),
                ("map_of_bytes", ctypes.c_uint64),
                ("rate_millihertz", ctypes.c_uint32), ("threads", ctypes.c_uint32),
                ("neighbours", ctypes.c_uint32), ("planes", ctypes.c_uint32)]


class Buffer(ctypes.Structure):
    _fields_ = [("data", ctypes.c_void_p), ("size", ctypes.c_uint64)]


class Info(ctypes.Structure):
    _fields_ = [("frames", ctypes.c_uint64), ("key_packets", ctypes.c_uint64), ("metadata_bytes", ctypes.c_uint64),
                ("metadata", ctypes.c_void_p), ("channels", ctypes.c_uint32), ("rate_millihertz", ctypes.c_uint32),
                ("profile", ctypes.c_uint32), ("mapping", ctypes.c_uint32), ("code_width", ctypes.c_uint32),
                ("taps", ctypes.c_uint32), ("neighbour", ctypes.c_uint32), ("packet_frames", ctypes.c_uint32),
                ("stream_number", ctypes.c_uint32), ("indexed", ctypes.c_uint32), ("wav", ctypes.c_uint32),
                ("closed", ctypes.c_uint32), ("sample_type", ctypes.c_uint32), ("big_endian", ctypes.c_uint32),
                ("rounding", ctypes.c_uint32)]


class Survey(ctypes.Structure):
    _fields_ = [("packets", ctypes.c_uint64), ("lossless", ctypes.c_uint64), ("largest_step", ctypes.c_uint32)]


def _load() -> ctypes.CDLL:
    path = FOLDER / "libnrc_codec.so"
    try:
        library = ctypes.CDLL(str(path))
    except OSError as error:
        raise ImportError(f"{path}: {error}; install nrc-codec again") from error
    pointer = ctypes.POINTER
    text = ctypes.c_char_p
    signatures: dict[str, list[Any]] = {
        "encode": [pointer(Array), pointer(Encoding), pointer(Buffer), text],
        "choose": [pointer(Array), pointer(Encoding), pointer(Buffer), text],
        "notes": [pointer(Array), pointer(Encoding), ctypes.c_uint32, pointer(Buffer), text],
        "open_memory": [ctypes.c_void_p, ctypes.c_uint64, pointer(ctypes.c_void_p), text],
        "open_file": [text, pointer(ctypes.c_void_p), text],
        "read": [ctypes.c_void_p, ctypes.c_uint64, ctypes.c_uint32, ctypes.c_void_p, pointer(Array),
                 ctypes.c_uint32, text],
        "survey": [ctypes.c_void_p, pointer(Survey), pointer(Buffer), text],
        "join": [pointer(text), ctypes.c_uint64, text, text, text],
    }
    for name, arguments in signatures.items():
        function = getattr(library, f"nrc_python_{name}")
        function.argtypes, function.restype = arguments, ctypes.c_int
    library.nrc_python_version.argtypes, library.nrc_python_version.restype = [], ctypes.c_char_p
    library.nrc_python_free.argtypes, library.nrc_python_free.restype = [ctypes.c_void_p], None
    library.nrc_python_close.argtypes, library.nrc_python_close.restype = [ctypes.c_void_p], None
    library.nrc_python_info.argtypes, library.nrc_python_info.restype = [ctypes.c_void_p, pointer(Info)], None
    return library


LIBRARY = _load()


def version() -> str:
    """Version of the library, "major.minor.patch"."""
    return LIBRARY.nrc_python_version().decode()


def call(function: Callable[..., int], *arguments: object) -> None:
    """Calls a function that returns 1 with a message. Raises NrcError."""
    message = ctypes.create_string_buffer(MESSAGE_BYTES)
    if function(*arguments, message) != 0:
        raise NrcError(message.value.decode(errors="replace"))


def take(buffer: Buffer) -> bytes:
    """The bytes that the library allocated."""
    try:
        return ctypes.string_at(buffer.data, buffer.size)
    finally:
        LIBRARY.nrc_python_free(buffer.data)


def describe(frames: np.ndarray) -> Array:
    """An array of integers, frames x channels, any strides. It must stay as long as the result."""
    kind = frames.dtype
    channels = frames.shape[1]
    return Array(frames.ctypes.data, frames.shape[0], *frames.strides, channels, kind.itemsize, kind.kind == "i",
                 not kind.isnative)
