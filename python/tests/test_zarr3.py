# SPDX-License-Identifier: Apache-2.0
"""The array-to-bytes codec of Zarr 3."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from sample_noise import noise

zarr = pytest.importorskip("zarr", minversion="3.0.8")

from nrc_codec.zarr3 import NrcCodec  # noqa: E402


@pytest.mark.parametrize("dtype", ["<i2", ">i2", "u1", "<u2", "<i4", ">i8"])
def test_round_trip(tmp_path: Path, dtype: str) -> None:
    array = noise(1000, 20, dtype)
    made = zarr.create_array(tmp_path / "z", shape=array.shape, dtype=dtype, chunks=(300, 7), serializer=NrcCodec(),
                             compressors=None)
    made[:] = array
    again = zarr.open_array(tmp_path / "z", mode="r")
    # Zarr 3 keeps no byte order but that of its own codec "bytes".
    assert again.dtype == array.dtype.newbyteorder("=") and np.array_equal(again[:], array)
    assert np.array_equal(again[250:650, 3:15], array[250:650, 3:15])
    assert made.nbytes_stored() < array.nbytes


def test_parameters_are_registered(tmp_path: Path) -> None:
    codec = NrcCodec(preset="balanced", channel_axis=0, neighbours=False)
    array = noise(500, 8).T
    made = zarr.create_array(tmp_path / "z", shape=array.shape, dtype="int16", chunks=(8, 100), serializer=codec,
                             compressors=None)
    made[:] = array
    code = f"import zarr; z = zarr.open_array(r'{tmp_path}/z', mode='r'); print(z.metadata.codecs[0], z[:].sum())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == f"{codec} {array.sum()}\n"


def test_shards_and_transposed(tmp_path: Path) -> None:
    array = noise(1000, 20)
    made = zarr.create_array(tmp_path / "s", shape=array.shape, dtype="int16", chunks=(100, 20), shards=(500, 20),
                             serializer=NrcCodec(), compressors=None)
    made[:] = array
    assert np.array_equal(zarr.open_array(tmp_path / "s")[450:650], array[450:650])
    made = zarr.create_array(tmp_path / "t", shape=array.shape, dtype="int16", chunks=(300, 20), compressors=None,
                             filters=[zarr.codecs.TransposeCodec(order=(1, 0))], serializer=NrcCodec(channel_axis=0))
    made[:] = array
    assert np.array_equal(made[:], array)


def test_refuses_floats(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="gain"):
        zarr.create_array(tmp_path / "z", shape=(10, 2), dtype="float32", chunks=(10, 2), serializer=NrcCodec(),
                          compressors=None)
    with pytest.raises(ValueError, match="preset"):
        NrcCodec(preset="quick")
