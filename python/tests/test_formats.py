# SPDX-License-Identifier: Apache-2.0
"""Files of acquisition systems, which neo reads: samples, gains, offsets, names and start time survive."""

from __future__ import annotations

import json
import shutil
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nrc_codec
from nrc_codec.__main__ import main
from sample_noise import noise

pytest.importorskip("neo")


def spikeglx(folder: Path) -> np.ndarray:
    """Samples and a .meta file beside them."""
    samples = noise(3000, 5)
    folder.mkdir()
    (folder / "run_g0_t0.imec0.ap.bin").write_bytes(samples.tobytes())
    (folder / "run_g0_t0.imec0.ap.meta").write_text("\n".join([
        "typeThis=imec", "fileName=run_g0_t0.imec0.ap.bin", f"fileSizeBytes={samples.nbytes}", "fileTimeSecs=0.1",
        "imSampRate=30000", "nSavedChans=5", "snsApLfSy=4,0,1", "snsSaveChanSubset=0:3,384", "imAiRangeMax=0.6",
        "imAiRangeMin=-0.6", "imMaxInt=512", "imDatPrb_type=0", "firstSample=6000", "imProbeOpt=3",
        "~imroTbl=(0,384)" + "".join(f"({i} 0 0 500 250 1)" for i in range(4)),
        "~snsChanMap=(384,0,1)" + "".join(f"(AP{i};{i}:{i})" for i in range(4)) + "(SY0;384:384)"]) + "\n")
    return samples


def open_ephys(folder: Path) -> np.ndarray:
    """The binary format: a structure.oebin, and a folder for each stream."""
    samples = noise(2000, 6)
    record = folder / "Record Node 101/experiment1/recording1"
    stream = record / "continuous/Acquisition_Board-100.Rhythm"
    stream.mkdir(parents=True)
    (folder / "Record Node 101/settings.xml").write_text("<SETTINGS><INFO><VERSION>0.6.7</VERSION></INFO></SETTINGS>\n")
    channels = [{"channel_name": f"CH{i + 1}", "description": "", "identifier": "", "history": "", "bit_volts": 0.195,
                 "units": "uV"} for i in range(6)]
    (record / "structure.oebin").write_text(json.dumps({
        "GUI version": "0.6.7", "events": [], "spikes": [],
        "continuous": [{"folder_name": "Acquisition_Board-100.Rhythm/", "sample_rate": 20000, "source_processor_name":
                        "Acquisition Board", "source_processor_id": 100, "stream_name": "Rhythm", "recorded_processor":
                        "Record Node", "recorded_processor_id": 101, "num_channels": 6, "channels": channels}]}))
    (stream / "continuous.dat").write_bytes(samples.tobytes())
    np.save(stream / "sample_numbers.npy", np.arange(4000, 6000, dtype="i8"))
    np.save(stream / "timestamps.npy", np.arange(4000, 6000) / 20000)
    return samples


def intan(folder: Path) -> np.ndarray:
    """An .rhd file of the older kind: header and blocks of 128 samples of each channel, about 32768."""
    folder.mkdir()
    samples = noise(128 * 9, 4).astype("i4") + 32768
    header = struct.pack("<Ihhfhffffffhff", 0xC6912702, 3, 0, 20000, 1, 1, 0.1, 7500, 1, 0.1, 7500, 0, 1000, 1000)
    header += b"\xff\xff\xff\xff" * 3 + struct.pack("<hh", 0, 0) + b"\xff\xff\xff\xff" + struct.pack("<h", 1)

    def text(words: str) -> bytes:
        coded = words.encode("utf-16-le")
        return struct.pack("<I", len(coded)) + coded

    header += text("Port A") + text("A") + struct.pack("<hhh", 1, 4, 4)
    for i in range(4):
        header += text(f"A-{i:03}") + text(f"A-{i:03}") + struct.pack("<10hff", i, i, 0, 1, i, 0, 0, 0, 0, 0, 5e4, -60)
    blocks = b"".join(np.arange(128 * b, 128 * b + 128, dtype="<i4").tobytes() +
                      samples[128 * b:128 * b + 128].astype("<u2").T.tobytes() for b in range(9))
    (folder / "session.rhd").write_bytes(header + blocks)
    return samples.astype("u2")


