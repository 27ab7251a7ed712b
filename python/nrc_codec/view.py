# SPDX-License-Identifier: Apache-2.0
"""An HTML report of a recording: traces around a time, the spectrum, and ratio and step by channel and second.

One file that needs nothing else: pictures are SVG in it.
"""

from __future__ import annotations

import html
import os
import struct
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np

from . import _arrays
from ._library import NrcError
from .recording import Recording, whole_file

MAX_TRACES = 32
MAX_POINTS = 1500
MAX_SECONDS = 60
MAX_CHANNELS = 1024
WIDTH, HEIGHT = 860, 260

STYLE = """body{font:15px/1.5 system-ui,sans-serif;max-width:900px;margin:2rem auto;padding:0 1rem;color:#1c2430;
background:#fff}h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}table{border-collapse:collapse}
td,th{padding:.15rem .8rem .15rem 0;text-align:left;vertical-align:top}svg{width:100%;height:auto;background:#f6f8fa;
border-radius:6px}text{font:11px system-ui,sans-serif;fill:#57606a}.line{fill:none;stroke:#0b62a4;stroke-width:1}
.bar{fill:#0b62a4}.axis{stroke:#d0d7de}p.note{color:#57606a}"""


def _number(value: float) -> str:
    return f"{value:.4g}"


def _svg(body: str, height: int = HEIGHT) -> str:
    return f'<svg viewBox="0 0 {WIDTH} {height}" role="img">{body}</svg>'


def _label(x: float, y: float, text: str, anchor: str = "start") -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}">{html.escape(text)}</text>'


def _line(points: np.ndarray) -> str:
    return '<polyline class="line" points="' + " ".join(f"{x:.1f},{y:.1f}" for x, y in points) + '"/>'


