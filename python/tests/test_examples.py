# SPDX-License-Identifier: Apache-2.0
"""The examples of the documents, as they are."""

from __future__ import annotations

import os
import runpy
from pathlib import Path

import numpy as np
import pytest

import nrc_codec
from sample_noise import noise

EXAMPLES = Path(os.environ.get("NRC_SOURCE_DIR", Path(__file__).resolve().parents[2])) / "docs/examples"


def test_labs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    si = pytest.importorskip("spikeinterface.core")
    h5py = pytest.importorskip("h5py")
    monkeypatch.chdir(tmp_path)
    si.NumpyRecording([noise(40000, 8)], 30000.0).save(folder="session")
    found = runpy.run_path(str(EXAMPLES / "labs.py"))
    traces = noise(40000, 8)
    assert np.array_equal(found["in_nrc"].get_traces(), traces)
    assert np.array_equal(found["in_zarr"].get_traces(), traces)
    with h5py.File("session.h5") as file:
        assert np.array_equal(file["samples"][:], traces)


def test_peaks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    si = pytest.importorskip("spikeinterface.core")
    from nrc_codec.spikeinterface import write_nrc

    monkeypatch.chdir(tmp_path)
    made, _ = si.generate_ground_truth_recording(durations=[3.0], num_channels=8, num_units=4, seed=1)
    integers = si.NumpyRecording([(made.get_traces() * 5).astype("int16")], made.sampling_frequency)
    write_nrc(integers.save(folder="session"), "session.nrc")
    runpy.run_path(str(EXAMPLES / "peaks.py"))
    assert int(capsys.readouterr().out.split()[-5]) > 500


def test_zarr3(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("zarr", minversion="3.0.8")
    monkeypatch.chdir(tmp_path)
    nrc_codec.write("session.nrc", noise(40000, 8), rate=30000)
    runpy.run_path(str(EXAMPLES / "zarr3.py"))
    import zarr
    assert np.array_equal(zarr.open_array("session.zarr3")[:], noise(40000, 8))
