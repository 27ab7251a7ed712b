# SPDX-License-Identifier: Apache-2.0
"""Neural Recording Codec: lossless compression of multichannel recordings.

    import nrc_codec
    stream = nrc_codec.encode(samples)             # an array, time x channels, of any integer type
    samples = nrc_codec.decode(stream)             # the same array

    nrc_codec.write("session.nrc", samples, rate=30000)
    recording = nrc_codec.open("session.nrc")      # lazy
    recording[720000:750000, :64]                  # a second of 64 channels, read at once

Others, each imported where it is needed:

    nrc_codec.numcodecs     Nrc, a codec for Zarr 2 stores
    nrc_codec.zarr3         NrcCodec, an array-to-bytes codec for Zarr 3
    nrc_codec.hdf5          the HDF5 filter, for h5py, pynwb and h5repack
    nrc_codec.spikeinterface  read_nrc() and write_nrc()
    nrc_codec.distributed   encode_array(): a long recording on a Dask cluster, resumable
    nrc_codec.view          an HTML report of a recording
    nrc_codec.benchmark     a comparison with other codecs on your recordings

`python -m nrc_codec --help` lists the commands.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ._library import NrcError, version

if TYPE_CHECKING:
    from ._arrays import PRESETS, decode, encode
    from .recording import Recording, join, open, write

# Imported on first use: NumPy takes most of the time of an import.
_MODULES = {"PRESETS": "_arrays", "decode": "_arrays", "encode": "_arrays", "Recording": "recording",
            "join": "recording", "open": "recording", "write": "recording"}

__version__ = version()
__all__ = ["PRESETS", "NrcError", "Recording", "__version__", "decode", "encode", "join", "open", "write"]


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_MODULES[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
