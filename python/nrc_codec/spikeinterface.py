# SPDX-License-Identifier: Apache-2.0
"""nrc files in SpikeInterface: read_nrc() and write_nrc().

    write_nrc(recording, "session.nrc", n_jobs=8, progress_bar=True)
    recording = read_nrc("session.nrc")

Gains, offsets, channel ids, the probe, the start time, and all properties and annotations that JSON can
hold go with the samples.
"""

from __future__ import annotations

import inspect
import json
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import spikeinterface
from probeinterface import ProbeGroup
from spikeinterface.core import BaseRecording, BaseRecordingSegment, job_tools

from . import recording as files
from ._library import NrcError

#: Classes of SpikeInterface that run chunks, by version.
_EXECUTORS = ("TimeSeriesChunkExecutor", "ChunkRecordingExecutor")
_VERSION = tuple(int(part) for part in spikeinterface.__version__.split(".")[:2])


def _paths(file_paths: str | Path | Sequence[str | Path]) -> list[Path]:
    return [Path(file_paths)] if isinstance(file_paths, (str, Path)) else [Path(path) for path in file_paths]


class NrcRecordingSegment(BaseRecordingSegment):
    def __init__(self, path: Path, sampling_frequency: float, t_start: float | None) -> None:
        BaseRecordingSegment.__init__(self, sampling_frequency=sampling_frequency, t_start=t_start)
        # SpikeInterface runs chunks in parallel itself.
        self.file = files.open(path, threads=1)

    def get_num_samples(self) -> int:
        return self.file.shape[0]

    def get_traces(self, start_frame: int | None = None, end_frame: int | None = None,
                   channel_indices: Any = None) -> np.ndarray:
        if isinstance(channel_indices, slice) and channel_indices == slice(None):
            channel_indices = None
        return self.file.read(start_frame or 0, end_frame, channel_indices)


class NrcRecordingExtractor(BaseRecording):
    """A recording in one nrc file for each segment, decoded where it is looked at.

    Args:
        file_paths: the file, or a list with one for each segment.
        sampling_frequency: Hz, of a file that does not state it.
    """

    name = "nrc"

    def __init__(self, file_paths: str | Path | Sequence[str | Path], sampling_frequency: float | None = None) -> None:
        paths = _paths(file_paths)
        opened = [files.open(path) for path in paths]
        facts = opened[0].metadata.get("recording", {})
        rate = float(facts.get("sampling_frequency") or opened[0].rate or sampling_frequency or 0)
        if rate == 0:
            raise NrcError(f"{paths[0]} does not state its sampling rate; give sampling_frequency")
        channels = opened[0].shape[1]
        for path, file in zip(paths, opened, strict=True):
            if file.shape[1] != channels or file.dtype != opened[0].dtype:
                raise NrcError(f"{path} has {file.shape[1]} channels of {file.dtype}, where {paths[0]} has {channels} "
                               f"of {opened[0].dtype}; give segments of one recording")
        ids = facts.get("channel_ids") or list(range(channels))
        BaseRecording.__init__(self, rate, ids, opened[0].dtype)
        for path, file in zip(paths, opened, strict=True):
            t_start = file.metadata.get("recording", {}).get("t_start")
            self.add_recording_segment(NrcRecordingSegment(path, rate, t_start))
        if facts.get("probegroup") is not None:
            # Later versions have no other way than in place.
            old = "in_place" in inspect.signature(self.set_probegroup).parameters and _VERSION < (0, 104)
            self.set_probegroup(ProbeGroup.from_dict(facts["probegroup"]), **({"in_place": True} if old else {}))
        kinds = facts.get("property_types", {})
        for key, values in facts.get("properties", {}).items():
            self.set_property(key, _property(values, kinds.get(key)))
        for key, value in facts.get("annotations", {}).items():
            self.annotate(**{key: value})
        self._kwargs = {"file_paths": [str(path.absolute()) for path in paths],
                        "sampling_frequency": sampling_frequency}


def read_nrc(file_paths: str | Path | Sequence[str | Path],
             sampling_frequency: float | None = None) -> NrcRecordingExtractor:
    """Opens a recording for SpikeInterface; arguments as for NrcRecordingExtractor."""
    return NrcRecordingExtractor(file_paths, sampling_frequency)


def _type_as_json(kind: np.dtype) -> Any:
    """NumPy's name of a property's type, or the list of its fields."""
    return kind.str if kind.fields is None else [list(field) for field in kind.descr]


def _property(values: list[Any], kind: Any) -> np.ndarray:
    """Values of a property as they were before JSON. The kind is from _type_as_json(), or None if it is not known."""
    if kind is None:
        return np.asarray(values)
    if isinstance(kind, list):
        fields = [(name, text, tuple(shape[0]) if shape else ()) for name, text, *shape in kind]
        return np.array([tuple(value) for value in values], fields)
    if np.dtype(kind).kind == "O":
        objects = np.empty(len(values), object)
        for at, value in enumerate(values):  # lists of one length would become an array
            objects[at] = value
        return objects
    return np.asarray(values, np.dtype(kind))


def _plain(value: Any) -> Any:
    """A value as JSON has it. Raises TypeError if it cannot."""
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, np.generic):
        return value.item()
    json.dumps(value)
    return value


