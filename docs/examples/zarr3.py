# SPDX-License-Identifier: Apache-2.0
import zarr

import nrc_codec
from nrc_codec.zarr3 import NrcCodec

samples = nrc_codec.open("session.nrc")
store = zarr.create_array("session.zarr3", shape=samples.shape, dtype=samples.dtype, chunks=(30000, 8),
                          serializer=NrcCodec(), compressors=None)
store[:] = samples[:]
