# SPDX-License-Identifier: Apache-2.0
"""Dask: a cluster encodes, and what was killed goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nrc_codec import NrcError
from nrc_codec import recording as files
from sample_noise import noise

dask = pytest.importorskip("dask.array")

from dask import config as dask_config  # noqa: E402

from nrc_codec.distributed import encode_array  # noqa: E402

SLOW = """
import sys, time
import numpy as np
from nrc_codec import distributed
encode = distributed._encode_part
def slow(*arguments):
    time.sleep(0.2)
    return encode(*arguments)
distributed._encode_part = slow
import dask
dask.config.set(scheduler="synchronous")
distributed.encode_array(np.load(sys.argv[1], mmap_mode="r"), sys.argv[2], chunk_frames=500)
"""


def test_threads_and_cluster(tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed")
    array = noise(6000, 8)
    written = encode_array(dask.from_array(array, chunks=(700, 3)), tmp_path / "a.nrc", rate=1000, metadata={"a": 1})
    assert np.array_equal(written[:], array) and written.rate == 1000 and written.metadata == {"a": 1}
    np.save(tmp_path / "a.npy", array)
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster, \
            distributed.Client(cluster):
        source = np.load(tmp_path / "a.npy", mmap_mode="r")
        written = encode_array(source, tmp_path / "b.nrc", chunk_frames=1000)
    assert np.array_equal(written[:], array)
    assert not list(tmp_path.glob("*.parts"))


def test_goes_on_after_a_kill(tmp_path: Path) -> None:
    array = noise(6000, 8)
    np.save(tmp_path / "a.npy", array)
    target, folder = tmp_path / "a.nrc", tmp_path / "a.nrc.parts"
    process = subprocess.Popen([sys.executable, "-c", SLOW, str(tmp_path / "a.npy"), str(target)])
    deadline = time.monotonic() + 60
    while len(list(folder.glob("0*.nrc"))) < 3 and time.monotonic() < deadline:
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    finished = {path: path.stat().st_mtime_ns for path in folder.glob("0*[0-9].nrc")}
    assert 3 <= len(finished) < 12 and not target.exists()
    times: dict[Path, int] = {}
    join = files.join

    def note(parts: list[Path], *rest: object, **options: object) -> None:
        times.update({path: path.stat().st_mtime_ns for path in parts})
        join(parts, *rest, **options)  # type: ignore[arg-type]

    files.join = note  # type: ignore[assignment]
    try:
        written = encode_array(np.load(tmp_path / "a.npy", mmap_mode="r"), target, chunk_frames=500)
    finally:
        files.join = join
    assert np.array_equal(written[:], array)
    assert len(times) == 12 and all(times[path] == when for path, when in finished.items())
    assert not folder.exists()


def test_parts_of_another_recording_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "a.nrc.parts"
    folder.mkdir()
    (folder / "plan.json").write_text('{"identity": "other", "coding": ""}')
    with pytest.raises(NrcError, match="remove it"):
        encode_array(noise(100, 4), tmp_path / "a.nrc")


def test_parts_of_a_recording_of_the_same_shape_are_refused(tmp_path: Path) -> None:
    target, first, other = tmp_path / "a.nrc", noise(3000, 4, seed=1), noise(3000, 4, seed=2)

    def fail(block: np.ndarray, block_info: Any = None) -> np.ndarray:
        if block_info[None]["chunk-location"][0] == 2:
            raise OSError("the disk is gone")
        return block

    chunks = dask.from_array(first, chunks=(1000, -1))
    learned = files.samples_to_learn_from
    stopped = chunks.map_blocks(fail, dtype=first.dtype)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "samples_to_learn_from", lambda source, *rest: learned(first, *rest))
        # Threads would go on writing parts after the failure.
        with dask_config.set(scheduler="synchronous"), pytest.raises(OSError, match="gone"):
            encode_array(stopped, target)
    assert (tmp_path / "a.nrc.parts/plan.json").exists()
    with pytest.raises(NrcError, match="another recording"):
        encode_array(dask.from_array(other, chunks=(1000, -1)), target)
    assert np.array_equal(encode_array(chunks, target)[:], first)


def test_what_is_refused_leaves_nothing(tmp_path: Path) -> None:
    array = noise(600, 4)
    cases: list[tuple[np.ndarray, str, dict[str, Any], str]] = [
        (array.astype("f4"), "a.nrc", {}, "floating-point"), (array, "a.nrc", {"preset": "bst"}, "preset 'bst'"),
        (array, "none/a.nrc", {}, "is no folder")]
    for samples, name, options, words in cases:
        with pytest.raises((NrcError, FileNotFoundError), match=words):
            encode_array(samples, tmp_path / name, **options)
        assert not list(tmp_path.iterdir())
