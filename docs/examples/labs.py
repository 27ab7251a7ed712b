# SPDX-License-Identifier: Apache-2.0
import h5py
import spikeinterface.core as si

import nrc_codec.hdf5
import nrc_codec.numcodecs
from nrc_codec.spikeinterface import write_nrc

recording = si.load("session")  # any recording of integers
in_nrc = write_nrc(recording, "session.nrc", n_jobs=2)
in_zarr = recording.save(format="zarr", folder="session.zarr", compressor=nrc_codec.numcodecs.Nrc())
with h5py.File("session.h5", "w") as file:
    file.create_dataset("samples", data=recording.get_traces(), chunks=(30000, 8), **nrc_codec.hdf5.Nrc())
