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


def test_properties_of_any_type(tmp_path: Path) -> None:
    made = si.NumpyRecording([noise(100, 4)], 1000.0)
    probe = probeinterface.generate_linear_probe(4)
    probe.set_device_channel_indices(np.arange(4))
    made.set_probe(probe)
    lists, pairs = np.empty(4, object), np.empty(4, object)
    for i in range(4):
        lists[i], pairs[i] = list(range(i)), [i, i]
    wanted = {
        "group": np.array([3, 3, 4, 4]),  # other ones than the probe's
        "float": np.arange(4, dtype="f4") / 3, "byte": np.arange(4, dtype="u1"), "flag": np.array([True, False] * 2),
        "name": np.array(["a", "", "\u00fc", "long"]), "date": np.array(["2020-01-02T03:04:05"] * 4, "M8[s]"),
        "pair": np.arange(8).reshape(4, 2), "some": np.array(["a", None, 1, 2.5], object), "lists": lists,
        "pairs": pairs, "fields": np.array([(i, i / 2, "x") for i in range(4)], "i2, f4, U3"),
    }
    for key, values in wanted.items():
        made.set_property(key, values)
    written = write_nrc(made, tmp_path / "a.nrc")
    for key, values in wanted.items():
        back = written.get_property(key)
        assert back.dtype == values.dtype and back.tolist() == values.tolist(), key
    made.set_property("complex", np.full(4, 1j))
    with pytest.warns(UserWarning, match="complex"):
        assert "complex" not in write_nrc(made, tmp_path / "b.nrc").get_property_keys()


def test_refusals(tmp_path: Path, recording: Any) -> None:
    floats = si.NumpyRecording([noise(100, 4).astype("f4")], 1000.0)
    with pytest.raises(NrcError, match="gain"):
        write_nrc(floats, tmp_path / "a.nrc")
    with pytest.raises(NrcError, match="segments"):
        write_nrc(recording, tmp_path / "a.nrc")
    with pytest.raises(NrcError, match="each its own"):
        write_nrc(recording, [tmp_path / "a.nrc", tmp_path / "a.nrc"], overwrite=True)
    with pytest.raises(FileNotFoundError, match="none is no folder"):
        write_nrc(recording, [tmp_path / "a.nrc", tmp_path / "none/b.nrc"])
    assert not (tmp_path / "a.nrc").exists()
    nrc_codec.write(tmp_path / "plain.nrc", noise(100, 4))
    with pytest.raises(NrcError, match="sampling_frequency"):
        read_nrc(tmp_path / "plain.nrc")
    assert read_nrc(tmp_path / "plain.nrc", 1000.0).get_traces().shape == (100, 4)


def test_save_to_zarr(tmp_path: Path, recording: Any) -> None:
    saved = recording.save(format="zarr", folder=tmp_path / "a.zarr", compressor=Nrc(), n_jobs=2, pool_engine="thread")
    expect_same(recording, saved)
