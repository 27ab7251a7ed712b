# SPDX-License-Identifier: Apache-2.0
"""The HDF5 filter, for h5py and what is built on it. Importing this module makes HDF5 find it.

    file.create_dataset("samples", data=samples, chunks=(30000, 384), **nrc_codec.hdf5.Nrc())
    pynwb.H5DataIO(samples, chunks=(30000, 384), **nrc_codec.hdf5.Nrc(), allow_plugin_filters=True)

Programs without Python find it by the environment: `export HDF5_PLUGIN_PATH=$(python -m nrc_codec
hdf5-path)`, then for example `h5repack -f UD=493,0,6,1,0,0,1,0,0 in.h5 out.h5`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

from . import _arrays
from ._library import FOLDER

#: The filter's number, one of those that HDF5 leaves to filters that are not registered.
FILTER = 493
_VERSION = 1
_NEIGHBOURS = {None: 0, True: 1, False: 2}


class Nrc(Mapping[str, object]):
    """Arguments of h5py's create_dataset() and pynwb's H5DataIO().

    The filter is mandatory: a chunk that it cannot encode is an error, never stored as it is. A chunk
    holds whole frames: its last dimension counts the channels.

    Args:
        preset: "implant", "fast", "balanced" or "best", the quickest first.
        channels_first: the chunk's first dimension counts the channels instead.
        neighbours: whether channels are predicted from those before them. None: as the preset finds.
    """

    def __init__(self, preset: str = "fast", channels_first: bool = False, neighbours: bool | None = None) -> None:
        _arrays.check_preset(preset)
        # Channels and type are the dataset's.
        options = (_VERSION, 0, 0, _arrays.PRESETS.index(preset), _NEIGHBOURS[neighbours], int(channels_first))
        self._arguments: dict[str, object] = {"compression": FILTER, "compression_opts": options}

    def __getitem__(self, key: str) -> object:
        return self._arguments[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._arguments)

    def __len__(self) -> int:
        return len(self._arguments)


def plugin_path() -> str:
    """The folder for HDF5_PLUGIN_PATH."""
    return str(FOLDER)


def register() -> None:
    """Makes h5py's HDF5 find the filter. Done when this module is imported."""
    from h5py import h5pl

    folder = os.fsencode(plugin_path())
    if folder not in [h5pl.get(i) for i in range(h5pl.size())]:
        h5pl.prepend(folder)


register()
