# SPDX-License-Identifier: Apache-2.0
"""Recordings in files: any part comes back, writing is whole or nothing, the commands."""

from __future__ import annotations

import json
import os
import pickle
import resource
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

import nrc_codec
from nrc_codec import NrcError
from nrc_codec.__main__ import main
from sample_noise import noise


@pytest.fixture
def recording(tmp_path: Path, samples: np.ndarray) -> nrc_codec.Recording:
    return nrc_codec.write(tmp_path / "a.nrc", samples, rate=1000, chunk_frames=700, metadata={"animal": "m1"})


def test_indexing_is_numpys(recording: nrc_codec.Recording, samples: np.ndarray) -> None:
    assert recording.shape == samples.shape and recording.dtype == samples.dtype and len(recording) == 5000
    assert recording.rate == 1000 and recording.metadata == {"animal": "m1"}
    some = np.array([5, 3, 4999, 3])
    for key in (slice(None), slice(100, 200), slice(-50, None), slice(10, 3000, 7), slice(None, None, -3), 17, -1, some,
                (slice(5, 50), 3), (slice(5, 50), slice(2, 5)), (7, 7), (slice(0, 9), [4, 1, 1]), ..., (..., 2),
                (some, slice(1, 3)), slice(9, 9), (slice(100, 2000), slice(None, None, -2)), -5000):
        assert np.array_equal(recording[key], samples[key]), key
    assert np.array_equal(np.asarray(recording), samples)
    with pytest.raises(IndexError):
        recording[5000]
    with pytest.raises(IndexError):
        recording[0, 12]
    out = np.empty((10, 12), np.int16)
    assert recording.read(5, 15, out=out) is out and np.array_equal(out, samples[5:15])


def test_reads_in_threads_and_other_processes(recording: nrc_codec.Recording, samples: np.ndarray) -> None:
    again = pickle.loads(pickle.dumps(recording))
    with ThreadPoolExecutor(6) as pool:
        starts = list(range(0, 4900, 97))
        for start, part in zip(starts, pool.map(lambda s: again.read(s, s + 100, [0, 5]), starts), strict=True):
            assert np.array_equal(part, samples[start:start + 100, [0, 5]])


@pytest.mark.parametrize("dtype", ["u1", "<u2", ">i2", "<i4", ">u4", "<i8"])
def test_types(tmp_path: Path, dtype: str) -> None:
    array = noise(900, 5, dtype)
    written = nrc_codec.write(tmp_path / "a.nrc", array, chunk_frames=250)
    assert written.dtype == array.dtype and np.array_equal(written[:], array)
    assert np.array_equal(nrc_codec.decode((tmp_path / "a.nrc").read_bytes()), array)
    assert np.array_equal(written[100:300, [4, 0]], array[100:300, [4, 0]])


def test_write_is_whole_or_nothing(tmp_path: Path, samples: np.ndarray) -> None:
    target = tmp_path / "a.nrc"
    with pytest.raises(NrcError, match="gain"):
        nrc_codec.write(target, samples.astype("f4"))

    class Ends:
        shape, dtype = samples.shape, samples.dtype

        def __getitem__(self, frames: slice) -> np.ndarray:
            if (frames.start or 0) == 1400:
                raise OSError("the disk is gone")
            return samples[frames]

    with pytest.raises(OSError, match="gone"):
        nrc_codec.write(target, Ends(), chunk_frames=700)
    assert not list(tmp_path.iterdir())
    nrc_codec.write(target, samples)
    with pytest.raises(FileExistsError):
        nrc_codec.write(target, samples)
    nrc_codec.write(target, samples[:10], overwrite=True)
    assert [p.name for p in tmp_path.iterdir()] == ["a.nrc"] and len(nrc_codec.open(target)) == 10


