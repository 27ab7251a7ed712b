# SPDX-License-Identifier: Apache-2.0
"""Payloads of the cascade profile, written from docs/bitstream.md, section 15."""

from __future__ import annotations

import math
from collections.abc import Sequence

TAPS = 32
BLOCK = 8
REFERENCES = 7
ALL = 2**30


class Damaged(Exception):
    """A payload that breaks a rule."""


def clamp(v: int, low: int, high: int) -> int:
    return max(low, min(v, high))


def toward_zero(a: int, b: int) -> int:
    """a / b of integers, b > 0."""
    return a // b if a >= 0 else -(-a // b)


def dot(a: Sequence[float], b: Sequence[float]) -> float:
    s = [0.0] * 8
    for i in range(len(a)):
        s[i % 8] += a[i] * b[i]
    return ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]))


def lim(v: float, a: float, b: float) -> float:
    if not v > a:
        return a
    return v if v < b else b


# ---- Coder


class Coder:
    def __init__(self, payload: bytes) -> None:
        self.payload = payload
        self.position = 0
        self.range = 2**32 - 1
        self.offset = 0
        for _ in range(4):
            self.shift()

    def shift(self) -> None:
        byte = self.payload[self.position] if self.position < len(self.payload) else 0
        self.offset = (self.offset << 8 | byte) % 2**32
        self.position += 1

    def decide(self, p: int) -> bool:
        bound = (self.range * p) >> 16
        decision = self.offset < bound
        if decision:
            self.range = bound
        else:
            self.offset -= bound
            self.range -= bound
        while self.range < 2**24:
            self.shift()
            self.range <<= 8
        return decision

    def check_end(self) -> None:
        if self.position > len(self.payload):
            raise Damaged("payload too short for its frames")
        if any(self.payload[self.position:]) or len(self.payload) - self.position > 3:
            raise Damaged("payload too long for its frames")


class AdaptiveProbability:
    def __init__(self) -> None:
        self.p = 32768

    def decide(self, coder: Coder) -> bool:
        decision = coder.decide(max(self.p, 1))
        self.p += (65535 - self.p) >> 4 if decision else -(self.p >> 4)
        return decision


class References:
    def __init__(self) -> None:
        self.listed = AdaptiveProbability()
        self.more = [[AdaptiveProbability() for _ in range(16)] for _ in range(2)]

    def read(self, coder: Coder, channel: int) -> list[int]:
        count = min(channel, REFERENCES)
        if not self.listed.decide(coder):
            return [channel - 1 - i for i in range(count)]
        references = []
        for i in range(count):
            bits = 0
            while bits < 16 and self.more[min(i, 1)][bits].decide(coder):
                bits += 1
            distance = 1
            for _ in range(bits):
                distance = 2 * distance + coder.decide(32768)
            if distance > channel:
                raise Damaged("a reference to a channel that does not exist")
            references.append(channel - distance)
        return references


# ---- Predictor


class LeastSquares:
    def __init__(self, memory: float, interval: int) -> None:
        self.memory = memory
        self.interval = interval
        self.blocks = 0
        self.r = [[0.0] * (i + 1) for i in range(TAPS)]
        self.b = [0.0] * TAPS
        self.w = [1.0] + [0.0] * (TAPS - 1)

    def add(self, xs: list[list[float]], ys: list[float]) -> None:
        for i in range(TAPS):
            row = self.r[i]
            for j in range(i + 1):
                s = row[j] * self.memory
                for x in xs:
                    s += x[i] * x[j]
                row[j] = s
            s = self.b[i] * self.memory
            for x, y in zip(xs, ys, strict=True):
                s += y * x[i]
            self.b[i] = s
        self.blocks += 1
        if self.blocks % self.interval == 0:
            self.solve()

    def solve(self) -> None:
        u = [[self.r[max(i, j)][min(i, j)] for j in range(TAPS)] for i in range(TAPS)]
        for i in range(TAPS):
            u[i][i] = u[i][i] * (1 + 2.0**-30) + 30.0
        v = list(self.b)
        g = [0.0] * TAPS
        for k in range(TAPS):
            if not u[k][k] > 1.0:
                return
            g[k] = 1.0 / math.sqrt(u[k][k])
            top = u[k]
            for j in range(k, TAPS):
                top[j] *= g[k]
            v[k] *= g[k]
            for i in range(k + 1, TAPS):
                factor, row = top[i], u[i]
                v[i] -= factor * v[k]
                for j in range(i, TAPS):
                    row[j] -= factor * top[j]
        w = [0.0] * TAPS
        for k in reversed(range(TAPS)):
            w[k] = v[k] * g[k]
            for i in range(k):
                v[i] -= u[i][k] * w[k]
        if all(abs(weight) < 1000000.0 for weight in w):
            self.w = w

    def fade(self) -> None:
        self.r = [[s * 0.125 for s in row] for row in self.r]
        self.b = [s * 0.125 for s in self.b]


