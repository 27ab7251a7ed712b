# SPDX-License-Identifier: Apache-2.0
"""Recordings in nrc files: lazy access to any part, and writing in bounded memory."""

from __future__ import annotations

import ctypes
import json
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from . import _arrays, _library
from ._arrays import Stream
from ._library import LIBRARY, NrcError

#: Samples of a chunk that is encoded at a time where the caller does not say.
CHUNK_SAMPLES = 1 << 24
#: Frames that show how a recording is best coded, from three places of it.
LEARNED_FRAMES = 1 << 12
#: Samples of its middle that show what the user should know of it.
NOTED_SAMPLES = 1 << 20
#: An event: the frame of its peak, and the peak's height above its channel's level, in codes of the converter.
EVENT = np.dtype([("frame", np.uint64), ("channel", np.uint32), ("amplitude", np.int32)])
PROFILES = ("huffman", "range", "neural", "cascade")

Path_ = str | os.PathLike[str]


class Recording:
    """A recording in an nrc file, frames x channels, which is read where it is looked at.

    Index it as a NumPy array of two dimensions. Any number of threads may read at once, and it can be
    pickled: another process opens the file again. A file that ends within a packet, because it is
    still being written or was cut, is read up to there.
    """

    def __init__(self, path: Path_, threads: int = 0) -> None:
        self.path = Path(path)
        self.threads = threads
        self._stream = Stream(os.fspath(path))
        info = self._stream.info
        facts = self._stream.metadata.get("array", {})
        self.dtype = self._stream.dtype()
        channels = info.channels
        if isinstance(facts, dict) and "dtype" in facts:
            try:
                self.dtype = np.dtype(str(facts["dtype"]))
                shape = [int(size) for size in facts.get("shape", [])]
            except (TypeError, ValueError):
                raise NrcError(f"{path}: the stream's metadata of its array cannot be read") from None
            _arrays.check_dtype(self.dtype)
            if not self._stream.holds(self.dtype):
                raise NrcError(f"{path}: the stream's metadata contradict its samples")
            if len(shape) == 2 and shape[1] > 0 and channels in (shape[1], 2 * shape[1]):
                channels = shape[1]
        self._planes = self._stream.planes(channels)
        #: Frames and channels.
        self.shape: tuple[int, int] = (info.frames, channels)

    ndim = 2

    def __len__(self) -> int:
        return self.shape[0]

    def __repr__(self) -> str:
        frames, channels = self.shape
        return f"<nrc recording {self.path}: {frames} frames of {channels} channels, {self.dtype}, {self.rate} Hz>"

    def __reduce__(self) -> tuple[Any, ...]:
        return Recording, (os.fspath(self.path), self.threads)

    @property
    def rate(self) -> float:
        """Sampling rate, Hz; 0 if unknown."""
        return self._stream.info.rate_millihertz / 1000

    @property
    def metadata(self) -> dict[str, Any]:
        """What was kept with the samples."""
        return {key: value for key, value in self._stream.metadata.items() if key != "array"}

    @property
    def size(self) -> int:
        return self.shape[0] * self.shape[1]

    @property
    def nbytes(self) -> int:
        """Of the samples."""
        return self.size * self.dtype.itemsize

    @property
    def info(self) -> dict[str, Any]:
        """How the stream is coded."""
        info = self._stream.info
        size = self.path.stat().st_size
        return {"frames": self.shape[0], "channels": self.shape[1], "dtype": self.dtype.str, "rate": self.rate,
                "profile": PROFILES[info.profile], "code_width": info.code_width, "taps": bool(info.taps),
                "neighbour": bool(info.neighbour), "packet_frames": info.packet_frames,
                "key_packets": info.key_packets, "indexed": bool(info.indexed), "closed": bool(info.closed),
                "bytes": size, "ratio": self.nbytes / max(size, 1), "largest_step": self.largest_step}

    @property
    def largest_step(self) -> int:
        """1: every sample is as it was. More: some packets were rounded, and no code of the converter is more than
        half of this many off."""
        return self._stream.survey()[0].largest_step if self._stream.info.rounding else 1

    def events(self) -> np.ndarray:
        """The spikes that the encoder found, of type EVENT; none in a stream without events."""
        return np.frombuffer(self._stream.survey()[1], EVENT)

    def read(self, start: int = 0, stop: int | None = None, channels: Any = None,
             out: np.ndarray | None = None) -> np.ndarray:
        """Frames from start to stop (without it) of some channels, or all, in the order given."""
        frames, all_channels = self.shape
        start, stop, _ = slice(start, stop).indices(frames)
        count = max(stop - start, 0)
        numbers = None
        if channels is not None:
            numbers = np.ascontiguousarray(np.arange(all_channels, dtype=np.uint32)[channels]).reshape(-1)
        shape = (count, all_channels if numbers is None else len(numbers))
        if out is None:
            out = np.empty(shape, self.dtype)
        elif out.shape != shape or out.dtype != self.dtype:
            raise NrcError(f"out is {out.dtype} of {out.shape}; give {self.dtype} of {shape}")
        if out.size:
            self._stream.read(start, out, self._planes, numbers, self.threads or os.cpu_count() or 1)
        return out

    def __getitem__(self, key: Any) -> np.ndarray:
        key = key if isinstance(key, tuple) else (key,)
        if Ellipsis in [k for k in key if not isinstance(k, np.ndarray)]:
            at = next(i for i, k in enumerate(key) if k is Ellipsis)
            key = (*key[:at], *[slice(None)] * (2 - len(key) + 1), *key[at + 1:])
        if len(key) > 2:
            raise IndexError("a recording has two dimensions")
        frames = key[0] if key else slice(None)
        channels = key[1] if len(key) > 1 else slice(None)
        chosen = None if isinstance(channels, slice) and channels == slice(None) else np.atleast_1d(
            np.arange(self.shape[1])[channels])
        if isinstance(frames, slice):
            start, stop, step = frames.indices(self.shape[0])
            if step > 0:
                part = self.read(start, stop, chosen)[::step]
            else:
                last = range(start, stop, step)
                part = self.read(last[-1], last[0] + 1, chosen)[::-1][::-step] if len(last) else \
                    self.read(0, 0, chosen)
        else:
            wanted = np.arange(self.shape[0])[frames] if not isinstance(frames, (int, np.integer)) else \
                np.asarray(range(self.shape[0])[int(frames)])
            if wanted.size:
                low, high = int(wanted.min()), int(wanted.max()) + 1
                part = self.read(low, high, chosen)[wanted - low]
            else:
                part = self.read(0, 0, chosen)
        return part[..., 0] if isinstance(channels, (int, np.integer)) else part

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        if copy is False:
            raise ValueError("a recording in a file cannot be an array without a copy")
        return self.read() if dtype is None else self.read().astype(dtype)

    def chunks(self, frames: int) -> Iterator[tuple[int, np.ndarray]]:
        """(first frame, samples) from the beginning to the end."""
        for start in range(0, self.shape[0], frames):
            yield start, self.read(start, start + frames)


