# SPDX-License-Identifier: Apache-2.0
"""Files of acquisition systems, as neo reads them: the recordings in a file or folder, and what is known of them."""

from __future__ import annotations

import re
import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ._library import NrcError

#: Readers that would take any file of their endings for one of theirs, and those that read no samples.
_NO_FORMATS = ("RawBinarySignalRawIO", "ExampleRawIO", "PhyRawIO")
#: Names that an error lists.
_MOST_NAMES = 4


class _Several(NrcError):
    """A folder holds more than one recording, and which one is meant is not known."""


class Segment:
    """Samples recorded without a break, frames x channels, as slices of frames."""

    def __init__(self, reader: Any, block: int, segment: int, stream: int, channels: int) -> None:
        self._reader, self._at = reader, {"block_index": block, "seg_index": segment, "stream_index": stream}
        frames = reader.get_signal_size(block, segment, stream)
        self.shape = (frames, channels)
        self.t_start = float(reader.get_signal_t_start(block, segment, stream))
        self.dtype = self[0:min(frames, 1)].dtype

    def __getitem__(self, frames: slice) -> np.ndarray:
        return np.asarray(self._reader.get_analogsignal_chunk(
            i_start=frames.start, i_stop=min(frames.stop, self.shape[0]), **self._at))


@dataclass
class Acquisition:
    """The recordings in a file or folder."""

    segments: list[Segment]
    #: For the metadata of the stream (docs/python.md), without what differs between segments.
    facts: dict[str, Any]
    rate: float
    #: Streams of the same file that are left out.
    left_out: list[str]


def _parsed(reader_class: Any, **where: str) -> Any:
    """A reader that has read its header. Raises whatever neo does; NrcError if there are no samples."""
    reader = reader_class(**where)
    reader.parse_header()
    if len(reader.header["signal_streams"]) == 0:
        raise NrcError("it holds no samples")
    return reader


