# SPDX-License-Identifier: Apache-2.0
"""The command line of the package: python -m nrc_codec, or nrc-codec."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from . import NrcError, Recording, __version__, join, open, write
from ._arrays import PRESETS, check_dtype

DESCRIPTION = """Lossless compression of multichannel recordings.

encode reads raw samples (--channels), NumPy files (.npy), and what neo reads: SpikeGLX, Open Ephys, Intan,
Blackrock, Neuralynx, EDF and others; gains, offsets, names and the start time are kept."""


def channel_list(text: str) -> list[int]:
    """The numbers of a list as in 0-63,70."""
    numbers: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        try:
            numbers += range(int(first), int(last or first) + 1)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text}: not a list of channels, as in 0-63,70") from None
    return numbers


def seconds(text: str) -> float:
    """Seconds of [[H:]M:]S."""
    total = 0.0
    try:
        for part in text.split(":"):
            total = total * 60 + float(part)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text}: no time, as in 90.5 or 1:30") from None
    return total


def suspect_layout(samples: np.ndarray) -> str:
    """What is wrong with a recording's number of channels or type, if the samples show it; else nothing.

    Neighbouring frames of one channel resemble each other more than neighbouring channels' samples at a
    distance that is no whole frame.
    """
    if samples.shape[0] < 64 or samples.shape[1] < 2:
        return ""
    flat = samples[:4096].reshape(-1).astype(np.float64)
    flat -= flat.mean()
    power = float(np.dot(flat, flat)) or 1.0
    channels = samples.shape[1]
    most = min(2 * channels + 2, len(flat) // 4)
    likeness = [float(np.dot(flat[:-lag], flat[lag:])) / power for lag in range(1, most)]
    own = likeness[channels - 1] if channels - 1 < len(likeness) else 0.0
    best = int(np.argmax(likeness)) + 1
    if likeness[best - 1] > 0.5 and likeness[best - 1] > own + 0.3 and channels % best and best > 1:
        return (f"samples {best} apart resemble each other, those of a frame, {channels} apart, do not: the number of "
                "channels seems wrong")
    return ""


def raw_samples(path: Path, dtype: str, channels: int) -> np.ndarray:
    kind = np.dtype(dtype)
    size = path.stat().st_size
    if size % (kind.itemsize * channels):
        raise NrcError(f"{path} has {size} bytes, no whole number of frames of {channels} channels of {kind}; give "
                       "--channels and --dtype as they were recorded")
    return np.memmap(path, kind, "r").reshape(-1, channels) if size else np.empty((0, channels), kind)


def neo_recordings(path: Path, stream: str | None) -> tuple[list[tuple[Any, Any]], dict[str, Any], float]:
    """(samples of a segment, start time) of each, facts and rate of a file that neo reads."""
    try:
        import neo.rawio
    except ImportError:
        raise NrcError(f"{path}: raw samples need --channels; other formats need neo, pip install neo") from None
    # A folder is known by the files in it.
    names_in_it = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
    known = [(name, found) for name in names_in_it if (found := neo.rawio.get_rawio(str(name))) is not None]
    path, cls = known[0] if known else (path, None)
    if cls is None:
        raise NrcError(f"{path}: neo knows no format of this name; give --channels and --dtype for raw samples")
    how = {"filename": str(path)} if cls.rawmode in ("one-file", "multi-file") else {"dirname": str(path)}
    if cls.rawmode == "one-dir" and path.is_file():
        how = {"dirname": str(path.parent)}
    try:
        reader = cls(**how)
        reader.parse_header()
    except Exception as error:  # each of neo's readers has its own
        raise NrcError(f"{path}: neo cannot read it as {cls.__name__}: {error}") from error
    streams = reader.header["signal_streams"]
    names = [str(name) for name in streams["name"]]
    if stream is not None and stream not in names:
        raise NrcError(f"{path} has no stream {stream}; give one of {', '.join(names)}")
    if stream is None and len(names) != 1:
        raise NrcError(f"{path} has streams {', '.join(names)}; choose one by --stream")
    number = names.index(stream) if stream is not None else 0
    signals = reader.header["signal_channels"]
    signals = signals[signals["stream_id"] == streams["id"][number]]

    class Segment:
        """Samples of a segment, as slices of frames."""

        def __init__(self, segment: int) -> None:
            self.segment = segment
            frames = reader.get_signal_size(0, segment, number)
            self.shape = (frames, len(signals))
            self.dtype = self[0:min(frames, 1)].dtype

        def __getitem__(self, frames: slice) -> np.ndarray:
            return np.asarray(reader.get_analogsignal_chunk(
                block_index=0, seg_index=self.segment, i_start=frames.start,
                i_stop=min(frames.stop, reader.get_signal_size(0, self.segment, number)), stream_index=number))

    rate = float(reader.get_signal_sampling_rate(stream_index=number))
    scale = [{"V": 1e6, "mV": 1e3}.get(str(unit), 1.0) for unit in signals["units"]]
    properties = {"gain_to_uV": [float(g) * s for g, s in zip(signals["gain"], scale, strict=True)],
                  "offset_to_uV": [float(o) * s for o, s in zip(signals["offset"], scale, strict=True)],
                  "channel_name": [str(name) for name in signals["name"]]}
    facts = {"sampling_frequency": rate, "channel_ids": [str(i) for i in signals["id"]], "properties": properties,
             "annotations": {"source": path.name, "stream": names[number]}}
    segments = [(Segment(i), float(reader.get_signal_t_start(0, i, number))) for i in range(reader.segment_count(0))]
    return segments, facts, rate


def encode(arguments: argparse.Namespace) -> None:
    path, output = Path(arguments.input), Path(arguments.output)
    options = {"preset": arguments.preset, "threads": arguments.threads, "verify": arguments.verify,
               "overwrite": arguments.force}
    if arguments.channels or path.suffix == ".npy":
        samples = np.load(path, mmap_mode="r") if path.suffix == ".npy" else \
            raw_samples(path, arguments.dtype, arguments.channels)
        check_dtype(samples.dtype)
        wrong = suspect_layout(samples) if samples.ndim == 2 else ""
        if wrong and not arguments.anyway:
            raise NrcError(f"{path}: {wrong}; check --channels and --dtype, or give --anyway")
        write(output, samples, rate=arguments.rate, **options)
        return
    segments, facts, rate = neo_recordings(path, arguments.stream)
    for number, (samples, start) in enumerate(segments):
        name = output if len(segments) == 1 else output.with_name(f"{output.stem}-{number}{output.suffix}")
        write(name, samples, rate=rate, metadata={"recording": {**facts, "t_start": start}}, **options)


def decode(arguments: argparse.Namespace) -> None:
    recording, output = open(arguments.input), Path(arguments.output)
    if output.exists() and not arguments.force:
        raise NrcError(f"{output} exists; give another name, or --force")
    rate = recording.rate
    if (arguments.start or arguments.seconds) and not rate:
        raise NrcError(f"{arguments.input} does not state its sampling rate, so that no time is at a certain frame")
    first = round(arguments.start * rate)
    end = len(recording) if arguments.seconds is None else min(first + round(arguments.seconds * rate), len(recording))
    channels = len(arguments.channels) if arguments.channels else recording.shape[1]
    if output.suffix == ".npy":
        target = np.lib.format.open_memmap(output, "w+", recording.dtype, (max(end - first, 0), channels))
        for at in range(first, end, 1 << 16):
            target[at - first:at - first + (1 << 16)] = recording.read(at, min(at + (1 << 16), end), arguments.channels)
        return
    with output.open("wb") as file:
        for at in range(first, end, 1 << 16):
            recording.read(at, min(at + (1 << 16), end), arguments.channels).tofile(file)


def info(arguments: argparse.Namespace) -> None:
    recording = Recording(arguments.input)
    json.dump({**recording.info, "metadata": recording.metadata}, sys.stdout, indent=2)
    print()


def view(arguments: argparse.Namespace) -> None:
    from .view import write_report

    write_report(arguments.input, arguments.output, at=arguments.start, seconds=arguments.seconds)
    print(f"{arguments.output}: open it in a browser")


def benchmark(arguments: argparse.Namespace) -> None:
    from .benchmark import main as run

    run(arguments)


def hdf5_path(arguments: argparse.Namespace) -> None:
    from ._library import FOLDER

    print(FOLDER)


def parser() -> argparse.ArgumentParser:
    main_parser = argparse.ArgumentParser("nrc-codec", description=DESCRIPTION,
                                          formatter_class=argparse.RawDescriptionHelpFormatter)
    main_parser.add_argument("--version", action="version", version=f"nrc-codec {__version__}")
    commands = main_parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Any, text: str, *, output: bool = True, several: bool = False) -> Any:
        made = commands.add_parser(name, help=text, description=text)
        made.set_defaults(run=run)
        made.add_argument("input", nargs="+" if several else None, help="file to read")
        if output:
            made.add_argument("output", help="file to write")
            made.add_argument("-f", "--force", action="store_true", help="replace the output if it exists")
        return made

    made = command("encode", encode, "compress a recording")
    made.add_argument("--channels", type=int, help="channels of raw samples")
    made.add_argument("--dtype", default="<i2", help="type of raw samples, as NumPy names it (%(default)s)")
    made.add_argument("--rate", type=float, default=0.0, help="sampling rate of raw samples, Hz")
    made.add_argument("--stream", help="stream of a file with several, by neo's name")
    made.add_argument("--preset", choices=PRESETS, default="fast")
    made.add_argument("--threads", type=int, default=0, help="0: one for each processor")
    made.add_argument("--no-verify", dest="verify", action="store_false", help="do not decode and compare")
    made.add_argument("--anyway", action="store_true", help="also if the number of channels seems wrong")
    made = command("decode", decode, "restore samples, raw or .npy")
    made.add_argument("--from", dest="start", type=seconds, default=0.0, help="from this time on, [[H:]M:]S")
    made.add_argument("--seconds", type=seconds, help="so long (up to the end)")
    made.add_argument("--channels", type=channel_list, help="these channels, as in 0-63,70")
    command("info", info, "show what a file contains, as JSON", output=False)
    command("cat", lambda a: join(a.input, a.output, overwrite=a.force), "join files of one rig", several=True)
    made = command("view", view, "write an HTML report: traces, spectrum, ratio by channel and second")
    made.add_argument("--from", dest="start", type=seconds, default=0.0, help="traces from this time on, [[H:]M:]S")
    made.add_argument("--seconds", type=seconds, default=0.2, help="of traces (%(default)s)")
    made = command("benchmark", benchmark, "compare with other codecs on recordings", output=False, several=True)
    made.add_argument("--channels", type=int, help="channels of raw files whose names do not say it (NAME_384ch_...)")
    made.add_argument("--seconds", type=float, default=1.0, help="of a chunk (%(default)s)")
    made.add_argument("--long", type=float, default=0.0, metavar="SECONDS",
                      help="also read a second out of a file of that length, made of the first recording")
    made.add_argument("--write", type=float, default=0.0, metavar="SECONDS",
                      help="also write a file of that length, of samples made on the way")
    made.add_argument("--json", help="file for the figures")
    made.add_argument("--picture", help="SVG file for a picture")
    made = commands.add_parser("hdf5-path", help="print the folder for HDF5_PLUGIN_PATH")
    made.set_defaults(run=hdf5_path)
    return main_parser


def main(argv: list[str] | None = None) -> int:
    arguments = parser().parse_args(argv)
    try:
        arguments.run(arguments)
    except (NrcError, OSError) as error:
        print(f"nrc-codec: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
