#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes tb/golden/errors: damaged streams made of good ones, and what decoders make of them.

    tb/golden/make_errors.py [DIRECTORY]        (default: errors, beside this file)

manifest.json lists for each file what was done and, worked out by hand below,

- `strict`: what a decoder of files says; null if the stream is in order. Part of the line of
  tb/reference/nrc_decode.py under `reference`, of `nrc decode` under `nrc`. `crc` instead: the
  CRC-32 of the file that comes out.
- `recover`: what a receiver gives. For each stream the file with its samples and the frame of that
  file that is the stream's frame 0, the frames up to its end, its gaps as
  [first frame, frames, lost packets, dropped frames, undecodable packets], and whether it was
  closed. Or `error`, as above, where it cannot go on.

The base streams have 24 data packets of 20 frames, and a stream header before every fourth. Their
packets by number: stream headers 0, 5, 10 ..., key packets 1, 6, 11 ...; data packet k has the
frames 20 k to 20 k + 19 and is number 5 (k div 4) + 1 + k mod 4.
"""

from __future__ import annotations

import copy
import json
import pathlib
import struct
import sys
import zlib
from collections.abc import Sequence
from typing import Any, overload

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "../reference"))

import nrc_decode  # table files, and the canonical code

HERE = pathlib.Path(__file__).resolve().parent
HEADER, HUFFMAN, RANGE, RAW, CONTAINER, INDEX, METADATA, EVENTS = range(8)
ROUNDING, PROPORTIONAL, WITH_EVENTS, CLASSES = 1, 2, 4, 8  # flags of the stream header
NUMBER = 0x12345678  # of the base streams
OTHER = 0x9ABCDEF0  # of streams made of them
UNTOLD = 2**32 - 1
FRAMES = 20

Messages = tuple[str, str]  # the reference's, nrc's
Strict = bytes | Messages  # the file that comes out, or why none does
Gap = Sequence[int]
StreamEntry = dict[str, Any]  # of the manifest: see `recover` above
Recovered = StreamEntry | list[StreamEntry] | Messages


class Packet:
    """The fields of a packet. encoded() sets length and CRC right; `damage` is applied after that."""

    def __init__(self, kind: int, payload: bytes = b"", *, key: bool = False, last: bool = False,
                 frames: int = 0, first: int = 0, sequence: int = 0) -> None:
        self.kind, self.key, self.last = kind, key, last
        self.sequence, self.frames, self.first, self.payload = sequence, frames, first, payload
        self.coding = 0
        self.short = False  # the header's form
        self.stream = NUMBER % 2**16
        self.length: int | None = None  # instead of the payload's
        self.damage: list[tuple[int, int]] = []  # (byte, xor)
        self.cut: tuple[int, int] | None = None  # (first byte, bytes) that are missing

    @classmethod
    def parse(cls, data: bytes, at: int) -> Packet:
        _, flags, coding, sequence, first = struct.unpack_from("<2sBBII", data, at)
        short = bool(flags & 128)
        if short:
            sizes, number = struct.unpack_from("<HH", data, at + 12)
            frames, words, begin = sizes & 127, sizes >> 7, at + 16
        else:
            (sizes,) = struct.unpack_from("<Q", data, at + 12)
            frames, words, number, begin = sizes & 2**24 - 1, sizes >> 24 & 2**24 - 1, sizes >> 48, at + 20
        packet = cls(flags & 15, data[begin:begin + 4 * words], key=bool(flags & 16),
                     last=bool(flags & 32), frames=frames, first=first, sequence=sequence)
        packet.stream, packet.coding, packet.short = number, coding, short
        return packet

    def encoded(self) -> bytes:
        flags = self.kind | self.key << 4 | self.last << 5 | self.short << 7
        length = len(self.payload) if self.length is None else self.length
        out = struct.pack("<2sBBII", b"NR", flags, self.coding, self.sequence % 2**32,
                          self.first % 2**32)
        if self.short:
            out += struct.pack("<HH", self.frames | length // 4 << 7, self.stream)
        else:
            out += struct.pack("<Q", self.frames | length // 4 << 24 | self.stream << 48)
        out += self.payload
        image = bytearray(out + struct.pack("<I", zlib.crc32(out)))
        for at, bits in self.damage:
            image[at] ^= bits
        if self.cut:
            del image[self.cut[0]:self.cut[0] + self.cut[1]]
        return bytes(image)


class Base:
    """A good stream."""

    def __init__(self, name: str, packets: list[Packet] | None = None) -> None:
        self.samples = name + ".i16"
        data = (HERE / (name + ".nrc")).read_bytes()
        self.packets: list[Packet] = packets or []
        at = 0
        while packets is None and at < len(data):
            self.packets.append(Packet.parse(data, at))
            at += len(self.packets[-1].encoded())
        self.frames = 480

    @overload
    def __getitem__(self, at: int) -> Packet: ...

    @overload
    def __getitem__(self, at: slice) -> list[Packet]: ...

    def __getitem__(self, at: int | slice) -> Packet | list[Packet]:
        return copy.deepcopy(self.packets)[at]

    def all_bytes(self) -> bytes:
        return (HERE / self.samples).read_bytes()

    def frame_bytes(self, first: int, frames: int) -> bytes:
        return (HERE / self.samples).read_bytes()[4 * first:4 * (first + frames)]


def with_header(packets: list[Packet], **fields: int) -> list[Packet]:
    """Sets fields of all stream headers."""
    for packet in packets:
        if packet.kind == HEADER:
            packet.payload = header_payload(packet.payload, **fields)
    return packets


def header_payload(payload: bytes, **fields: int) -> bytes:
    names = ("version", "profile", "mapping", "width", "channels", "packet_frames", "rate", "table",
             "total", "number", "predictor", "sample_type", "low_bits", "flags")
    values = dict(zip(names, struct.unpack("<BBBBHHIIIIBBBB", payload), strict=True))
    assert set(fields) <= set(names)
    values.update(fields)
    return struct.pack("<BBBBHHIIIIBBBB", *values.values())


def renumbered(packets: list[Packet], sequence: int = 0) -> list[Packet]:
    for i, packet in enumerate(packets):
        packet.sequence = sequence + i
    return packets


def named(packets: list[Packet], number: int = OTHER) -> list[Packet]:
    """The packets as those of a stream of this number."""
    for packet in packets:
        packet.stream = number % 2**16
    return with_header(packets, number=number)


def later_half(base: Base, number: int = OTHER) -> list[Packet]:
    """Data packets 8 to 23 as a stream of their own, with other samples under the same numbers."""
    packets = named(renumbered(base[10:]), number)
    for packet in packets:
        packet.first -= 160 if packet.kind != HEADER else 0
    return packets


def stream(base: Base, *gaps: Gap, start: int = 0, frames: int = 480, closed: bool = True,
           channels: int = 2) -> StreamEntry:
    return {"samples": base.samples, "channels": channels, "start": start, "frames": frames,
            "gaps": [list(gap) for gap in gaps], "closed": closed}


class Errors:
    def __init__(self, directory: str | pathlib.Path) -> None:
        self.directory = pathlib.Path(directory)
        self.directory.mkdir(exist_ok=True)
        self.entries: list[dict[str, Any]] = []

    def add(self, name: str, what: str, parts: Sequence[Packet | bytes], strict: Strict, recover: Recovered) -> None:
        data = b"".join(part if isinstance(part, bytes) else part.encoded() for part in parts)
        (self.directory / (name + ".nrc")).write_bytes(data)
        if isinstance(recover, dict):
            recover = [recover]
        entry: dict[str, Any] = {"file": name + ".nrc", "what": what}
        if isinstance(strict, bytes):
            entry["strict"] = None
            entry["crc"] = zlib.crc32(strict)
        else:
            reference, nrc = strict
            entry["strict"] = {"reference": reference, "nrc": nrc}
        if isinstance(recover, tuple):
            entry["recover"] = {"error": {"reference": recover[0], "nrc": recover[1]}}
        else:
            entry["recover"] = {"streams": recover}
        self.entries.append(entry)

    def finish(self) -> None:
        text = ",\n".join(" " + json.dumps(entry) for entry in self.entries)
        (self.directory / "manifest.json").write_text("[\n" + text + "\n]\n")


# Messages: the reference's, nrc's.
CRC = ("CRC-32 is wrong", "wrong CRC")
CUT = ("ends inside a packet", "was cut")
NO_LAST = ("ends without its last packet", "was cut")
NO_PACKET = ("no packet begins here", "no packet begins")
BAD_FIELD = "a packet with a damaged header"
BEHIND = ("bytes behind the last packet", "bytes follow the end")


def due(number: int, expected: int) -> Messages:
    return (f"sequence number {number} where {expected} is due",
            f"packet {number} where {expected} is due")


def first_frame(packet: int, number: int, expected: int) -> Messages:
    return (f"first frame {number} where {expected} is due",
            f"packet {packet} begins with frame {number} where {expected} is due")


# Packet 7 is the second of the second group, frames 100 to 119. Without it there is no state up to
# the next key packet, number 11 with frame 160.
LOST_7 = (100, 60, 1, 0, 2)
UNDECODABLE_7 = (100, 60, 0, 0, 3)


def bits(errors: Errors, base: Base, label: str) -> None:
    """A bit of a packet flips; nothing repairs its CRC."""
    def flip(name: str, what: str, at: int, bit: int, strict: Strict, number: int = 7,
             recover: StreamEntry | None = None, packets: list[Packet] | None = None) -> None:
        packets = packets or base[:]
        packets[number].damage.append((at, 1 << bit))
        errors.add(f"{label}_bit_{name}", f"packet {number}: a bit of its {what} flips", packets,
                   strict, recover or stream(base, LOST_7))

    payload = len(base[7].payload)
    flip("sync_first", "sync", 0, 0, NO_PACKET)
    flip("sync_second", "sync", 1, 7, NO_PACKET)
    raw, header = (1, 0) if label == "huffman" else (0, 1)
    flip("type_raw", "type (raw)", 2, raw, ("raw payload of", CRC[1]))
    flip("type_header", "type (stream header)", 2, header, ("stream header of wrong", CRC[1]))
    flip("type_none", "type (one that does not exist)", 2, 3, ("unknown packet type", BAD_FIELD))
    flip("key", "key flag", 2, 4, CRC)
    flip("last", "last flag", 2, 5, CRC)
    flip("exceptions", "exceptions flag", 2, 6, ("payload of" if payload > 80 else CRC[0], CRC[1]))
    flip("short", "flag of the short header", 2, 7, CRC)
    flip("step", "rounding step", 3, 0, ("rounding step in a lossless", CRC[1]))
    flip("lanes", "lanes", 3, 7, ("lanes in a packet", BAD_FIELD))
    flip("sequence", "sequence number", 4, 0, CRC)
    flip("sequence_high", "sequence number", 7, 6, CRC)
    flip("first_frame", "first frame", 8, 2, CRC)
    flip("first_frame_high", "first frame", 11, 7, CRC)
    flip("frames_low", "number of frames, bits 7..0", 12, 2, CRC)
    flip("frames_high", "number of frames, bits 23..16", 14, 0, ("are too many", CRC[1]))
    flip("length_more", "length (128 bytes more)", 15, 5,
         (f"payload of {payload + 128} bytes", CRC[1]))
    flip("length_other", "length (8 bytes more or less)", 15, 1, CRC)
    flip("length_huge", "length (32 MiB)", 17, 7, ("payload of", CUT[1]))
    flip("stream_number", "stream number", 18, 3, CRC)
    flip("payload_first", "payload", 20, 7, CRC)
    flip("payload_last", "payload", 19 + payload, 0, CRC)
    flip("crc", "CRC-32", 21 + payload, 3, CRC)
    flip("header", "stream header", 24, 0, CRC, 5, stream(base))
    flip("first_header", "stream header", 24, 0, ("CRC-32 is wrong", "first packet is damaged"), 0,
         stream(base, (0, 80, 5, 0, 0)))
    flip("key_packet", "payload", 24, 0, CRC, 6, stream(base, (80, 80, 1, 0, 3)))
    flip("last_packet", "payload", 24, 0, CRC, 29, stream(base, frames=460, closed=False))
    flip("last_packet_told", "payload; total frames are told", 24, 0, CRC, 29,
         stream(base, (460, 20, 0, 0, 0), closed=False), with_header(base[:], total=480))
    everywhere = base[:]
    for packet in everywhere:
        packet.damage.append((0, 0x80))
    errors.add(f"{label}_bit_every_sync", "every packet: a bit of its sync flips", everywhere,
               ("no packet begins here", "not an nrc stream"), [])


def order(errors: Errors, base: Base, label: str) -> None:
    """Packets are lost, come twice, or change places."""
    def add(name: str, what: str, packets: list[Packet], strict: Strict, *recover: StreamEntry | None) -> None:
        streams = [entry for entry in recover if entry is not None]
        errors.add(f"{label}_{name}", what, packets, strict, streams if recover else stream(base))

    def without(*numbers: int) -> list[Packet]:
        return [packet for i, packet in enumerate(base[:]) if i not in numbers]

    def moved(number: int, by: int) -> list[Packet]:
        packets = base[:]
        packets.insert(number + by, packets.pop(number))
        return packets

    add("lost", "packet 7 is lost", without(7), due(8, 7), stream(base, LOST_7))
    add("lost_two", "packets 7 and 8 are lost", without(7, 8), due(9, 7),
        stream(base, (100, 60, 2, 0, 1)))
    add("lost_twice", "packets 7 and 17 are lost", without(7, 17), due(8, 7),
        stream(base, LOST_7, (260, 60, 1, 0, 2)))
    add("lost_group", "packets 5 to 9 are lost, from a stream header to the next",
        without(*range(5, 10)), due(10, 5), stream(base, (80, 80, 5, 0, 0)))
    add("lost_twelve", "packets 7 to 18 are lost", without(*range(7, 19)), due(19, 7),
        stream(base, (100, 220, 12, 0, 1)))
    add("lost_key", "packet 6, a key packet, is lost", without(6), due(7, 6),
        stream(base, (80, 80, 1, 0, 3)))
    add("lost_header", "packet 5, a stream header, is lost", without(5), due(6, 5))
    add("lost_first_header", "packet 0, the stream header, is lost", without(0),
        ("a stream begins with a stream header", "does not begin with a stream header"),
        stream(base, (0, 80, 5, 0, 0)))
    add("lost_all_headers", "all stream headers are lost", without(*range(0, 30, 5)),
        ("a stream begins with a stream header", "does not begin with a stream header"), None)
    add("lost_last", "packet 29, the last one, is lost", without(29), NO_LAST,
        stream(base, frames=460, closed=False))
    add("lost_last_told", "packet 29, the last one, is lost; total frames are told",
        with_header(without(29), total=480), NO_LAST,
        stream(base, (460, 20, 0, 0, 0), closed=False))
    add("lost_near_end", "packet 27 is lost: nothing behind it can be decoded", without(27),
        due(28, 27), stream(base, (420, 60, 1, 0, 2)))

    packets = base[:]
    packets.insert(8, packets[7])
    add("doubled", "packet 7 comes twice", packets, due(7, 8))
    packets = base[:]
    packets[12:12] = packets[5:7]
    add("doubled_key", "packets 5 and 6, header and key packet, come again behind 11", packets,
        due(5, 12))
    packets = base[:]
    packets[28:28] = packets[2:26]
    add("doubled_many", "packets 2 to 25 come again behind 27", packets, due(2, 28))
    add("doubled_last", "packet 29, the last one, comes twice", base[:] + base[29:], BEHIND)
    add("doubled_header_behind", "packet 25, a stream header, comes again behind the last packet",
        base[:] + base[25:26], BEHIND)

    packets = base[:]
    packets[7], packets[8] = packets[8], packets[7]
    add("swapped", "packets 7 and 8 change places", packets, due(8, 7))
    packets = base[:]
    packets[5], packets[6] = packets[6], packets[5]
    add("swapped_key", "packets 5 and 6, header and key packet, change places", packets, due(6, 5))
    packets = base[:]
    packets[0], packets[1] = packets[1], packets[0]
    add("swapped_first", "packets 0 and 1 change places", packets,
        ("a stream begins with a stream header", "does not begin with a stream header"),
        stream(base, (0, 80, 1, 0, 3)))
    packets = base[:]
    packets[28], packets[29] = packets[29], packets[28]
    add("swapped_last", "packets 28 and 29 change places", packets, due(29, 28))
    packets = base[:]
    packets[7:12] = packets[11:6:-1]
    add("reversed", "packets 7 to 11 come in reverse order", packets, due(11, 7))
    add("moved_8", "packet 7 comes behind 15: eight wait for it", moved(7, 8), due(8, 7))
    add("moved_9", "packet 7 comes behind 16: it is given up when nine wait", moved(7, 9),
        due(8, 7), stream(base, LOST_7))
    add("moved_ahead", "packet 27 comes before 9 and waits for 18 others", moved(27, -18),
        due(27, 9))


def pieces(errors: Errors, base: Base, label: str) -> None:
    """The stream is cut, or other bytes come between."""
    def add(name: str, what: str, parts: Sequence[Packet | bytes], strict: Strict, *recover: StreamEntry) -> None:
        errors.add(f"{label}_{name}", what, parts, strict, list(recover) or stream(base))

    def cut(number: int, at: int, told: bool = False) -> list[Packet]:
        packets = base[:number + 1]
        if told:
            with_header(packets, total=480)
        packets[number].cut = (at, 10**6)
        return packets

    # Packet 17 has the frames 260 to 279.
    ended = stream(base, frames=260, closed=False)
    add("cut_payload", "ends inside the payload of packet 17", cut(17, 25), CUT, ended)
    add("cut_payload_told", "ends inside the payload of packet 17; total frames are told",
        cut(17, 25, True), CUT, stream(base, (260, 220, 0, 0, 0), closed=False))
    add("cut_fields", "ends inside the header of packet 17", cut(17, 9), CUT, ended)
    add("cut_sync", "ends inside the sync of packet 17", cut(17, 1), CUT, ended)
    add("cut_crc", "ends inside the CRC of packet 17", cut(17, 20 + len(base[17].payload) + 3), CUT,
        ended)
    add("cut_between", "ends between packets 16 and 17", base[:17], NO_LAST, ended)
    packets = base[:]
    packets[7].cut = (20, 9)
    add("bytes_missing", "packet 7: nine bytes of its payload are missing", packets, CRC,
        stream(base, LOST_7))
    packets = base[:]
    packets[7].cut = (13, 3)
    add("bytes_missing_fields", "packet 7: three bytes of its header are missing", packets,
        ("payload of", CUT[1]), stream(base, LOST_7))

    noise = bytes((i * i * 37 + 11) % 256 for i in range(1, 62))
    packets = base[:]
    add("garbage_before", "61 bytes before the stream", [noise, *packets],
        ("no packet begins here", "not an nrc stream"))
    add("garbage_between", "61 bytes between packets 7 and 8", [*packets[:8], noise, *packets[8:]],
        NO_PACKET)
    add("garbage_behind", "61 bytes behind the last packet", [*packets, noise], BEHIND)
    add("sync_between", "the letters NRNR between packets 7 and 8",
        [*packets[:8], b"NRNR", *packets[8:]],
        ("reserved bits", BAD_FIELD))
    # The header of a packet that would reach over the next ones.
    claim = Packet(RAW, key=True, frames=FRAMES, first=120, sequence=8)
    claim.length = 80
    add("claim_between", "between packets 7 and 8 the beginning of a raw packet, which would end "
        "in packet 9", [*packets[:8], claim.encoded()[:20], *packets[8:]], CRC)
    claim.sequence, claim.first = 30, 480
    add("claim_behind", "behind packet 28 the beginning of a raw packet, which ends behind the end",
        [*packets[:29], claim.encoded()[:20], *packets[29:]], CUT)

    other = with_header(later_half(base), rate=30000000)
    add("stream_behind", "another stream of the same settings behind the last packet",
        packets + later_half(base), BEHIND, stream(base), stream(base, start=160, frames=320))
    add("stream_behind_differs", "another stream with another rate behind the last packet",
        packets + other, BEHIND, stream(base), stream(base, start=160, frames=320))
    add("stream_behind_again", "the same stream behind the last packet", packets + packets, BEHIND,
        stream(base), stream(base))
    # A stream of 160 frames that is closed, or lacks the stream header with number 5.
    closed = base[:10]
    closed[9].last = True
    short = stream(base, frames=160)
    whole = stream(base, start=160, frames=320)
    from_5 = stream(base, (0, 80, 5, 0, 0), start=160, frames=320)
    add("stream_behind_joined", "behind a closed stream of ten packets comes another one without "
        "its first ten", closed + later_half(base)[10:], BEHIND, short,
        stream(base, (0, 160, 10, 0, 0), start=160, frames=320))
    add("stream_behind_header_late", "packet 5, a stream header, comes behind the last packet",
        base[:5] + base[6:] + base[5:6], due(6, 5))
    add("stream_behind_header_known", "behind a closed stream comes another one with another rate, "
        "from its packet 5 on, a stream header", closed + other[5:], BEHIND, short, from_5)
    add("stream_behind_header_early", "the stream header of another stream comes before the last "
        "packet of a closed one", closed[:9] + other[:1] + closed[9:] + other[1:], due(0, 9), short,
        whole)
    add("stream_behind_early", "eight packets of another stream come before the last packet of a "
        "closed one", closed[:9] + other[:8] + closed[9:] + other[8:], due(0, 9), short, whole)
    add("stream_behind_too_early", "nine packets of another stream come before the last packet of "
        "a closed one, which is late then", closed[:9] + other[:9] + closed[9:] + other[9:],
        due(0, 9), stream(base, frames=140, closed=False), whole)
    packets = renumbered(base[:], 2**32 - len(base[:]))
    del packets[27]
    add("next_stream_waits", "the numbers end with 2^32 - 1; packet 27 is lost, and the next stream "
        "follows", packets + other[:], due(2**32 - 2, 2**32 - 3), stream(base, (420, 60, 1, 0, 2)),
        whole)

    # The encoder begins anew without having closed its stream.
    ended = stream(base, frames=160, closed=False)
    differs = ("stream header differs", "differs from the first")
    add("restart", "behind packet 9 the encoder begins anew", base[:10] + later_half(base),
        due(0, 10), ended, whole)
    add("restart_differs", "behind packet 9 the encoder begins anew with another rate",
        base[:10] + other, due(0, 10), ended, whole)
    numbers_go_on = renumbered(copy.deepcopy(other), 10)
    add("restart_numbers_go_on", "behind packet 9 comes a stream with another rate, whose numbers "
        "go on", base[:10] + numbers_go_on, differs, ended, whole)
    add("restart_stray", "behind packet 9 comes a stream header of another stream with number 10, "
        "then the first stream goes on", base[:10] + numbers_go_on[:1] + base[10:], differs,
        stream(base))
    add("restart_same_number", "a stream header with another mapping, then the encoder begins anew "
        "with the same stream number", with_header(base[:1], mapping=0) + base[:], due(0, 1),
        stream(base, frames=0, closed=False), stream(base))
    collision = later_half(base, NUMBER ^ 0x10000)
    add("restart_same_low_bits", "behind packet 9 the encoder begins anew with a stream number "
        "that has the same low bits", base[:10] + collision, due(0, 10), ended, whole)
    add("restart_same_low_bits_waiting", "the same, and packets 8 and 9 wait for packet 7: they may "
        "be of either stream", base[:7] + base[8:10] + collision, due(8, 7),
        stream(base, frames=100, closed=False), whole)
    parts = [numbers_go_on[i] for i in (2, 0, 1)]
    add("restart_waiting", "behind packet 9 comes a stream with another rate, whose numbers go on, "
        "the third of its packets first; then packet 12 of the first stream",
        base[:10] + parts + base[12:13] + numbers_go_on[3:], due(12, 10),
        stream(base, (160, 40, 2, 0, 1), frames=200, closed=False),
        stream(base, (20, 60, 1, 0, 2), start=160, frames=320))
    add("restart_twice", "behind packet 9 the encoder begins anew, and behind two packets again",
        base[:10] + named(base[:2], 7) + later_half(base), due(0, 10), ended,
        stream(base, frames=20, closed=False), whole)
    add("restart_header_before_comes_again", "behind packet 9 the encoder begins anew; behind ten "
        "of its packets comes packet 5 of the first stream, a stream header",
        base[:10] + later_half(base)[:10] + base[5:6] + later_half(base)[10:], due(0, 10), ended,
        whole)
    others = named(Base("link_range_2ch")[:])
    add("restart_other_profile", "the numbers begin with 200; behind ten packets the encoder "
        "begins anew with the range profile", renumbered(base[:10], 200) + others, due(0, 210),
        ended, stream(Base("link_range_2ch")))
    add("restart_late_unknown", "packets 5 and 6 are lost; behind packet 15 comes packet 5 of a "
        "stream with another rate", base[:5] + base[7:16] + other[5:], due(7, 5),
        stream(base, (80, 80, 2, 0, 3), frames=240, closed=False), from_5)
    stranger = named(base[8:9])
    add("stranger", "behind packet 3 comes a packet of another stream with number 8",
        base[:4] + stranger + base[4:], due(8, 4), stream(base))
    back = base[:11] + base[12:]
    back[7].first = 60
    add("first_frame_back_key_lost", "packet 7: first frame 60; packet 11, a key packet, is lost",
        back, first_frame(7, 60, 100), stream(base, (100, 140, 1, 20, 6)))
    add("restart_header_lost", "behind packet 9 the encoder begins anew; its first packet is lost",
        base[:10] + later_half(base)[1:], due(1, 10), ended, from_5)
    add("restart_key_lost", "behind packet 9 the encoder begins anew; its second packet is lost",
        base[:10] + later_half(base)[:1] + later_half(base)[2:], due(0, 10), ended,
        stream(base, (0, 80, 1, 0, 3), start=160, frames=320))
    add("restart_in_order", "behind packet 4 comes packet 5, a stream header, of a stream with "
        "another rate", base[:5] + other[5:], differs,
        stream(base, frames=80, closed=False), from_5)
    # Up to packet 14 are the frames to 239. Packet 5 is given up when nine others wait.
    add("restart_late", "packet 5 is lost; behind packet 14 comes packet 5 of a stream with "
        "another rate", base[:5] + base[6:15] + other[5:], due(6, 5),
        stream(base, frames=240, closed=False), from_5)
    add("restart_late_key_lost", "the same, and packet 6 of the other stream is lost",
        base[:5] + base[6:15] + other[5:6] + other[7:], due(6, 5),
        stream(base, frames=240, closed=False),
        stream(base, (0, 160, 6, 0, 3), start=160, frames=320))


def joined(errors: Errors, base: Base, label: str) -> None:
    """Numbers that do not begin with 0, and that go round."""
    packets = renumbered(base[:], 2**32 - 16)
    errors.add(f"{label}_numbers_go_round", "the sequence numbers begin with 2^32 - 16", packets,
               base.frame_bytes(0, 480), stream(base))
    packets = base[:]
    for packet in packets:
        packet.first += 2**32 - 200 if packet.kind != HEADER else 0
    errors.add(f"{label}_frames_go_round", "the first frames begin with 2^32 - 200", packets,
               first_frame(1, 2**32 - 200, 0),
               dict(stream(base, (0, 2**32 - 200, 0, 2**32 - 200, 0), start=200 - 2**32,
                           frames=2**32 + 280)))


def repaired(errors: Errors, base: Base, label: str) -> None:
    """Fields that say something wrong under a CRC that is right."""
    def add(name: str, what: str, packets: list[Packet], strict: Strict, *recover: StreamEntry | Messages) -> None:
        streams = [entry for entry in recover if not isinstance(entry, tuple)]
        messages = [entry for entry in recover if isinstance(entry, tuple)]
        errors.add(f"{label}_{name}", what, packets, strict,
                   messages[0] if messages else streams or stream(base, UNDECODABLE_7))

    def change(number: int = 7, **fields: Any) -> list[Packet]:
        packets = base[:]
        for field, value in fields.items():
            assert hasattr(packets[number], field)
            setattr(packets[number], field, value)
        return packets

    payload = base[7].payload
    too_short = ("payload too short", "the payload is too short")
    too_long = ("payload too long", "the payload goes on after its last code")
    add("payload_short", "packet 7: the payload's last four bytes are missing",
        change(payload=payload[:-4]), too_short)
    add("payload_empty", "packet 7: no payload", change(payload=b""),
        too_short)
    add("payload_long", "packet 7: four zero bytes more in the payload",
        change(payload=payload + bytes(4)), too_long)
    add("payload_longest", "packet 7: 400 bytes more in the payload than it can need",
        change(payload=payload + bytes(400)), ("payload of", too_long[1]), stream(base, LOST_7))
    add("payload_padding", "packet 7: the payload's last bit is 1",
        change(payload=payload[:-1] + bytes([payload[-1] | 1])),
        ("padding is not zero", too_long[1]))
    # A frame is missing behind that as if the encoder had dropped it.
    add("frames_less", "packet 7: 19 frames", change(frames=19),
        ("padding is not zero", too_long[1]),
        stream(base, (100, 60, 0, 1, 3)))
    add("frames_none", "packet 7: no frames", change(frames=0), ("payload of", too_long[1]),
        stream(base, LOST_7))
    add("frames_more", "packet 7: 21 frames, one more than the stream header tells",
        change(frames=21), ("21 frames are too many", "more frames than the stream header tells"),
        stream(base, LOST_7))
    add("frames_most", "packet 7: 2^24 - 1 frames", change(frames=2**24 - 1),
        ("are too many", "claims more than 2^24 samples"), stream(base, LOST_7))
    # The frames of the next packets go back behind that.
    add("frames_untold", "packet 7: 2^23 frames, packet frames are not told",
        with_header(change(frames=2**23), packet_frames=0), too_short,
        stream(base, (100, 2**23, 0, 0, 19), frames=100 + 2**23))
    add("frames_untold_more", "packet 7: 2^23 + 1 frames, packet frames are not told",
        with_header(change(frames=2**23 + 1), packet_frames=0),
        ("8388609 frames are too many", "claims more than 2^24 samples"), stream(base, LOST_7))
    add("length_most", "packet 7: a length of 2^26 - 4 in front of its payload",
        change(length=2**26 - 4),
        ("payload of", CUT[1]), stream(base, LOST_7))
    add("first_frame_ahead", "packet 7: first frame 101; that of packet 8 is before its end",
        change(first=101), first_frame(7, 101, 100), stream(base, (100, 60, 0, 20, 3)))
    add("first_frame_back", "packet 7: first frame 60", change(first=60), first_frame(7, 60, 100),
        stream(base, (100, 60, 0, 20, 3)))
    add("sequence_changed", "packet 7: sequence number 3", change(sequence=3), due(3, 7),
        stream(base, LOST_7))
    add("stream_changed", "packet 7: another stream number", change(stream=0xDEF0),
        ("packet of another stream", "is of another stream"), stream(base, LOST_7))
    add("step_lossless", "packet 7: a rounding step in a lossless stream", change(coding=3),
        ("rounding step in a lossless", "which the stream header excludes"), stream(base, LOST_7))
    add("no_key", "packet 1: no key flag", change(1, key=False),
        ("key flag missing", "packet 1 should be a key packet"), stream(base, (0, 80, 0, 0, 4)))
    add("type_other_profile", "packet 7: the type of the other profile",
        change(kind=RANGE if label == "huffman" else HUFFMAN),
        ("coded packet of the other profile", "profile that the stream header does not name"),
        stream(base, LOST_7))
    add("last_early", "packet 7: the last flag", change(last=True), BEHIND,
        stream(base, frames=120), stream(base, (0, 160, 10, 0, 0)))
    add("header_frames", "packet 5, a stream header: 20 frames", change(5, frames=20),
        ("stream header of wrong length, or with frames", "of a wrong length, or with frames"),
        stream(base))
    add("header_first_frame", "packet 5, a stream header: first frame 80", change(5, first=80),
        ("stream header of wrong length, or with frames", "of a wrong length, or with frames"),
        stream(base))
    add("header_long", "packet 5, a stream header: 32 bytes",
        change(5, payload=base[5].payload + bytes(4)),
        ("stream header of wrong length", "it has 28"), stream(base))
    packets = base[:]
    with_header(packets[5:6], rate=30000000)
    add("header_differs", "packet 5, a stream header, tells another rate", packets,
        ("stream header differs from the first", "differs from the first"),
        stream(base, frames=80, closed=False),
        stream(base, (0, 80, 5, 0, 0), frames=160, closed=False),
        stream(base, (0, 160, 10, 0, 0)))

    def header(name: str, what: str, strict: Messages, **fields: int) -> None:
        add("header_" + name, "the stream headers: " + what, with_header(base[:], **fields), strict,
            strict)

    header("table", "a table id that no tables have",
           ("no tables with id 12345678", "which are not available"), table=0x12345678)
    if label == "huffman":
        header("version", "version 4", ("unknown version 4", "version 4"), version=4)
        header("profile", "profile 4", ("unknown profile 4", "profile 4"), profile=4)
        header("container", "container 3", ("unknown container 3", "container 3"), profile=0x30)
        header("mapping", "mapping 3", ("unknown mapping 3", "mapping 3"), mapping=3)
        header("width", "17 bits", ("code width 17", "code width 17"), width=17, mapping=0)
        header("width_small", "1 bit", ("code width 1", "code width 1"), width=1, mapping=0)
        header("width_mapping", "12 bits with mapping shift6", ("code width 12", "code width 12"),
               width=12)
        header("neighbour", "neighbour with profile Huffman",
               ("taps or neighbours without the range profile", "only the range profile"), predictor=2)
        header("predictor", "unknown predictor options", ("unknown predictor 32", "predictor 32"),
               predictor=32)
        header("sample_type", "sample type 8", ("unknown sample type 8", "sample type 8"),
               sample_type=8)
        header("low_bits", "low bits of int16", ("2 low bits", "number of low bits 2"), low_bits=2)
        header("low_bits_many", "17 low bits of int32", ("17 low bits", "number of low bits 17"),
               mapping=0, sample_type=6, low_bits=17)
        header("mapping_wide", "shift6 of int32 samples",
               ("mapping 1 with samples", "mapping of samples over 16 bits"), sample_type=6)
        header("flags", "a flag that does not exist", ("unknown flags", "flag in byte 27"), flags=16)
        header("flag_alone", "steps in proportion without rounding", ("unknown flags", "flag in byte 27"), flags=2)
    else:
        header("width_small", "3 bits", ("code width 3", "3"), width=3, mapping=0)
        header("width_tables", "12 bits, with tables for 10", ("for another code width", "12"),
               width=12, mapping=0)
    add("header_no_tables", "the stream headers: table id 0", with_header(base[:], table=0),
        ("coded packet in a stream without tables", "coded with a profile"),
        stream(base, frames=0, closed=False))
    add("total_less", "the stream headers: 460 frames", with_header(base[:], total=460),
        ("480 frames where the stream header tells 460", "more frames than"), stream(base))
    add("total_more", "the stream headers: 500 frames", with_header(base[:], total=500),
        ("480 frames where the stream header tells 500", "only 480 frames instead of 500"),
        stream(base, (480, 20, 0, 0, 0), frames=500))

    # The encoder drops packets: their frames are missing, no sequence number is.
    packets = base[:7] + base[10:]
    add("drop", "the encoder drops the packets of frames 100 to 159", renumbered(packets),
        first_frame(8, 160, 100), stream(base, (100, 60, 0, 60, 0)))
    packets = renumbered(base[:7] + base[8:])
    add("drop_no_key", "frames 100 to 119 are missing and no key packet follows", packets,
        first_frame(7, 120, 100), stream(base, (100, 60, 0, 20, 2)))
    packets = renumbered(base[:7] + base[10:])
    del packets[7]
    add("drop_and_loss", "the encoder drops frames 100 to 159, the stream header behind is lost",
        packets, due(8, 7), stream(base, (100, 60, 1, 0, 0)))
    packets = renumbered(base[:1] + base[5:])
    add("drop_first", "the encoder drops frames 0 to 79", packets, first_frame(2, 80, 0),
        stream(base, (0, 80, 0, 80, 0)))

    # A last packet without frames.
    packets = base[:] + [Packet(base[7].kind, last=True, first=480, sequence=30)]
    packets[29].last = False
    add("no_frames", "a last packet without frames", packets, base.frame_bytes(0, 480),
        stream(base))
    packets[30].payload = bytes(4)
    add("no_frames_payload", "a last packet without frames, but with four zero bytes", packets,
        ("payload of", too_long[1]), stream(base, closed=False))


def raw(errors: Errors, base: Base) -> None:
    """Raw packets among those of the Huffman profile."""
    def add(name: str, what: str, packets: list[Packet], strict: Strict, *recover: StreamEntry) -> None:
        errors.add("raw_" + name, what, packets, strict, list(recover) or stream(base))

    def sent_raw(number: int, **fields: Any) -> list[Packet]:
        packets = base[:]
        at = packets[number]
        samples = base.frame_bytes(at.first, FRAMES)
        packets[number] = Packet(RAW, samples, key=at.key, frames=FRAMES, first=at.first,
                                 sequence=number)
        for field, value in fields.items():
            setattr(packets[number], field, value)
        return packets

    samples = base.frame_bytes(140, FRAMES)
    add("good", "packet 9, before a key packet, is raw", sent_raw(9), base.frame_bytes(0, 480))
    add("state_goes_on", "packet 7 is raw; none of the next is a key packet", sent_raw(7),
        base.frame_bytes(0, 480))
    add("key", "packet 6, a key packet, is raw", sent_raw(6), base.frame_bytes(0, 480))
    add("first_no_key", "packet 1, the first one with samples, is raw and no key packet",
        sent_raw(1, key=False), ("key flag missing", "packet 1 should be a key packet"),
        stream(base, (20, 60, 0, 0, 3)))
    add("in_gap", "packet 7 is lost, packet 8 is raw", sent_raw(8)[:7] + sent_raw(8)[8:], due(8, 7),
        stream(base, (100, 20, 1, 0, 0), (140, 20, 0, 0, 1)))
    wrong = ("raw payload of", "raw payload of the wrong length")
    add("short", "packet 9 is raw, its last four bytes are missing",
        sent_raw(9, payload=samples[:-4]), wrong, stream(base, (140, 20, 1, 0, 0)))
    add("long", "packet 9 is raw, with four zero bytes more",
        sent_raw(9, payload=samples + bytes(4)), wrong, stream(base, (140, 20, 1, 0, 0)))
    add("frames", "packet 9 is raw and says 19 frames", sent_raw(9, frames=19), wrong,
        stream(base, (140, 20, 1, 0, 0)))

    # One channel, packets of three frames: six bytes and two of padding.
    def one_channel() -> list[Packet]:
        fields = dict(channels=0, packet_frames=3, table=0)
        packets = with_header(base[:1], **fields)
        for i in range(4):
            samples = base.frame_bytes(0, 480)[6 * i:6 * i + 6]
            packets.append(Packet(RAW, samples + bytes(2), key=True, last=i == 3, frames=3,
                                  first=3 * i, sequence=i + 1))
        return packets

    add("one_channel", "raw packets of one channel and three frames, no tables", one_channel(),
        base.frame_bytes(0, 480)[:24], stream(base, frames=12, channels=1))
    packets = one_channel()
    packets[2].payload = packets[2].payload[:-1] + b"\1"
    add("padding", "the same, and a byte behind the samples of packet 2 is not zero", packets,
        ("padding is not zero", "raw payload of the wrong length"),
        stream(base, (3, 3, 0, 0, 1), frames=12, channels=1))


def codes(errors: Errors, huffman: Base, range_base: Base) -> None:
    """Payloads that no encoder makes, in a key packet of one channel and three frames."""
    def add(name: str, what: str, base: Base, payload: bytes, strict: Strict, step: int = 0,
            flags: int = 0) -> None:
        packets = with_header(base[:1], channels=0, packet_frames=3, flags=flags | ROUNDING * (step > 0))
        packets.append(Packet(base[1].kind, payload, key=True, last=True, frames=3, sequence=1))
        packets[-1].coding = step
        errors.add(name, what, packets, strict, stream(base, (0, 3, 0, 0, 1), frames=3, channels=1))

    library = nrc_decode.load_tables(HERE / "../../model/tables")
    tables = nrc_decode.Stream(huffman[0].payload, library).tables

    def word(q: int, symbol: int) -> str:
        """The code of a symbol, with the scale of the beginning, for the predicted code q."""
        c = next(c for c in tables.classes if c["below"] > tables.initial_scale >> 6)
        assert c["raw_bits"] == 0
        phase, half = q % 2**c["modulus_bits"], 2**c["modulus_bits"] // 2
        if c["split"] and not -half <= q < half:
            phase += 2 * half
        table = tables.tables[c["first_table"] + phase]
        return next(f"{code:0{length}b}" for (length, code), s in table.items() if s == symbol)

    def payload(text: str) -> bytes:
        text += "0" * (-len(text) % 32)
        return int(text, 2).to_bytes(len(text) // 8, "big")

    # Rounded by 4, codes are -128 to 128.
    outside = ("code 129 outside 10 bits, rounded by 4", "lies outside its range, rounded by 4")
    for name, base, plain in (("huffman", huffman, f"{129:010b}"), ("range", range_base, f"0{129:010b}")):
        add(f"{name}_rounded_outside", "the plain code 129 with a rounding step of 4", base,
            payload(plain + "0" * 70), outside, step=3)
    add("huffman_class_off", "a channel that is off sends a bit 1 where it has to send 0", huffman,
        payload("10" + "01"), ("bit of a channel that sends none", "a bit of a channel that sends none"), flags=CLASSES)
    add("huffman_class_short", "a channel that is off sends no bit in its last frame", huffman,
        b"", ("payload too short", "the payload is too short"), flags=CLASSES)
    # The first frame's code is plain, and the scale does not follow in that frame.
    start = f"{511:010b}"
    largest = 2**tables.symbol_bits - 1
    add("huffman_code_outside", "code 511, then one 31 above it: outside 10 bits", huffman,
        payload(start + word(511, largest) + word(511, 32)),
        ("code 542 outside 10 bits", "outside 10 bits"))
    start = f"{512:010b}"
    add("huffman_code_below", "code -512, then one 31 below it: outside 10 bits", huffman,
        payload(start + word(-512, 1) + word(-512, 32)),
        ("code -543 outside 10 bits", "outside 10 bits"))
    between = ("payload points between codes", "the payload points between two codes")
    header = nrc_decode.Stream(range_base[0].payload, library)
    channel = nrc_decode.Channel(header.tables.initial_scale)
    exact = header.roundings[1]
    begin = nrc_decode.Intervals(header, exact, exact.values[512], nrc_decode.dispersion_index(channel, 1)).begin

    def second(offset: int) -> str:
        """Plain code 0, and the offset for the code after it, where the range is 2^15."""
        return "0" * 11 + f"{offset:015b}"

    def share(frequency: int) -> int:
        return frequency >> 1  # of a range of 2^15

    add("range_plain_outside", "the first code's offset is 2^15: no plain code", range_base,
        payload(f"{2**15:016b}"), between)
    gap = next(i for i in range(500, 524)
               if share(begin(i)) + share(begin(i + 1) - begin(i)) < share(begin(i + 1)))
    add("range_between", "the second code's offset lies between two codes", range_base,
        payload(second(share(begin(gap + 1)) - 1)), between)
    add("range_behind_all", "the second code's offset is 2^15 - 1: after the last code", range_base,
        payload(second(2**15 - 1)), between)
    # A code after which the range is large enough for an escape with a ninth part.
    for i in range(500, 524):
        part = share(begin(i + 1) - begin(i))
        k = 16 - part.bit_length()
        if (part << k) * 16 >> 16 >= 9:
            break
    else:
        raise AssertionError("no code leaves a large range")
    add("range_escape_outside", "the third code's offset is 8: an escape without such a part", range_base,
        payload(second(share(begin(i)) + (8 >> k)) + f"{8 % 2**k:0{k}b}"), between)
    middle = share(begin(512) + begin(513)) >> 1
    add("range_padding", "three codes near zero, with a bit set in the padding", range_base,
        payload(second(middle) + "00001" + "0"), ("padding is not zero", "the payload goes on after its last code"))


def metadata(errors: Errors, base: Base) -> None:
    """Text about the recording."""

    def add(name: str, what: str, strict: Strict, text: Packet, at: int = 1) -> None:
        packets = base[:]
        packets[at:at] = [text]
        errors.add("metadata_" + name, what, renumbered(packets), strict, stream(base))

    def packet(text: bytes, **fields: int) -> Packet:
        made = Packet(METADATA, struct.pack("<I", len(text)) + text + bytes(-len(text) % 4))
        for field, value in fields.items():
            setattr(made, field, value)
        return made

    samples = base.frame_bytes(0, 480)
    add("good", "a metadata packet", samples, packet(b'{"gain": 2.34}'))
    add("elsewhere", "a metadata packet after data packets", samples, packet(b'{"gain": 2.34}'), at=4)
    add("empty", "a metadata packet without a payload", samples, Packet(METADATA, b""))
    add("contradicts", "a metadata packet whose length is wrong, which no decoder needs", samples,
        Packet(METADATA, struct.pack("<I", 99)))
    add("frames", "a metadata packet with frames", ("or with frames", "or has frames"),
        packet(b"{}", frames=1))


def containers(errors: Errors, base: Base) -> None:
    """Files around the samples."""
    before, behind = b"head of the file", b"and its end, " * 20

    def piece(place: int, data: bytes, method: int = 0, length: int | None = None,
              stored: int | None = None, reserved: int = 0, pad: int = 0) -> Packet:
        body = zlib.compress(data) if method == 1 else data
        out = struct.pack("<BBHII", place, method, reserved,
                          len(data) if length is None else length,
                          len(body) if stored is None else stored) + body
        return Packet(CONTAINER, out + bytes([pad] * (-len(out) % 4)))

    def add(name: str, what: str, strict: Strict, *pieces: Packet, at: int = 1, **fields: int) -> None:
        packets = with_header(base[:], **dict(dict(profile=0x20), **fields))
        packets[at:at] = pieces
        errors.add("container_" + name, what, renumbered(packets), strict, stream(base))

    around = before + base.frame_bytes(0, 480) + behind
    add("good", "a file with bytes before and behind the samples", around, piece(0, before),
        piece(1, behind, 1))
    add("order", "the same, the piece behind the samples first", around, piece(1, behind, 1),
        piece(0, before))
    add("pieces", "the same, in four pieces", around, piece(0, before[:5]), piece(1, behind[:9], 1),
        piece(0, before[5:]), piece(1, behind[9:]))
    kind = ("unknown place or method", "of a kind unknown to this version")
    lengths = ("container packet of wrong length", "lengths that contradict each other")
    unpacked = ("", "cannot be unpacked")
    add("place", "a piece of place 2", kind, piece(2, before))
    add("method", "a piece of method 2", kind, piece(0, before, 2))
    add("reserved", "a piece whose reserved bytes are not zero", kind, piece(0, before, reserved=1))
    add("short", "a piece of eight bytes", ("container packet too short", "is too short"),
        Packet(CONTAINER, bytes(8)))
    add("stored_more", "a piece that says to store more than it does", lengths,
        piece(0, before, stored=len(before) + 1))
    add("stored_less", "a piece that says to store four bytes less than it does", lengths,
        piece(0, before, stored=len(before) - 4))
    longer = piece(0, before)
    longer.payload += bytes(4)
    add("long", "a piece with four zero bytes more than it says to store", lengths, longer)
    add("plain_length", "a plain piece whose two lengths differ",
        ("unpacks to another length", lengths[1]), piece(0, before, length=len(before) + 1))
    add("padding", "a piece with padding that is not zero", lengths, piece(0, before[:-1], pad=1))
    add("huge", "a piece of 2^26 + 1 bytes after unpacking", (kind[0], "more than 2^26 bytes"),
        piece(0, behind, 1, length=2**26 + 1))
    add("unpacks_less", "a zlib piece that unpacks to less than it says",
        ("unpacks to another length", unpacked[1]), piece(0, behind, 1, length=len(behind) + 1))
    add("unpacks_more", "a zlib piece that unpacks to more than it says",
        ("container packet", unpacked[1]), piece(0, behind, 1, length=len(behind) - 1))
    damaged = piece(0, behind, 1)
    damaged.payload = damaged.payload[:20] + b"\xff\xff" + damaged.payload[22:]
    add("zlib", "a zlib piece with damaged bytes", ("damaged zlib data", unpacked[1]), damaged)
    lost = piece(0, before)
    lost.damage = [(30, 1)]
    add("bit", "a bit of a piece flips", CRC, lost, piece(1, behind, 1))
    add("behind_data", "a piece behind data packets", ("behind data", "out of place"),
        piece(1, behind), at=4)
    with_frames = piece(0, before)
    with_frames.frames = 1
    add("frames", "a piece with frames", ("or with frames", "or has frames"), with_frames)
    add("not_told", "a piece in a stream without container", ("in a stream without them", ""),
        piece(0, before), profile=0)
    add("wav_total", "a WAV file without total frames",
        ("without total frames", "does not give the WAV file's length or rate"),
        profile=0x10, rate=19531000)
    add("wav_rate", "a WAV file with a rate of 19531.25 Hz",
        ("with a fraction of a rate", "does not give the WAV file's length or rate"),
        profile=0x10, rate=19531250, total=480)


def lanes(errors: Errors, base: Base) -> None:
    """Lengths of lanes, and numbers of them, that are wrong under a CRC that is right."""
    def add(name: str, what: str, strict: Messages, *recover: StreamEntry, **fields: Any) -> None:
        packets = base[:]
        for field, value in fields.items():
            assert hasattr(packets[7], field)
            setattr(packets[7], field, value)
        errors.add("lanes_" + name, "packet 7, of two lanes: " + what, packets, strict,
                   list(recover) or stream(base, UNDECODABLE_7))

    reader = nrc_decode.Bytes(base[7].payload, "lanes")
    length = reader.number()
    begin = reader.position
    first, second = base[7].payload[begin:begin + length], base[7].payload[begin + length:]

    def joined_lanes(claim: int, first: bytes = first) -> bytes:
        assert claim < 2**14
        return bytes([claim & 127 | 128, claim >> 7]) + first + second

    def words(payload: bytes) -> bytes:
        """With as many zeros as there have to be, and no more."""
        used = payload.rstrip(b"\0")
        return used + bytes(-len(used) % 4)

    too_short = ("payload too short", "the payload is too short")
    too_long = ("payload too long", "the payload goes on after its last code")
    ends = ("lanes end too soon", "the payload is shorter than its lanes")
    add("length_less", "the first one's length is one less", too_short,
        payload=words(joined_lanes(length - 1)))
    add("length_more", "the first one's length is one more, and a zero byte after it", too_long,
        payload=words(joined_lanes(length + 1, first + bytes(1))))
    add("length_none", "the first one's length is 0", too_short, payload=words(joined_lanes(0)))
    add("length_beyond", "the first one ends after the payload", ends,
        payload=words(joined_lanes(len(base[7].payload) + 4)))
    add("length_huge", "the first one's length is 2^56 - 1", ends,
        payload=bytes([255] * 7 + [127]) + base[7].payload)
    add("length_endless", "the first one's length does not end",
        ("a number of more than 8 bytes", ends[1]), payload=bytes([255] * 8) + base[7].payload)
    add("empty", "no payload", (ends[0], too_short[1]), payload=b"")
    if first[-1] & 1 == 0:
        add("padding", "the last bit of the first one is 1", ("padding is not zero", too_long[1]),
            payload=words(joined_lanes(length, first[:-1] + bytes([first[-1] | 1]))))
    add("too_many", "four of them, more than there are channels",
        ("more lanes than the stream", "more lanes than the stream"), stream(base, LOST_7),
        coding=2 << 5)
    header = ("lanes in a packet that cannot", "a damaged header")
    add("sixteen", "16 of them", header, stream(base, LOST_7), coding=4 << 5)
    raw_samples = nrc_decode.padded(4 * FRAMES) * b"\0"
    add("raw", "raw, all the same", header, stream(base, LOST_7), coding=1 << 5, kind=RAW,
        payload=raw_samples)
    add("without_frames", "no frames", header, stream(base, LOST_7), coding=1 << 5, frames=0,
        payload=b"")


def narrow(errors: Errors, base: Base, range_base: Base, narrow_range: Base) -> None:
    """The narrow state where it cannot be, and past packets that are not decoded."""
    def add(name: str, what: str, packets: list[Packet], strict: Strict, *recover: StreamEntry,
            error: Messages | None = None) -> None:
        errors.add("narrow_" + name, what, packets, strict, error or list(recover) or stream(base))

    alone = ("the narrow state with profile 3", "only the huffman and the range profile have the narrow state")
    add("profile", "the stream headers: the narrow state with the cascade profile",
        with_header(range_base[:], profile=3, predictor=16), alone, error=alone)
    full = ("the narrow state with taps or neighbours", "the narrow state does not go with neighbours or taps")
    add("neighbour", "the stream headers: the narrow state with neighbours",
        with_header(range_base[:], predictor=18), full, error=full)
    small = ("and 7 bits", "for codes of 8 to 16 bits, not of 7")
    add("width", "the stream headers: codes of 7 bits", with_header(base[:], width=7, mapping=0),
        small, error=small)
    for prefix, of in (("", base), ("range_", narrow_range)):
        packets = of[:]
        samples = of.frame_bytes(packets[7].first, FRAMES)
        packets[7] = Packet(RAW, samples, frames=FRAMES, first=packets[7].first, sequence=7)
        add(prefix + "state_goes_on", "packet 7 is raw; none of the next is a key packet", packets,
            of.frame_bytes(0, 480), stream(of))
        add(prefix + "lost", "packet 7 is lost", of[:7] + of[8:], due(8, 7), stream(of, LOST_7))


def short(errors: Errors, base: Base, long_base: Base) -> None:
    """Headers of the short form, and packets that cannot have one."""
    def add(name: str, what: str, packets: list[Packet], strict: Strict, recover: StreamEntry | None = None) -> None:
        errors.add("short_" + name, what, packets, strict, recover or stream(base, LOST_7))

    def flip(name: str, what: str, at: int, bit: int, strict: Strict = CRC) -> None:
        packets = base[:]
        packets[7].damage.append((at, 1 << bit))
        add("bit_" + name, f"packet 7, with a short header: a bit of its {what} flips", packets, strict)

    payload = len(base[7].payload)
    flip("form", "flag of the form", 2, 7, ("are too many", CUT[1]))
    flip("frames", "number of frames", 12, 4)
    flip("length_more", "length (256 bytes more)", 13, 5, (f"payload of {payload + 256} bytes", CRC[1]))
    flip("length_less", "length", 12, 7 if payload // 4 % 2 else 3)
    flip("stream_number", "stream number", 15, 2)
    flip("payload_first", "payload", 16, 7)
    flip("crc", "CRC-32", 17 + payload, 3)
    cannot = ("short header of a packet that cannot have one", BAD_FIELD)
    packets = base[:]
    packets[7].frames = 0
    add("no_frames", "packet 7 has a short header and no frames", packets, cannot)
    packets = base[:]
    packets[5].short = True
    add("stream_header", "packet 5, a stream header, has a short header", packets, cannot, stream(base))
    packets = long_base[:]
    for at in range(1, len(packets), 3):
        packets[at].short = packets[at].kind != HEADER
    add("and_long", "packets have headers of either form", packets, long_base.frame_bytes(0, 480), stream(long_base))


def events(errors: Errors, base: Base, three_channels: Base) -> None:
    """Events beside the samples, lost, damaged, and where they cannot be."""
    def add(name: str, what: str, packets: list[Packet], strict: Strict, *recover: StreamEntry) -> None:
        errors.add("events_" + name, what, packets, strict, list(recover) or stream(base))

    def event_packet(*words: int, first: int = 0, **fields: Any) -> Packet:
        packet = Packet(EVENTS, struct.pack(f"<{len(words)}I", *words), first=first)
        for field, value in fields.items():
            assert hasattr(packet, field)
            setattr(packet, field, value)
        return packet

    def beside(*made: Packet, at: int = 7, flags: int = WITH_EVENTS, drop: int | None = None) -> list[Packet]:
        packets = with_header(base[:], flags=flags)
        packets[at:at] = made
        renumbered(packets)
        if drop is not None:
            del packets[drop]
        return packets

    # Channel 1, 40 codes above the level, in frame 3 of the packet; and channel 0, 25 codes below it.
    two = (1 << 31 | 40 << 21 | 3, 999 << 21 | 5)
    samples = base.frame_bytes(0, 480)
    add("good", "two events before packet 7", beside(event_packet(*two, first=90)), samples)
    add("none", "an event packet without an event", beside(event_packet()), samples)
    add("after_header", "events between a stream header and its key packet",
        beside(event_packet(*two, first=70), at=6), samples)
    last = beside(event_packet(*two, first=470, last=True), at=30)
    last[29].last = False
    add("last", "the last packet is one of events", last, samples)
    add("lost", "a packet of events is lost", beside(event_packet(*two), drop=7), due(8, 7))
    doubled = beside(event_packet(*two))
    doubled.insert(8, doubled[7])
    add("doubled", "a packet of events comes twice", doubled, due(7, 8))
    add("bit", "a bit of an event flips", beside(event_packet(*two, damage=[(21, 4)])), CRC)
    wrong = "event packet in a stream without them, too long, or with frames"
    refused = "is a container or event packet in a stream without them, or has frames"
    add("not_told", "events in a stream without them", beside(event_packet(*two), flags=0), (wrong, refused))
    add("frames", "a packet of events with frames", beside(event_packet(*two, frames=1)), (wrong, refused))
    add("most", "a packet of 1024 events", beside(event_packet(*[7] * 1024)), samples)
    add("too_many", "a packet of 1025 events", beside(event_packet(*[7] * 1025)), (wrong, refused))
    # Channels 0 to 2 have two bits.
    packets = three_channels[:]
    packets.insert(3, event_packet(3 << 30))
    add("channel", "an event of channel 3 of three channels", renumbered(packets),
        three_channels.all_bytes(),
        stream(three_channels, frames=640, channels=3))


def classes(errors: Errors, base: Base, plain: Base, range_base: Base) -> None:
    """Classes of channels and rounded packets, and where neither can be."""
    def add(name: str, what: str, packets: list[Packet], strict: Strict, *recover: StreamEntry,
            error: Messages | None = None) -> None:
        errors.add("classes_" + name, what, packets, strict, error or list(recover) or stream(base))

    def change(number: int = 7, **fields: Any) -> list[Packet]:
        packets = base[:]
        for field, value in fields.items():
            assert hasattr(packets[number], field)
            setattr(packets[number], field, value)
        return packets

    add("lost", "packet 7, rounded, of a stream with channel classes is lost", base[:7] + base[8:], due(8, 7),
        stream(base, LOST_7))
    add("lost_key", "packet 6, with the classes of the next ones, is lost", base[:6] + base[7:], due(7, 6),
        stream(base, (80, 80, 1, 0, 3)))
    payload = base[7].payload
    add("payload_short", "packet 7: the payload's last four bytes are missing", change(payload=payload[:-4]),
        ("payload too short", "the payload is too short"), stream(base, UNDECODABLE_7))
    add("payload_long", "packet 7: four zero bytes more in the payload", change(payload=payload + bytes(4)),
        ("payload too long", "the payload goes on after its last code"), stream(base, UNDECODABLE_7))
    add("step", "packet 7: rounding step number 24", change(coding=24),
        ("reserved bits are not zero", BAD_FIELD), stream(base, LOST_7))
    add("raw", "packet 7 is raw", change(kind=RAW, coding=0, payload=bytes(4 * FRAMES)),
        ("raw packet in a stream with channel classes", "is raw, which a stream with channel classes excludes"),
        stream(base, LOST_7))
    alone = ("channel classes with another profile", "channel classes go with the huffman profile only")
    add("range", "the stream headers: classes with the range profile",
        with_header(range_base[:], flags=CLASSES), alone, error=alone)
    # The samples of a raw packet are exact, whatever its step.
    packets = with_header(plain[:], flags=ROUNDING)
    packets[9] = Packet(RAW, plain.frame_bytes(140, FRAMES), frames=FRAMES, first=140, sequence=9)
    packets[9].coding = 5
    add("raw_rounded", "without classes: packet 9, before a key packet, is raw and has a rounding step",
        packets, plain.frame_bytes(0, 480), stream(plain))


def main() -> None:
    directory = sys.argv[1] if len(sys.argv) > 1 else HERE / "errors"
    errors = Errors(directory)
    huffman, range_base = Base("link_huffman_2ch"), Base("link_range_2ch")
    for base, label in ((huffman, "huffman"), (range_base, "range")):
        bits(errors, base, label)
        repaired(errors, base, label)
    order(errors, huffman, "order")
    pieces(errors, huffman, "pieces")
    joined(errors, huffman, "joined")
    raw(errors, huffman)
    codes(errors, huffman, range_base)
    metadata(errors, huffman)
    containers(errors, huffman)
    lanes(errors, Base("link_lanes_2ch"))
    narrow(errors, Base("link_narrow_2ch"), range_base, Base("link_narrow_range_2ch"))
    short(errors, Base("link_short_2ch"), huffman)
    events(errors, huffman, Base("events_3ch"))
    classes(errors, Base("link_classes_2ch"), huffman, range_base)
    errors.finish()


if __name__ == "__main__":
    main()
