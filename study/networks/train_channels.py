#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Trains autoencoders of several channels at once and measures them (docs/neural.md).

    train_channels.py FILE... -o table.csv --work DIR [--pairs pairs.txt] [--seed 1]

FILE is raw int16 named like probe_64ch_25000Hz.i16, trained on to two thirds of its time and measured
on the rest. --pairs has the names of two WAV files of one instant in each line; every third pair is
measured, the others are trained on unless they share a file with it. For each ratio the same training
makes an autoencoder of one channel, 128 samples, and one of up to 8 channels. Bits are counted: what an
ideal code spends for the rounded numbers; one factor for all steps of the measured recordings sets
their ratio. A run that was stopped goes on where its last checkpoint (in
DIR) was.
"""

import argparse
import csv
import pathlib
import re

import numpy as np
import scipy.signal
import stages
import torch
from checkpoint import Checkpoint
from numpy.typing import NDArray
from train_predictor import STEPS_PER_CHECKPOINT, Progress

MOST_CHANNELS = 8
SAMPLES, MOST_INPUTS = 128, 512  # of a channel in a block, fewer where that is too many in all
RATIOS = (10, 50, 200)  # to 16-bit samples
HIDDEN = 32
LEAST_DEVIATION = 0.2  # numbers that hardly ever round to another one are left out
PAIR_RATE = 20000.0
Band = tuple[float | None, float | None]  # Hz; None: no limit
BANDS: tuple[Band, ...] = ((0, 300), (300, 3000), (3000, None))  # Hz


class RecordingSet:
    """Recordings of one kind, in deviations of the channels: [channel, frame] each."""

    def __init__(self, name: str, rate: float, trained_on: list[NDArray[np.float32]],
                 others: list[NDArray[np.float32]]) -> None:
        self.name, self.rate, self.trained_on, self.others = name, rate, trained_on, others
        channels = trained_on[0].shape[0]
        self.group = max(c for c in range(1, MOST_CHANNELS + 1) if channels % c == 0)


def standardised(part: NDArray[np.float64], like: NDArray[np.float64]) -> NDArray[np.float32]:
    """Samples [channel, frame] in deviations of `like` about its mean."""
    mean, deviation = like.mean(1, keepdims=True), like.std(1, keepdims=True)
    return ((part - mean) / np.maximum(deviation, 1e-3)).astype(np.float32)


def chained(x: NDArray[np.float64]) -> list[int]:
    """Order of the channels in which each one is much like the one before it."""
    likeness = np.abs(np.corrcoef(x))
    order, left = [0], set(range(1, len(x)))
    while left:
        order.append(max(sorted(left), key=lambda c: likeness[order[-1], c]))
        left.remove(order[-1])
    return order


def read_file(path: pathlib.Path) -> RecordingSet:
    """A raw file, two thirds of its time to train on. Exits if its name or length does not fit."""
    match = re.search(r"_(\d+)ch_(\d+)Hz\.i16$", path.name)
    if not match:
        stages.fail(f"{path}: give raw files with a name like probe_64ch_25000Hz.i16")
    x = np.fromfile(path, dtype="<i2").reshape(-1, int(match[1])).T.astype(np.float64)
    split = x.shape[1] * 2 // 3
    if x.shape[1] - split < 8 * SAMPLES:
        stages.fail(f"{path}: {x.shape[1]} frames are too few to train on two thirds of them")
    early, late = x[:, :split], x[:, split:]
    order = chained(early + 1e-6 * np.random.default_rng(0).standard_normal(early.shape))
    return RecordingSet(path.name, float(match[2]), [standardised(early, early)[order]],
                        [standardised(late, early)[order]])


def read_pairs(path: pathlib.Path, most: int) -> RecordingSet:
    """The first `most` pairs of a file, a third of them to measure. Exits if too few share no file."""
    lines = [line.split() for line in path.read_text().splitlines() if line.strip()][:most]
    tested = {name for pair in lines[2::3] for name in pair}

    def load(pair: list[str]) -> NDArray[np.float32]:
        channels = [stages.read_codes(path.parent / name) for name in pair]
        frames = min(map(len, channels))
        both = np.stack([c[:frames] for c in channels]).astype(np.float64)
        return standardised(both, both)

    trained_on = [load(p) for p in lines if not tested & set(p)]
    if not trained_on or not tested:
        stages.fail(f"{path}: too few pairs that share no file; give more of them")
    return RecordingSet(f"{len(lines)} pairs", PAIR_RATE, trained_on, [load(p) for p in lines[2::3]])


def grouped(x: NDArray[np.float32], channels: int, samples: int) -> NDArray[np.float32]:
    """Whole blocks of a recording one after the other: [block, channel * sample]."""
    count = x.shape[1] // samples
    x = x[:, :count * samples].reshape(-1, channels, count, samples)
    return np.ascontiguousarray(x.transpose(0, 2, 1, 3)).reshape(-1, channels * samples)


def ungrouped(blocks: NDArray[np.float32], channels: int, samples: int, recording_channels: int) -> NDArray[np.float32]:
    """The recording [channel, frame] that grouped() took apart, whole blocks of it."""
    x = blocks.reshape(recording_channels // channels, -1, channels, samples)
    return x.transpose(0, 2, 1, 3).reshape(recording_channels, -1)


def random_blocks(recordings: list[NDArray[np.float32]], channels: int, samples: int, count: int,
                  seed: int) -> torch.Tensor:
    """`count` blocks at random places of random recordings: [block, channel * sample]."""
    rng = np.random.default_rng(seed)
    result = []
    for _ in range(count):
        x = recordings[rng.integers(len(recordings))]
        first = channels * rng.integers(x.shape[0] // channels)
        at = rng.integers(x.shape[1] - samples)
        result.append(x[first:first + channels, at:at + samples].reshape(-1))
    return torch.from_numpy(np.stack(result))


class Autoencoder(torch.nn.Module):
    """Begins as the principal components in steps of a width, with a hidden layer that adds nothing."""

    def __init__(self, data: torch.Tensor, bits: float) -> None:
        super().__init__()
        mean = data.mean(0)
        values, vectors = torch.linalg.eigh(torch.cov((data - mean).T).double())
        deviations = values.clamp(min=0).sqrt().flip(0).float()
        low, high = -8.0, 12.0
        for _ in range(40):  # the width of a step that makes the size right
            gain = 2.0 ** ((low + high) / 2)
            spent = torch.log2(1 + (4.1 * (gain * deviations) ** 2)).sum().item() / 2
            low, high = (low, np.log2(gain)) if spent > bits else (np.log2(gain), high)
        numbers = max(1, int((gain * deviations > LEAST_DEVIATION).sum()))
        basis = vectors.flip(1)[:, :numbers].float()
        self.gain = gain
        inputs = data.shape[1]

        def linear(a: int, b: int) -> torch.nn.Linear:
            return torch.nn.Linear(a, b)

        self.encode_hidden, self.decode_hidden = linear(inputs, HIDDEN), linear(numbers, HIDDEN)
        self.encode_out, self.decode_out = linear(HIDDEN, numbers), linear(HIDDEN, inputs)
        self.encode_direct, self.decode_direct = linear(inputs, numbers), linear(numbers, inputs)
        with torch.no_grad():
            for out in (self.encode_out, self.decode_out):
                out.weight.zero_()
                out.bias.zero_()
            self.encode_direct.weight.copy_(basis.T)
            self.encode_direct.bias.copy_(-basis.T @ mean)
            self.decode_direct.weight.copy_(basis)
            self.decode_direct.bias.copy_(mean)
        self.centre = torch.nn.Parameter(torch.zeros(numbers))
        self.log_scale = torch.nn.Parameter(
            torch.log((gain * deviations[:numbers]).clamp(min=0.1) * 3 ** 0.5 / np.pi))

    def encode(self, x: torch.Tensor) -> torch.Tensor:
        """Numbers [block, number], not rounded, of blocks [block, channel * sample]."""
        return self.gain * (self.encode_direct(x) +
                            self.encode_out(torch.relu(self.encode_hidden(x))))

    def decode(self, z: torch.Tensor) -> torch.Tensor:
        """Blocks of rounded numbers."""
        y = z / self.gain
        return self.decode_direct(y) + self.decode_out(torch.relu(self.decode_hidden(y)))

    def bits(self, z: torch.Tensor) -> torch.Tensor:
        """What an ideal code of the rounded numbers needs, a block: logistic distributions."""
        scale = torch.exp(self.log_scale)
        low = torch.sigmoid((z - 0.5 - self.centre) / scale)
        high = torch.sigmoid((z + 0.5 - self.centre) / scale)
        return -torch.log2(torch.clamp(high - low, min=1e-6)).sum(1)


def train(data: torch.Tensor, channels: int, samples: int, ratio: int,
          arguments: argparse.Namespace, checkpoint_name: str, progress: Progress) -> Autoencoder:
    """Trains on blocks [block, channel * sample], or goes on from WORK/`checkpoint_name`.pt."""
    torch.manual_seed(arguments.seed)
    target = 16 * channels * samples / ratio
    network = Autoencoder(data, target)
    optimiser = torch.optim.Adam(network.parameters(), lr=arguments.rate)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, arguments.rate,
                                                   total_steps=arguments.steps)
    options = [arguments.seed, arguments.steps, arguments.blocks, arguments.batch, arguments.rate,
               channels, samples, ratio]
    checkpoint = Checkpoint(pathlib.Path(arguments.work) / f"{checkpoint_name}.pt", options,
                            network=network, optimiser=optimiser, schedule=schedule)
    saved = checkpoint.load()
    # The price of a bit is what fine steps would gain with it; it follows until the size is right.
    price = saved.get("price", float(np.log(np.log(4) / 12 / network.gain ** 2 / data.shape[1])))
    for step in range(saved.get("step", 0), arguments.steps):
        generator = torch.Generator().manual_seed(arguments.seed * 1_000_003 + step)
        x = data[torch.randint(len(data), (arguments.batch,), generator=generator)]
        z = network.encode(x)
        bits = network.bits(z + torch.rand(z.shape, generator=generator) - 0.5).mean()
        error = ((x - network.decode(z + (torch.round(z) - z).detach())) ** 2).mean()
        optimiser.zero_grad()
        (error + np.exp(price) * bits).backward()
        optimiser.step()
        schedule.step()
        price = float(np.clip(price + 0.02 * np.log(bits.item() / target), -16, 0))
        if (step + 1) % STEPS_PER_CHECKPOINT == 0 or step + 1 == arguments.steps:
            checkpoint.save(step=step + 1, price=price)
        progress(f"{checkpoint_name}: step {step + 1} of {arguments.steps}, {bits.item():.1f} bits of "
                 f"{target:.1f}")
    return network


def band_pass(x: NDArray[np.float64], band: Band, rate: float) -> NDArray[np.float64]:
    """Butterworth filters of second order, forwards and backwards."""
    for edge, kind in ((band[0], "highpass"), (band[1], "lowpass")):
        if edge:
            x = scipy.signal.sosfiltfilt(
                scipy.signal.butter(2, min(edge / rate * 2, 0.98), kind, output="sos"), x)
    return x


def spikes_of(high: NDArray[np.float64], rate: float, threshold: float) -> list[int]:
    """Peaks of the magnitude over the threshold within 0.5 ms, at least 1 ms apart."""
    places, at = [], 0
    over = np.flatnonzero(np.abs(high) > threshold)
    for i in over.tolist():
        if i < at:
            continue
        peak = i + int(np.argmax(np.abs(high[i:i + int(np.ceil(0.0005 * rate)) + 1])))
        places.append(peak)
        at = peak + int(np.ceil(0.001 * rate)) + 1
    return places


def matched(original: list[int], decoded: list[int], reach: float) -> int:
    """How many of the spikes are in both, at most `reach` frames apart."""
    kept, following = 0, 0
    for place in original:
        while following < len(decoded) and decoded[following] < place - reach:
            following += 1
        if following < len(decoded) and decoded[following] <= place + reach:
            kept, following = kept + 1, following + 1
    return kept


def decibels(signal: float, error: float) -> float:
    """Ratio of two energies, in dB."""
    return 10 * np.log10(max(signal, 1e-12) / max(error, 1e-12))


def set_ratio(network: Autoencoder, recordings: list[NDArray[np.float32]], channels: int,
              samples: int, ratio: int) -> None:
    """Widens or narrows all steps until the recordings have the ratio, as an encoder may do."""
    blocks = torch.cat([torch.from_numpy(grouped(x, channels, samples)) for x in recordings])
    gain, centre, log_scale = network.gain, network.centre.clone(), network.log_scale.clone()
    low, high = -3.0, 3.0
    with torch.no_grad():
        for _ in range(14):
            factor = 2.0 ** ((low + high) / 2)
            network.gain = gain * factor
            network.centre.copy_(centre * factor)
            network.log_scale.copy_(log_scale + np.log(factor))
            spent = network.bits(torch.round(network.encode(blocks))).mean().item()
            too_many = spent > 16 * channels * samples / ratio
            low, high = (low, np.log2(factor)) if too_many else (np.log2(factor), high)


def measure(network: Autoencoder, recordings: list[NDArray[np.float32]], channels: int,
            samples: int, rate: float) -> list[str | int]:
    """The row of the table: ratio, SNR (dB) of all and of BANDS, spikes kept (%), lost and added."""
    bits = 0.0
    count = kept = spikes = found = 0
    signal_energy, error_energy = np.zeros(4), np.zeros(4)
    for x in recordings:
        blocks = torch.from_numpy(grouped(x, channels, samples))
        with torch.no_grad():
            z = torch.round(network.encode(blocks))
            bits += network.bits(z).sum().item()
            decoded = ungrouped(network.decode(z).numpy(), channels, samples, x.shape[0])
        # Both variants are measured on the same samples.
        frames = x.shape[1] // SAMPLES * SAMPLES
        count += decoded.size
        original, again = x[:, :frames].astype(np.float64), decoded[:, :frames].astype(np.float64)
        error = original - again
        for n, band in enumerate((None, *BANDS)):
            for energy, signal in ((signal_energy, original), (error_energy, error)):
                energy[n] += ((signal if band is None else band_pass(signal, band, rate)) ** 2).sum()
        high, high_decoded = (band_pass(s, (300, None), rate) for s in (original, again))
        for h, d in zip(high, high_decoded, strict=True):
            threshold = 5 * np.median(np.abs(h)) / 0.6745
            places, places_again = spikes_of(h, rate, threshold), spikes_of(d, rate, threshold)
            kept += matched(places, places_again, 0.0005 * rate)
            spikes, found = spikes + len(places), found + len(places_again)
    snr = [f"{decibels(s, e):.2f}" for s, e in zip(signal_energy, error_energy, strict=True)]
    return [f"{16 * count / bits:.2f}", *snr, f"{100 * kept / max(spikes, 1):.1f}", spikes - kept,
            found - kept]


def main() -> None:
    """Writes the table, and each row to standard output when it is known."""
    parser = argparse.ArgumentParser(description="Trains autoencoders of several channels.")
    parser.add_argument("files", nargs="*", type=pathlib.Path, help="raw files, NAME_<C>ch_<Hz>Hz.i16")
    parser.add_argument("--pairs", type=pathlib.Path,
                        help="file beside WAV files, the names of two of them in each line")
    parser.add_argument("--max-pairs", type=int, default=90, help="lines of --pairs that are read")
    parser.add_argument("-o", "--output", required=True, help="table to write, CSV")
    parser.add_argument("--work", required=True, help="directory for checkpoints")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--blocks", type=int, default=30_000)
    parser.add_argument("--steps", type=int, default=500)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--rate", type=float, default=5e-4)
    arguments = parser.parse_args()
    if not arguments.files and not arguments.pairs:
        stages.fail("no recording; give raw files or --pairs")
    torch.set_num_threads(1)
    pathlib.Path(arguments.work).mkdir(parents=True, exist_ok=True)
    sets = [read_file(path) for path in arguments.files]
    if arguments.pairs:
        sets.append(read_pairs(arguments.pairs, arguments.max_pairs))
    progress = Progress()
    rows: list[list[str | int]] = [["recordings", "autoencoder", "numbers", "ratio", "SNR dB", "SNR dB to 300 Hz",
             "300 to 3000", "above 3000", "spikes kept, %", "lost", "added"]]
    for recordings in sets:
        for channels in (1, recordings.group):
            samples = min(SAMPLES, 2 ** int(np.log2(MOST_INPUTS // channels)))
            data = random_blocks(recordings.trained_on, channels, samples, arguments.blocks,
                                 arguments.seed)
            for ratio in RATIOS:
                name = f"{recordings.name} {channels}x{samples} {ratio}".replace(" ", "_")
                network = train(data, channels, samples, ratio, arguments, name, progress)
                set_ratio(network, recordings.others, channels, samples, ratio)
                rows.append([recordings.name, f"{channels} x {samples}", len(network.centre),
                             *measure(network, recordings.others, channels, samples, recordings.rate)])
                print(" | ".join(map(str, rows[-1])), flush=True)
    partial = pathlib.Path(f"{arguments.output}.part")
    with partial.open("w", newline="", encoding="utf-8") as table:
        csv.writer(table).writerows(rows)
    partial.replace(arguments.output)


if __name__ == "__main__":
    main()
