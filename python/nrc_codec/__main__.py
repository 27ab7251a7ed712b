# SPDX-License-Identifier: Apache-2.0
"""The command line of the package: python -m nrc_codec, or nrc-codec."""

from __future__ import annotations

import argparse
import io
import json
import math
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np

from . import NrcError, Recording, __version__, join, open, write
from ._arrays import MAX_CHANNELS, PRESETS, check_dtype, check_rate
from .recording import new_file, notes, whole_file

DESCRIPTION = """Lossless compression of multichannel recordings.

encode reads raw samples (--channels), NumPy files (.npy), and what neo reads: SpikeGLX, Open Ephys, Intan,
Blackrock, Neuralynx, EDF and others; gains, offsets, names and the start time are kept."""


def channel_list(text: str) -> list[int]:
    """The numbers of a list as in 0-63,70."""
    numbers: list[int] = []
    for part in text.split(","):
        first, dash, last = part.partition("-")
        if not first.isdecimal() or (dash and not last.isdecimal()) or (dash and int(last) < int(first)):
            raise argparse.ArgumentTypeError(f"{text}: not a list of channels, as in 0-63,70")
        if int(last or first) >= MAX_CHANNELS:
            raise argparse.ArgumentTypeError(f"{text}: channels are numbered from 0 to {MAX_CHANNELS - 1} at most")
        numbers += range(int(first), int(last or first) + 1)
    return numbers


def seconds(text: str) -> float:
    """Seconds of [[H:]M:]S."""
    total = 0.0
    try:
        for part in text.split(":"):
            total = total * 60 + float(part)
    except ValueError:
        total = math.nan
    if not 0 <= total < math.inf:
        raise argparse.ArgumentTypeError(f"{text}: not a time, as in 90.5 or 1:30")
    return total


def file_name(text: str) -> str:
    if text == "-":
        raise argparse.ArgumentTypeError("pipes are for the command nrc; give the name of a file")
    return text


def channel_count(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= MAX_CHANNELS:
        raise argparse.ArgumentTypeError(f"{text}: not a number of channels; give 1 to {MAX_CHANNELS}")
    return int(text)


def thread_count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text}: not a number of threads; 0 is one for each processor")
    return int(text)


def sample_type(text: str) -> np.dtype:
    try:
        return np.dtype(text)
    except TypeError:
        other = "; the command `nrc encode` reads it" if text in ("int24", "uint24") else ""
        raise argparse.ArgumentTypeError(
            f"{text}: NumPy has no such type{other or '; give one as <i2, uint16 or >i4'}") from None


def note(text: str) -> None:
    print(f"nrc-codec: note: {text}", file=sys.stderr)


def is_stream(path: Path) -> bool:
    """Whether a file is one that nrc wrote."""
    try:
        Recording(path)
    except (NrcError, OSError):
        return False
    return True


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
                "channels seems wrong; check --channels and --dtype, or")
    return ""


def raw_samples(path: Path, kind: np.dtype, channels: int, anyway: bool) -> np.ndarray:
    with path.open("rb") as file:
        begin = file.read(4)
    if begin in (b"RIFF", b"RF64", b"BW64", b"riff") and not anyway:
        raise NrcError(f"{path} is a WAV file, which the command `nrc encode` reads; --anyway takes its header for "
                       "samples")
    if not anyway and is_stream(path):
        raise NrcError(f"{path} is an nrc file already; --anyway takes its bytes for samples")
    size = path.stat().st_size
    frames, rest = divmod(size, kind.itemsize * channels)
    if rest and not anyway:
        raise NrcError(f"{path} has {size} bytes, no whole number of frames of {channels} channels of {kind}; give "
                       "--channels and --dtype as they were recorded, or --anyway to leave out the last "
                       f"{rest} bytes of a file that was cut")
    if rest:
        note(f"{path}: the last {rest} bytes are not a whole frame and are left out")
    if not frames:
        note(f"{path} holds no samples")
        return np.empty((0, channels), kind)
    return np.memmap(path, kind, "r", shape=(frames, channels))


def checked_layout(path: Path, samples: np.ndarray, anyway: bool) -> np.ndarray:
    """Samples as frames x channels. Raises NrcError if that does not seem to be what they are."""
    if samples.ndim == 1:
        samples = samples.reshape(-1, 1)
    if samples.ndim != 2:
        raise NrcError(f"{path} has {samples.ndim} dimensions; give frames x channels")
    check_dtype(samples.dtype)
    frames, channels = samples.shape
    wrong = suspect_layout(samples)
    if path.suffix == ".npy" and 1 < frames < channels:
        wrong = f"{frames} frames of {channels} channels seem to be {frames} channels; transpose the array, or"
    if wrong and not anyway:
        raise NrcError(f"{path}: {wrong} give --anyway")
    return samples


