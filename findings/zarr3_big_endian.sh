#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Zarr 3 forgets that an array is big-endian: the array that create_array() returns has dtype >i4, and so have its samples; opened
# again it is int32 in the computer's order, with the same values. The byte order is a matter of the codec `bytes` there, which
# writes the computer's order by default, whatever the dtype, and even with endian="big" the array opens as int32. Code that looks
# at an array's bytes, or compares dtypes, differs between the process that wrote the array and the next one. Seen with zarr 3.1.6.
#
# Needs python3.11 or later with venv, on a little-endian computer; exits 1 if the behaviour is another one.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check zarr==3.1.6 numpy==2.4.6
"$work/venv/bin/python" - "$work" <<'END'
import sys

import numpy as np
import zarr
from zarr.codecs import BytesCodec

samples = np.arange(1000, dtype=">i4")
for number, serializer in enumerate(("auto", BytesCodec(endian="big"))):
    path = f"{sys.argv[1]}/{number}.zarr"
    made = zarr.create_array(path, shape=samples.shape, dtype=samples.dtype, chunks=(100,), serializer=serializer,
                             compressors=None)
    made[:] = samples
    again = zarr.open_array(path)
    stored = again.metadata.to_dict()["codecs"][0]["configuration"]["endian"]
    print(f"serializer {serializer}: made {made.dtype}, stored {stored}-endian, opened again {again.dtype}")
    if made.dtype != ">i4" or again.dtype.str != "<i4" or stored != ("little", "big")[number]:
        sys.exit("changed: expected >i4 that becomes int32")
    assert np.array_equal(again[:], samples)
END
echo "as described"