def test_verification_notices(tmp_path: Path, samples: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    encode = nrc_codec.recording.Coding.encode
    monkeypatch.setattr(nrc_codec.recording.Coding, "encode", lambda self, chunk, *rest: encode(self, chunk + 1, *rest))
    with pytest.raises(NrcError, match="nothing was written"):
        nrc_codec.write(tmp_path / "a.nrc", samples)
    assert not list(tmp_path.iterdir())


def test_empty_and_cut(tmp_path: Path, samples: np.ndarray, recording: nrc_codec.Recording) -> None:
    empty = nrc_codec.write(tmp_path / "e.nrc", np.empty((0, 4), np.int16))
    assert empty[:].shape == (0, 4)
    data = recording.path.read_bytes()
    cut = tmp_path / "cut.nrc"
    cut.write_bytes(data[:len(data) * 3 // 4])
    part = nrc_codec.open(cut)
    assert 0 < len(part) < 5000 and np.array_equal(part[:], samples[:len(part)])
    with pytest.raises(NrcError, match="none.nrc"):
        nrc_codec.open(tmp_path / "none.nrc")
    cut.write_bytes(b"RIFF" + bytes(100))
    with pytest.raises(NrcError, match="cut.nrc.*not an nrc stream"):
        nrc_codec.open(cut)


def test_join(tmp_path: Path, recording: nrc_codec.Recording, samples: np.ndarray) -> None:
    nrc_codec.write(tmp_path / "b.nrc", samples[:100], rate=1000, preset="balanced")
    nrc_codec.join([recording.path, tmp_path / "b.nrc"], tmp_path / "c.nrc")
    joined = nrc_codec.open(tmp_path / "c.nrc")
    assert np.array_equal(joined[:], np.concatenate([samples, samples[:100]])) and joined.metadata == {"animal": "m1"}
    nrc_codec.write(tmp_path / "d.nrc", samples[:, :5], rate=1000)
    with pytest.raises(NrcError, match="d.nrc: 5 channels"):
        nrc_codec.join([recording.path, tmp_path / "d.nrc"], tmp_path / "e.nrc")
    with pytest.raises(FileExistsError):
        nrc_codec.join([recording.path], tmp_path / "c.nrc")
    assert not (tmp_path / "e.nrc").exists()


def test_many_parts_need_few_open_files(tmp_path: Path, samples: np.ndarray) -> None:
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, limit[1]))
    try:
        written = nrc_codec.write(tmp_path / "a.nrc", samples, chunk_frames=40)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limit)
    assert np.array_equal(written[:], samples)


def test_encode_notes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What the user should know of a recording is said before it is encoded, in the command's own options."""
    random = np.random.default_rng(5)
    # A common signal in all channels, which presets other than `fast` use.
    common = np.cumsum(random.normal(0, 4, (4000, 1)), axis=0)
    offsets = np.arange(-800, 800, 100)
    samples = np.round(common - common.mean() + offsets + random.normal(0, 1, (4000, 16))).astype("<i2")
    raw, array, out = tmp_path / "a.raw", tmp_path / "a.npy", str(tmp_path / "a.nrc")

    def notes(*arguments: object) -> str:
        capsys.readouterr()
        assert main(["encode", "-f", *map(str, arguments), out]) == 0
        return capsys.readouterr().err
    samples.tofile(raw)
    assert "a.raw: --preset balanced makes it about" in notes("--channels", 16, raw)
    assert np.array_equal(nrc_codec.open(out).read(), samples)
    assert not notes("--channels", 16, "--preset", "balanced", raw)
    for options, words in ((["--type", "uint16"], "look like int16, not uint16; if so, give --type int16"),
                           (["--dtype", "i4"], "look like int16, not int32; if so, give --type int16"),
                           (["--dtype", "i8", "--channels", "4"], "if they are not int64, give --type"),
                           (["--dtype", "u8", "--channels", "4"], "if they are not uint64, give --type"),
                           (["--big-endian"], "look like little-endian int16, not big-endian int16; if so, give "
                            "--type int16 without --big-endian"), (["--dtype", ">i2"], "without --big-endian")):
        assert words in notes("--channels", 16, *options, raw)
    samples.byteswap().tofile(raw)
    assert "give --type int16 --big-endian" in notes("--channels", 16, raw)
    assert "look" not in notes("--channels", 16, "--big-endian", raw)
    # A file that states its type is believed.
    np.save(array, samples.view("<u2"))
    assert "look like" not in notes(array)
    np.save(array, samples[:0])
    assert not notes(array)
    np.save(array, samples.astype("<i8"))
    assert "--preset balanced" in notes(array)
    np.save(array, samples.astype("<i8") << 40)
    assert not notes(array)  # two streams of halves, of which notes would mean nothing


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_terminated_command(tmp_path: Path, ending: signal.Signals) -> None:
    """A command that is ended by a signal leaves nothing."""
    random = np.random.default_rng(5)
    np.save(tmp_path / "a.npy", random.integers(-500, 500, (300_000, 4), "<i2"))
    with subprocess.Popen([sys.executable, "-m", "nrc_codec", "encode", "--preset", "best", str(tmp_path / "a.npy"),
                           str(tmp_path / "a.nrc")],
                          # Those who start this test may ignore it.
                          preexec_fn=lambda: signal.signal(ending, signal.SIG_DFL)) as command:
        while command.poll() is None and len(list(tmp_path.iterdir())) < 2:
            time.sleep(0.01)
        command.send_signal(ending)
        assert command.wait() == 128 + ending
    assert [path.name for path in tmp_path.iterdir()] == ["a.npy"]