def numpy_file(path: Path) -> np.ndarray:
    try:
        return np.load(path, mmap_mode="r")
    except (ValueError, EOFError) as error:  # cut, pickled, or no such file at all
        raise NrcError(f"{path}: NumPy cannot map it as an array ({error}); save the samples with "
                       "numpy.save()") from None


def say_notes(path: Path, samples: Any, preset: str, *, certain_type: bool) -> None:
    """Prints what the user should know of samples, before the time that encoding them takes."""
    for text in notes(samples, preset=preset, certain_type=certain_type):
        note(f"{path}: {text}")


def check_options(arguments: argparse.Namespace, *, numpy: bool, raw: bool) -> None:
    """Raises NrcError if options contradict what kind of file the input is: neo reads what is neither."""
    path = arguments.input
    check_rate(arguments.rate)
    if arguments.dtype:
        check_dtype(arguments.dtype)
    if not raw and (arguments.dtype or arguments.big_endian):
        states = "a NumPy file states its type" if numpy else "raw samples need --channels as well"
        raise NrcError(f"{path}: --dtype, --type and --big-endian are of raw samples; {states}")
    if numpy and arguments.channels:
        raise NrcError(f"{path}: --channels is of raw samples; a NumPy file states its shape")
    if (raw or numpy) and arguments.stream:
        raise NrcError(f"{path}: --stream is of files that neo reads, not of raw samples or NumPy files")
    if not raw and not numpy and arguments.rate:
        raise NrcError(f"{path}: --rate is of raw samples, which need --channels as well; other files state their rate")


def encode(arguments: argparse.Namespace) -> None:
    path, output = Path(arguments.input), Path(arguments.output)
    options = {"preset": arguments.preset, "threads": arguments.threads, "verify": arguments.verify,
               "overwrite": arguments.force}
    numpy = path.suffix == ".npy"
    raw = bool(arguments.channels) and not numpy
    check_options(arguments, numpy=numpy, raw=raw)
    if numpy or raw:
        if numpy:
            samples = numpy_file(path)
        else:
            kind = arguments.dtype or np.dtype("<i2")
            kind = kind.newbyteorder(">") if arguments.big_endian else kind
            samples = raw_samples(path, kind, arguments.channels, arguments.anyway)
        samples = checked_layout(path, samples, arguments.anyway)
        new_file(output, arguments.force)
        say_notes(path, samples, arguments.preset, certain_type=not raw)
        write(output, samples, rate=arguments.rate, **options)
        return
    from .acquisition import open_acquisition

    if path.is_file() and is_stream(path):
        raise NrcError(f"{path} is an nrc file already")
    found = open_acquisition(path, arguments.stream)
    several = len(found.segments) > 1
    names = [output.with_name(f"{output.stem}-{number}{output.suffix}") if several else output
             for number in range(len(found.segments))]
    for name in names:
        new_file(name, arguments.force)
    say_notes(path, found.segments[0], arguments.preset, certain_type=True)
    for name, samples in zip(names, found.segments, strict=True):
        write(name, samples, rate=found.rate, metadata={"recording": {**found.facts, "t_start": samples.t_start}},
              **options)
    if several:
        note(f"{path} has {len(names)} recordings, which are in {names[0]} to {names[-1].name}")
    if found.left_out:
        note(f"{path}: stream {', '.join(found.left_out)} is left out; --stream chooses it")


def decode(arguments: argparse.Namespace) -> None:
    recording, output = open(arguments.input), Path(arguments.output)
    rate = recording.rate
    if output.suffix.lower() in (".wav", ".w64"):
        raise NrcError(f"{output}: WAV files are written by the command `nrc decode`; this one writes raw samples, or "
                       ".npy")
    if not recording.info["closed"] and not arguments.anyway:
        raise NrcError(f"{arguments.input} was cut, or is still being written: its first {len(recording)} "
                       "frames are whole; --anyway decodes these")
    if (arguments.start or arguments.seconds) and not rate:
        raise NrcError(f"{arguments.input} does not state its sampling rate, so that no time is at a certain frame")
    frames, all_channels = recording.shape
    first = round(arguments.start * rate)
    if first > 0 and first >= frames:
        raise NrcError(f"{arguments.input} ends after {frames / rate:.6g} s, before the part begins")
    end = frames if arguments.seconds is None else min(first + round(arguments.seconds * rate), frames)
    chosen = arguments.channels or None
    if chosen and max(chosen) >= all_channels:
        raise NrcError(f"{arguments.input} has channels 0 to {all_channels - 1}, no channel {max(chosen)}")
    channels = len(chosen) if chosen else all_channels
    with whole_file(output, arguments.force) as temporary:
        if output.suffix == ".npy":
            with temporary.open("wb") as file:
                np.lib.format.write_array_header_1_0(file, {
                    "descr": np.lib.format.dtype_to_descr(recording.dtype), "fortran_order": False,
                    "shape": (end - first, channels)})
        with temporary.open("ab") as file:
            for at in range(first, end, 1 << 16):
                file.write(recording.read(at, min(at + (1 << 16), end), chosen))


