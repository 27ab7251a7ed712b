#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Trains the study's autoencoders, one for each ratio (docs/neural.md).

    train_autoencoder.py DATA -o study/generated/autoencoder_weights.cpp --work DIR [--seed 1]

Blocks of one channel become a few numbers that are rounded and entropy-coded, and a network makes the
block of them again. Writes the weights as C++. A run that was stopped goes on where its last
checkpoint (in DIR) was.
"""

import argparse
import pathlib
from collections.abc import Iterable, Sequence

import numpy as np
import stages
import torch
from checkpoint import Checkpoint
from train_predictor import STEPS_PER_CHECKPOINT, Progress

BLOCK = 128
HIDDEN = 32
SIZES = {10: 40, 25: 20, 50: 12, 200: 6}  # ratio to 16-bit samples: numbers of a block
GAINS = {10: 40, 25: 16, 50: 8, 200: 4}  # with which training begins


def blocks(paths: Sequence[pathlib.Path], rng: np.random.Generator, count: int) -> torch.Tensor:
    """Blocks at random places, in deviations of their channel about its mean."""
    result = []
    for path in paths:
        samples = stages.read_codes(path).astype(np.float32)
        samples = (samples - samples.mean()) / max(samples.std(), 1e-3)
        begins = rng.integers(0, len(samples) - BLOCK, count // len(paths) + 1)
        result.append(samples[begins[:, None] + np.arange(BLOCK)])
    return torch.from_numpy(np.concatenate(result))


class Autoencoder(torch.nn.Module):
    """A linear transform to a few numbers and back, with a hidden layer beside it on either way."""

    def __init__(self, numbers: int, gain: float) -> None:
        super().__init__()

        def linear(a: int, b: int) -> torch.nn.Linear:
            return torch.nn.Linear(a, b)

        self.encode_hidden, self.encode_direct = linear(BLOCK, HIDDEN), linear(BLOCK, numbers)
        self.encode_out = linear(HIDDEN, numbers)
        self.decode_hidden, self.decode_direct = linear(numbers, HIDDEN), linear(numbers, BLOCK)
        self.decode_out = linear(HIDDEN, BLOCK)
        torch.nn.init.zeros_(self.encode_out.weight)
        torch.nn.init.zeros_(self.decode_out.weight)
        with torch.no_grad():
            self.encode_direct.weight *= gain
            self.decode_direct.weight /= gain
        self.centre = torch.nn.Parameter(torch.zeros(numbers))
        self.log_scale = torch.nn.Parameter(torch.full((numbers,), float(np.log(gain / 8))))

    def encode(self, x: torch.Tensor) -> torch.Tensor:
        """Numbers [block, number], not rounded, of blocks [block, BLOCK]."""
        return self.encode_direct(x) + self.encode_out(torch.relu(self.encode_hidden(x)))

    def decode(self, z: torch.Tensor) -> torch.Tensor:
        """Blocks [block, BLOCK] of rounded numbers."""
        return self.decode_direct(z) + self.decode_out(torch.relu(self.decode_hidden(z)))

    def bits(self, z: torch.Tensor) -> torch.Tensor:
        """What an ideal code of the rounded numbers needs, a block: logistic distributions."""
        scale = torch.exp(self.log_scale)
        low = torch.sigmoid((z - 0.5 - self.centre) / scale)
        high = torch.sigmoid((z + 0.5 - self.centre) / scale)
        return -torch.log2(torch.clamp(high - low, min=1e-6)).sum(1)


def loss_of(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Error, and that of the differences, so that spikes count beside the slow field potential."""
    error = ((x - y) ** 2).mean()
    dx, dy = x[:, 1:] - x[:, :-1], y[:, 1:] - y[:, :-1]
    return error + ((dx - dy) ** 2).mean() / (x[:, 1:] - x[:, :-1]).pow(2).mean() * 0.2


def train(ratio: int, data: torch.Tensor, arguments: argparse.Namespace, progress: Progress) -> Autoencoder:
    """Trains on blocks [block, BLOCK], or goes on from WORK/autoencoder_RATIO.pt."""
    torch.manual_seed(arguments.seed)
    network = Autoencoder(SIZES[ratio], GAINS[ratio])
    target = 16 * BLOCK / ratio
    optimiser = torch.optim.Adam(network.parameters(), lr=arguments.rate)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, arguments.rate,
                                                   total_steps=arguments.steps)
    options = [arguments.seed, arguments.steps, arguments.blocks, arguments.batch, arguments.rate,
               arguments.test_every, SIZES[ratio]]
    checkpoint = Checkpoint(pathlib.Path(arguments.work) / f"autoencoder_{ratio}.pt", options,
                            network=network, optimiser=optimiser, schedule=schedule)
    saved = checkpoint.load()
    price = saved.get("price", -7.0)  # log of the price of a bit
    for step in range(saved.get("step", 0), arguments.steps):
        generator = torch.Generator().manual_seed(arguments.seed * 1_000_003 + step)
        x = data[torch.randint(len(data), (arguments.batch,), generator=generator)]
        z = network.encode(x)
        noisy = z + torch.rand(z.shape, generator=generator) - 0.5
        bits = network.bits(noisy).mean()
        rounded = z + (torch.round(z) - z).detach()
        loss = loss_of(x, network.decode(rounded)) + np.exp(price) * bits
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        # The price follows until the blocks have the size that the ratio leaves.
        price = float(np.clip(price + 0.03 * np.log(bits.item() / target), -16, 0))
        if (step + 1) % STEPS_PER_CHECKPOINT == 0 or step + 1 == arguments.steps:
            checkpoint.save(step=step + 1, price=price)
        progress(f"ratio {ratio}: step {step + 1} of {arguments.steps}, {bits.item():.1f} bits of "
                 f"{target:.1f}")
    return network


