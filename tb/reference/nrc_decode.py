#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A decoder of the nrc bitstream, version 3, to read.

It was written from docs/bitstream.md alone and shares nothing with the model: where the two differ,
one of them or the document is wrong. It is plain and slow. "Section" is a section of that document;
the order here is tables, predictor, the two profiles, packets, files, and the lossy link.

    nrc_decode.py [--recover] [--tables DIR] INPUT OUTPUT

Without --recover it stops at the first fault with one line, exit status 1, and writes nothing.
With --recover it reads on as section 12 says and writes the samples it is sure of, those of a gap
left out and no file around them. Standard output gets one JSON line for each gap and one with the
counts; the exit status is 3 if there is a gap.
"""

from __future__ import annotations

import argparse
import itertools
import json
import pathlib
import struct
import sys
import zlib
from collections.abc import Callable, Sequence
from typing import Any

import nrc_cascade

HEADER, HUFFMAN, RANGE, RAW, CONTAINER, INDEX, METADATA, EVENTS = range(8)  # packet types
DATA = HUFFMAN, RANGE, RAW
LOSSLESS, OFF = 1, 2  # channel classes
NEURAL, CASCADE = 2, 3  # profiles
NOT_TOLD = 2**32 - 1
MAX_CODES = 2**24
MAX_PIECE = 2**26  # bytes of a file in a container packet
MAX_INDEX = 2**20  # payload of an index packet
MAX_METADATA = 2**20  # bytes of text in a metadata packet
MAX_EVENTS = 2**12  # payload of an event packet
MAX_HEADER = 2**18  # payload of a stream header
MAP = 2  # mapping
# Sample types, by their number in the stream header: bytes, and whether they have a sign.
TYPES = [(2, True), (2, False), (1, True), (1, False), (3, True), (3, False), (4, True), (4, False)]
DOWN, TOWARDS_ZERO, NEAREST_EVEN, NEAREST_AWAY = range(4)  # rounding of a map
Report = Callable[[bytes | dict[str, int]], object]  # takes samples, and gaps


class Fault(Exception):
    """What is wrong with a packet or a stream."""


def refuse(wrong: object, what: str) -> None:
    if wrong:
        raise Fault(what)


def clamp(value: int, low: int, high: int) -> int:
    return max(low, min(high, value))


def sign(value: int) -> int:
    return (value > 0) - (value < 0)


class Bytes:
    """Bytes that are read from the first to the last. `what` they are is for the message."""

    def __init__(self, data: bytes, what: str) -> None:
        self.data, self.what, self.position = data, what, 0

    def take(self, count: int) -> bytes:
        refuse(len(self.data) - self.position < count, f"{self.what} end too soon")
        self.position += count
        return self.data[self.position - count:self.position]

    def number(self) -> int:
        """Notation: a number of variable length."""
        value = 0
        for i in range(8):
            (byte,) = self.take(1)
            value |= (byte & 127) << 7 * i
            if byte < 128:
                return value
        raise Fault(f"{self.what} hold a number of more than 8 bytes")

    def pad(self) -> None:
        """To a multiple of 4."""
        refuse(any(self.take(-self.position % 4)), f"{self.what}: padding is not zero")


# ---- Tables: sections 5, 6, 10

ADAPTIVE = 2  # the predictor in a table set's identifier


class HuffmanTables:
    """A table set, section 6, from a file of format "nrc-tables"."""

    type = HUFFMAN

    def __init__(self, fields: dict[str, Any]) -> None:
        self.name = fields["name"]
        self.symbol_bits = fields["symbol_bits"]
        self.initial_scale = fields["initial_scale"]
        self.classes = fields["classes"]
        lengths = [[int(digit, 16) for digit in table] for table in fields["lengths"]]
        self.tables = [canonical_code(table) for table in lengths]
        out = b"NRCT" + struct.pack("<BBBBI", 1, ADAPTIVE, self.symbol_bits,
                                    len(self.classes), self.initial_scale)
        for c in self.classes:
            out += struct.pack("<HHBBBB", c.get("below", 0xFFFF), c["first_table"],
                               c["modulus_bits"], c["split"], c["raw_bits"], 0)
        out += struct.pack("<H", len(lengths)) + b"".join(map(bytes, lengths))
        self.table_id = zlib.crc32(out)

    def fit(self, width: int) -> bool:
        """Whether the limits of section 6 hold for codes of this width."""
        below = [0] + [c.get("below") for c in self.classes]
        return self.initial_scale < 2**(width + 6) and all(
            c["raw_bits"] <= width or before >= 2**width for before, c in zip(below, self.classes, strict=False))


def canonical_code(lengths: list[int]) -> dict[tuple[int, int], int]:
    """Section 5: {(length, code): symbol} of one table."""
    table, code, previous = {}, 0, 0
    for length, symbol in sorted((length, symbol) for symbol, length in enumerate(lengths)):
        code <<= length - previous
        table[length, code] = symbol
        code, previous = code + 1, length
    return table


class RangeTables:
    """Range tables, section 10, from a file of format "nrc-range-tables"."""

    type = RANGE

    def __init__(self, fields: dict[str, Any]) -> None:
        self.initial_scale = fields["initial_scale"]
        self.code_width = fields["code_width"]
        self.edges = fields["edges"]
        self.cumulative = fields["cumulative"]  # T
        self.table_id = zlib.crc32(
            b"NRCR" + struct.pack("<BBH", 1, self.code_width, self.initial_scale)
            + struct.pack(f"<{len(self.edges)}i", *self.edges)
            + struct.pack("<1024H", *self.cumulative))

    def fit(self, width: int) -> bool:
        return self.code_width in (0, width) and self.initial_scale < 2**(width + 6)

    def linearize(self, grid: Rounding) -> None:
        """Sections 10 and 14: lower edges and values of the codes, or of the numbers of multiples,
        from the lowest one on."""
        half = 2**(grid.width - 1)
        if not self.edges and grid.step == 1:  # regular, and up to 2^24 of them
            grid.low_edges = range(-64 * half - 32, 64 * half - 32, 64)
            grid.values = range(-64 * half, 64 * half, 64)
            return

        def edge(code: int) -> int:
            if not self.edges or not -half < code < half:
                return 64 * code - 32
            return self.edges[code + half - 1]

        edges = [edge(grid.first(n)) for n in range(grid.lowest, grid.highest + 2)]
        values = [((low + high) >> 1) & ~15 for low, high in itertools.pairwise(edges)]
        values[0], values[-1] = 64 * grid.code(grid.lowest), 64 * grid.code(grid.highest)
        grid.low_edges, grid.values = edges[:-1], values


class NeuralTables(RangeTables):
    """Neural tables, section 13, from a file of format "nrc-neural-tables"."""

    def __init__(self, fields: dict[str, Any]) -> None:
        super().__init__(fields["range"])
        self.layers = fields["layers"]
        out = b"NRCN" + struct.pack("<BBI", 1, len(self.layers), self.table_id)
        for layer in self.layers:
            out += struct.pack("<BB", layer["outputs"], layer["shift"])
            out += struct.pack(f"<{len(layer['bias'])}i", *layer["bias"])
            out += struct.pack(f"<{len(layer['weights'])}b", *layer["weights"])
        self.table_id = zlib.crc32(out)


class Rounding:
    """Section 14: the multiples of a rounding step, which are the codes if it is 1."""

    def __init__(self, width: int, step: int) -> None:
        self.width, self.step = width, step
        self.lowest, self.highest = self.number(-2**(width - 1)), self.number(2**(width - 1) - 1)
        self.low_edges: Sequence[int] = []  # of the range profile
        self.values: Sequence[int] = []

    def number(self, code: int) -> int:
        return (code + self.step // 2) // self.step

    def code(self, number: int) -> int:
        return clamp(number * self.step, -2**(self.width - 1), 2**(self.width - 1) - 1)

    def first(self, number: int) -> int:
        return number * self.step - self.step // 2

    def check(self, number: int) -> int:
        refuse(not self.lowest <= number <= self.highest,
               f"code {number} outside {self.width} bits"
               + (f", rounded by {self.step}" if self.step > 1 else ""))
        return number


Tables = HuffmanTables | RangeTables
Library = dict[tuple[int, int], Tables]  # by profile and table id


def load_tables(directory: str | pathlib.Path) -> Library:
    """All table files of a directory: {(profile, table id): tables}."""
    kinds: dict[str, type[Tables]] = {"nrc-tables": HuffmanTables, "nrc-range-tables": RangeTables,
             "nrc-neural-tables": NeuralTables}
    profiles = list(kinds)
    library: Library = {}
    for path in sorted(pathlib.Path(directory).glob("*.json")):
        fields = json.loads(path.read_text())
        if fields.get("format") in kinds:
            tables = kinds[fields["format"]](fields)
            library[profiles.index(fields["format"]), tables.table_id] = tables
    return library


# ---- Predictor: sections 2, 3, 10


class Channel:
    """The state of a channel. `last` is a value in 1/64 code, in both profiles."""

    def __init__(self, initial_scale: int) -> None:
        self.level = 0
        self.last = 0
        self.weight = 717
        self.scale = initial_scale
        self.burst = 0  # range profile
        self.tap_past, self.tap_weights = [0, 0], [0, 0]  # range profile with taps
        self.gains = [0, 0, 0]  # range profile with neighbour
        self.past = [0] * 16  # neural profile
        self.fast = self.slow = 256

    def in_excursion(self) -> bool:
        """Section 14: whether the next code is exact."""
        return 32 * abs(self.last - self.level) >= 7 * self.scale

    def predict(self, width: int) -> int:
        d = self.last - self.level
        return clamp_code(self.level + ((self.weight * d) >> 10), width)

    def update(self, value: int, p: int, boost: int, step: int = 1) -> None:
        """The predictor's part of the state, after a code with this value."""
        d = self.last - self.level
        if not -32 * step <= value - p < 32 * step:
            self.weight = clamp(self.weight + sign(d) * sign(value - p) * 2**boost, -512, 1280)
        self.level += (value - self.level) >> 3
        self.last = value

    def start(self, value: int) -> None:
        """Instead of all updates in the first frame of a key packet."""
        self.level = self.last = value


