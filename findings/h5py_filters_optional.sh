#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# h5py registers every compression filter as optional, also those of plugins, and has no argument that says otherwise. HDF5 then
# stores a chunk that the filter cannot encode as it is, and create_dataset() and writing succeed: the file is larger than it should
# be, and only the chunk's filter mask tells. Here the JPEG-LS filter of hdf5plugin gets floating-point numbers, which it cannot
# encode. A filter that must not be passed over has to set the flag itself, in its set_local function (H5Pmodify_filter), and
# return a negative number from can_apply, since 0 is passed over as well. Seen with h5py 3.16.0, hdf5plugin 7.1.0.
#
# Needs python3 with venv; exits 1 if the behaviour is another one.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check h5py==3.16.0 hdf5plugin==7.1.0 numpy==2.4.6
"$work/venv/bin/python" - "$work/a.h5" 2>"$work/log" <<'END'
import sys

import h5py
import hdf5plugin
import numpy as np

samples = np.arange(10000, dtype="f4").reshape(100, 100)
with h5py.File(sys.argv[1], "w") as file:
    made = file.create_dataset("a", data=samples, chunks=(50, 100), **hdf5plugin.FciDecomp())
    flags = made.id.get_create_plist().get_filter(0)[1]
    mask = made.id.get_chunk_info(0).filter_mask
    stored = made.id.get_storage_size()
print(f"flags of the filter {flags} (1: optional), filters left out {mask}, stored {stored} of {samples.nbytes} bytes")
if (flags, mask, stored) != (1, 1, samples.nbytes):
    sys.exit("changed: expected an optional filter that was left out")
END
echo "as described"
