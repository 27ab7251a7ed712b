# SPDX-License-Identifier: Apache-2.0
"""Recordings through SpikeInterface and neo: samples, gains, names, probe and start time survive."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nrc_codec
from nrc_codec import NrcError
from sample_noise import noise

si = pytest.importorskip("spikeinterface.core")
probeinterface = pytest.importorskip("probeinterface")

from nrc_codec.numcodecs import Nrc  # noqa: E402
from nrc_codec.spikeinterface import read_nrc, write_nrc  # noqa: E402


@pytest.fixture
def recording(tmp_path: Path) -> Any:
    traces = [noise(9000, 16, seed=1), noise(4000, 16, seed=2)]
    made = si.NumpyRecording(traces, 3000.0, t_starts=[12.5, 100.0], channel_ids=[f"ch{i}" for i in range(16)])
    made.set_channel_gains(np.linspace(0.1, 0.4, 16))
    made.set_channel_offsets(1.5)
    made.set_property("brain_area", np.array(["CA1"] * 8 + ["CA3"] * 8))
    probe = probeinterface.generate_linear_probe(16)
    probe.set_device_channel_indices(np.arange(16)[::-1])
    made.set_probe(probe)
    made.annotate(subject="m1")
    return made.save(folder=tmp_path / "source")


def expect_same(a: Any, b: Any) -> None:
    assert list(a.channel_ids) == list(b.channel_ids) and a.sampling_frequency == b.sampling_frequency
    assert a.dtype == b.dtype and a.get_num_segments() == b.get_num_segments()
    for segment in range(a.get_num_segments()):
        assert np.array_equal(a.get_traces(segment_index=segment), b.get_traces(segment_index=segment))
        assert a.get_start_time(segment) == b.get_start_time(segment)
    for key in a.get_property_keys():
        assert np.array_equal(a.get_property(key), b.get_property(key)), key
    assert a.get_annotation("subject") == b.get_annotation("subject")
    assert a.get_probegroup().to_dict(array_as_list=True) == b.get_probegroup().to_dict(array_as_list=True)
    assert np.array_equal(*(r.get_traces(segment_index=0, return_in_uV=True) for r in (a, b)))


@pytest.mark.parametrize("jobs", [{}, {"n_jobs": 2, "pool_engine": "process", "progress_bar": True},
                                  {"n_jobs": 2, "pool_engine": "thread"}])
def test_everything_survives(tmp_path: Path, recording: Any, jobs: dict[str, Any]) -> None:
    paths = [tmp_path / "a.nrc", tmp_path / "b.nrc"]
    written = write_nrc(recording, paths, chunk_duration="0.5s", **jobs)
    expect_same(recording, written)
    expect_same(recording, si.load(written.to_dict(recursive=True)))
    part = {"segment_index": 0, "start_frame": 100, "end_frame": 7777, "channel_ids": ["ch9", "ch2"]}
    assert np.array_equal(recording.get_traces(**part), read_nrc(paths).get_traces(**part))
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.nrc", "b.nrc", "source"]


def test_refusals(tmp_path: Path, recording: Any) -> None:
    floats = si.NumpyRecording([noise(100, 4).astype("f4")], 1000.0)
    with pytest.raises(NrcError, match="gain"):
        write_nrc(floats, tmp_path / "a.nrc")
    with pytest.raises(NrcError, match="segments"):
        write_nrc(recording, tmp_path / "a.nrc")
    nrc_codec.write(tmp_path / "plain.nrc", noise(100, 4))
    with pytest.raises(NrcError, match="sampling_frequency"):
        read_nrc(tmp_path / "plain.nrc")
    assert read_nrc(tmp_path / "plain.nrc", 1000.0).get_traces().shape == (100, 4)


def test_save_to_zarr(tmp_path: Path, recording: Any) -> None:
    saved = recording.save(format="zarr", folder=tmp_path / "a.zarr", compressor=Nrc(), n_jobs=2, pool_engine="thread")
    expect_same(recording, saved)