def clamp_code(p: int, width: int) -> int:
    return clamp(p, -2**(width - 1) * 64, (2**(width - 1) - 1) * 64)


def twos_complement(bits: int, width: int) -> int:
    """A number in two's complement."""
    return bits - 2**width if bits >= 2**(width - 1) else bits


def magnitude(e: int, width: int) -> int:
    """|e| as `scale` and `burst` see it, in 1/1024 code."""
    return min(abs(e), 2**(width + 2) - 1) << 4


# ---- Huffman profile: sections 4, 5


class Bits:
    """A payload as bits. `ahead` zeros can be read past its end."""

    def __init__(self, payload: bytes, ahead: int = 0) -> None:
        self.payload = payload
        self.limit = 8 * len(payload) + ahead
        self.position = 0

    def read(self, count: int) -> int:
        value = 0
        for _ in range(count):
            refuse(self.position >= self.limit, "payload too short for its frames")
            byte = self.position >> 3
            bit = 0
            if byte < len(self.payload):
                bit = self.payload[byte] >> (7 - (self.position & 7)) & 1
            value = value << 1 | bit
            self.position += 1
        return value

    def check_end(self, padded_to: int) -> None:
        """Section 7: after the last code are only the zeros that fill the last byte, and in the
        last lane the last four bytes of the payload."""
        padding = 8 * len(self.payload) - self.position
        refuse(padding >= padded_to, "payload too long for its frames")
        refuse(self.read(padding), "padding is not zero")


def split_lanes(payload: bytes, lanes: int) -> list[bytes]:
    """Section 7: the bytes of each lane, the last one with those that fill the payload."""
    reader = Bytes(payload, "lanes")
    lengths = [reader.number() for _ in range(lanes - 1)]
    parts = [reader.take(length) for length in lengths]
    return [*parts, reader.data[reader.position:]]


def lane_of(channel: int, lanes: int, channels: int) -> int:
    return channel * lanes // channels


def check_ends(readers: Sequence[Bits | RangeDecoder]) -> None:
    for reader in readers:
        reader.check_end(32 if reader is readers[-1] else 8)


class HuffmanChannel(Channel):
    """The state of a channel of the Huffman profile, sections 2 to 4."""

    def expect(self, stream: Stream) -> tuple[int, dict[str, int]]:
        """The predicted code, and the class."""
        return (self.predict(stream.width) + 32) >> 6, class_of(stream.tables, self.scale >> 6)

    def begin(self, code: int, stream: Stream) -> None:  # noqa: ARG002
        """After a code of the first frame of a key packet."""
        self.start(code << 6)

    def go_on(self, code: int, stream: Stream, boost: int) -> None:
        """After any other one."""
        value, p = code << 6, self.predict(stream.width)
        self.update(value, p, boost)
        self.scale += (magnitude(value - p, stream.width) - self.scale) >> (8 - boost)


class NarrowChannel:
    """Section 16: the same in fewer bits."""

    def __init__(self, initial_scale: int) -> None:
        self.last = self.deviation = 0
        self.rest = 320
        self.scale = initial_scale >> 2
        self.noise_class: dict[str, int] | None = None  # None: that of the scale

    def expect(self, stream: Stream) -> tuple[int, dict[str, int]]:
        q = (16 * self.last - (self.rest >> 6) * self.deviation + 8) >> 4
        return q, self.noise_class or class_of(stream.tables, self.scale >> 4)

    def begin(self, code: int, stream: Stream) -> None:  # noqa: ARG002
        self.last = code

    def go_on(self, code: int, stream: Stream, boost: int) -> None:
        if boost > 0 or (stream.age + 3) % 8 == 0:
            r = code - self.expect(stream)[0]
            self.rest = clamp(self.rest - sign(self.deviation) * sign(r) * 2**boost, 0, 1023)
            target = min(abs(r), 2**(stream.width - 4) - 1) << 8
            self.scale += (target - self.scale) >> (8 - boost if boost > 0 else 6)
            self.noise_class = class_of(stream.tables, self.scale >> 4)
        half = 2**(stream.width - 5)
        self.deviation = clamp((7 * (self.deviation + code - self.last) + 4) >> 3, -half, half - 1)
        self.last = code


def skip_huffman(codes: list[int], key: bool, stream: Stream, channels: list[Any]) -> None:
    """Section 7: the channels' state after codes that were not sent."""
    boost = 0
    for i, code in enumerate(codes):
        channel = channels[i % len(channels)]
        if i % len(channels) == 0:
            boost = stream.begin_frame(key and i == 0)
        rounding = stream.rounding_of(channel)
        code = rounding.code(rounding.number(code))
        if key and i < len(channels):
            channel.begin(code, stream)
        else:
            channel.go_on(code, stream, boost)


def decode_huffman(lanes: list[bytes], frames: int, key: bool, stream: Stream, channels: list[Any]) -> list[int]:
    """The codes of a Huffman packet, in order. Updates the channels' state."""
    width, codes = stream.width, []
    readers = [Bits(lane) for lane in lanes]
    for frame in range(frames):
        boost = stream.begin_frame(key and frame == 0)
        for c, channel in enumerate(channels):
            bits = readers[lane_of(c, len(lanes), len(channels))]
            if key and frame == 0 and stream.has_classes:
                stream.classes[c] = bits.read(2)
            if stream.classes[c] >= OFF:
                if not (key and frame == 0) and c + 1 == len(channels):
                    refuse(bits.read(1), "bit of a channel that sends none")
                codes.append(0)
                continue
            rounding = stream.roundings[1]
            if stream.classes[c] != LOSSLESS:
                rounding = stream.rounding_of(channel)
            if key and frame == 0:
                number = twos_complement(bits.read(width), width)
            else:
                q, noise_class = channel.expect(stream)
                number = (read_huffman_code(bits, stream.tables, noise_class, q, width)
                          if rounding.step == 1 else
                          read_rounded_code(bits, stream.rounded_tables, channel.scale, q, rounding))
            code = rounding.code(rounding.check(number))
            codes.append(code)
            if key and frame == 0:
                channel.begin(code, stream)
            else:
                channel.go_on(code, stream, boost)
    check_ends(readers)
    return codes


