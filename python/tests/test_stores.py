# SPDX-License-Identifier: Apache-2.0
"""Zarr 2, numcodecs and HDF5: chunks of any type, shape and memory order, from many threads."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nrc_codec import NrcError
from sample_noise import noise

numcodecs = pytest.importorskip("numcodecs")
h5py = pytest.importorskip("h5py")

from nrc_codec import hdf5  # noqa: E402
from nrc_codec.numcodecs import Nrc  # noqa: E402

CODECS = [Nrc(), Nrc(preset="implant"), Nrc(preset="balanced", neighbours=True), Nrc(channel_axis=0)]
ARRAYS = [noise(1000, 1), noise(1000, 12)[:, 0], noise(500, 24), np.asfortranarray(noise(500, 24)),
          noise(500, 24).reshape(100, 5, 24), np.asfortranarray(noise(480, 10).reshape(6, 80, 10)),
          noise(300, 7, "u1"), noise(300, 7, "i1"), noise(300, 7, "<u2"), noise(300, 7, ">i2"), noise(300, 7, "<i4"),
          noise(300, 7, ">u4"), noise(300, 7, "<i8"), noise(300, 7, ">u8"), np.zeros((100, 4), "i2"),
          np.arange(1000, dtype="i4"), np.random.default_rng(1).integers(-2**31, 2**31, (100, 4), dtype="i4"),
          np.empty((0, 4), "i2")]


@pytest.mark.parametrize("codec", CODECS, ids=repr)
@pytest.mark.parametrize("array", ARRAYS, ids=lambda a: f"{a.dtype.str}-{a.shape}-{'F' if a.flags.fnc else 'C'}")
def test_codec(codec: Nrc, array: np.ndarray) -> None:
    """The checks that numcodecs makes of its own codecs."""
    order = "F" if array.flags.fnc else "C"
    stored = codec.encode(array)
    for form in (stored, bytearray(stored), np.frombuffer(stored, "u1"), memoryview(stored)):
        back = np.asarray(codec.decode(form)).view(array.dtype).reshape(array.shape, order=order)
        assert np.array_equal(back, array)
    out = np.empty_like(array)
    codec.decode(stored, out=out)
    assert np.array_equal(out, array)
    memory = bytearray(array.nbytes)
    codec.decode(stored, out=memory)
    assert memory == array.tobytes(order="A")
    assert codec.encode(memoryview(array) if array.size else array) == stored


def test_registration() -> None:
    for codec in CODECS:
        config = codec.get_config()
        assert config["id"] == "nrc" and numcodecs.get_codec(config) == codec
    assert numcodecs.get_codec({"id": "nrc"}) == Nrc()
    assert eval(repr(CODECS[2])) == CODECS[2]
    assert {"preset", "channel_axis", "neighbours"} <= set(Nrc().get_config())
    with pytest.raises(NrcError, match="float32"):
        Nrc().encode(np.zeros((10, 2), "f4"))
    with pytest.raises(NrcError):
        Nrc(preset="quick")
    with pytest.raises(NrcError):
        Nrc().decode(b"no stream at all, but bytes of some length")
    # By its entry point, without an import.
    code = "import numcodecs; numcodecs.registry.run_entrypoints(); print(numcodecs.get_codec({'id': 'nrc'}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("Nrc(")


def zarr2() -> Any:
    zarr = pytest.importorskip("zarr")
    if not zarr.__version__.startswith("2."):
        pytest.skip("Zarr 2")
    return zarr


@pytest.mark.parametrize("order", "CF")
@pytest.mark.parametrize("dtype", ["<i2", ">i2", "<i4", "u1"])
def test_zarr2(tmp_path: Path, order: str, dtype: str) -> None:
    zarr = zarr2()
    array = noise(1000, 20, dtype)
    # Chunks at the edges are padded.
    store = zarr.open(str(tmp_path / "z"), "w", shape=array.shape, dtype=dtype, chunks=(300, 7), order=order,
                      compressor=Nrc())
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda at: store.set_orthogonal_selection((slice(at, at + 300),), array[at:at + 300]),
                      range(0, 1000, 300)))
    again = zarr.open(str(tmp_path / "z"), "r")
    assert again.dtype == array.dtype and np.array_equal(again[:], array)
    assert np.array_equal(again[250:650, 3:15], array[250:650, 3:15])
    again = zarr.open(str(tmp_path / "z"), "a")
    again.append(array)
    assert np.array_equal(again[1000:], array)


@pytest.mark.parametrize("dtype", ["<i2", ">i2", "<i4", ">i8", "u1", "<u2"])
@pytest.mark.parametrize("first", [False, True])
def test_hdf5(tmp_path: Path, dtype: str, first: bool) -> None:
    array = noise(1000, 20, dtype)
    array = array.T if first else array
    chunks = (20, 300) if first else (300, 20)
    with h5py.File(tmp_path / "a.h5", "w") as file:
        made = file.create_dataset("s", data=array, chunks=chunks, **hdf5.Nrc(channels_first=first))
        number, flags, _, name = made.id.get_create_plist().get_filter(0)
        assert number == hdf5.FILTER and flags == 0 and b"nrc" in name  # 0: mandatory
        assert made.id.get_storage_size() < array.nbytes
        line = file.create_dataset("line", data=array.reshape(-1)[:999], chunks=(100,), **hdf5.Nrc())
        assert np.array_equal(line[:], array.reshape(-1)[:999])
    with h5py.File(tmp_path / "a.h5") as file:
        assert np.array_equal(file["s"][:], array) and np.array_equal(file["s"][3:15, 5:9], array[3:15, 5:9])


def test_hdf5_chunks_with_and_without_a_map(tmp_path: Path) -> None:
    mapped = noise(60000, 32) * 13 + np.arange(32, dtype="i2")
    with h5py.File(tmp_path / "a.h5", "w") as file:
        for name, samples in (("mapped", mapped), ("plain", noise(60000, 32)), ("others", mapped[:, :31])):
            file.create_dataset(name, data=samples, chunks=(30000, samples.shape[1]), **hdf5.Nrc())
    with h5py.File(tmp_path / "a.h5") as file:
        assert np.array_equal(file["mapped"][:], mapped) and np.array_equal(file["others"][:], mapped[:, :31])
        assert np.array_equal(file["plain"][:], noise(60000, 32))
        assert file["mapped"].id.get_storage_size() < 1.05 * file["plain"].id.get_storage_size()


def test_hdf5_refuses(tmp_path: Path, samples: np.ndarray, capfd: pytest.CaptureFixture[str]) -> None:
    with h5py.File(tmp_path / "a.h5", "w") as file:
        for dtype in ("f4", "f8", "S3"):
            with pytest.raises(ValueError, match="create"):
                file.create_dataset("f" + dtype, shape=(100, 4), dtype=dtype, chunks=(10, 4), **hdf5.Nrc())
            assert "only integers" in capfd.readouterr().err
        made = file.create_dataset("s", data=samples, chunks=(1000, 12), **hdf5.Nrc())
        offset, size = made.id.get_chunk_info(2).byte_offset, made.id.get_chunk_info(2).size
    data = bytearray((tmp_path / "a.h5").read_bytes())
    data[offset + size // 2] ^= 1
    (tmp_path / "a.h5").write_bytes(data)
    with h5py.File(tmp_path / "a.h5") as file:
        assert np.array_equal(file["s"][:2000], samples[:2000])
        with pytest.raises(OSError, match="filter"):
            file["s"][2500]
    assert "damaged packet" in capfd.readouterr().err


def test_hdf5_plugin_path_and_h5repack(tmp_path: Path, samples: np.ndarray) -> None:
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_dataset("s", data=samples, chunks=(1000, 12))
    environment = {**os.environ, "HDF5_PLUGIN_PATH": hdf5.plugin_path()}
    code = f"import h5py; f = h5py.File(r'{tmp_path}/b.h5', 'w'); f.create_dataset('s', data=h5py.File(r'{tmp_path}" \
           "/a.h5')['s'][:], chunks=(1000, 12), compression=493)"
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)
    with h5py.File(tmp_path / "b.h5") as file:
        assert np.array_equal(file["s"][:], samples) and file["s"].id.get_storage_size() < samples.nbytes * 0.7
    if shutil.which("h5repack"):
        subprocess.run(["h5repack", "-f", "UD=493,0,1,1", str(tmp_path / "a.h5"), str(tmp_path / "c.h5")],
                       env=environment, check=True)
        with h5py.File(tmp_path / "c.h5") as file:
            assert np.array_equal(file["s"][:], samples)
            assert file["s"].id.get_create_plist().get_filter(0)[0] == hdf5.FILTER