def test_a_folder_with_several_recordings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing of a session is left out without a word."""
    session, out = tmp_path / "session", tmp_path / "a.nrc"
    first = open_ephys(session)
    node = session / "Record Node 101"
    experiment = node / "experiment1"
    for copy in (experiment / "recording2", node / "experiment2/recording1"):
        shutil.copytree(experiment / "recording1", copy)
        data = copy / "continuous/Acquisition_Board-100.Rhythm/continuous.dat"
        data.write_bytes(data.read_bytes()[::-1])
    shutil.copy(node / "settings.xml", node / "settings_2.xml")
    (tmp_path / "a-1.nrc").write_bytes(b"")
    assert main(["encode", str(session), str(out)]) == 1
    assert "a-1.nrc exists" in capsys.readouterr().err and not (tmp_path / "a-0.nrc").exists()
    (tmp_path / "a-1.nrc").unlink()
    assert main(["encode", str(session), str(out)]) == 0
    assert "3 recordings" in capsys.readouterr().err
    parts = [nrc_codec.open(tmp_path / f"a-{number}.nrc")[:] for number in range(3)]
    assert np.array_equal(parts[0], first) and not out.exists()
    turned = np.frombuffer(first.tobytes()[::-1], first.dtype).reshape(first.shape)
    assert np.array_equal(parts[1], turned) and np.array_equal(parts[2], turned)

    intan(tmp_path / "minutes")
    shutil.copy(tmp_path / "minutes/session.rhd", tmp_path / "minutes/second.rhd")
    assert main(["encode", str(tmp_path / "minutes"), str(out)]) == 1
    error = capsys.readouterr().err
    assert "2 recordings (second.rhd, session.rhd)" in error and error.count("\n") == 1
    assert main(["encode", str(tmp_path / "minutes/second.rhd"), str(out)]) == 0


def test_a_file_of_a_folder_with_others(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The file that is named, whatever else was recorded with it."""
    samples = spikeglx(tmp_path / "run")
    data, meta = sorted((tmp_path / "run").iterdir())
    for old, new in ((".ap.", ".lf."), ("_g0", "_g1")):
        (tmp_path / "run" / data.name.replace(old, new)).write_bytes(data.read_bytes()[:1000])
        (tmp_path / "run" / meta.name.replace(old, new)).write_text(
            meta.read_text().replace(old, new).replace("=4,0,1", "=0,4,1" if old == ".ap." else "=4,0,1"))
    out = tmp_path / "a.nrc"
    assert main(["encode", str(data), str(out)]) == 0, capsys.readouterr().err
    assert "imec0.ap-SYNC is left out" in capsys.readouterr().err
    assert np.array_equal(nrc_codec.open(out)[:], samples[:, :4])
    assert main(["encode", "-f", "--stream", "imec0.ap-SYNC", str(data), str(out)]) == 0
    assert capsys.readouterr().err == "" and np.array_equal(nrc_codec.open(out)[:], samples[:, 4:])


CASES: dict[str, Any] = {
    "spikeglx": (spikeglx, ["--stream", "imec0.ap"], 30000, 0.6 / 512 / 500 * 1e6, 0.0, "AP0"),
    "open_ephys": (open_ephys, [], 20000, 0.195, 0.0, "CH1"),
    "intan": (intan, [], 20000, 0.195, -32768 * 0.195, "A-000"),
}


@pytest.mark.parametrize("name", CASES)
def test_survives(tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    make, options, rate, gain, offset, first = CASES[name]
    samples = make(tmp_path / "session")
    out = tmp_path / "a.nrc"
    assert main(["encode", *options, str(tmp_path / "session"), str(out)]) == 0, capsys.readouterr().err
    opened = nrc_codec.open(out)
    count = opened.shape[1]
    assert count >= len(samples[0]) - 1 and opened.rate == rate and opened.dtype == samples.dtype
    assert np.array_equal(opened[:], samples[:, :count])
    facts = opened.metadata["recording"]
    assert facts["sampling_frequency"] == rate and len(facts["channel_ids"]) == count
    assert np.allclose(facts["properties"]["gain_to_uV"][:4], gain)
    assert np.allclose(facts["properties"]["offset_to_uV"][:4], offset)
    assert facts["properties"]["channel_name"][0].endswith(first)
    assert isinstance(facts["t_start"], float)
    if name == "open_ephys":
        assert facts["t_start"] == 0.2

    si = pytest.importorskip("spikeinterface.core")
    assert si is not None
    from nrc_codec.spikeinterface import read_nrc, write_nrc
    read = read_nrc(out)
    assert np.allclose(read.get_traces(return_in_uV=True)[:, :4], samples[:, :4] * gain + offset, atol=1e-3)
    again = write_nrc(read, tmp_path / "b.nrc")
    assert again.get_start_time() == read.get_start_time() and list(again.channel_ids) == list(read.channel_ids)


def test_what_neo_does_not_know(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.unknown").write_bytes(b"1234")
    assert main(["encode", str(tmp_path / "a.unknown"), str(tmp_path / "a.nrc")]) != 0
    assert "neo knows no format" in capsys.readouterr().err
    intan(tmp_path / "cut")
    name = tmp_path / "cut/session.rhd"
    name.write_bytes(name.read_bytes()[:50])
    assert main(["encode", str(name), str(tmp_path / "a.nrc")]) != 0
    assert capsys.readouterr().err.count("\n") == 1 and not (tmp_path / "a.nrc").exists()


def test_a_missing_meta_file_is_named(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    spikeglx(tmp_path / "run")
    (tmp_path / "run/run_g0_t0.imec0.ap.meta").unlink()
    assert main(["encode", str(tmp_path / "run/run_g0_t0.imec0.ap.bin"), str(tmp_path / "a.nrc")]) == 1
    error = capfd.readouterr().err
    assert "run_g0_t0.imec0.ap.meta is missing" in error and error.count("\n") == 1, error


def test_warnings_of_other_readers_are_not_shown(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("electrode 7 is noisy\n")
    done = subprocess.run([sys.executable, "-m", "nrc_codec", "encode", "notes.txt", "a.nrc"], cwd=tmp_path,
                          capture_output=True, text=True, check=False)
    assert done.returncode == 1 and done.stderr.count("\n") == 1, done.stderr
    assert "neo cannot read it as" in done.stderr


def test_a_rate_that_the_file_states(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spikeglx(tmp_path / "run")
    name = str(tmp_path / "run/run_g0_t0.imec0.ap.bin")
    for options in (["--rate", "25000"], ["--dtype", "int32"], ["--big-endian"]):
        assert main(["encode", name, str(tmp_path / "a.nrc"), *options]) == 1
        assert "raw samples" in capsys.readouterr().err