def read_rounded_code(bits: Bits, tables: HuffmanTables | None, scale: int, q: int, rounding: Rounding) -> int:
    """Section 14: the number of a multiple, predicted to be that of q. The set has a table for each class."""
    if tables is None:
        raise Fault("no tables for rounded codes")
    factor = 3 if rounding.step % 3 == 0 else 1
    shift = (rounding.step // factor).bit_length() - 1
    c = class_of(tables, (scale >> 6 + shift) // factor)
    return read_huffman_code(bits, tables, c, rounding.number(q), rounding.width)


def class_of(tables: HuffmanTables, level: int) -> dict[str, int]:
    """Section 4: the class of a scale in 1/16 code."""
    return next(c for c in tables.classes if "below" not in c or c["below"] > level)


def read_huffman_code(bits: Bits, tables: HuffmanTables, c: dict[str, int], q: int, width: int) -> int:
    """Sections 4 and 5: selects the class's table, reads a symbol and what follows it."""
    modulus = 2**c["modulus_bits"]
    phase = q % modulus
    if c["split"] and not -modulus // 2 <= q < modulus // 2:
        phase += modulus
    table = tables.tables[c["first_table"] + phase]

    length, word = 0, 0
    while (length, word) not in table:
        length, word = length + 1, word << 1 | bits.read(1)
    symbol = table[length, word]

    if symbol == 0:  # escape
        return twos_complement(bits.read(width), width)
    v = symbol - 2**(tables.symbol_bits - 1)
    return q + (v << c["raw_bits"] | bits.read(c["raw_bits"]))


# ---- Range profile: sections 10, 11

MANTISSA = [round(1024 * 32 / (33 + 2 * j)) for j in range(16)]  # M


def dispersion_index(channel: Channel, step: int) -> int:
    s = max(channel.scale, 64 * step)
    octave = s.bit_length() - 1 - 6
    return 16 * octave + (s >> (octave + 2)) % 16 + channel.burst


def update_dispersion(channel: Channel, e: int, width: int, boost: int) -> None:
    m = magnitude(e, width)
    if m >= 7 * channel.scale:
        channel.burst = min(channel.burst + 8, 15)
    elif 2 * m >= 7 * channel.scale:
        channel.burst = min(channel.burst + 4, 15)
    else:
        channel.burst = max(channel.burst - 1, 0)
    channel.scale += (m - channel.scale) >> (8 - boost)


class Intervals:
    """Where the codes begin and end, for one prediction and one dispersion."""

    def __init__(self, stream: Stream, grid: Rounding, p: int, index: int) -> None:
        self.low_edges, self.cumulative = grid.low_edges, stream.tables.cumulative
        self.p, self.index = p, index
        self.plain = 0  # bits
        if stream.width > 10:
            self.plain = max((index >> 4) - 8 - (grid.step.bit_length() - 1), 0)
        self.first = grid.lowest >> self.plain  # group, or number
        if self.plain:
            begin = 64 * grid.first(self.first << self.plain) - 32
            size = 64 * grid.step << self.plain
            groups = (grid.highest >> self.plain) - self.first + 1
            self.low_edges = range(begin, begin + groups * size, size)
        self.count = len(self.low_edges)

    def begin(self, i: int) -> int:
        """The cumulative frequency at which code, or group, i begins, from the lowest one on."""
        if i == 0:
            return 16
        if i == len(self.low_edges):
            return 65535
        octave, j = self.index >> 4, self.index % 16
        z = ((self.low_edges[i] - self.p) * MANTISSA[j]) >> (octave + 5)
        z = clamp(z, -1024, 1023)
        return self.cumulative[z] if z >= 0 else 65551 - self.cumulative[-1 - z]


class RangeDecoder:
    """Section 11."""

    below = 15  # bits of a range below its highest one
    frequency_bits = 16
    escape, escape_bits = 16, 3
    least = 2  # frequency of a code

    def __init__(self, payload: bytes) -> None:
        self.bits = Bits(payload, self.below)
        self.offset = self.bits.read(self.below + 1)
        self.range = 2**(self.below + 1) - 1

    def share(self, frequency: int) -> int:
        return (self.range * frequency) >> self.frequency_bits

    def length(self, f: int, n: int) -> int:  # noqa: ARG002
        """The part of the range that an interval has."""
        return self.share(n)

    def read_verbatim(self, width: int) -> int:
        """A channel's first code, or its number."""
        half = 2**self.below
        refuse(self.offset >= half, "payload points between codes")
        all_bits = self.offset << width | self.bits.read(width)
        self.offset, self.range = all_bits % half, half
        return twos_complement(all_bits >> self.below, width)

    def read_code(self, intervals: Intervals | NarrowIntervals, width: int) -> int:
        """A code, or the number of a multiple."""
        if self.offset < self.share(self.escape):
            refuse(self.offset >= 2**self.escape_bits, "payload points between codes")
            rest = width - self.escape_bits
            u = self.offset << rest | self.bits.read(rest)
            self.offset, self.range = self.bits.read(self.below), 2**self.below
            return twos_complement(u, width)

        # The last code that begins at the offset or before it.
        low, high = 0, intervals.count
        while high - low > 1:
            middle = (low + high) // 2
            if self.share(intervals.begin(middle)) <= self.offset:
                low = middle
            else:
                high = middle
        f = intervals.begin(low)
        n = intervals.begin(low + 1) - f
        self.offset -= self.share(f)
        self.range = self.length(f, n)
        refuse(n < self.least or self.offset >= self.range, "payload points between codes")
        k = self.below + 1 - self.range.bit_length()
        self.offset, self.range = self.offset << k | self.bits.read(k), self.range << k
        low += intervals.first
        if not intervals.plain:
            return low
        self.offset = self.offset << intervals.plain | self.bits.read(intervals.plain)
        v, self.offset = divmod(self.offset, self.range)
        return (low << intervals.plain) + v

    def check_end(self, padded_to: int) -> None:
        """After the bits of the last code is one more, of those that the offset holds."""
        self.bits.position -= self.below
        self.bits.check_end(padded_to)


def decode_range(lanes: list[bytes], frames: int, key: bool, stream: Stream, channels: list[Channel]) -> list[int]:
    """The codes of a range packet, in order. Updates the channels' state."""
    width, codes = stream.width, []
    decoders = [RangeDecoder(lane) for lane in lanes]
    for frame in range(frames):
        n = [0, 0, 0]  # from the channels before
        boost = stream.begin_frame(key and frame == 0)
        for c, channel in enumerate(channels):
            decoder = decoders[lane_of(c, len(lanes), len(channels))]
            predicted = predict_range(channel, stream, n)
            grid = stream.rounding_of(channel)
            index = dispersion_index(channel, grid.step)
            if stream.profile == NEURAL:
                intervals = Intervals(
                    stream, grid, *correct(channel, stream.tables.layers, predicted[0], width, grid.step))
            else:
                intervals = Intervals(stream, grid, predicted[2], index)
            first = key and frame == 0
            number = decoder.read_verbatim(width) if first else decoder.read_code(intervals, width)
            codes.append(grid.code(grid.check(number)))
            update_range(channel, stream, grid, number, predicted, n, key and frame == 0, boost)
    check_ends(decoders)
    return codes


def predict_range(channel: Channel, stream: Stream, n: list[int]) -> tuple[int, int, int]:
    """p, p' and p'' of section 10; n holds n1, n2 and m."""
    p = tapped = corrected = channel.predict(stream.width)
    if stream.taps:
        tapped = corrected = clamp_code(
            p + (dot(channel.tap_weights, channel.tap_past) >> 2), stream.width)
    if stream.neighbour:
        corrected = clamp_code(tapped + (dot(channel.gains, n) >> 8), stream.width)
    return p, tapped, corrected


def dot(weights: list[int], inputs: list[int]) -> int:
    return sum(w * x for w, x in zip(weights, inputs, strict=True))


def learn(weights: list[int], inputs: list[int], e: int, boost: int, limit: int, step: int) -> list[int]:
    """Weights of a correction after the innovation e that remained."""
    if -32 * step <= e < 32 * step:
        return weights
    change = sign(e) * 2**(boost >> 1)
    return [clamp(w + sign(x) * change, -limit, limit - 1)
            for w, x in zip(weights, inputs, strict=True)]


def update_range(channel: Channel, stream: Stream, grid: Rounding, number: int,
                 predicted: tuple[int, int, int], n: list[int], first: bool, boost: int) -> None:
    """The state after a code, or the number of a multiple, and in n what the next channel gets."""
    (p, tapped, corrected), width, step = predicted, stream.width, grid.step
    value = grid.values[number - grid.lowest]
    if first:
        channel.start(value)
    else:
        channel.update(value, p, boost, step)
        e = value - corrected
        if stream.profile == NEURAL:
            update_past(channel, value - p, step)
        update_dispersion(channel, e, width, boost)
        channel.tap_weights = learn(channel.tap_weights, channel.tap_past, e, boost, 512, step)
        rounded = clamp((value - p + 32) >> 6, -2**(width - 1), 2**(width - 1) - 1)
        channel.tap_past = [rounded, channel.tap_past[0]]
        channel.gains = learn(channel.gains, n, e, boost, 256, step)
    n[1] = n[0]
    n[0] = clamp(value - tapped, -2**(width + 5), 2**(width + 5) - 1)
    n[2] += (n[0] - n[2]) >> 3


def skip_range(codes: list[int], key: bool, stream: Stream, channels: list[Channel]) -> None:
    """Section 7: the channels' state after codes that were not sent."""
    count, n, boost = len(channels), [0, 0, 0], 0
    for at, code in enumerate(codes):
        channel = channels[at % count]
        if at % count == 0:
            n, boost = [0, 0, 0], stream.begin_frame(key and at == 0)
        predicted = predict_range(channel, stream, n)
        grid = stream.rounding_of(channel)
        update_range(channel, stream, grid, grid.number(code), predicted, n, key and at < count, boost)


# ---- Narrow state of the range profile: section 16


class NarrowRangeChannel:
    """The state of a channel, and what it says of the next code."""

    def __init__(self, initial_scale: int) -> None:
        self.last = self.deviation = self.burst = 0
        self.rest = 320
        self.scale = initial_scale >> 1
        self.steady = steadiness(self.scale)

    def predict(self) -> int:
        """In 1/16 code."""
        return 8 * self.last - (self.rest >> 6) * self.deviation

    def begin(self, value: int) -> None:
        """After a code of the first frame of a key packet."""
        self.last = value

    def go_on(self, value: int, stream: Stream, boost: int) -> None:
        """After any other one."""
        e = 8 * value - self.predict()
        m = min(abs(e), 2**(stream.width + 1) - 1)
        u = m >> (self.steady >> 3) + 2
        self.burst = min(self.burst + min(u, 2), 3) if u else max(self.burst - 1, 0)
        if boost > 0 or (stream.age + 3) % 8 == 0:
            self.rest = clamp(self.rest - sign(self.deviation) * sign(e) * 2**boost, 0, 1023)
            self.scale += ((m << 5) - self.scale) >> (9 - boost if boost > 0 else 7)
            self.steady = steadiness(self.scale)
        half = 2**(stream.width - 4)
        self.deviation = clamp((7 * (2 * self.deviation + value - self.last) + 8) >> 4, -half, half - 1)
        self.last = value


def steadiness(scale: int) -> int:
    """The logarithm of a scale of 1/512 code, in 1/8 octave."""
    s = max(scale, 32)
    octave = s.bit_length() - 1 - 5
    return 8 * octave + (s >> octave + 2) % 8


def narrow_edges(tables: RangeTables, code: int, width: int) -> tuple[int, int]:
    """Of a code, in 1/16 code; outermost ones are without meaning."""
    half = 2**(width - 1)
    return tuple(tables.edges[c + half - 1] >> 2 if tables.edges and -half < c < half else 16 * c - 8
                 for c in (code, code + 1))  # type: ignore[return-value]


def narrow_value(tables: RangeTables, code: int, width: int) -> int:
    """Of a code, in 1/2 code."""
    half = 2**(width - 1)
    return 2 * code if code in (-half, half - 1) else (sum(narrow_edges(tables, code, width)) + 8) >> 4


class NarrowIntervals:
    """Where the codes, or groups of them, begin and end, as Intervals has it."""

    reciprocals = (30, 27, 24, 22, 20, 19, 18, 17)

    def __init__(self, stream: Stream, channel: NarrowRangeChannel) -> None:
        self.tables, self.width = stream.tables, stream.width
        self.p, self.index = channel.predict(), channel.steady + 2 * channel.burst
        self.plain = max((self.index >> 3) - 8, 0) if self.width > 10 else 0
        self.first = -2**(self.width - 1) >> self.plain
        self.count = 2**self.width >> self.plain

    def begin(self, i: int) -> int:
        if i == 0:
            return 2
        if i == self.count:
            return 8191
        code = (self.first + i) << self.plain
        edge = 16 * code - 8 if self.plain else narrow_edges(self.tables, code, self.width)[0]
        z = clamp((4 * (edge - self.p) * self.reciprocals[self.index % 8]) >> (self.index >> 3), -1024, 1023)
        cumulative = self.tables.cumulative
        return (cumulative[z] if z >= 0 else 65551 - cumulative[-1 - z]) >> 3


class NarrowRangeDecoder(RangeDecoder):
    """A range of fewer bits, and intervals without gaps between them."""

    below = 13
    frequency_bits = 13
    escape, escape_bits = 2, 1
    least = 1

    def length(self, f: int, n: int) -> int:
        return self.share(f + n) - self.share(f)


def decode_narrow_range(lanes: list[bytes], frames: int, key: bool, stream: Stream,
                        channels: list[NarrowRangeChannel]) -> list[int]:
    """The codes of a range packet, in order. Updates the channels' state."""
    codes = []
    decoders = [NarrowRangeDecoder(lane) for lane in lanes]
    for frame in range(frames):
        boost = stream.begin_frame(key and frame == 0)
        for c, channel in enumerate(channels):
            decoder = decoders[lane_of(c, len(lanes), len(channels))]
            if key and frame == 0:
                codes.append(decoder.read_verbatim(stream.width))
                channel.begin(narrow_value(stream.tables, codes[-1], stream.width))
            else:
                code = decoder.read_code(NarrowIntervals(stream, channel), stream.width)
                codes.append(stream.roundings[1].check(code))
                channel.go_on(narrow_value(stream.tables, code, stream.width), stream, boost)
    check_ends(decoders)
    return codes


def skip_narrow_range(codes: list[int], key: bool, stream: Stream, channels: list[NarrowRangeChannel]) -> None:
    """Section 7: the channels' state after codes that were not sent."""
    boost = 0
    for at, code in enumerate(codes):
        channel = channels[at % len(channels)]
        if at % len(channels) == 0:
            boost = stream.begin_frame(key and at == 0)
        value = narrow_value(stream.tables, code, stream.width)
        if key and at < len(channels):
            channel.begin(value)
        else:
            channel.go_on(value, stream, boost)


# ---- Cascade profile: section 15


def decode_cascade(lanes: list[bytes], frames: int, key: bool, stream: Stream, channels: list[Channel]) -> list[int]:
    """The codes of a packet, which depends on no other."""
    try:
        exact = stream.roundings[1]
        codes = nrc_cascade.decode_cascade(lanes[0], frames, len(channels), stream.width,
                                           exact.low_edges, exact.values, bool(stream.tables.edges))
        return [stream.roundings[stream.step].code(code) for code in codes]
    except nrc_cascade.Damaged as e:
        raise Fault(str(e)) from e


# ---- Neural profile: section 13


def normalise(value: int, index: int) -> int:
    return clamp((value * MANTISSA[index % 16]) >> ((index >> 4) + 8), -127, 127)


def correct(channel: Channel, layers: list[dict[str, Any]], p: int, width: int,
            step: int) -> tuple[int, int]:
    """The prediction and the dispersion index that the network makes of the stages'."""
    steady = dispersion_index(channel, step) - channel.burst
    x = channel.past + [
        normalise(channel.last - channel.level, steady), normalise(p - channel.last, steady),
        min(channel.fast >> 3, 127), min(channel.slow >> 3, 127), clamp(steady - 96, -127, 127),
        8 * channel.burst]
    for layer in layers:
        low, high = (-511, 511) if layer is layers[-1] else (0, 127)
        x = [clamp((bias + sum(w * v for w, v in zip(layer["weights"][o * len(x):], x, strict=False)))
                   >> layer["shift"], low, high) for o, bias in enumerate(layer["bias"])]
    index = steady + channel.burst
    moved = p + ((x[0] * (33 + 2 * (index % 16)) << (index >> 4)) >> 10)
    return clamp_code(moved, width), max(index + clamp(x[1], -48, 48), 0)


def update_past(channel: Channel, e: int, step: int) -> None:
    z = normalise(e, dispersion_index(channel, step) - channel.burst)
    channel.past = [z] + channel.past[:-1]
    channel.fast += ((abs(z) << 4) - channel.fast) >> 3
    channel.slow += ((abs(z) << 4) - channel.slow) >> 5


# ---- Packets and the stream header: sections 7, 8, 1


class Packet:
    """The packet at `position` of `data`. Raises Fault where none is.

    `stream` is None as long as no stream header is known.
    """

    def __init__(self, data: bytes, position: int, stream: Stream | None) -> None:
        refuse(not b"NR".startswith(data[position:position + 2]), "no packet begins here")
        short = len(data) - position >= 3 and bool(data[position + 2] & 128)
        start = 16 if short else 20  # of the payload
        refuse(len(data) - position < start, "the stream ends inside a packet")
        _, flags, coding, self.sequence, self.first = struct.unpack_from("<2sBBII", data, position)
        self.type = flags & 15
        self.step = coding & 31
        self.lanes = 2**(coding >> 5)
        self.key = bool(flags & 16)
        self.last = bool(flags & 32)
        self.exceptions = bool(flags & 64)
        if short:
            sizes, self.stream = struct.unpack_from("<HH", data, position + 12)
            self.frames = sizes & 127
            self.length = 4 * (sizes >> 7)
            refuse(self.type not in DATA or not self.frames, "short header of a packet that cannot have one")
        else:
            (sizes,) = struct.unpack_from("<Q", data, position + 12)
            self.frames = sizes & 2**24 - 1
            self.length = 4 * (sizes >> 24 & 2**24 - 1)
            self.stream = sizes >> 48
        refuse(self.step > 23 or self.step and self.type not in DATA,
               "reserved bits are not zero")
        refuse(self.lanes > 8 or self.lanes > 1 and (self.type not in (HUFFMAN, RANGE) or not self.frames),
               "lanes in a packet that cannot have as many")
        refuse(self.exceptions and (self.type not in (HUFFMAN, RANGE) or not self.frames),
               "exceptions in a packet that cannot have any")
        self.check_possible(stream)
        end = position + start + self.length
        if self.type == HEADER and len(data) - position >= 52:
            refuse(not header_length_possible(data[position + 20:position + 52], self.length),
                   "stream header of wrong length")
        refuse(end + 4 > len(data), "the stream ends inside a packet")
        self.payload = data[position + start:end]
        (self.crc,) = struct.unpack_from("<I", data, end)
        refuse(zlib.crc32(data[position:end]) != self.crc, "CRC-32 is wrong")
        refuse(self.type == HEADER and self.payload[0] == 3
               and self.stream != struct.unpack_from("<H", self.payload, 20)[0],
               "stream header with two stream numbers")
        self.size = end + 4 - position

    def check_possible(self, stream: Stream | None) -> None:
        """Sections 7 and 12: what the fields can be."""
        refuse(self.type > EVENTS, f"unknown packet type {self.type}")
        if self.type == HEADER:
            refuse(self.frames or self.first or not 28 <= self.length <= MAX_HEADER,
                   "stream header of wrong length, or with frames")
            return
        if stream is None:
            raise Fault("a stream begins with a stream header")
        length = f"{'raw ' if self.type == RAW else ''}payload of {self.length} bytes"
        if self.type == INDEX:
            refuse(self.frames or self.length > MAX_INDEX, "index too long, or with frames")
            return
        if self.type == METADATA:
            refuse(self.frames or self.length > 4 + MAX_METADATA, "metadata too long, or with frames")
            return
        if self.type == EVENTS:
            refuse(not stream.events or self.frames or self.length > MAX_EVENTS,
                   "event packet in a stream without them, too long, or with frames")
            return
        if self.type == CONTAINER:
            refuse(stream.container != 2 or self.frames,
                   "container packet in a stream without them, or with frames")
            return
        if self.type != RAW:
            refuse(not stream.tables, "coded packet in a stream without tables")
            refuse(self.type != stream.coded_type, "coded packet of the other profile")
            refuse(self.lanes > stream.max_lanes, "more lanes than the stream can have")
        refuse(self.step and stream.lossless, "rounding step in a lossless stream")
        codes = self.frames * stream.channels
        refuse(codes > MAX_CODES or 0 < stream.packet_frames < self.frames,
               f"{self.frames} frames are too many")
        raw = padded(codes * stream.bytes)
        if self.type == RAW:
            refuse(stream.has_classes and codes, "raw packet in a stream with channel classes")
            refuse(self.length != raw, length)
        elif self.exceptions and not stream.has_classes:
            refuse(self.length > raw, length)
        else:
            low = stream.low_size(codes) if not self.step else 0
            low += 2 * raw if self.exceptions else 0
            refuse(self.length > low + stream.max_payload(codes, self.lanes), length)


def number_of_packet(data: bytes, position: int) -> int:
    """The low bits of a stream number where a packet's header, section 7, has them."""
    short = data[position + 2:position + 3] >= b"\x80"
    at = position + (14 if short else 18)
    return int.from_bytes(data[at:at + 2], "little")


def header_length_possible(begin: bytes, length: int) -> bool:
    """Section 12: whether a stream header's payload that begins so may have this length."""
    channels = struct.unpack_from("<H", begin, 4)[0] + 1
    least = most = 28
    if begin[2] == MAP:
        maps = channels if begin[29] & 1 else 1
        index = begin[28] > 1
        least += 4 + 8 * begin[28] + padded(maps * (index + 1))
        most += 4 + 8 * begin[28] + padded(maps * (index + 8))
    if begin[24] & 8:
        least += padded(channels)
        most += padded(3 * channels)
    return least <= length <= most


def padded(size: int) -> int:
    return (size + 3) // 4 * 4


class ChannelMap:
    """Section 1: a step and an offset, in 1/denominator."""

    def __init__(self, step: tuple[int, int, int], offset: int) -> None:
        self.numerator, self.denominator, self.rounding = step
        self.whole, self.part = divmod(offset, self.denominator)

    def sample(self, code: int, bits: int) -> int:
        """@param bits  samples are numbers modulo 2^bits"""
        n, d = code * self.numerator + self.part, self.denominator
        if self.rounding == DOWN:
            value = n // d
        elif self.rounding == TOWARDS_ZERO:
            value = sign(n) * (abs(n) // d)
        elif self.rounding == NEAREST_AWAY:
            value = sign(n) * ((2 * abs(n) + d) // (2 * d))
        else:
            value, rest = divmod(2 * n + d, 2 * d)
            if rest == 0:
                value -= value % 2
        return twos_complement((self.whole + value) % 2**bits, bits)

    def code(self, sample: int, width: int, bits: int) -> int:
        d = self.denominator
        distance = sample * d - (self.whole * d + self.part)
        turn = d << bits
        distance = (distance + turn // 2) % turn - turn // 2
        lost = 0
        if self.rounding == DOWN:
            lost = d - 1
        elif self.rounding == TOWARDS_ZERO:
            lost = (d - 1) * sign(distance + self.part)
        code = (2 * distance + lost + self.numerator) // (2 * self.numerator)
        return clamp(code, -2**(width - 1), 2**(width - 1) - 1)


def read_maps(reader: Bytes, channels: int) -> list[ChannelMap]:
    """Section 8: the value map, of one channel for all or of each."""
    count, flags, zero = struct.unpack("<BBH", reader.take(4))
    refuse(count == 0 or flags > 1 or zero or flags and channels == 1,
           "value map without steps, or with unknown flags")
    steps = []
    for _ in range(count):
        numerator, second = struct.unpack("<II", reader.take(8))
        steps.append((numerator, second >> 2, second & 3))
        refuse(not numerator or not 1 <= second >> 2 <= 65535, "value map: step")
    maps: list[ChannelMap] = []
    offset = 0
    for _ in range(channels if flags else 1):
        step = reader.take(1)[0] if count > 1 else 0
        refuse(step >= count, "value map: unknown step")
        difference = reader.number()
        offset += (difference >> 1) ^ -(difference & 1)
        refuse(abs(offset) >= 2**48, "value map: offset")
        maps.append(ChannelMap(steps[step], offset))
    reader.pad()
    return maps


def read_order(reader: Bytes, channels: int) -> list[int]:
    """Section 8: the channel of each place in a frame."""
    order: list[int] = []
    for _ in range(channels):
        difference = reader.number()
        order.append((order[-1] + 1 if order else 0) + ((difference >> 1) ^ -(difference & 1)))
    refuse(sorted(order) != list(range(channels)), "channel order without one of the channels")
    reader.pad()
    return order


def read_exceptions(payload: bytes, positions: int,
                    size: int) -> tuple[list[tuple[int, bytes]], bytes]:
    """Section 7: (position, sample of `size` bytes) of all exceptions, and what comes after them."""
    reader = Bytes(payload, "exceptions")
    exceptions: list[tuple[int, bytes]] = []
    at, runs = 0, reader.number()
    refuse(not runs, "exceptions without a run")
    for _ in range(runs):
        at += reader.number()
        form = reader.number()
        length = (form >> 1) + 1
        refuse(at + length > positions, "exceptions beyond the packet's frames")
        count = 1 if form & 1 else length
        samples = [reader.take(size) for _ in range(count)]
        exceptions += [(at + i, samples[0 if form & 1 else i]) for i in range(length)]
        at += length
    reader.pad()
    return exceptions, payload[reader.position:]


def rounding_step(number: int) -> int:
    """Section 14: codes."""
    return 1 if number == 0 else (2 if number % 2 else 3) << (number - 1) // 2


class Stream:
    """A stream header, section 8, and the state of the channels."""

    def __init__(self, payload: bytes, library: Library) -> None:
        self.payload = payload
        (version, profile, self.mapping, self.width, channels, self.packet_frames, self.rate,
         table_id, self.total, self.number, options, sample_type,
         self.low_bits, flags) = struct.unpack("<BBBBHHIIIIBBBB", payload[:28])
        self.channels = channels + 1
        self.profile = profile & 15
        self.coded_type = HUFFMAN if self.profile == 0 else RANGE
        self.container = profile >> 4
        self.taps, self.neighbour = bool(options & 4), bool(options & 2)
        self.narrow = bool(options & 16)
        refuse(version != 3, f"unknown version {version}")
        refuse(self.profile > CASCADE, f"unknown profile {self.profile}")
        refuse(self.container > 2, f"unknown container {self.container}")
        refuse(options & ~30, f"unknown predictor {options}")
        refuse(sample_type & 0x78, f"unknown sample type {sample_type}")
        self.bytes, self.signed = TYPES[sample_type & 7]
        self.big_endian = bool(sample_type & 0x80)
        wide = self.bytes > 2
        self.modulus_bits = 32 if wide else 16  # of values
        refuse(flags & ~15 or flags & 3 == 2, f"unknown flags {flags}")
        self.has_classes = bool(flags & 8)
        refuse(self.has_classes and (self.profile != 0 or options & 24),
               "channel classes with another profile, the narrow state or a channel order")
        self.events = bool(flags & 4)
        self.lossless, self.proportional = not flags & 1, bool(flags & 2)
        refuse(self.proportional and self.profile == CASCADE, "steps in proportion in the cascade profile")
        refuse(self.low_bits > (16 if wide else 0) or self.width + self.low_bits > 32,
               f"{self.low_bits} low bits")
        refuse(wide and self.mapping == 1, "mapping 1 with samples of more than 16 bits")
        refuse(options & 6 and self.profile != 1, "taps or neighbours without the range profile")
        refuse(self.narrow and (self.profile > 1 or self.width < 8),
               f"the narrow state with profile {self.profile} and {self.width} bits")
        refuse(self.narrow and options & 6, "the narrow state with taps or neighbours")
        refuse(self.narrow and flags & 1, "the narrow state with rounding")
        refuse(self.mapping > MAP, f"unknown mapping {self.mapping}")
        smallest = 4 if self.profile in (1, NEURAL) else 2
        largest = 24 if wide and self.profile == CASCADE else 16
        refuse(not smallest <= self.width <= largest or self.mapping == 1 and self.width != 10,
               f"code width {self.width}")
        rest = Bytes(payload[28:], "value map or channel order")
        self.maps = read_maps(rest, self.channels) if self.mapping == MAP else []
        refuse(self.low_bits and any(m.numerator >= 2**28 for m in self.maps),
               "a step too large for codes with low bits")
        self.order = (read_order(rest, self.channels) if options & 8 else
                      list(range(self.channels)))
        refuse(rest.position != len(payload) - 28, "stream header of wrong length")
        # The cascade profile uses the edges of range tables.
        tables = library.get((1 if self.profile == CASCADE else self.profile, table_id))
        self.tables: Any = tables  # of the profile's class, or None
        if table_id:
            if tables is None:
                raise Fault(f"no tables with id {table_id:08x}")
            if self.profile == CASCADE:
                assert isinstance(tables, RangeTables)
                fits = tables.code_width in (0, self.width)
            else:
                fits = tables.fit(self.width)
            refuse(not fits, "tables for another code width")
        # Section 14: by step.
        self.roundings = {step: Rounding(self.width, step) for step in map(rounding_step, range(24))}
        if isinstance(self.tables, RangeTables):
            # The cascade profile codes numbers as if they were codes.
            for step in ([1] if self.lossless or self.profile == CASCADE else self.roundings):
                self.tables.linearize(self.roundings[step])
        # Of rounded Huffman data.
        self.rounded_tables = next((t for t in library.values()
                                    if isinstance(t, HuffmanTables) and t.name == "generic"), None)
        self.state: list[Any] | None = None  # a Channel each; None: not known
        self.step = 1  # of the packet
        self.classes = [0] * self.channels  # section 18
        self.age = 0  # frames since the first one of the last key packet

    def rounding_of(self, channel: Channel) -> Rounding:
        """Section 14: for the next code of a channel."""
        step = self.step
        if self.proportional:
            largest = 1 if channel.in_excursion() else min(step, channel.scale * step >> 12)
            step = max([1] + [s for s in self.roundings if s <= largest])
        return self.roundings[step]

    def begin_frame(self, reset: bool) -> int:
        """Section 3: the boost of the next frame."""
        self.age = 0 if reset else self.age + 1
        return max(9 - ((self.age + 3).bit_length() - 1), 0)

    def low_size(self, codes: int) -> int:
        """Section 7: bytes of the low bits of so many codes."""
        return padded((codes * self.low_bits + 7) // 8)

    @property
    def max_lanes(self) -> int:
        """Section 7."""
        return 1 if self.profile in (NEURAL, CASCADE) else self.channels

    def max_payload(self, codes: int, lanes: int) -> int:
        """Sections 5, 7 and 11."""
        bits = codes * (15 + self.width)
        if self.profile == CASCADE:
            bits = 8 * (codes > 0) + codes * self.width
        elif self.coded_type == RANGE:
            bits = codes * max(self.width + 12, 15) + (codes > 0) * lanes
        bits += 40 * (lanes - 1)
        return 4 * ((bits + 31) // 32)

    def decode(self, packet: Packet) -> bytes:
        """The samples of a data packet, in frame order, as bytes of the file."""
        samples = self.decode_samples(packet)
        return b"".join(s[::-1] for s in samples) if self.big_endian else b"".join(samples)

    def decode_samples(self, packet: Packet) -> list[bytes]:
        """The same, each sample with its lowest byte first."""
        packet.check_possible(self)  # it may have come before this stream's header
        state, self.state = self.state, None  # not known if there is a fault
        self.step = rounding_step(packet.step)
        if packet.frames and packet.key and self.tables:
            kind = ((HuffmanChannel, Channel), (NarrowChannel, NarrowRangeChannel))[self.narrow][self.profile > 0]
            state = [kind(self.tables.initial_scale) for _ in range(self.channels)]
        if packet.type == RAW:
            size = packet.frames * self.channels * self.bytes
            refuse(any(packet.payload[size:]), "padding is not zero")
            raw = [packet.payload[i:i + self.bytes] for i in range(0, size, self.bytes)]
            if state:
                codes = [self.code(i % self.channels, self.value(sample))
                         for i, sample in enumerate(raw)]
                codes = [codes[at + c] for at in range(0, len(codes), self.channels)
                         for c in self.order]
                if self.profile != CASCADE:
                    skip = (skip_huffman if self.coded_type == HUFFMAN else
                            skip_narrow_range if self.narrow else skip_range)
                    skip(codes, packet.key, self, state)
            self.state = state
            return raw

        refuse(not state and not packet.key, "key flag missing")
        samples: list[bytes] = []
        exceptions: list[tuple[int, bytes]] = []
        if packet.frames:
            assert state is not None  # a key packet, as refuse() saw to
            payload = packet.payload
            if packet.exceptions:
                exceptions, payload = read_exceptions(payload, packet.frames * self.channels,
                                                      self.bytes)
            count = packet.frames * self.channels
            low = [0] * count
            if self.low_bits and not packet.step:
                bits = Bits(payload[:self.low_size(count)])
                low = [bits.read(self.low_bits) for _ in range(count)]
                bits.check_end(32)
                payload = payload[self.low_size(count):]
            decode = (decode_huffman if packet.type == HUFFMAN else
                      decode_cascade if self.profile == CASCADE else
                      decode_narrow_range if self.narrow else decode_range)
            codes = decode(split_lanes(payload, packet.lanes), packet.frames, packet.key, self, state)
            place = sorted(range(self.channels), key=self.order.__getitem__)  # of each channel
            samples = [self.bytes_of(self.sample(c, codes[at + place[c]], low[at + c]))
                       for at in range(0, len(codes), self.channels) for c in range(self.channels)]
            for position, sample in exceptions:
                channel, frame = divmod(position, packet.frames)
                samples[frame * self.channels + channel] = sample
        self.state = state
        return samples

    def value(self, sample: bytes) -> int:
        """Section 1: of a sample, lowest byte first."""
        bits = 8 * self.bytes
        number = int.from_bytes(sample, "little")
        return twos_complement(number, bits) if self.signed else number - 2**(bits - 1)

    def bytes_of(self, value: int) -> bytes:
        """The sample with a value, modulo its type's range."""
        bits = 8 * self.bytes
        number = value if self.signed else value + 2**(bits - 1)
        return (number % 2**bits).to_bytes(self.bytes, "little")

    def code(self, channel: int, value: int) -> int:
        """Section 1: the nearest code."""
        width = self.width + self.low_bits
        half = 2**(width - 1)
        if self.mapping == MAP:
            code = self.maps[channel % len(self.maps)].code(value, width, self.modulus_bits)
        else:
            code = clamp(value >> 6 if self.mapping == 1 else value, -half, half - 1)
        return code >> self.low_bits

    def sample(self, channel: int, code: int, low: int) -> int:
        """Section 1: the mapping of a code and its low bits."""
        code = code << self.low_bits | low
        if self.mapping == MAP:
            return self.maps[channel % len(self.maps)].sample(code, self.modulus_bits)
        if self.mapping == 0:
            return code
        n = (code + 512) * 65535 - 32768 * 1023
        return n // 1023 if n >= 0 else -(-n // 1023)


# ---- Files: sections 7 and 9


def wav_header(stream: Stream) -> bytes:
    """Container 1: the 44 bytes before the samples."""
    refuse(stream.total == NOT_TOLD or stream.rate % 1000,
           "container 1 without total frames, or with a fraction of a rate")
    refuse(stream.big_endian or (stream.bytes, stream.signed) not in ((1, False), (2, True), (3, True),
                                                                      (4, True)),
           "container 1 with samples that a WAV file does not have")
    rate, frame_bytes = stream.rate // 1000, stream.channels * stream.bytes
    size = stream.total * frame_bytes
    try:
        return struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + size, b"WAVE", b"fmt ", 16, 1,
                           stream.channels, rate, rate * frame_bytes, frame_bytes, 8 * stream.bytes,
                           b"data",
                           size)
    except struct.error:
        raise Fault("container 1 with more than a WAV header can hold") from None


def unpack_container(payload: bytes) -> tuple[int, bytes]:
    """Container 2: (place, bytes) of a container packet."""
    refuse(len(payload) < 12, "container packet too short")
    place, method, zero, length, stored = struct.unpack_from("<BBHII", payload)
    piece, padding = payload[12:12 + stored], payload[12 + stored:]
    refuse(place > 1 or method > 1 or zero or length > MAX_PIECE,
           "container packet with unknown place or method, or of more than 2^26 bytes")
    refuse(len(payload) != (12 + stored + 3) // 4 * 4 or any(padding),
           "container packet of wrong length, or padding is not zero")
    if method == 1:
        unpacker = zlib.decompressobj()
        try:
            piece = unpacker.decompress(piece, length + 1)
        except zlib.error:
            raise Fault("container packet with damaged zlib data") from None
        refuse(not unpacker.eof or unpacker.unused_data, "container packet with damaged zlib data")
    refuse(len(piece) != length, "container packet unpacks to another length")
    return place, piece


def decode_file(data: bytes, library: Library) -> bytes:
    """The bytes of the file that a stream was made from. Raises Fault."""
    stream: Stream | None = None
    due: int | None = None
    last, position, frames = False, 0, 0
    samples: list[bytes] = []
    around = [b"", b""]
    try:
        while position < len(data):
            refuse(last, "bytes behind the last packet")
            packet = Packet(data, position, stream)
            refuse(due is not None and packet.sequence != due,
                   f"sequence number {packet.sequence} where {due} is due")
            refuse(stream and packet.type != HEADER and packet.stream != stream.number % 2**16,
                   "packet of another stream")
            if stream is None:  # the packet is a stream header: Packet refuses others
                stream = Stream(packet.payload, library)
                if stream.container == 1:
                    around[0] = wav_header(stream)
            elif packet.type == HEADER:
                refuse(packet.payload != stream.payload, "stream header differs from the first")
            elif packet.type == CONTAINER:
                refuse(samples, "container packet behind data")
                place, piece = unpack_container(packet.payload)
                around[place] += piece
            elif packet.type not in (METADATA, EVENTS):  # which are not needed here
                refuse(not frames and packet.frames and not packet.key, "key flag missing")
                first = frames % 2**32
                refuse(packet.first != first, f"first frame {packet.first} where {first} is due")
                if packet.type in DATA:
                    samples.append(stream.decode(packet))
                frames += packet.frames
            position += packet.size
            due = (packet.sequence + 1) % 2**32
            last = packet.last
        refuse(not last, "the stream ends without its last packet")
        assert stream is not None  # there was a packet
        refuse(stream.total not in (NOT_TOLD, frames),
               f"{frames} frames where the stream header tells {stream.total}")
    except Fault as fault:
        raise Fault(f"byte {position}: {fault}") from None
    return around[0] + b"".join(samples) + around[1]


# ---- Events: section 17

Event = tuple[int, int, int]  # frame, channel, amplitude


def read_events(packet: Packet, stream: Stream, first: int) -> list[Event]:
    """The events of a packet whose times count from frame `first`."""
    channel_bits = (stream.channels - 1).bit_length()
    amplitude_bits = min(stream.width, 24 - channel_bits)
    time_bits = 32 - channel_bits - amplitude_bits
    events = []
    for (word,) in struct.iter_unpack("<I", packet.payload):
        time = word % 2**time_bits
        amplitude = twos_complement((word >> time_bits) % 2**amplitude_bits, amplitude_bits)
        channel = word >> time_bits + amplitude_bits
        refuse(channel >= stream.channels, "event of a channel that the stream has not")
        events.append((first + time, channel, amplitude * 2**(stream.width - amplitude_bits)))
    return events


def find_events(data: bytes, library: Library) -> list[Event]:
    """All events of a stream that is whole. Raises Fault."""
    stream: Stream | None = None
    events: list[Event] = []
    position = first = 0
    while position < len(data):
        packet = Packet(data, position, stream)
        if packet.type == HEADER:
            stream = Stream(packet.payload, library)
        elif packet.type == EVENTS:
            assert stream is not None  # Packet saw to it
            first += (packet.first - first) % 2**32
            events += read_events(packet, stream, first)
        position += packet.size
    return events


# ---- Recovering from a lossy link: section 12

WAITING = 8  # early packets that wait at most, and those of the next stream
STRAY = 16  # packets in order after which a stream header of another stream is forgotten


def distance(number: int, due: int) -> int:
    """From the number that is due to the nearest one that is `number` modulo 2^32."""
    return (number - due + 2**31) % 2**32 - 2**31


class Reception:
    """One stream as it arrives: order, state, gaps. `report` gets bytes of samples and dicts."""

    def __init__(self, header: Packet, library: Library, counts: dict[str, int], report: Report) -> None:
        self.stream = Stream(header.payload, library)
        self.counts, self.report = counts, report
        self.number = counts["streams"]
        counts["streams"] += 1
        self.closed = False  # the packet with `last` was taken
        self.due = 0  # sequence number
        self.waiting: dict[int, Packet] = {}  # early packets, by sequence number
        self.in_order = 0  # packets that came when they were due
        self.due_frame: int | None = None  # after the last data packet, decoded or not
        self.given = 0  # frames that were given or reported missing
        self.lost_before = False  # packets are missing since the last data packet
        self.missing = dict.fromkeys(("lost_packets", "dropped_frames", "undecodable_packets"), 0)
        self.skip_to(header.sequence)
        self.order(header)

    def order(self, packet: Packet, others: int = 0) -> None:
        """`others` packets of the next stream wait."""
        ahead = distance(packet.sequence, self.due)
        if self.closed or ahead < 0 or packet.sequence in self.waiting:
            self.counts["late_packets"] += 1
            return
        self.in_order += ahead == 0
        self.waiting[packet.sequence] = packet
        self.take_in_order()
        self.limit(others)

    def limit(self, others: int) -> None:
        """At most 8 packets wait, `others` of the next stream among them."""
        while self.waiting and not self.closed and len(self.waiting) + others > WAITING:
            self.give_up_waiting()

    def give_up_waiting(self) -> None:
        """What the first of the early packets waits for is lost."""
        self.skip_to(min(self.waiting, key=lambda number: distance(number, self.due)))
        self.take_in_order()

    def skip_to(self, number: int) -> None:
        lost = (number - self.due) % 2**32
        self.due = number
        self.lost_before = self.lost_before or lost > 0
        self.missing["lost_packets"] += lost
        self.counts["lost_packets"] += lost

    def take_in_order(self) -> None:
        while self.due in self.waiting and not self.closed:
            packet = self.waiting.pop(self.due)
            self.due = (self.due + 1) % 2**32
            if packet.type == EVENTS:
                try:
                    read_events(packet, self.stream, 0)
                except Fault:
                    self.counts["undecodable_packets"] += 1
            elif packet.type not in (HEADER, CONTAINER, METADATA):
                self.take_frames(packet)
            if packet.last:
                self.closed = True
                self.end()

    def take_frames(self, packet: Packet) -> None:
        due_frame = self.due_frame or 0
        first = packet.first
        if self.due_frame is not None:
            first = due_frame + distance(packet.first, due_frame)
        if first != due_frame:
            self.stream.state = None
        if first >= due_frame:
            if not self.lost_before:
                self.missing["dropped_frames"] += first - due_frame
            self.lost_before = False
            self.due_frame = first + packet.frames
        if packet.type == INDEX:
            return
        try:
            refuse(first < due_frame, "frames go back")
            samples = self.stream.decode(packet)
        except Fault:
            self.missing["undecodable_packets"] += 1
            self.counts["undecodable_packets"] += 1
            return
        self.gap(first)
        self.given = first + packet.frames
        self.counts["frames"] += packet.frames
        self.report(samples)

    def gap(self, end: int) -> None:
        """The frames from the last ones given up to `end` are missing."""
        frames = end - self.given
        if frames:
            self.counts["gaps"] += 1
            self.counts["missing_frames"] += frames
            self.counts["dropped_frames"] += self.missing["dropped_frames"]
            self.report(dict(stream=self.number, first_frame=self.given, frames=frames,
                             **self.missing))
        self.given = end
        self.missing = dict.fromkeys(self.missing, 0)

    def finish(self) -> None:
        """No more of the stream comes: what waits is given."""
        while self.waiting and not self.closed:
            self.give_up_waiting()
        self.counts["late_packets"] += len(self.waiting)
        self.waiting = {}
        if not self.closed:
            self.end()

    def end(self) -> None:
        end = self.due_frame or 0
        if self.stream.total != NOT_TOLD:
            end = max(end, self.stream.total)
        self.gap(end)


class Successor:
    """A stream header of another stream, and what came of that stream after it."""

    def __init__(self, header: Packet, library: Library, in_order: int) -> None:
        self.header, self.stream, self.came = header, Stream(header.payload, library), in_order
        self.packets: dict[int, Packet] = {}

    def keep(self, packet: Packet) -> bool:
        """Whether the packet is not late."""
        if distance(packet.sequence, self.header.sequence) <= 0 or packet.sequence in self.packets:
            return False
        self.packets[packet.sequence] = packet
        return True


class Receiver:
    """Finds the packets, and where a stream begins and ends."""

    def __init__(self, library: Library, report: Report) -> None:
        self.library, self.report = library, report
        self.counts = dict.fromkeys(
            ("streams", "frames", "gaps", "missing_frames", "dropped_frames", "lost_packets",
             "undecodable_packets", "late_packets", "packets", "skipped_bytes"), 0)
        self.reception: Reception | None = None  # of the stream at hand
        self.successor: Successor | None = None
        self.past: Reception | None = None  # of the stream before
        self.closed = False  # the last stream was

    def receive(self, data: bytes) -> None:
        position = 0
        while position < len(data):
            try:
                packet = Packet(data, position, self.stream_of(number_of_packet(data, position)))
            except Fault:
                position += 1
                self.counts["skipped_bytes"] += 1
                continue
            position += packet.size
            self.counts["packets"] += 1
            self.arrive(packet)
        while self.reception or self.successor:
            self.end_stream()

    def stream_of(self, number: int) -> Stream | None:
        """Of a packet with these low bits of a stream number; of an unknown one that at hand."""
        if not self.reception:
            return None
        if (self.successor and number != self.reception.stream.number % 2**16
                and number == self.successor.stream.number % 2**16):
            return self.successor.stream
        return self.reception.stream

    def arrive(self, packet: Packet) -> None:
        at_hand, successor = self.reception, self.successor
        if at_hand is None:
            if packet.type == HEADER and (packet.sequence == 0 or not self.is_past(packet)):
                self.begin_stream(packet)
            else:
                self.counts["late_packets"] += 1
        elif packet.type == HEADER and packet.payload != at_hand.stream.payload:
            self.other_header(packet, at_hand)
        elif packet.stream == at_hand.stream.number % 2**16:
            at_hand.order(packet, 1 + len(successor.packets) if successor else 0)
            if at_hand.closed:
                self.end_stream()
            elif successor and at_hand.in_order - successor.came > STRAY:
                self.counts["late_packets"] += 1 + len(successor.packets)
                self.successor = None
        elif successor and packet.stream == successor.stream.number % 2**16:
            self.keep(packet, successor)
        else:
            self.counts["late_packets"] += 1

    def keep(self, packet: Packet, successor: Successor) -> None:
        if successor.keep(packet):
            self.settle(successor)
        else:
            self.counts["late_packets"] += 1

    def settle(self, successor: Successor) -> None:
        """After another packet of the next stream, which may end the stream at hand."""
        assert self.reception is not None
        self.reception.limit(1 + len(successor.packets))
        if self.reception.closed or len(successor.packets) >= WAITING:
            self.end_stream()

    def is_past(self, header: Packet) -> bool:
        """Whether it is a late stream header of the stream before."""
        return (self.past is not None and header.payload == self.past.stream.payload
                and distance(header.sequence, self.past.due) < 0)

    def other_header(self, header: Packet, at_hand: Reception) -> None:
        """A stream header that differs from that of the stream at hand."""
        if self.is_past(header):
            self.counts["late_packets"] += 1
        elif self.successor:
            if header.payload == self.successor.header.payload:
                self.keep(header, self.successor)
            else:
                self.end_stream()
                self.arrive(header)
        elif header.stream == at_hand.stream.number % 2**16:
            # Packets do not tell the two apart: what waits may be of either.
            self.counts["late_packets"] += len(at_hand.waiting)
            at_hand.waiting = {}
            self.end_stream()
            self.begin_stream(header)
        else:
            try:
                self.successor = Successor(header, self.library, at_hand.in_order)
            except Fault:
                self.end_stream()
                raise
            self.settle(self.successor)

    def begin_stream(self, header: Packet) -> None:
        self.reception = Reception(header, self.library, self.counts, self.report)
        if self.reception.closed:
            self.end_stream()

    def end_stream(self) -> None:
        """The stream at hand is over, and its successor begins."""
        if self.reception:
            self.reception.finish()
            self.past, self.closed, self.reception = self.reception, self.reception.closed, None
        successor, self.successor = self.successor, None
        if successor:
            self.begin_stream(successor.header)
            for number in sorted(successor.packets, key=lambda n: distance(n, successor.header.sequence)):
                self.arrive(successor.packets[number])


# ----


def main(command_line: list[str] | None = None) -> int:
    here = pathlib.Path(__file__).resolve().parent
    parser = argparse.ArgumentParser(description="Decodes an nrc stream, plainly and slowly.")
    parser.add_argument("--recover", action="store_true", help="continue after faults")
    parser.add_argument("--events", action="store_true", help="write the events instead, as CSV")
    parser.add_argument("--tables", metavar="DIR", default=here / "../../model/tables",
                        help="directory of table files (default: model/tables)")
    parser.add_argument("input")
    parser.add_argument("output")
    arguments = parser.parse_args(command_line)
    try:
        library = load_tables(arguments.tables)
        data = pathlib.Path(arguments.input).read_bytes()
        if arguments.events:
            rows = [",".join(map(str, event)) for event in find_events(data, library)]
            pathlib.Path(arguments.output).write_text("\n".join(["frame,channel,amplitude", *rows, ""]))
            return 0
        if not arguments.recover:
            pathlib.Path(arguments.output).write_bytes(decode_file(data, library))
            return 0
        with open(arguments.output, "wb") as output:
            receiver = Receiver(library, lambda event: print(json.dumps(event))
                                if isinstance(event, dict) else output.write(event))
            receiver.receive(data)
        refuse(not receiver.counts["streams"], "no stream header")
        print(json.dumps(dict(receiver.counts, closed=receiver.closed)))
        return 3 if receiver.counts["gaps"] else 0
    except (Fault, OSError, ValueError) as fault:
        print(f"nrc_decode: {arguments.input}: {fault}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