def _listed(names: list[str]) -> str:
    more = len(names) - _MOST_NAMES
    return ", ".join(names[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


def _of_file(path: Path, reader_class: Any) -> Any:
    """The reader of one file. Those of folders read all of the file's folder."""
    if reader_class.__name__ == "SpikeGLXRawIO":
        if not path.with_suffix(".meta").exists():
            raise NrcError(f"{path.with_suffix('.meta').name} is missing, which says what {path.name} holds")
        # The folder has other probes, bands and runs, too: neo gets to see this file alone.
        folder = tempfile.TemporaryDirectory(prefix="nrc-codec.")
        for name in (path, path.with_suffix(".meta"), path.with_suffix(".bin")):
            link = Path(folder.name, name.name)
            if name.exists() and not link.exists():
                link.symlink_to(name.absolute())
        reader = _parsed(reader_class, dirname=folder.name)
        reader.nrc_folder = folder  # which is removed together with the reader
        return reader
    if reader_class.rawmode == "one-dir":
        return _parsed(reader_class, dirname=str(path.parent))
    return _parsed(reader_class, filename=str(path))


def _of_folder(path: Path, reader_class: Any, files: list[Path]) -> Any:
    """The reader of a folder, of whose files these have the reader's endings."""
    if reader_class.rawmode not in ("one-file", "multi-file"):
        try:
            return _parsed(reader_class, dirname=str(path))
        except Exception:  # each of neo's readers has its own; it may want the very folder of the files
            parents = sorted({name.parent for name in files} - {path})
            if not parents:
                raise
        if len(parents) > 1:
            inside = _listed([str(parent.relative_to(path)) for parent in parents])
            raise _Several(f"{path} holds {len(parents)} folders ({inside}); give one of them")
        return _parsed(reader_class, dirname=str(parents[0]))
    # Files of one recording have a name in common where several make one.
    several = reader_class.rawmode == "multi-file"
    recordings = {str(name.with_suffix("")) if several else str(name): name for name in files}
    if len(recordings) > 1:
        names = [name.name for name in recordings.values()]
        raise _Several(f"{path} holds {len(names)} recordings ({_listed(names)}); encode each by its own name, and "
                       "join those of one session with `nrc-codec cat`")
    return _of_file(files[0], reader_class)


def _readers(path: Path) -> Iterator[tuple[Any, list[Path]]]:
    """Readers of neo that may know a file or folder, the likeliest first, and the files with their endings."""
    from neo.rawio import rawiolist

    files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
    found: dict[Any, list[Path]] = {}
    for reader_class in rawiolist:
        endings = {f".{ending.lower()}" for ending in reader_class.extensions if ending}
        known = [name for name in files if name.suffix.lower() in endings]
        if known and reader_class.__name__ not in _NO_FORMATS:
            found[reader_class] = known
    # A folder's own format, before those of files that may be in it.
    yield from sorted(found.items(), key=lambda item: (path.is_dir() and item[0].rawmode in ("one-file", "multi-file"),
                                                       -len(item[1])))


def _open(path: Path) -> Any:
    errors: dict[str, str] = {}
    for reader_class, files in _readers(path):
        try:
            with warnings.catch_warnings(record=True) as said:
                reader = _of_file(path, reader_class) if path.is_file() else _of_folder(path, reader_class, files)
        except _Several:
            raise
        except Exception as error:  # each of neo's readers has its own
            errors[reader_class.__name__] = " ".join(str(error).split()) or type(error).__name__
            continue
        # Those of readers of other formats say nothing of this file.
        for warning in said:
            warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)
        return reader
    if not errors:
        if path.suffix.lower() in (".wav", ".w64"):
            raise NrcError(f"{path} is a WAV file, which the command `nrc encode` reads, and this one does not")
        raise NrcError(f"{path}: neo knows no format of this name; give --channels and --dtype for raw samples")
    reasons = "; ".join(f"as {name}: {reason}" for name, reason in errors.items())
    raise NrcError(f"{path}: neo cannot read it {reasons}; give --channels and --dtype if it holds raw samples")


def open_acquisition(path: Path, stream: str | None = None) -> Acquisition:
    """What neo reads of a file or folder.

    Args:
        path: a file is read alone where its format allows that, a folder must hold one session.
        stream: the name of one of several streams, as neo gives it.

    Raises:
        NrcError: neo is missing or cannot read it, or it is not certain which recording is meant.
    """
    if not path.exists():
        raise NrcError(f"{path} does not exist")
    try:
        import neo.rawio  # noqa: F401
    except ImportError:
        raise NrcError(f"{path}: raw samples need --channels; other formats need neo, pip install neo") from None
    reader = _open(path)
    streams = reader.header["signal_streams"]
    names = [str(name) for name in streams["name"]]
    left_out: list[str] = []
    if stream is not None and stream not in names:
        raise NrcError(f"{path} has no stream {stream}; give one of {', '.join(names)}")
    if stream is None and len(names) > 1:
        # A channel of pulses that neo takes out of the same file.
        left_out = [name for name in names if re.fullmatch(re.escape(names[0]) + "-SYNC", name)]
        if not path.is_file() or len(left_out) != len(names) - 1:
            raise NrcError(f"{path} has streams {', '.join(names)}; choose one by --stream")
    number = names.index(stream) if stream is not None else 0
    signals = reader.header["signal_channels"]
    signals = signals[signals["stream_id"] == streams["id"][number]]
    scale = [{"V": 1e6, "mV": 1e3}.get(str(unit), 1.0) for unit in signals["units"]]
    properties = {"gain_to_uV": [float(g) * s for g, s in zip(signals["gain"], scale, strict=True)],
                  "offset_to_uV": [float(o) * s for o, s in zip(signals["offset"], scale, strict=True)],
                  "channel_name": [str(name) for name in signals["name"]]}
    rate = float(reader.get_signal_sampling_rate(stream_index=number))
    facts = {"sampling_frequency": rate, "channel_ids": [str(i) for i in signals["id"]], "properties": properties,
             "annotations": {"source": path.name, "stream": names[number]}}
    segments = [Segment(reader, block, segment, number, len(signals)) for block in range(reader.block_count())
                for segment in range(reader.segment_count(block))]
    if not segments:
        raise NrcError(f"{path} holds no samples")
    return Acquisition(segments, facts, rate, left_out)
