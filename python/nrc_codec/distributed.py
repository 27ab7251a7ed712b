# SPDX-License-Identifier: Apache-2.0
"""A long recording on a Dask cluster, chunk by chunk, resumable after a kill.

    import dask.array
    samples = dask.array.from_array(memmap, chunks=(300000, -1))
    nrc_codec.distributed.encode_array(samples, "session.nrc", rate=30000)

Whatever scheduler Dask uses runs the chunks: threads, or the cluster of the Client that is active. Each
worker reads its chunk, encodes it into a file of its own in the folder "session.nrc.parts", decodes that
and compares. Chunks whose files are there are not encoded again, so that the same call goes on where one
that was killed has stopped. At the end the files are joined, and the folder is removed.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dask
import dask.array
import numpy as np

from . import recording as files
from ._arrays import Stream
from ._library import NrcError, version


def _write_whole(path: Path, data: bytes) -> None:
    """A file that is there whole or not at all, also if the process is killed."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name + ".")
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)


def _encode_part(samples: np.ndarray, coding: files.Coding, path: str, first: int) -> int:
    """Encodes a chunk, decodes it and compares. Returns its frames."""
    target = Path(path)
    stream = coding.encode(samples)
    back = Stream(stream)
    decoded = np.empty(samples.shape, samples.dtype)
    if back.info.frames == len(samples) and decoded.size:
        back.read(0, decoded, back.planes(samples.shape[1]), None, 1)
    if back.info.frames != len(samples) or not np.array_equal(decoded, samples):
        raise NrcError(f"decoding does not give frames {first} to {first + len(samples)} again; check the worker's "
                       "memory, and report it")
    _write_whole(target, stream)
    return len(samples)


def _finished(path: Path, frames: int) -> bool:
    """Whether a part is there whole: files appear under their names only when they are."""
    try:
        return len(files.Recording(path)) == frames
    except (NrcError, OSError):
        return False


def _identity(samples: dask.array.Array, learned: np.ndarray, options: dict[str, Any]) -> str:
    """Of a recording and how it is encoded; `learned` are some of its samples, since others may have its shape."""
    content = hashlib.sha256(np.ascontiguousarray(learned)).hexdigest()
    facts = [version(), str(samples.dtype), samples.shape, samples.chunks, options, content]
    return hashlib.sha256(json.dumps(facts, default=str).encode()).hexdigest()


def encode_array(samples: Any, path: str | os.PathLike[str], *, rate: float = 0.0, preset: str = "fast",
                 neighbours: bool | None = None, metadata: Mapping[str, Any] | None = None,
                 chunk_frames: int = 0, overwrite: bool = False) -> files.Recording:
    """Encodes a recording, frames x channels, into an nrc file by Dask.

    Args:
        samples: a Dask array of integers, or what dask.array.from_array() takes (a memmap, an HDF5 or Zarr
            array). Workers must be able to read it, and all must see the folder of `path`.
        path: the file; the folder "PATH.parts" beside it holds the finished chunks.
        rate, preset, neighbours, metadata: as for nrc_codec.write().
        chunk_frames: frames of a chunk. 0: the array's own, or about 16 million samples.
        overwrite: replace the file if it exists.

    Returns:
        The recording in the file. Every chunk was decoded and compared.

    Raises:
        NrcError: the samples cannot be encoded, or the folder of parts is of another recording.
        FileExistsError: the file exists.
    """
    target = files.new_file(path, overwrite)
    if not isinstance(samples, dask.array.Array):
        rows = chunk_frames or max(files.CHUNK_SAMPLES // max(samples.shape[1], 1), 1)
        samples = dask.array.from_array(samples, chunks=(rows, -1))
    elif chunk_frames or len(samples.chunks[-1]) > 1:
        samples = samples.rechunk((chunk_frames or samples.chunks[0], -1))
    if samples.ndim != 2:
        raise NrcError(f"an array of {samples.ndim} dimensions; give frames x channels")
    folder = Path(f"{target}.parts")
    options = {"rate": rate, "preset": preset, "neighbours": neighbours}
    learned = files.samples_to_learn_from(samples, files.LEARNED_FRAMES, samples.shape[0])
    identity = _identity(samples, learned, options)
    plan = folder / "plan.json"
    if plan.exists():
        facts = json.loads(plan.read_text())
        if facts["identity"] != identity:
            raise NrcError(f"{folder} holds chunks of another recording, or of other options; remove it")
        coding = files.Coding.from_json(facts["coding"])
    else:
        # Refuses what cannot be encoded.
        coding = files.Coding(learned, preset=preset, neighbours=neighbours, rate=rate)
        folder.mkdir(exist_ok=True)
        _write_whole(plan, json.dumps({"identity": identity, "coding": coding.to_json()}).encode())
    parts, tasks, first = [], [], 0
    for number, (rows, block) in enumerate(zip(samples.chunks[0], samples.to_delayed()[:, 0], strict=True)):
        part = folder / f"{number:08d}.nrc"
        parts.append(part)
        if not _finished(part, rows):
            tasks.append(dask.delayed(_encode_part)(block, coding, str(part), first))
        first += rows
    dask.compute(*tasks)
    text = files.metadata_text(metadata, coding.dtype, coding.channels)
    files.join(parts, target, metadata=text, overwrite=overwrite)
    result = files.Recording(target)
    if len(result) != samples.shape[0]:
        raise NrcError(f"{target} has {len(result)} frames instead of {samples.shape[0]}; report it")
    shutil.rmtree(folder)
    return result
