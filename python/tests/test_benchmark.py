# SPDX-License-Identifier: Apache-2.0
"""The comparison with other codecs: its figures are there, and a codec that loses samples is found."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from nrc_codec import NrcError, benchmark, encode
from nrc_codec.__main__ import main
from sample_noise import noise


def test_command(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(benchmark, "ROUNDS", 1)
    noise(700, 64).tofile(tmp_path / "a_64ch_1000Hz.i16")
    np.save(tmp_path / "b.npy", noise(500, 3))
    assert main(["benchmark", str(tmp_path), "--seconds", "0.25", "--long", "5", "--write", "3", "--json",
                 str(tmp_path / "figures.json"), "--picture", str(tmp_path / "picture.svg")]) == 0
    said = capsys.readouterr().out
    assert "a_64ch_1000Hz.i16: 64 channels, 3 chunks" in said and "all recordings" in said
    figures = json.loads((tmp_path / "figures.json").read_text())
    for preset in ("implant", "fast", "balanced", "best"):
        row = figures[f"nrc {preset}"]
        assert row["ratio"] > 2 and row["encode"] > 0 and row["decode"] > 0
        assert {"a_64ch_1000Hz", "b"} <= set(row)
    assert figures["second_by_chunk"] > 0 and figures["part_by_second"] > 0 and figures["channels"] == 64
    assert 0 < figures["read_megabytes"] < 200 and 0 < figures["write_megabytes"] < 500
    assert figures["write_ratio"] > 2 and figures["import_seconds"] > 0
    assert (tmp_path / "picture.svg").read_text().startswith("<svg")


def test_samples_that_do_not_come_back() -> None:
    def wrong(stream: bytes) -> np.ndarray:
        return np.zeros((100, 4), np.int16)

    chunk = noise(100, 4)
    with pytest.raises(NrcError, match="lossy does not give the samples again"):
        benchmark.measure([benchmark.Codec("lossy", encode, wrong)], [chunk], chunk)


def test_a_recording_goes_on_backwards() -> None:
    samples = noise(10, 2)
    extended = benchmark.Extended(samples, 35)
    assert len(extended) == 35
    assert np.array_equal(extended[5:35], np.concatenate([samples, samples[::-1], samples, samples[::-1]])[5:35])


def test_mistakes_are_noticed_before_anything_is_measured(tmp_path: Path, capsys: pytest.CaptureFixture[str],
                                                          monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(benchmark, "main", lambda _: pytest.fail("it was measured"))
    for options, words in ((["--seconds", "0"], "chunks of 0.0 s"), (["--seconds", "nan"], "chunks of nan s"),
                           (["--json", "none/a.json"], "is no folder"), (["--picture", "none/a.svg"], "is no folder")):
        assert main(["benchmark", str(tmp_path), *options]) == 1
        assert words in capsys.readouterr().err