def _facts(recording: BaseRecording, segment: int) -> dict[str, Any]:
    """What is kept of a recording besides its samples."""
    properties, kinds, annotations = {}, {}, {}
    has_probe = recording.has_probe()
    for key in recording.get_property_keys():
        values = recording.get_property(key)
        # The probe has them, but a group may have been given since.
        if key == "contact_vector" or (has_probe and key == "location"):
            continue
        try:
            # Dates have names, and JSON has none.
            dates = values.dtype.kind in "mM"
            properties[key] = _plain(values.astype(str) if dates else values)
            kinds[key] = _type_as_json(values.dtype)
        except TypeError:
            warnings.warn(f"property {key} of the recording is not kept: JSON cannot hold it", stacklevel=3)
    for key in recording.get_annotation_keys():
        if key.startswith("probe") or key == "probes_info":
            continue
        try:
            annotations[key] = _plain(recording.get_annotation(key))
        except TypeError:
            warnings.warn(f"annotation {key} of the recording is not kept: JSON cannot hold it", stacklevel=3)
    if recording.has_time_vector(segment):
        warnings.warn("the time of each frame is not kept, only the first one's and the rate", stacklevel=3)
    t_start = recording.get_start_time(segment)
    return {"sampling_frequency": recording.get_sampling_frequency(), "channel_ids": _plain(recording.channel_ids),
            "t_start": float(t_start) if t_start else None, "properties": properties, "property_types": kinds,
            "annotations": annotations,
            "probegroup": recording.get_probegroup().to_dict(array_as_list=True) if has_probe else None}


def _start_worker(recording: Any, coding: files.Coding, folder: str, verify: bool) -> dict[str, Any]:
    if isinstance(recording, dict):
        from spikeinterface.core import load
        recording = load(recording)
    return {"recording": recording, "coding": coding, "folder": folder, "verify": verify}


def _encode_chunk(segment: int, start: int, stop: int, worker: dict[str, Any]) -> None:
    samples = worker["recording"].get_traces(segment_index=segment, start_frame=start, end_frame=stop)
    path = Path(worker["folder"], f"{segment}-{start:015d}.nrc")
    path.write_bytes(worker["coding"].encode(samples))
    if worker["verify"]:
        files.check_part(path, samples, start)


def write_nrc(recording: BaseRecording, file_paths: str | Path | Sequence[str | Path], *, preset: str = "fast",
              neighbours: bool | None = None, verify: bool = True, overwrite: bool = False,
              **job_kwargs: Any) -> NrcRecordingExtractor:
    """Writes any recording of integers to nrc files, chunk by chunk.

    Args:
        file_paths: the file, or a list with one for each segment.
        preset, neighbours: as for nrc_codec.encode().
        verify: decode what was written and compare it, before a file gets its name.
        overwrite: replace files that exist.
        job_kwargs: n_jobs, chunk_duration, pool_engine, progress_bar and the others of SpikeInterface.

    Returns:
        The recording in the files.

    Raises:
        NrcError: the samples are no integers (scale them back, or write the recording before it was
        filtered), or decoding differs. FileExistsError: a file exists.
    """
    paths = _paths(file_paths)
    segments = recording.get_num_segments()
    if len(paths) != segments:
        raise NrcError(f"{len(paths)} files for {segments} segments; give a list with one for each")
    if len({path.absolute() for path in paths}) != segments:
        raise NrcError("two segments have the same file; give each its own")
    for path in paths:
        files.new_file(path, overwrite)
    job_kwargs = job_tools.fix_job_kwargs(job_kwargs)
    parts = [
        files.samples_to_learn_from(_Frames(recording, segment), files.LEARNED_FRAMES,
                                    recording.get_num_samples(segment))
        for segment in range(segments)]
    learned = np.concatenate(parts).astype(parts[0].dtype, copy=False)
    coding = files.Coding(learned, preset=preset, neighbours=neighbours, rate=recording.get_sampling_frequency())
    with tempfile.TemporaryDirectory(prefix=paths[0].name + ".", dir=paths[0].parent) as folder:
        in_processes = job_kwargs.get("n_jobs", 1) != 1 and job_kwargs.get("pool_engine") != "thread"
        shared = recording.to_dict(recursive=True) if in_processes and recording.check_serializability("json") else \
            recording
        executor = next(getattr(job_tools, name) for name in _EXECUTORS if hasattr(job_tools, name))
        executor(recording, _encode_chunk, _start_worker, (shared, coding, folder, verify), job_name="write nrc",
                 **job_kwargs).run()
        for segment, path in enumerate(paths):
            parts = sorted(Path(folder).glob(f"{segment}-*.nrc"))
            text = files.metadata_text({"recording": _facts(recording, segment)}, coding.dtype, coding.channels)
            files.join(parts, path, metadata=text, overwrite=overwrite)
            for part in parts:
                part.unlink()
    return read_nrc(paths)


class _Frames:
    """A segment of a recording, by slices of frames."""

    def __init__(self, recording: BaseRecording, segment: int) -> None:
        self.recording, self.segment = recording, segment

    def __getitem__(self, frames: slice) -> np.ndarray:
        return self.recording.get_traces(segment_index=self.segment, start_frame=frames.start, end_frame=frames.stop)