def open(path: Path_, *, threads: int = 0) -> Recording:
    """Opens an nrc file. `threads` decode one read (0: one for each processor). Raises NrcError."""
    return Recording(path, threads)


def samples_to_learn_from(source: Any, frames: int, stop: int) -> np.ndarray:
    """Some frames of the beginning, the middle and the end."""
    count = min(frames, stop)
    starts = sorted({0, (stop - count) // 2, stop - count})
    parts = [np.asarray(source[start:start + count]) for start in starts]
    # NumPy joins arrays in the computer's own byte order.
    return np.concatenate(parts).astype(parts[0].dtype, copy=False)


def notes(samples: Any, *, preset: str, certain_type: bool) -> list[str]:
    """What the user should know of a recording before it is encoded, from a part of its middle: whether it looks like
    another type or number of channels, unless these are certain, and whether another preset makes it clearly smaller.
    Raises NrcError."""
    frames, channels = samples.shape
    count = min(frames, max(NOTED_SAMPLES // max(channels, 1), 1))
    first = (frames - count) // 2
    part = np.asarray(samples[first:first + count])
    if part.dtype.itemsize == 8 and not certain_type:
        narrow = np.dtype(f"{part.dtype.kind}4")
        if 2 * np.count_nonzero(part != part.astype(narrow)) > part.size:
            return [f"most samples have more than 32 bits, which no converter has; if they are not {part.dtype.name}, "
                    "give --type"]
    return _arrays.notes(part, _arrays.encoding(preset, None, 0.0, 1, b"", None), certain_type=certain_type)


class Coding:
    """How all chunks of one recording are coded, so that they can be joined. It can be pickled."""

    def __init__(self, samples: np.ndarray, *, preset: str = "fast", neighbours: bool | None = None,
                 rate: float = 0.0, one_chunk: bool = False) -> None:
        """`samples` show how, unless the recording is `one_chunk`, which shows it itself and has to leave no room for
        others."""
        _arrays.check_dtype(samples.dtype)
        self.preset, self.neighbours, self.rate = preset, neighbours, rate
        self.dtype, self.channels = samples.dtype, samples.shape[1]
        if one_chunk:
            self.planes, self.like = 0, b""
            return
        # Samples to come may be larger.
        self.planes = 2 if samples.dtype.itemsize == 8 else 1
        options = _arrays.encoding(preset, neighbours, rate, 1, b"", None, self.planes)
        self.like = _arrays.choose_coding(samples, options)

    def to_json(self) -> str:
        return json.dumps({"preset": self.preset, "neighbours": self.neighbours, "rate": self.rate,
                           "dtype": self.dtype.str, "channels": self.channels, "planes": self.planes,
                           "like": self.like.hex()})

    @classmethod
    def from_json(cls, text: str) -> Coding:
        facts = json.loads(text)
        coding = cls.__new__(cls)
        coding.preset, coding.neighbours, coding.rate = facts["preset"], facts["neighbours"], facts["rate"]
        coding.dtype, coding.channels = np.dtype(facts["dtype"]), facts["channels"]
        coding.planes, coding.like = facts["planes"], bytes.fromhex(facts["like"])
        return coding

    def encode(self, chunk: np.ndarray, threads: int = 1, metadata: bytes = b"") -> bytes:
        """A whole stream of one chunk. Raises NrcError."""
        if chunk.ndim != 2 or chunk.shape[1] != self.channels or chunk.dtype != self.dtype:
            raise NrcError(f"a chunk of {chunk.dtype} and shape {chunk.shape}; give frames x {self.channels} "
                           f"of {self.dtype}")
        options = _arrays.encoding(self.preset, self.neighbours, self.rate, threads, metadata, self.like, self.planes)
        return _arrays.encode_frames(chunk, options)


def metadata_text(metadata: Mapping[str, Any] | None, dtype: np.dtype, channels: int) -> bytes:
    if not isinstance(metadata or {}, Mapping):
        raise NrcError(f"metadata of type {type(metadata).__name__}; give a dict of what JSON can hold")
    facts = dict(metadata or {})
    facts["array"] = {"dtype": dtype.str, "shape": [-1, channels], "order": "C", "channel_axis": 1}
    try:
        return json.dumps(facts, separators=(",", ":")).encode()
    except TypeError as error:
        raise NrcError(f"metadata: {error}; give what JSON can hold") from None


def new_file(path: Path_, overwrite: bool) -> Path:
    """The path of a file that is to be written: of a link, that which it names. Raises OSError if it exists, is no
    file, or has no folder to be in."""
    target = Path(path)
    if target.exists() and not target.is_file() and not target.is_dir():
        raise FileExistsError(f"{target} is a device or pipe; give the name of a file")
    if target.is_dir():
        raise IsADirectoryError(f"{target} is a folder; give the name of a file in it")
    if target.exists() and not overwrite:
        raise FileExistsError(f"{target} exists; give another name, or replace it (overwrite=True, --force)")
    if not target.parent.is_dir():
        raise FileNotFoundError(f"{target.parent} is no folder; make it first, or give another name")
    return target.resolve() if target.is_symlink() else target


def unfinished(target: Path) -> Path:
    """A new name beside a file, for what is to become it."""
    return target.with_name(f"{target.name}.{secrets.token_hex(6)}.part")


@contextmanager
def part_folder(target: Path) -> Iterator[Path]:
    """A folder beside a file for parts of it, of which nothing is left at the end."""
    folder = unfinished(target)
    # A signal may come as soon as it is there.
    try:
        folder.mkdir()
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def whole_file(path: Path_, overwrite: bool = False) -> Iterator[Path]:
    """The name of a file to write, which becomes `path` at the end; after an exception nothing is left of it."""
    target = new_file(path, overwrite)
    temporary = unfinished(target)
    # A signal may come as soon as it is there.
    try:
        temporary.touch(exist_ok=False)
        yield temporary
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def join(parts: Sequence[Path_], path: Path_, *, metadata: bytes | None = None, overwrite: bool = False) -> None:
    """Joins nrc files, one after the other, into a new file, as `nrc cat` does. It appears when it is whole.

    Raises NrcError if they do not fit together, FileExistsError if the file exists.
    """
    with whole_file(path, overwrite) as temporary:
        names = [os.fsencode(part) for part in parts]
        paths = (ctypes.c_char_p * max(len(names), 1))(*names)
        _library.call(LIBRARY.nrc_python_join, paths, len(names), os.fsencode(temporary), metadata)


def write(path: Path_, samples: Any, *, rate: float = 0.0, preset: str = "fast", neighbours: bool | None = None,
          metadata: Mapping[str, Any] | None = None, threads: int = 0, chunk_frames: int = 0, verify: bool = True,
          overwrite: bool = False) -> Recording:
    """Writes a recording, frames x channels, to an nrc file, in the memory of a chunk.

    Args:
        samples: an array, or anything with shape, dtype and slices of frames that become arrays
            (numpy.memmap, h5py.Dataset, zarr.Array, Recording).
        rate: sampling rate, Hz.
        preset, neighbours: as for encode().
        metadata: what JSON can hold, to be kept with the samples.
        threads: threads that encode. 0: one for each processor.
        chunk_frames: frames in memory at a time. 0: about 16 million samples.
        verify: decode what was written and compare it, before the file gets its name.
        overwrite: replace the file if it exists.

    Raises:
        NrcError: the samples cannot be encoded. FileExistsError: the file exists.
    """
    target = new_file(path, overwrite)
    if not hasattr(samples, "shape") or not hasattr(samples, "dtype"):
        samples = np.asarray(samples)
    if len(samples.shape) != 2:
        raise NrcError(f"an array of {len(samples.shape)} dimensions; give frames x channels")
    frames, channels = samples.shape
    _arrays.check_dtype(np.dtype(samples.dtype))
    if chunk_frames < 0:
        raise NrcError(f"chunks of {chunk_frames} frames; give 1 or more, or 0 for about 16 million samples")
    chunk = chunk_frames or max(CHUNK_SAMPLES // max(channels, 1), 1)
    one_chunk = frames <= chunk
    learned = samples_to_learn_from(samples, 0 if one_chunk else LEARNED_FRAMES, frames)
    coding = Coding(learned, preset=preset, neighbours=neighbours, rate=rate, one_chunk=one_chunk)
    text = metadata_text(metadata, np.dtype(samples.dtype), channels)

    def chunks() -> Iterable[np.ndarray]:
        for start in range(0, max(frames, 1), chunk):
            yield np.asarray(samples[start:start + chunk])

    with part_folder(target) as folder:
        parts = []
        for number, part in enumerate(chunks()):
            name = folder / f"{number:08d}.nrc"
            name.write_bytes(coding.encode(part, threads))
            parts.append(name)
            if verify:
                check_part(name, part, number * chunk)
        whole = folder / "whole.nrc"
        join(parts, whole, metadata=text)
        if verify and len(Recording(whole)) != frames:
            raise NrcError(f"{target}: the file has another number of frames than the samples; report it")
        os.replace(whole, target)
    return Recording(target)


def check_part(path: Path_, samples: np.ndarray, first: int) -> None:
    """Raises NrcError if the file does not decode to these samples."""
    stream = Stream(os.fspath(path))
    back = np.empty(samples.shape, samples.dtype)
    if stream.info.frames == len(samples) and back.size:
        stream.read(0, back, stream.planes(samples.shape[1]), None, os.cpu_count() or 1)
    if stream.info.frames != len(samples) or not np.array_equal(back, samples):
        raise NrcError(f"decoding does not give frames {first} to {first + len(samples)} again, and nothing was "
                       "written; check this computer's memory, and report it")