def info(arguments: argparse.Namespace) -> None:
    recording = Recording(arguments.input)
    json.dump({**recording.info, "metadata": recording.metadata}, sys.stdout, indent=2)
    print()


def view(arguments: argparse.Namespace) -> None:
    from .view import write_report

    new_file(arguments.output, arguments.force)
    write_report(arguments.input, arguments.output, at=arguments.start, seconds=arguments.seconds)
    print(f"{arguments.output}: open it in a browser")


def benchmark(arguments: argparse.Namespace) -> None:
    from .benchmark import main as run

    if not arguments.seconds > 0:
        raise NrcError(f"chunks of {arguments.seconds} s; give --seconds more than 0")
    # Before the minutes that measuring takes.
    for name in filter(None, (arguments.json, arguments.picture)):
        new_file(name, overwrite=True)
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
        made.add_argument("input", type=file_name, nargs="+" if several else None, help="file to read")
        if output:
            made.add_argument("output", type=file_name, help="file to write")
            made.add_argument("-f", "--force", action="store_true", help="replace the output if it exists")
        return made

    made = command("encode", encode, "compress a recording")
    made.add_argument("--channels", type=channel_count, help="channels of raw samples")
    made.add_argument("--dtype", "--type", type=sample_type, help="type of raw samples, as NumPy names it (<i2)")
    made.add_argument("--big-endian", action="store_true", help="raw samples begin with their highest byte")
    made.add_argument("--rate", type=float, default=0.0, help="sampling rate of raw samples, Hz")
    made.add_argument("--stream", help="stream of a file with several, by neo's name")
    made.add_argument("--preset", choices=PRESETS, default="fast")
    made.add_argument("--threads", type=thread_count, default=0, help="0: one for each processor")
    made.add_argument("--no-verify", dest="verify", action="store_false", help="do not decode and compare")
    made.add_argument("--anyway", action="store_true",
                      help="also if the number of channels seems wrong, the file was cut inside a frame, or it "
                      "holds no raw samples")
    made = command("decode", decode, "restore samples, raw or .npy")
    made.add_argument("--from", dest="start", type=seconds, default=0.0, help="from this time on, [[H:]M:]S")
    made.add_argument("--seconds", type=seconds, help="so long (up to the end)")
    made.add_argument("--channels", type=channel_list, help="these channels, as in 0-63,70")
    made.add_argument("--anyway", action="store_true", help="also what is whole of a file that was cut")
    command("info", info, "show what a file contains, as JSON", output=False)
    command("cat", lambda a: join(a.input, a.output, overwrite=a.force), "join files of one rig", several=True)
    made = command("view", view, "write an HTML report: traces, spectrum, ratio by channel and second")
    made.add_argument("--from", dest="start", type=seconds, default=0.0, help="traces from this time on, [[H:]M:]S")
    made.add_argument("--seconds", type=seconds, default=0.2, help="of traces (%(default)s)")
    made = command("benchmark", benchmark, "compare with other codecs on recordings", output=False, several=True)
    made.add_argument("--channels", type=channel_count,
                      help="channels of raw files whose names do not say it (NAME_384ch_...)")
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


def end(number: int, _frame: Any) -> None:
    """Ends the command at a signal as at an error: unfinished files are removed."""
    raise SystemExit(128 + number)


def main(argv: list[str] | None = None) -> int:
    arguments = parser().parse_args(argv)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # names of files need not be text
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, end)
        # The terminal is closed, or the connection to it lost. nohup ignores it.
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            signal.signal(signal.SIGHUP, end)
    try:
        arguments.run(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        # As of `| head`, which has read enough. What is left in the buffer goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE
    except OSError as error:
        # What the system says of no file is of the one that is written.
        where = error.filename or (error.strerror and getattr(arguments, "output", None))
        print(f"nrc-codec: {where}: {error.strerror}" if where else f"nrc-codec: {error}", file=sys.stderr)
        return 1
    except NrcError as error:
        print(f"nrc-codec: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("nrc-codec: interrupted", file=sys.stderr)
        return 128 + signal.SIGINT
    return 0


if __name__ == "__main__":
    sys.exit(main())