def evaluate(network: Autoencoder, data: torch.Tensor) -> tuple[float, float]:
    """(ratio to 16-bit samples, SNR in dB) on blocks [block, BLOCK]."""
    with torch.no_grad():
        z = torch.round(network.encode(data))
        error = ((data - network.decode(z)) ** 2).sum() / (data ** 2).sum()
        return 16 * BLOCK / network.bits(z).mean().item(), -10 * torch.log10(error).item()


def literals(values: Iterable[float]) -> str:
    """Numbers as the lines of a C++ array, indented."""
    lines, line = [], "   "
    for value in values:
        text = f"{value:.4g}"
        item = f" {text}," if "." in text or "e" in text else f" {text}.0,"
        if len(line) + len(item) > 100:
            lines.append(line)
            line = "   "
        line += item
    return "\n".join(lines + [line])


def matrix(name: str, values: torch.Tensor) -> str:
    """Rows as numbers of 8 bits in hexadecimal, each with a scale of its own."""
    values = values.detach().numpy()
    scales = np.maximum(np.abs(values).max(1) / 127, 1e-9)
    numbers = np.rint(values / scales[:, None]).astype(np.int8)
    text = numbers.tobytes().hex()
    lines = "\n".join(f'    "{text[i:i + 94]}"' for i in range(0, len(text), 94))
    return (f"const double {name}_scales[] = {{\n{literals(scales)}\n}};\n\n"
            f"const char* const {name} =\n{lines};\n\n")


def generated(networks: dict[int, Autoencoder], command: str) -> str:
    """The C++ file with the weights of the networks by their ratio."""
    out = ("// SPDX-License-Identifier: Apache-2.0\n//\n// Weights of the study's autoencoders. "
           f"Generated by {command}.\n// clang-format off\n#include \"autoencoder.hpp\"\n\n"
           "namespace nrc::study {\n\nnamespace {\n\n")
    entries = ""
    for ratio, n in networks.items():
        prefix = f"k_{ratio}"
        fields = [str(ratio), str(SIZES[ratio])]
        for part in ("encode", "decode"):
            for layer in ("hidden", "direct", "out"):
                linear = getattr(n, f"{part}_{layer}")
                name = f"{prefix}_{part}_{layer}"
                out += matrix(name, linear.weight)
                fields.append(f"{{{name}, {name}_scales, {name}_bias}}")
                out += (f"const double {name}_bias[] = {{\n{literals(linear.bias.detach().numpy())}\n"
                        "};\n\n")
        for name, values in (("centre", n.centre), ("scale", torch.exp(n.log_scale))):
            out += (f"const double {prefix}_{name}[] = {{\n{literals(values.detach().numpy())}\n"
                    "};\n\n")
            fields.append(f"{prefix}_{name}")
        entries += "    {" + ",\n     ".join(fields) + "},\n"
    return (out + "}  // namespace\n\nconst std::vector<AutoencoderWeights> kAutoencoders = {\n"
            + entries + "};\n\n}  // namespace nrc::study\n")


def main() -> None:
    """Writes the weights, and what they achieve to standard output."""
    parser = argparse.ArgumentParser(description="Trains the study's autoencoders.")
    parser.add_argument("data", help="directory of mono WAV files")
    parser.add_argument("-o", "--output", required=True, help="C++ file to write")
    parser.add_argument("--work", required=True, help="directory for checkpoints")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--test-every", type=int, default=3, help="every K-th file is not trained on")
    parser.add_argument("--blocks", type=int, default=200_000)
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--rate", type=float, default=4e-3)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    pathlib.Path(arguments.work).mkdir(parents=True, exist_ok=True)
    trained_on, others = stages.recordings(arguments.data, arguments.test_every)
    rng = np.random.default_rng(arguments.seed)
    data = blocks(trained_on, rng, arguments.blocks)
    test = blocks(others, rng, arguments.blocks // 8) if others else None
    progress = Progress()
    networks: dict[int, Autoencoder] = {}
    for ratio in SIZES:
        networks[ratio] = train(ratio, data, arguments, progress)
        achieved, decibels = evaluate(networks[ratio], data)
        text = f"ratio {ratio}: on blocks trained on {achieved:.1f}, {decibels:.2f} dB"
        if test is not None:
            achieved, decibels = evaluate(networks[ratio], test)
            text += f", on others {achieved:.1f}, {decibels:.2f} dB"
        print(text, flush=True)
    pathlib.Path(arguments.output).write_text(generated(networks, "make train-neural"))


if __name__ == "__main__":
    main()