def _traces(samples: np.ndarray, names: Sequence[str], start: float, rate: float) -> str:
    """Each channel a line, all in one scale; where points are many, the least and the greatest of some frames."""
    group = max(len(samples) // (MAX_POINTS // 2), 1)
    count = len(samples) // group
    blocks = samples[:count * group].astype(np.float64).reshape(count, group, -1)
    middle = np.median(samples, axis=0)
    step = 18 if samples.shape[1] > 1 else 120
    scale = step / (8 * (float(np.median(np.abs(samples - middle))) or 1.0))
    x = np.repeat(np.linspace(60, WIDTH - 10, count), 2)
    height = step * samples.shape[1] + 50
    body = []
    for channel in range(samples.shape[1]):
        base = 20 + step * (channel + 0.5)
        both = np.stack([blocks[:, :, channel].min(1), blocks[:, :, channel].max(1)], 1).reshape(-1)
        y = base - np.clip((both - middle[channel]) * scale, -2 * step, 2 * step)
        body += [_label(52, base + 4, names[channel], "end"), _line(np.stack([x, y], 1))]
    unit, per = ("s", rate) if rate else ("frames", 1.0)
    body += [_label(60, height - 12, f"{_number(start / per)} {unit}"),
             _label(WIDTH - 10, height - 12, f"{_number((start + len(samples)) / per)} {unit}", "end")]
    return _svg("".join(body), height)


def _spectrum(samples: np.ndarray, rate: float) -> str:
    """Median over channels of the power of pieces, against a logarithmic frequency."""
    size = 1 << min(12, max(len(samples).bit_length() - 1, 4))
    pieces = samples[:len(samples) // size * size].astype(np.float64).reshape(-1, size, samples.shape[1])
    pieces = (pieces - pieces.mean(1, keepdims=True)) * np.hanning(size)[:, None]
    power = np.median((np.abs(np.fft.rfft(pieces, axis=1)) ** 2).mean(0), axis=1)[1:]
    level = 10 * np.log10(power + 1e-9)
    frequency = np.arange(1, len(power) + 1) / size * (rate or 1.0)
    x = 50 + (WIDTH - 70) * np.log(frequency / frequency[0]) / np.log(frequency[-1] / frequency[0])
    low, high = float(level.min()), max(float(level.max()), float(level.min()) + 1)
    y = 20 + (HEIGHT - 60) * (high - level) / (high - low)
    unit = "Hz" if rate else "of the rate"
    body = [_line(np.stack([x, y], 1)), _label(50, HEIGHT - 12, f"{_number(frequency[0])} {unit}"),
            _label(WIDTH - 20, HEIGHT - 12, f"{_number(frequency[-1])} {unit}", "end"),
            _label(4, 24, f"{high:.0f} dB"), _label(4, HEIGHT - 40, f"{low:.0f} dB")]
    return _svg("".join(body))


def _bars(values: Sequence[float], first: str, last: str) -> str:
    top = max(max(values), 1e-9)
    width = (WIDTH - 70) / len(values)
    body = [f'<rect class="bar" x="{50 + i * width:.2f}" y="{20 + 180 * (1 - v / top):.1f}" '
            f'width="{max(width - 1, 0.5):.2f}" height="{180 * v / top:.1f}"><title>{i}: {v:.3f}</title></rect>'
            for i, v in enumerate(values)]
    body += [_label(44, 26, _number(top), "end"), _label(44, 204, "0", "end"), _label(50, 222, first),
             _label(WIDTH - 20, 222, last, "end")]
    return _svg("".join(body), 236)


def steps_of(like: bytes, channels: int) -> list[Fraction]:
    """The step of each channel's values, from a stream header (docs/bitstream.md, section 8)."""
    mapping = like[2]
    if mapping == 0:
        return [Fraction(1)] * channels
    if mapping == 1:
        return [Fraction(65535, 1023)] * channels
    count, own = like[28], like[29]
    steps = []
    for i in range(count):
        numerator, below = struct.unpack_from("<II", like, 32 + 8 * i)
        steps.append(Fraction(numerator, below >> 2))
    at, result = 32 + 8 * count, []
    for _ in range(channels if own else 1):
        number = 0
        if count > 1:
            number, at = like[at], at + 1
        while like[at] & 128:
            at += 1
        at += 1
        result.append(steps[number])
    return result if own else result * channels


def write_report(path: str | os.PathLike[str], output: str | os.PathLike[str], *, at: float = 0.0,
                 seconds: float = 0.2) -> None:
    """Writes an HTML report of an nrc file.

    Args:
        path: the nrc file.
        output: the HTML file, which is replaced.
        at: traces from this time on, seconds (frames / 1000 where the rate is unknown).
        seconds: how long the traces are.
    """
    recording = Recording(path)
    rate = recording.rate or 1000.0
    frames, channels = recording.shape
    if frames == 0:
        raise NrcError(f"{path} has no samples to show")
    start = round(at * rate)
    if start >= frames:
        raise NrcError(f"{path} ends after {frames / rate:.6g} s, before the traces begin")
    facts = recording.metadata.get("recording", {})
    names = [str(name) for name in facts.get("channel_ids", range(channels))]
    chosen = np.unique(np.linspace(0, channels - 1, min(channels, MAX_TRACES)).astype(int))
    shown = recording.read(start, start + max(round(seconds * rate), 2), chosen)
    second = max(round(rate), 1)
    around = recording.read(start, start + second)
    places = np.unique(np.linspace(0, (frames - 1) // second, min((frames - 1) // second + 1, MAX_SECONDS)).astype(int))
    by_second = []
    for place in places:
        part = recording.read(place * second, (place + 1) * second)
        by_second.append(part.nbytes / len(_arrays.encode(part)))
    measured = np.unique(np.linspace(0, channels - 1, min(channels, MAX_CHANNELS)).astype(int))
    by_channel = [around[:, c].nbytes / len(_arrays.encode(np.ascontiguousarray(around[:, [c]]))) for c in measured]
    options = _arrays.encoding("fast", None, recording.rate, 1, b"", None)
    steps = steps_of(_arrays.choose_coding(around, options), channels)
    known = sorted(set(steps), key=lambda s: (-steps.count(s), s))
    step_text = ", ".join(f"{_number(float(s))} ({steps.count(s)} channels)" for s in known[:8])
    rows = [("samples", f"{frames} frames of {channels} channels, {recording.dtype}"),
            ("rate", f"{recording.rate} Hz, {frames / rate:.3f} s" if recording.rate else "unknown"),
            ("size", f"{recording.info['bytes']} of {recording.nbytes} bytes, ratio {recording.info['ratio']:.3f}"),
            ("coded", f"{recording.info['profile']} profile, codes of {recording.info['code_width']} bits"),
            ("step of the values", step_text)]
    rows += [(key, html.escape(str(value))) for key, value in facts.get("annotations", {}).items()]
    table = "".join(f"<tr><th>{html.escape(k)}</th><td>{v}</td></tr>" for k, v in rows)
    title = html.escape(Path(path).name)
    parts = [f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>{STYLE}'
             f'</style></head><body><h1>{title}</h1><table>{table}</table>',
             "<h2>Traces</h2>", _traces(shown, [names[c] for c in chosen], start, recording.rate),
             "<h2>Spectrum</h2><p class=note>Median over channels, of the second from the traces' beginning on.</p>",
             _spectrum(around, recording.rate) if len(around) >= 16 else "",
             "<h2>Ratio by second</h2>", _bars(by_second, f"{places[0]} s", f"{places[-1]} s"),
             "<h2>Ratio by channel</h2><p class=note>Each channel coded on its own, the same second.</p>",
             _bars(by_channel, names[measured[0]], names[measured[-1]]),
             "<h2>Step by channel</h2>", _bars([float(s) for s in steps], names[0], names[-1]), "</body></html>"]
    with whole_file(output, overwrite=True) as temporary:
        temporary.write_text("".join(parts), encoding="utf-8", errors="replace")