@pytest.mark.parametrize("call", ["mkdir", "open"])
def test_a_signal_at_the_first_moment(tmp_path: Path, samples: np.ndarray, monkeypatch: pytest.MonkeyPatch,
                                      call: str) -> None:
    """As soon as the first unfinished file or folder is there."""
    real = getattr(os, call)

    def interrupted(path: str, *arguments: object, **options: object) -> object:
        done = real(path, *arguments, **options)
        if str(path).startswith(str(tmp_path)):
            raise KeyboardInterrupt
        return done
    recording = nrc_codec.write(tmp_path / "a.nrc", samples)
    monkeypatch.setattr(os, call, interrupted)
    with pytest.raises(KeyboardInterrupt):
        if call == "mkdir":
            nrc_codec.write(tmp_path / "b.nrc", samples)
        else:
            nrc_codec.join([recording.path] * 2, tmp_path / "b.nrc")
    monkeypatch.undo()
    assert [path.name for path in tmp_path.iterdir()] == ["a.nrc"]


def test_commands(tmp_path: Path, samples: np.ndarray, capsys: pytest.CaptureFixture[str]) -> None:
    raw, out, back = tmp_path / "a.i16", tmp_path / "a.nrc", tmp_path / "b.npy"
    samples.tofile(raw)
    assert main(["encode", "--channels", "12", "--rate", "1000", str(raw), str(out)]) == 0
    assert main(["info", str(out)]) == 0
    assert json.loads(capsys.readouterr().out)["channels"] == 12
    assert main(["decode", str(out), str(back), "--from", "0:01", "--seconds", "1.5", "--channels", "0-3,7"]) == 0
    assert np.array_equal(np.load(back), samples[1000:2500, [0, 1, 2, 3, 7]])
    assert main(["decode", str(out), str(tmp_path / "c.i16")]) == 0
    assert (tmp_path / "c.i16").read_bytes() == samples.tobytes()
    assert main(["cat", str(out), str(out), str(tmp_path / "d.nrc")]) == 0
    assert len(nrc_codec.open(tmp_path / "d.nrc")) == 10000
    capsys.readouterr()
    for wrong, words in ((["encode", str(raw), str(out)], "channels"),
                         (["encode", "--channels", "7", "-f", str(raw), str(out)], "no whole number of frames"),
                         (["encode", "--channels", "12", str(raw), str(out)], "exists"),
                         (["encode", "--channels", "12", "--dtype", "<f4", "-f", str(raw), str(out)], "gain"),
                         (["info", str(raw)], "not an nrc stream")):
        assert main(wrong) == 1
        error = capsys.readouterr().err
        assert words in error and error.count("\n") == 1, error


