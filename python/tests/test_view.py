# SPDX-License-Identifier: Apache-2.0
"""The report: well-formed, and drawn by a real browser where there is one."""

from __future__ import annotations

import re
import shutil
import struct
import subprocess
import xml.dom.minidom
import zlib
from pathlib import Path

import numpy as np
import pytest

import nrc_codec
from nrc_codec import NrcError
from nrc_codec.view import steps_of, write_report
from sample_noise import noise

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def ink(picture: bytes) -> float:
    """Share of the pixels of a PNG that are of the lines' blue."""
    width, height, depth, colour = struct.unpack_from(">IIBB", picture, 16)
    data, at = b"", 8
    while at < len(picture):
        (length,) = struct.unpack_from(">I", picture, at)
        if picture[at + 4:at + 8] == b"IDAT":
            data += picture[at + 8:at + 8 + length]
        at += 12 + length
    assert depth == 8 and colour in (2, 6)
    pixel = 3 if colour == 2 else 4
    rows = np.frombuffer(zlib.decompress(data), np.uint8).reshape(height, 1 + width * pixel)
    image = np.zeros((height, width * pixel), np.uint8)
    for y in range(height):  # the filters of PNG
        kind, row = rows[y, 0], rows[y, 1:].astype(int)
        above = image[y - 1].astype(int) if y else np.zeros_like(row)
        if kind == 2:
            row = row + above
        elif kind in (1, 3, 4):
            out = np.zeros_like(row)
            for i in range(len(row)):
                left = out[i - pixel] if i >= pixel else 0
                corner = above[i - pixel] if i >= pixel else 0
                near = min((left, above[i], corner), key=lambda v: abs(left + above[i] - corner - v))
                out[i] = (row[i] + (left if kind == 1 else (left + above[i]) // 2 if kind == 3 else near)) & 255
            row = out
        image[y] = row & 255
    rgb = image.reshape(height, width, pixel)[..., :3].astype(int)
    return float(((rgb[..., 2] - rgb[..., 0]) > 60).mean())


@pytest.fixture
def report(tmp_path: Path) -> Path:
    facts = {"recording": {"channel_ids": [f"<b>{i}" for i in range(40)], "annotations": {"who": "a & b"}}}
    nrc_codec.write(tmp_path / "a.nrc", noise(3000, 40), rate=1000, metadata=facts)
    write_report(tmp_path / "a.nrc", tmp_path / "a.html", at=1.0)
    return tmp_path / "a.html"


def test_report_is_well_formed(report: Path) -> None:
    text = report.read_text()
    for picture in re.findall("<svg.*?</svg>", text):
        xml.dom.minidom.parseString(picture)
    assert text.count("<svg") == 5 and text.count("<polyline") == 33
    assert "a &amp; b" in text and "<b>" not in text and "http" not in text


@pytest.mark.skipif(BROWSER is None, reason="no browser")
def test_report_in_a_browser(report: Path, tmp_path: Path) -> None:
    picture = tmp_path / "a.png"
    subprocess.run([str(BROWSER), "--headless", "--no-sandbox", "--disable-gpu", "--force-device-scale-factor=0.5",
                    "--window-size=900,1800", f"--screenshot={picture}", f"--user-data-dir={tmp_path}/profile",
                    report.as_uri()], check=True, capture_output=True, timeout=120)
    assert 0.02 < ink(picture.read_bytes()) < 0.6


def test_traces_after_the_end(report: Path) -> None:
    for at in (3.0, 720.0):
        with pytest.raises(NrcError, match="a.nrc ends after 3 s, before the traces begin"):
            write_report(report.with_suffix(".nrc"), report.with_name("b.html"), at=at)
    assert not report.with_name("b.html").exists()


def test_steps(tmp_path: Path) -> None:
    from nrc_codec import _arrays

    random = np.random.default_rng(1)
    codes = np.round(random.normal(0, 9, (4000, 3))).astype("i4")
    options = _arrays.encoding("fast", None, 0, 1, b"", None)
    like = _arrays.choose_coding((codes * [12, 12, 5] + [3, 7, 1]).astype("i2"), options)
    assert [int(step) for step in steps_of(like, 3)] == [12, 12, 5]
    assert [int(step) for step in steps_of(_arrays.choose_coding(codes.astype("i2"), options), 3)] == [1, 1, 1]
