# SPDX-License-Identifier: Apache-2.0
"""What others expect of a codec: the cases by which numcodecs and other codecs of recordings are tested, and whole
programs around it."""

from __future__ import annotations

import array
import itertools
import json
import os
import pickle
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from nrc_codec import NrcError
from sample_noise import noise

numcodecs = pytest.importorskip("numcodecs")
h5py = pytest.importorskip("h5py")

from nrc_codec import hdf5  # noqa: E402
from nrc_codec.numcodecs import Nrc  # noqa: E402

DTYPES = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]
SHAPES = {1: (3000,), 2: (400, 7), 3: (100, 3, 5), 4: (50, 2, 3, 5)}


def drawn(dtype: str, dimensions: int, order: str = "C") -> np.ndarray:
    shape = SHAPES[dimensions] if dimensions > 1 else (*SHAPES[1], 1)
    samples = noise(int(np.prod(shape[:-1])), shape[-1], dtype).reshape(SHAPES[dimensions])
    return np.asarray(samples, order=order)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("dimensions", SHAPES)
def test_zarr_round_trips(dtype: str, dimensions: int) -> None:
    zarr = pytest.importorskip("zarr")
    if not zarr.__version__.startswith("2."):
        pytest.skip("Zarr 2")
    for order, chunked, preset in itertools.product("CF", (True, False), ("implant", "balanced")):
        samples = drawn(dtype, dimensions, order)
        chunks = tuple((size + 1) // 2 for size in samples.shape) if chunked else samples.shape
        store = zarr.array(samples, chunks=chunks, order=order, compressor=Nrc(preset=preset))
        assert np.array_equal(store[:], samples)
        part = tuple(slice(size // 4, size // 2 + 1) for size in samples.shape)
        assert np.array_equal(store[part], samples[part])
        part = tuple(slice(0, 1) for _ in samples.shape)
        assert np.array_equal(store[part], samples[part])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("dimensions", SHAPES)
def test_hdf5_round_trips(tmp_path: Path, dtype: str, dimensions: int) -> None:
    samples = drawn(dtype, dimensions)
    with h5py.File(tmp_path / "a.h5", "w") as file:
        chunks = tuple((size + 1) // 2 for size in samples.shape)
        made = file.create_dataset("s", data=samples, chunks=chunks, **hdf5.Nrc())
        grows = file.create_dataset("grows", shape=(0, *samples.shape[1:]), maxshape=(None, *samples.shape[1:]),
                                    dtype=dtype, chunks=chunks, **hdf5.Nrc("implant"))
        for _ in range(2):
            grows.resize(len(grows) + len(samples), axis=0)
            grows[-len(samples):] = samples
        assert made.chunks == chunks
    with h5py.File(tmp_path / "a.h5") as file:
        assert np.array_equal(file["s"][:], samples) and np.array_equal(file["s"][5:9], samples[5:9])
        assert np.array_equal(file["grows"][:], np.concatenate([samples, samples]))


def test_buffers_that_are_no_arrays() -> None:
    samples = noise(500, 1)[:, 0]
    for given in (array.array("h", samples.tolist()), memoryview(samples), samples.tobytes(), bytearray(samples)):
        stored = Nrc().encode(given)
        assert bytes(np.asarray(Nrc().decode(stored)).data) == samples.tobytes()
    for given in (np.array(["a", "bc"], dtype=object), np.array([[1, 2], [3, 4]], dtype=object)):
        with pytest.raises((TypeError, ValueError)):
            Nrc().encode(given)
    times = np.arange("2026-01-01", "2026-03-01", dtype="M8[h]")
    for odd in (times, times - times[0], np.arange(500) % 3 == 0):
        back = np.asarray(Nrc().decode(Nrc().encode(odd))).view(odd.dtype)
        assert np.array_equal(back, odd)
    out = np.empty_like(samples)
    with pytest.raises((TypeError, ValueError)):
        Nrc().decode(Nrc().encode(samples), out=np.empty(10, dtype=object))
    with pytest.raises((TypeError, ValueError)):
        Nrc().decode(Nrc().encode(samples), out=out[:100])
    with pytest.raises((TypeError, ValueError)):
        Nrc().decode(np.array(["a"], dtype=object))


def test_codecs_travel() -> None:
    """Through pickle, to other processes, and through JSON."""
    codec = Nrc(preset="implant", channel_axis=0, neighbours=False)
    codec.encode(noise(20000, 40) * 7)
    for copy in (pickle.loads(pickle.dumps(codec)), numcodecs.get_codec(json.loads(json.dumps(codec.get_config())))):
        assert copy == codec and copy.get_config() == codec.get_config() and repr(copy) == repr(codec)
    assert codec != Nrc() and Nrc.from_config({"preset": "best"}) == Nrc(preset="best")


def test_filters_before_it() -> None:
    """Zarr's own filters may come before it as long as they give integers."""
    zarr = pytest.importorskip("zarr")
    if not zarr.__version__.startswith("2."):
        pytest.skip("Zarr 2")
    samples = np.cumsum(noise(4000, 4), axis=0, dtype="i4")
    store = zarr.array(samples, chunks=(1000, 4), filters=[numcodecs.Delta("i4")], compressor=Nrc())
    assert np.array_equal(store[:], samples)
    scaled = (noise(1000, 4) * 0.5).astype("f4")
    store = zarr.array(scaled, chunks=(500, 4), filters=[numcodecs.FixedScaleOffset(0, 2, "f4", "i2")],
                       compressor=Nrc())
    assert np.array_equal(store[:], scaled)
    with pytest.raises(NrcError, match="float"):
        zarr.array(scaled, compressor=Nrc())


def test_streams_of_other_programs(tmp_path: Path) -> None:
    """A chunk is a stream: decoded by the command, it is its samples."""
    nrc = os.environ.get("NRC", "")
    if not nrc:
        pytest.skip("NRC names the command")
    for dtype in ("<i2", ">i2", "<i4", ">u4", "u1", "<u2"):
        samples = noise(3000, 6, dtype)
        (tmp_path / "chunk").write_bytes(Nrc().encode(samples))
        subprocess.run([nrc, "decode", "-f", str(tmp_path / "chunk"), str(tmp_path / "out")], check=True)
        assert (tmp_path / "out").read_bytes() == samples.tobytes()
        subprocess.run([nrc, "decode", "-f", "--channels", "5,0-1", str(tmp_path / "chunk"), str(tmp_path / "out")],
                       check=True)
        assert (tmp_path / "out").read_bytes() == samples[:, [5, 0, 1]].tobytes()


def test_h5repack_takes_chunks_in_and_out(tmp_path: Path) -> None:
    """The HDF5 project's own program, with another copy of the library than h5py's."""
    if shutil.which("h5repack") is None:
        pytest.skip("h5repack is not installed")
    samples = noise(3000, 12)
    with h5py.File(tmp_path / "a.h5", "w") as file:
        for dtype in ("<i2", ">i4", "u1"):
            file.create_dataset(dtype, data=noise(3000, 12, dtype), chunks=(700, 12))
    environment = {**os.environ, "HDF5_PLUGIN_PATH": hdf5.plugin_path()}
    subprocess.run(["h5repack", "-f", "UD=493,0,1,1", str(tmp_path / "a.h5"), str(tmp_path / "b.h5")], env=environment,
                   check=True)
    subprocess.run(["h5repack", "-f", "NONE", str(tmp_path / "b.h5"), str(tmp_path / "c.h5")], env=environment,
                   check=True)
    for name, number in (("b.h5", hdf5.FILTER), ("c.h5", None)):
        with h5py.File(tmp_path / name) as file:
            for dtype in ("<i2", ">i4", "u1"):
                assert np.array_equal(file[dtype][:], noise(3000, 12, dtype))
                filters = file[dtype].id.get_create_plist()
                assert (filters.get_filter(0)[0] if filters.get_nfilters() else None) == number
    with h5py.File(tmp_path / "b.h5") as file:
        assert file["<i2"].id.get_storage_size() < samples.nbytes * 0.7


def test_nwb(tmp_path: Path) -> None:
    """An NWB file whose samples are compressed, read again by a process that knows the plugin's folder only."""
    pynwb = pytest.importorskip("pynwb")
    from datetime import UTC, datetime

    samples = noise(9000, 16)
    nwb = pynwb.NWBFile("a session", "id", datetime(2026, 1, 1, tzinfo=UTC))
    data = pynwb.H5DataIO(samples, chunks=(3000, 16), allow_plugin_filters=True, **hdf5.Nrc())
    nwb.add_acquisition(pynwb.TimeSeries(name="raw", data=data, unit="V", rate=30000.0, conversion=1.95e-7))
    with pynwb.NWBHDF5IO(tmp_path / "a.nwb", "w") as io:
        io.write(nwb)
    code = f"""
import numpy as np, pynwb, h5py
with pynwb.NWBHDF5IO(r"{tmp_path / 'a.nwb'}", "r") as io:
    series = io.read().acquisition["raw"]
    np.save(r"{tmp_path / 'back.npy'}", series.data[:])
    assert series.data.id.get_create_plist().get_filter(0)[0] == 493
"""
    subprocess.run([sys.executable, "-c", code], env={**os.environ, "HDF5_PLUGIN_PATH": hdf5.plugin_path()}, check=True)
    assert np.array_equal(np.load(tmp_path / "back.npy"), samples)


def test_detectors(tmp_path: Path) -> None:
    """SpikeInterface's detector that compares neighbouring channels finds the same in each store."""
    pytest.importorskip("numba")
    si = pytest.importorskip("spikeinterface.core")
    from spikeinterface.sortingcomponents.peak_detection import detect_peaks

    from nrc_codec.spikeinterface import write_nrc

    made, _ = si.generate_ground_truth_recording(durations=[4.0], num_channels=32, num_units=6, seed=2)
    integers = si.NumpyRecording([(made.get_traces() * 5).astype("int16")], made.sampling_frequency)
    integers.set_probe(made.get_probe())
    source = integers.save(folder=tmp_path / "source")
    stores = [source, write_nrc(source, tmp_path / "a.nrc"),
              source.save(format="zarr", folder=tmp_path / "a.zarr", compressor=Nrc())]
    # The detector's own measurement looks at random places.
    levels = {"noise_levels": si.get_noise_levels(source, return_in_uV=False)}
    found = [detect_peaks(store, method="locally_exclusive", method_kwargs=levels,
                          job_kwargs={"n_jobs": 1, "progress_bar": False}) for store in stores]
    assert len(found[0]) > 100 and all(np.array_equal(found[0], other) for other in found[1:])