class LmsFilter:
    def __init__(self, taps: int, rate: float) -> None:
        self.rate = rate
        self.w = [0.0] * taps
        self.begin_channel()

    def begin_channel(self) -> None:
        self.h = [0.0] * len(self.w)
        self.power = 0.0

    def update(self, v: float, f: float) -> None:
        step = self.rate * (v - f) / (1.0 + self.power)
        self.w = [w + step * h for w, h in zip(self.w, self.h, strict=True)]
        last = self.h[-1]
        self.power = self.power + v * v - last * last
        if not self.power > 0.0:
            self.power = 0.0
        self.h = [v, *self.h[:-1]]


class Predictor:
    def __init__(self, width: int) -> None:
        self.low, self.high = -2**(width - 1) * 64, (2**(width - 1) - 1) * 64
        self.fast, self.slow = LeastSquares(0.96875, 4), LeastSquares(0.998046875, 8)
        self.long, self.short = LmsFilter(32, 2.0**-9), LmsFilter(16, 2.0**-7)
        self.fast_error = self.slow_error = 1.0
        self.xs: list[list[float]] = []
        self.ys: list[float] = []

    def begin_channel(self, origin: int, first: bool) -> None:
        self.origin = origin
        if not first:
            self.fast.fade()
        self.long.begin_channel()
        self.short.begin_channel()

    def place(self, v: float) -> int:
        v = v * 64.0 + 0.5
        if math.isfinite(v):
            v = math.floor(v)
        return int(lim(v + self.origin, self.low, self.high))

    def predict(self, x: list[float]) -> tuple[int, int, int]:
        """full, slow, fast"""
        self.x = x
        a, b = (self.low - self.origin) / 64.0, (self.high - self.origin) / 64.0
        self.f = lim(dot(self.fast.w, x), a, b)
        self.s = lim(dot(self.slow.w, x), a, b)
        f_share, s_share = self.slow_error * self.slow_error, self.fast_error * self.fast_error
        self.j = (self.f * f_share + self.s * s_share) / (f_share + s_share)
        self.l = dot(self.long.w, self.long.h)
        self.k = dot(self.short.w, self.short.h)
        return self.place(self.j + self.l + self.k), self.place(self.s), self.place(self.f)

    def update(self, y: float) -> None:
        self.fast_error += (abs(y - self.f) - self.fast_error) * 0.03125
        if not self.fast_error > 0.015625:
            self.fast_error = 0.015625
        self.slow_error += (abs(y - self.s) - self.slow_error) * 0.03125
        if not self.slow_error > 0.015625:
            self.slow_error = 0.015625
        left = y - self.j
        self.long.update(left, self.l)
        self.short.update(left - self.l, self.k)
        self.xs.append(self.x)
        self.ys.append(y)
        if len(self.xs) == BLOCK:
            self.fast.add(self.xs, self.ys)
            self.slow.add(self.xs, self.ys)
            self.xs, self.ys = [], []


# ---- Code model


