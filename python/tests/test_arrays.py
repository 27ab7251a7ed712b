# SPDX-License-Identifier: Apache-2.0
"""encode() and decode(): what goes in comes back, or is refused; no bytes crash the decoder."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import threading
import time
import zlib

import numpy as np
import pytest

import nrc_codec
from nrc_codec import NrcError, _arrays
from nrc_codec import recording as files
from sample_noise import noise

INTEGERS = [order + kind + size for kind, size, order in itertools.product("iu", "1248", "<>")]


def same(a: np.ndarray, b: np.ndarray) -> bool:
    return a.dtype == b.dtype and a.shape == b.shape and a.flags.fnc == b.flags.fnc and bool(np.array_equal(a, b))


@pytest.mark.parametrize("dtype", INTEGERS)
@pytest.mark.parametrize("order", "CF")
def test_types_shapes_and_memory_orders(dtype: str, order: str) -> None:
    random = np.random.default_rng(1)
    limits = np.iinfo(np.dtype(dtype))
    for shape in ((200, 5), (17,), (0, 3), (4, 0), (7, 4, 6), (1, 1), ()):
        for axis in (-1, 0) if len(shape) > 1 else (-1,):
            for low, high in ((limits.min, limits.max), (max(limits.min, -100), 100)):
                drawn = random.integers(low, high, shape, dtype=np.dtype(dtype).newbyteorder("="), endpoint=True)
                array = np.array(drawn, np.dtype(dtype), order=order)
                back = nrc_codec.decode(nrc_codec.encode(array, channel_axis=axis))
                assert same(array, back), (shape, axis, low)


def test_extremes_are_kept() -> None:
    for dtype in INTEGERS:
        limits = np.iinfo(np.dtype(dtype))
        array = np.array([[limits.min, limits.max, 0], [limits.max, limits.min, 1]] * 50, dtype)
        assert same(array, nrc_codec.decode(nrc_codec.encode(array)))


def test_streams_have_the_types_of_their_arrays() -> None:
    for dtype in INTEGERS:
        opened = _arrays.Stream(nrc_codec.encode(noise(100, 3, dtype)))
        size = int(dtype[2:])
        assert opened.dtype() == np.dtype(dtype[:2] + str(min(size, 4))) or size == 8, dtype
        assert opened.info.channels == 3
        assert opened.holds(np.dtype(dtype)) and not opened.holds(np.dtype("f4"))
    large = noise(100, 3, "<i8") << 40
    opened = _arrays.Stream(nrc_codec.encode(large))
    assert (opened.info.channels, opened.planes(3)) == (6, 2)
    # Metadata that say something else.
    stream = nrc_codec.encode(noise(100, 4, "<i4"), metadata={})
    for wrong in (b'"<u4"', b'">i4"', b'"<i2"', b'"<i8"'):
        changed = packets_with_metadata(stream, b'"<i4"', wrong)
        if wrong == b'">i4"':  # another order in memory
            assert np.array_equal(nrc_codec.decode(changed), noise(100, 4, "<i4"))
        elif wrong == b'"<i8"':
            assert np.array_equal(nrc_codec.decode(changed), noise(100, 4, "<i8"))
        else:
            with pytest.raises(NrcError, match="contradict"):
                nrc_codec.decode(changed)


def packets_with_metadata(stream: bytes, old: bytes, new: bytes) -> bytes:
    """The stream with other metadata of the same length, and their right CRC."""
    begin = 24 + 4 * int.from_bytes(stream[15:18], "little")
    end = begin + 20 + 4 * int.from_bytes(stream[begin + 15:begin + 18], "little")
    packet = stream[begin:end].replace(old, new)
    assert stream[begin + 2] == 6 and packet != stream[begin:end]
    return stream[:begin] + packet + zlib.crc32(packet).to_bytes(4, "little") + stream[end + 4:]


def test_a_quick_choice_that_was_wrong_is_made_again() -> None:
    # What is looked at are a few places; samples in between have a hundred times the range.
    samples = noise(60000, 64)
    samples[25000:28000] *= 100
    stream = nrc_codec.encode(samples)
    assert same(samples, nrc_codec.decode(stream))
    thorough = files.Coding(samples[20000:30000]).encode(samples)
    assert len(stream) < len(thorough) * 1.03


def test_chunks_take_the_map_of_those_before() -> None:
    samples = noise(40000, 32) * 13 + np.arange(32, dtype="i2")
    encoder = _arrays.ChunkEncoder()
    first = encoder.encode(samples, channel_axis=-1, preset="fast", neighbours=None)
    header = encoder._map_of
    assert header[2] == 2 and header in first
    again = encoder.encode(samples, channel_axis=-1, preset="fast", neighbours=None)
    assert same(nrc_codec.decode(again), samples) and len(again) <= len(first) * 1.001
    # Others, which are not on it, of other channels and of other types.
    for other in (noise(40000, 32), noise(40000, 31) * 7, noise(40000, 32, "u1"), noise(40000, 32, "i4"), samples[:0]):
        stream = encoder.encode(other, channel_axis=-1, preset="fast", neighbours=None)
        assert np.array_equal(nrc_codec.decode(stream), other)
        assert len(stream) <= len(nrc_codec.encode(other)) * 1.02
        encoder._map_of = header


def test_any_view_is_encoded(samples: np.ndarray) -> None:
    views = [samples[::2], samples[:, ::-3], samples[::-1, 1:5], samples.T[3:7].T,
             np.broadcast_to(samples[0], (50, 12))]
    for view in views:
        back = nrc_codec.decode(nrc_codec.encode(view))
        assert np.array_equal(view, back)


@pytest.mark.parametrize("preset", nrc_codec.PRESETS)
@pytest.mark.parametrize("neighbours", [None, True, False])
def test_presets(preset: str, neighbours: bool | None, samples: np.ndarray) -> None:
    stream = nrc_codec.encode(samples[:1500], preset=preset, neighbours=neighbours)
    assert np.array_equal(nrc_codec.decode(stream), samples[:1500])
    assert len(stream) < 0.6 * samples[:1500].nbytes


def test_output_buffer(samples: np.ndarray) -> None:
    stream = nrc_codec.encode(samples)
    out = np.empty_like(samples)
    assert nrc_codec.decode(stream, out=out) is not None
    assert np.array_equal(out, samples)
    memory = bytearray(samples.nbytes)
    nrc_codec.decode(stream, out=memory)
    assert memory == samples.tobytes()
    for wrong in (np.empty(7, np.int16), np.empty((5000, 24), np.int16)[:, ::2], bytes(samples.nbytes)):
        with pytest.raises(NrcError, match="out has"):
            nrc_codec.decode(stream, out=wrong)


def test_threads_make_no_difference(samples: np.ndarray) -> None:
    long = np.tile(samples, (20, 1))
    stream = nrc_codec.encode(long, threads=1)
    assert nrc_codec.encode(long, threads=3) == stream
    assert np.array_equal(nrc_codec.decode(stream, threads=3), long)


def test_refusals(samples: np.ndarray) -> None:
    for array, words in ((samples.astype("f4"), "gain"), (samples.astype("c8"), "integers"), (samples > 0, "integers"),
                         (np.array(["a"]), "integers")):
        with pytest.raises(NrcError, match=words):
            nrc_codec.encode(array)
    with pytest.raises(NrcError, match="implant, fast"):
        nrc_codec.encode(samples, preset="fastest")
    with pytest.raises(NrcError, match="channel_axis"):
        nrc_codec.encode(samples, channel_axis=2)
    with pytest.raises(NrcError, match="rate"):
        nrc_codec.encode(samples, rate=1e9)
    with pytest.raises(NrcError, match="65536"):
        nrc_codec.encode(np.zeros((1, 65537), np.int16))


def test_damaged_streams_are_refused(samples: np.ndarray) -> None:
    """Flipped bits, cuts, swaps and noise: an error, or the samples. Other bits are found by their CRC."""
    random = np.random.default_rng(2)
    streams = [nrc_codec.encode(samples[:300], preset=preset, metadata={"a": 1}) for preset in ("fast", "best")]
    for trial in range(600):
        stream = bytearray(streams[trial % 2])
        for _ in range(random.integers(1, 4)):
            at = int(random.integers(len(stream)))
            if trial % 3 == 0:
                stream[at] ^= 1 << int(random.integers(8))
            elif trial % 3 == 1:
                del stream[at:]
                stream = stream or bytearray(b"N")
            else:
                length = int(random.integers(1, 200))
                stream[at:at + length] = random.bytes(length)
        try:
            back = nrc_codec.decode(bytes(stream))
        except NrcError:
            continue
        assert np.array_equal(back, samples[:300])
    for junk in (b"", b"N", b"NR", bytes(100), random.bytes(1000)):
        with pytest.raises(NrcError):
            nrc_codec.decode(junk)


def test_metadata_that_lie_are_refused(samples: np.ndarray) -> None:
    stream = nrc_codec.encode(samples[:100])
    # Nothing protects text that is wrong from the start: its CRC is right.
    right = {"dtype": "<i2", "shape": [100, 12], "order": "C", "channel_axis": 1}
    lies: tuple[object, ...] = ({**right, "shape": [10, 12]}, {**right, "dtype": "<f4"}, {**right, "dtype": "O"},
                                {**right, "channel_axis": 7}, {**right, "shape": [-100, -12]}, {**right, "order": "K"},
                                {**right, "dtype": "<i8", "shape": [100, 5]}, {}, [], 3)
    for facts in lies:
        options = _arrays.encoding("fast", None, 0, 1, json.dumps({"array": facts}).encode(), None)
        with pytest.raises(NrcError, match="metadata|type"):
            nrc_codec.decode(_arrays.encode_frames(samples[:100], options))
    assert np.array_equal(nrc_codec.decode(stream), samples[:100])


def test_six_threads_at_once() -> None:
    arrays = [noise(3000, 8, seed=seed) for seed in range(6)]
    failures: list[int] = []

    def work(number: int) -> None:
        for _ in range(10):
            if not np.array_equal(nrc_codec.decode(nrc_codec.encode(arrays[number])), arrays[number]):
                failures.append(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


def test_other_threads_go_on_while_encoding() -> None:
    """The interpreter's lock is released: this thread counts while another one is in the library."""
    big = noise(60000, 32)
    done = threading.Event()

    def work() -> None:
        nrc_codec.encode(big, preset="balanced")
        done.set()

    thread = threading.Thread(target=work)
    thread.start()
    turns = 0
    while not done.is_set():
        turns += 1
        time.sleep(0.001)
    thread.join()
    assert turns > 5


def test_help_and_types() -> None:
    for name in nrc_codec.__all__:
        if name not in ("PRESETS", "__version__"):
            assert getattr(nrc_codec, name).__doc__, name
    assert nrc_codec.__version__.count(".") == 2


def test_import_loads_little() -> None:
    heavy = {"numpy", "zarr", "h5py", "spikeinterface", "dask"}
    code = f"import nrc_codec, sys; print(sorted({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_names_come_when_they_are_used() -> None:
    code = ("import nrc_codec; assert set(nrc_codec.__all__) <= set(dir(nrc_codec)); import pydoc; "
            "text = pydoc.plain(pydoc.render_doc(nrc_codec)); assert 'encode(' in text and 'class Recording' in text\n"
            "from nrc_codec import *\nassert callable(encode) and callable(write)")
    subprocess.run([sys.executable, "-c", code], check=True)
    with pytest.raises(AttributeError, match="module 'nrc_codec' has no attribute 'compress'"):
        _ = nrc_codec.compress