def test_decode_is_whole_or_nothing(tmp_path: Path, samples: np.ndarray, recording: nrc_codec.Recording,
                                    capsys: pytest.CaptureFixture[str]) -> None:
    name, out = str(recording.path), tmp_path / "out.npy"
    for options in (["--from=-1"], ["--from", "nan"], ["--seconds", "inf"], ["--seconds=-1"], ["--channels", "5-3"],
                    ["--channels", "2-"], ["--channels", "-1"], ["--channels", ""]):
        with pytest.raises(SystemExit):
            main(["decode", name, str(out), *options])
    for options, words in ((["--channels", "3,12"], "no channel 12"), (["--from", "5"], "ends after 5 s")):
        assert main(["decode", name, str(out), *options]) == 1
        assert words in capsys.readouterr().err
    cut = tmp_path / "cut.nrc"
    damaged = bytearray(recording.path.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    cut.write_bytes(damaged)
    out.write_bytes(b"before")
    assert main(["decode", "-f", str(cut), str(out)]) == 1
    assert out.read_bytes() == b"before" and sorted(p.name for p in tmp_path.iterdir()) == ["a.nrc", "cut.nrc",
                                                                                           "out.npy"]
    assert main(["decode", name, str(out)]) == 1 and "exists" in capsys.readouterr().err
    assert main(["decode", "-f", name, str(out), "--seconds", "0"]) == 0 and np.load(out).shape == (0, 12)
    # Names of WAV files are not given to raw samples.
    assert main(["decode", name, str(tmp_path / "out.WAV")]) == 1 and "nrc decode" in capsys.readouterr().err
    # Into itself.
    assert main(["decode", "-f", name, name]) == 0
    assert recording.path.read_bytes() == samples.tobytes()


def test_a_cut_file_is_decoded_when_asked_to(tmp_path: Path, samples: np.ndarray,
                                             capsys: pytest.CaptureFixture[str]) -> None:
    parts = [nrc_codec.write(tmp_path / f"{n}.nrc", samples[n:n + 2500], rate=1000) for n in (0, 2500)]
    whole, out = tmp_path / "whole.nrc", tmp_path / "out.npy"
    assert main(["cat", *(str(part.path) for part in parts), str(whole)]) == 0
    assert nrc_codec.open(whole).info["closed"]
    cut = tmp_path / "cut.nrc"
    cut.write_bytes(whole.read_bytes()[:whole.stat().st_size * 2 // 3])
    assert not nrc_codec.open(cut).info["closed"]
    assert main(["decode", str(cut), str(out)]) == 1 and not out.exists()
    error = capsys.readouterr().err
    assert "cut.nrc was cut, or is still being written: its first 2500 frames are whole" in error, error
    assert main(["decode", str(cut), str(out), "--anyway"]) == 0
    assert np.array_equal(np.load(out), samples[:2500])


def test_errors_name_the_file(tmp_path: Path, recording: nrc_codec.Recording,
                              capsys: pytest.CaptureFixture[str]) -> None:
    damaged = bytearray(recording.path.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    # Names need not be text.
    name = os.fsdecode(os.fsencode(tmp_path) + b"/gr\xf6\xdfe.nrc")
    Path(name).write_bytes(damaged)
    for command in ("decode", "view"):
        assert main([command, name, str(tmp_path / "out")]) == 1
        assert "\\udcf6\\udcdfe.nrc: a damaged packet" in capsys.readouterr().err
    Path(name).write_bytes(recording.path.read_bytes())
    assert main(["cat", name, name, f"{name}.nrc"]) == 0 and main(["info", f"{name}.nrc"]) == 0
    assert main(["view", name, f"{name}.html"]) == 0


def test_devices_and_links_stay(tmp_path: Path, samples: np.ndarray, recording: nrc_codec.Recording,
                      capsys: pytest.CaptureFixture[str]) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    name = str(recording.path)
    np.save(tmp_path / "a.npy", samples)
    for command in (["encode", str(tmp_path / "a.npy")], ["decode", name], ["cat", name, name], ["view", name]):
        assert main([*command, str(pipe), "-f"]) == 1
        assert "is a device or pipe" in capsys.readouterr().err
        assert pipe.is_fifo()
    # The file that a link names is written, and the link stays.
    link = tmp_path / "link.npy"
    link.symlink_to("target.npy")
    assert main(["decode", name, str(link)]) == 0
    assert link.is_symlink() and np.array_equal(np.load(tmp_path / "target.npy"), samples)


def test_a_closed_pipe_is_no_error(recording: nrc_codec.Recording) -> None:
    read, write = os.pipe()
    os.close(read)
    with subprocess.Popen([sys.executable, "-m", "nrc_codec", "info", str(recording.path)], stdout=write,
                          stderr=subprocess.PIPE) as command:
        os.close(write)
        assert command.communicate()[1] == b"" and command.returncode == 128 + signal.SIGPIPE


def test_arguments_that_mean_nothing(tmp_path: Path, samples: np.ndarray) -> None:
    for options, words in (({"metadata": "probe A"}, "give a dict"), ({"metadata": {"a": np.int64(3)}}, "JSON"),
                           ({"chunk_frames": -4}, "-4 frames")):
        with pytest.raises(NrcError, match=words):
            nrc_codec.write(tmp_path / "a.nrc", samples, **options)
    assert not list(tmp_path.iterdir())


def test_options_of_other_inputs(tmp_path: Path, samples: np.ndarray, recording: nrc_codec.Recording,
                                 capsys: pytest.CaptureFixture[str]) -> None:
    """An option that an input has no use for is an error, since the user meant another one."""
    np.save(tmp_path / "a.npy", samples)
    samples.tofile(tmp_path / "a.raw")
    out = tmp_path / "out.nrc"
    for name, options, words in (
            ("a.npy", ["--dtype", "int32"], "states its type"), ("a.npy", ["--big-endian"], "states its type"),
            ("a.npy", ["--channels", "12"], "states its shape"), ("a.npy", ["--stream", "ap"], "--stream"),
            ("a.raw", ["--type", "int16"], "need --channels"), ("a.raw", ["--rate", "1000"], "need --channels"),
            ("a.raw", ["--channels", "12", "--stream", "ap"], "--stream"),
            ("a.raw", ["--channels", "12", "--type", "S0"], "samples of type"),
            ("a.raw", ["--channels", "12", "--type", "(2,)i2"], "samples of type"),
            ("a.raw", ["--channels", "12", "--rate", "-1"], "rate of -1.0"),
            ("a.nrc", [], "is an nrc file already"), ("a.nrc", ["--channels", "1"], "is an nrc file already")):
        assert main(["encode", str(tmp_path / name), str(out), *options]) == 1
        error = capsys.readouterr().err
        assert words in error and error.count("\n") == 1, error
        assert not out.exists()
    for command in (["encode", "--channels", "65537"], ["encode", "--threads", "-1"],
                    ["decode", "--channels", "0-99999999999"]):
        with pytest.raises(SystemExit):
            main([*command, str(recording.path), str(out)])
    # A file that was cut inside a frame, and one that was never filled.
    capsys.readouterr()
    (tmp_path / "a.raw").write_bytes(samples.tobytes()[:-5])
    assert main(["encode", "--channels", "12", str(tmp_path / "a.raw"), str(out)]) == 1
    assert "--anyway to leave out the last 19 bytes" in capsys.readouterr().err
    assert main(["encode", "--channels", "12", "--anyway", str(tmp_path / "a.raw"), str(out)]) == 0
    assert "the last 19 bytes are not a whole frame" in capsys.readouterr().err
    assert np.array_equal(nrc_codec.open(out)[:], samples[:-1])
    (tmp_path / "a.raw").write_bytes(b"")
    assert main(["encode", "-f", "--channels", "12", str(tmp_path / "a.raw"), str(out)]) == 0
    assert "holds no samples" in capsys.readouterr().err


def test_inputs_that_are_no_recordings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    array = noise(900, 5, "<i2")
    np.save(tmp_path / "a.npy", array)
    whole = (tmp_path / "a.npy").read_bytes()
    objects = np.empty(3, object)
    np.save(tmp_path / "objects.npy", objects, allow_pickle=True)
    np.save(tmp_path / "turned.npy", array.T)
    np.save(tmp_path / "three.npy", array.reshape(9, 100, 5))
    (tmp_path / "cut.npy").write_bytes(whole[:-7])
    (tmp_path / "head.npy").write_bytes(whole[:20])
    (tmp_path / "none.npy").write_bytes(b"no array")
    (tmp_path / "a.wav").write_bytes(b"RIFF")
    out = str(tmp_path / "out.nrc")
    for name, words in (("objects", "NumPy cannot map"), ("cut", "NumPy cannot map"), ("head", "NumPy cannot map"),
                        ("none", "NumPy cannot map"), ("turned", "transpose"), ("three", "3 dimensions"),
                        ("missing", "No such file")):
        assert main(["encode", str(tmp_path / f"{name}.npy"), out]) == 1
        error = capsys.readouterr().err
        assert words in error and error.count("\n") == 1, error
    (tmp_path / "a.raw").write_bytes(bytes(8))
    for name, options, words in (("a.wav", [], "nrc encode"), ("a.wav", ["--channels", "2"], "WAV file"),
                                 ("a.raw", ["--channels", "3"], "no whole number"),
                                 ("a.raw", ["--channels", "1", "--rate", "nan"], "rate of nan")):
        assert main(["encode", str(tmp_path / name), out, *options]) == 1
        error = capsys.readouterr().err
        assert words in error and error.count("\n") == 1, error
    for options in (["--channels", "-3"], ["--channels", "0"], ["--channels", "2", "--dtype", "int24"]):
        with pytest.raises(SystemExit):
            main(["encode", str(tmp_path / "a.npy"), out, *options])
    with pytest.raises(SystemExit):
        main(["encode", str(tmp_path / "a.npy"), "-"])
    for folder, words in ((str(tmp_path), "is a folder"), (str(tmp_path / "none/out.nrc"), "no folder")):
        assert main(["encode", "-f", str(tmp_path / "a.npy"), folder]) == 1
        assert words in capsys.readouterr().err
    assert main(["encode", str(tmp_path / "turned.npy"), out, "--anyway"]) == 0
    np.save(tmp_path / "one.npy", array[:, 0])
    assert main(["encode", "-f", str(tmp_path / "one.npy"), out]) == 0
    assert np.array_equal(nrc_codec.open(out)[:, 0], array[:, 0])


def test_a_short_recording_is_as_small_as_an_array(tmp_path: Path) -> None:
    # Too few frames to say of others to come that they are left-justified as well.
    array = noise(300, 40).astype("<i4") << 16
    written = nrc_codec.write(tmp_path / "a.nrc", array)
    assert np.array_equal(written[:], array)
    assert written.path.stat().st_size < len(nrc_codec.encode(array)) + 100


def test_a_wrong_number_of_channels_is_noticed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    raw = tmp_path / "a.i16"
    random = np.random.default_rng(3)
    slow = np.cumsum(random.normal(0, 20, (4000, 6)), axis=0) + np.arange(6) * 900
    slow.astype("<i2").tofile(raw)
    assert main(["encode", "--channels", "6", str(raw), str(tmp_path / "a.nrc")]) == 0
    assert main(["encode", "--channels", "8", str(raw), str(tmp_path / "b.nrc")]) == 1
    assert "number of channels seems wrong" in capsys.readouterr().err
    assert main(["encode", "--channels", "8", "--anyway", str(raw), str(tmp_path / "b.nrc")]) == 0


def test_streams_of_a_slow_link() -> None:
    golden = Path(__file__).parents[2] / "tb/golden"
    spikes = nrc_codec.open(golden / "events_3ch.nrc").events()
    assert len(spikes) > 5 and spikes["channel"].max() == 2 and spikes["frame"].max() < 640
    # As the golden stream's maker put them there: in channel 1 they go down.
    assert all((spikes["amplitude"] < 0) == (spikes["channel"] == 1))
    rounded = nrc_codec.open(golden / "link_classes_2ch.nrc")
    assert rounded.largest_step == rounded.info["largest_step"] == 12 and len(rounded.events()) == 0
    assert np.array_equal(rounded[:], np.fromfile(golden / "link_classes_2ch.i16", np.int16).reshape(-1, 2))
    assert nrc_codec.open(golden / "default_8ch.nrc").largest_step == 1