def make_logarithms() -> list[int]:
    table = []
    for i in range(1024):
        x, bits = (2048 + 2 * i + 1) << 20, 0
        for _ in range(16):
            x = (x * x) >> 31
            b = x >> 32
            bits = 2 * bits + b
            x >>= b
        table.append(bits)
    return table


def make_powers() -> list[float]:
    t = [1.0]
    for _ in range(1024):
        t.append(t[-1] * 0.9785720620877001)
    return t


def make_probabilities() -> list[int]:
    upper = [math.floor(65536.0 / (1.0 + t) + 0.5) for t in POWERS[:513]]
    return [65536 - p for p in reversed(upper[1:])] + upper


def make_cumulative(shape: str) -> list[int]:
    d, q, normal = 1.0, 0.9999222906449717, [0.0]
    for _ in range(1024):
        following = d * q
        q *= 0.9998445873286874
        normal.append(normal[-1] + (d + following))
        d = following
    masses = []
    for k in range(1025):
        z = k / 64.0
        s = 1.0 + z * z / 4.0
        h = {"normal": 0.5 * (normal[k] / normal[1024]),
             "logistic": 1.0 / (1.0 + POWERS[k]) - 0.5,
             "student": 0.375 * (z / math.sqrt(s)) * (1.0 - z * z / (12.0 * s))}[shape]
        masses.append(16 * k + math.floor((ALL - 2**15) * h + 0.5))
    return [ALL // 2 - m for m in reversed(masses[1:])] + [ALL // 2 + m for m in masses]


POWERS = make_powers()
LOGARITHMS = make_logarithms()
PROBABILITIES = make_probabilities()
CUMULATIVE = {shape: make_cumulative(shape) for shape in ("normal", "logistic", "student")}
SHAPES = ("normal", "normal", "logistic", "student", "normal", "normal")
RATES = (5, 8, 4, 8, 7, 7)


def log2(m: int) -> int:
    o = m.bit_length() - 1
    mantissa = m >> (o - 10) if o >= 10 else m << (10 - o)
    return (o << 16) + LOGARITHMS[mantissa & 1023]


def prob(z: int) -> int:
    v = clamp(z + 2**20, 0, 2**21 - 1)
    i, f = v >> 11, v & 2047
    p = PROBABILITIES[i] + (((PROBABILITIES[i + 1] - PROBABILITIES[i]) * f) >> 11)
    return clamp(p, 1, 65535)


def cum(shape: str, z: int) -> int:
    v = clamp(z + 2**20, 0, 2**21 - 1)
    i, f = v >> 10, v & 1023
    c = CUMULATIVE[shape]
    return c[i] + (((c[i + 1] - c[i]) * f) >> 10)


class CodeModel:
    def __init__(self, width: int, low_edges: Sequence[int], values: Sequence[int],
                 with_edges: bool) -> None:
        """@param low_edges, values  of code + 2^(width-1)"""
        self.width = width
        self.half = 2**(width - 1)
        self.low_edges, self.values = low_edges, values
        self.scales = [4 << 14] * 6
        self.first_scale = 2**max(width - 5, 0) << 14
        self.n = 0
        self.weights = [[10922] * 6 + [0, 0, 0] for _ in range(4 * 49)]
        self.counts = [0] * (4 * 49)
        self.counters = [(32768, 32768, 0)] * 1792  # Q, G, h
        self.nodes = [(32768, 0)] * 65536  # Y, j
        self.modulus = 2**min(width, 16)
        self.shifts = [0] * self.modulus
        self.shift_counts = [250 if with_edges else 0] * self.modulus

    def value(self, code: int) -> int:
        return self.values[code + self.half]

    def begin_channel(self) -> None:
        self.n = min(self.n, 14)

    def first_code(self, coder: Coder, expected: int) -> int:
        scale = max(self.first_scale, 2048)
        self.distributions = [("normal", expected, 2**40 // scale)] * 6
        self.steadiness = 3
        code = self.walk(coder, scale, expected)
        self.first_scale += ((abs(self.value(code) - expected) << 8) - self.first_scale) >> 2
        return code

    def next_code(self, coder: Coder, full: int, slow: int, fast: int) -> int:
        scales = [max(s, 2048) for s in self.scales]
        means = [full, full, full, full, slow, fast]
        self.distributions = [(SHAPES[i], means[i], 2**40 // scales[i]) for i in range(6)]
        self.steadiness = (0 if 5 * scales[2] < 4 * scales[1] else
                           1 if 4 * scales[2] < 5 * scales[1] else 2)
        code = self.walk(coder, scales[0], full)
        fastest = (self.n + 2).bit_length() - 1
        for i in range(6):
            error = abs(self.value(code) - means[i]) << 8
            self.scales[i] += (error - self.scales[i]) >> min(RATES[i], fastest)
        self.n = min(self.n + 1, 65536)
        return code

    def masses(self, code: int) -> list[int]:
        edge = self.low_edges[code + self.half]
        if self.k <= 1:
            edge += self.shifts[code % self.modulus] >> 10
        return [cum(shape, ((edge - mean) * r) >> 16) for shape, mean, r in self.distributions]

    def walk(self, coder: Coder, scale: int, m: int) -> int:
        z = scale >> 14
        k = self.k = 0 if z < 2 else min(z.bit_length() - 1, self.width - 1)
        self.a, self.b = -self.half, self.half
        self.below_a, self.below_b = [0] * 6, [ALL] * 6
        c = clamp((m + 32) >> 6, -self.half, self.half - 1) >> k << k
        d = c + 2**k
        e = c if m - (64 * c - 32) <= (64 * d - 32) - m else d
        e = clamp(e, self.a + 2**k, self.b - 2**k)
        up = self.decide(coder, e, 0, 64 + e % 64)
        j, step = 0, 2**k
        while self.b - self.a > step:
            e = self.a + step if up else self.b - step
            above = self.decide(coder, e, 1 + 2 * min(j, 11) + up, (2 + 2 * min(j, 3) + up) * 64 + e % 64)
            if above != up:
                break
            j += 1
            if j >= 8:
                step *= 2
        while self.b - self.a > 1:
            v = (self.b - self.a - 1).bit_length() - 1
            e = (self.b - 1) >> v << v
            if e <= self.a:
                e = self.a + (self.b - self.a) // 2
            self.decide(coder, e, 25 + min(v, 23), (12 + min(v, 15)) * 64 + (e >> v) % 64)
        return self.a

    def decide(self, coder: Coder, e: int, kind: int, counter: int) -> bool:
        middle = self.masses(e)
        inputs = [clamp(log2(max(z - m, 1)) - log2(max(m - a, 1)), -15 << 16, 15 << 16)
                  for a, m, z in zip(self.below_a, middle, self.below_b, strict=True)]
        q, g, h = self.counters[counter]
        inputs.append(log2(q + 1) - log2(65536 - q))
        inputs.append(log2(g + 1) - log2(65536 - g))
        node = ((e * 2654435761 ^ counter // 64 * 40503 * 128) % 2**32 >> 8) % 2**16
        y, j = self.nodes[node]
        inputs.append(log2(y + 1) - log2(65536 - y))
        at = 49 * self.steadiness + kind
        weights = self.weights[at]
        p = prob(sum(w * i for w, i in zip(weights, inputs, strict=True)) >> 16)
        above = coder.decide(p)

        error = 65536 - p if above else -p
        rate = 22 + min(3, ((self.counts[at] >> 8) + 1).bit_length() - 1)
        self.weights[at] = [clamp(w + ((i * error) >> rate), -2**23, 2**23)
                            for w, i in zip(weights, inputs, strict=True)]
        self.counts[at] = min(self.counts[at] + 1, 65536)
        if self.k <= 1:
            i = e % self.modulus
            step = toward_zero(error * 4, self.shift_counts[i] + 12)
            self.shifts[i] = clamp(self.shifts[i] - step, -30000, 30000)
            self.shift_counts[i] = min(self.shift_counts[i] + 1, 1023)
        q += (65535 - q) >> 5 if above else -(q >> 5)
        g += toward_zero(((65535 if above else 0) - g) * 2, 2 * h + 3)
        self.counters[counter] = q, g, min(h + 1, 255)
        y += toward_zero(((65535 if above else 0) - y) * 2, 2 * j + 3)
        self.nodes[node] = y, min(j + 1, 4)
        if above:
            self.a, self.below_a = e, middle
        else:
            self.b, self.below_b = e, middle
        return above


# ---- Payload


def decode_cascade(payload: bytes, frames: int, channels: int, width: int,
                   low_edges: Sequence[int], values: Sequence[int], with_edges: bool) -> list[int]:
    """The codes of a packet, in frame order.

    @param low_edges, values  those of code + 2^(width-1), section 10 or even ones
    """
    if frames == 0 and not payload:
        return []
    if frames == 0 or not payload or payload[0] > 2:
        raise Damaged("payload of an unknown form")
    if payload[0] == 2:
        return verbatim_codes(payload, frames * channels, width)
    phases = payload[0] + 1
    coder = Coder(payload[1:])
    references = References()
    constant = AdaptiveProbability()
    predictors = [Predictor(width) for _ in range(phases)]
    models = [CodeModel(width, low_edges, values, with_edges) for _ in range(phases)]
    counts = [(frames + phases - 1 - phase) // phases for phase in range(phases)]
    codes = [0] * (frames * channels)
    zeros = [0.0] * 16
    # The values of phase 0 of all channels so far, with zeros around them.
    signals: list[list[float]] = []
    total = [0.0] * (counts[0] + 32)
    origin = 0
    for channel in range(channels):
        models[0].begin_channel()
        code = models[0].first_code(coder, origin)
        codes[channel] = code
        origin = models[0].value(code)
        signals.append(zeros + [0.0] * counts[0] + zeros)
        if constant.decide(coder):
            codes[channel::channels] = [code] * frames
            continue
        used = references.read(coder, channel) if channel else []
        mean = [s / channel for s in total] if channel else total
        for phase in range(phases):
            own = signals[channel] if phase == 0 else zeros + [0.0] * counts[1] + zeros
            if phase == 1:
                models[1].begin_channel()
            predictors[phase].begin_channel(origin, channel == 0)
            first = 1 if phase == 0 else 0
            for t in range(first, counts[phase]):
                at = t + 16
                x = [own[at - i] for i in range(1, 17)]
                if phase == 1:
                    x += [signals[channel][at + 8 - i] for i in range(16)]
                else:
                    for r in used[:3]:
                        x += [signals[r][at + 1], signals[r][at], signals[r][at - 1]]
                    x += [0.0] * (25 - len(x))
                    x += [signals[r][at] for r in used[3:]]
                    x += [0.0] * (29 - len(x))
                    x += [mean[at + 1], mean[at], mean[at - 1]]
                code = models[phase].next_code(coder, *predictors[phase].predict(x))
                codes[(t * phases + phase) * channels + channel] = code
                own[at] = (models[phase].value(code) - origin) / 64.0
                predictors[phase].update(own[at])
                if coder.position > len(coder.payload):
                    raise Damaged("payload too short for its frames")
        total = [s + v for s, v in zip(total, signals[channel], strict=True)]
    coder.check_end()
    return codes


def verbatim_codes(payload: bytes, count: int, width: int) -> list[int]:
    size = (8 + count * width + 31) // 32 * 4
    if len(payload) != size:
        raise Damaged("payload does not hold its frames")
    bits = int.from_bytes(payload, "big")
    rest = 8 * size - 8 - count * width
    if bits & ((1 << rest) - 1):
        raise Damaged("padding is not zero")
    codes = []
    for i in range(count):
        code = bits >> (8 * size - 8 - (i + 1) * width) & ((1 << width) - 1)
        codes.append(code - 2**width if code >= 2**(width - 1) else code)
    return codes
