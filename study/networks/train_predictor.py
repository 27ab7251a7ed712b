#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Trains the network of the neural profile and writes its table files (docs/neural.md).

    train_predictor.py DATA -o DIR --range range.json [--seed 1] [--test-every 3]

DATA holds mono WAV files of a 10-bit ADC, range.json comes from `nrc train --profile range`. Writes
neural_default.json and neural_generic.json to DIR. A run that was stopped goes on where its last
checkpoint was (DIR/predictor.pt), if it is started with the same options. The same seed, data and
version of PyTorch on one thread give the same weights.
"""

import argparse
import itertools
import json
import pathlib
import sys
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import stages
import torch
from checkpoint import Checkpoint
from numpy.typing import NDArray

UNIT = 32.0  # inputs are divided by this in training
DELTA_LIMIT, WIDENING_LIMIT = 511, 48
STEPS_PER_CHECKPOINT = 500

Data = tuple[torch.Tensor, torch.Tensor]  # inputs [code, INPUTS] int8, edges [code, 2] float32


class Progress:
    """One line that is written again and again on a terminal, a few lines elsewhere."""

    def __init__(self) -> None:
        self.begin, self.last = time.time(), 0.0

    def __call__(self, text: str) -> None:
        terminal = sys.stderr.isatty()
        now = time.time()
        if now - self.last >= (0.5 if terminal else 60):
            self.last = now
            print(f"{text}, {now - self.begin:.0f} s", end="\r" if terminal else "\n",
                  file=sys.stderr, flush=True)


class Loss(torch.nn.Module):
    """Bits that the range coder spends on a code, from the distribution of the range tables."""

    def __init__(self, cumulative: NDArray[np.int64]) -> None:
        super().__init__()
        self.register_buffer("table", torch.tensor(cumulative, dtype=torch.float32))

    def frequency(self, deviate: torch.Tensor) -> torch.Tensor:
        """Cumulative frequency, of 65536, at deviates [code]."""
        # Entry k is the cumulative frequency anywhere in [k, k + 1): on average in its middle.
        place = torch.clamp(deviate + 1024 - 0.5, 0, 2046.99)
        low = place.floor()
        k = low.long()
        return torch.lerp(self.table[k], self.table[k + 1], place - low)

    def forward(self, edges: torch.Tensor, delta: torch.Tensor, gamma: torch.Tensor) -> torch.Tensor:
        """Bits [code] for edges [code, 2], both in deviates, and the network's corrections [code]."""
        narrow = torch.exp2(-gamma / 16)
        low = self.frequency((edges[:, 0] - delta) * narrow)
        high = self.frequency((edges[:, 1] - delta) * narrow)
        return -torch.log2(torch.clamp(high - low, min=1.0) / 65536)


def quantised(value: torch.Tensor, low: float, high: float) -> torch.Tensor:
    """Rounds in the forward pass, passes the gradient through in the backward pass."""
    return value + (torch.clamp(torch.round(value), low, high) - value).detach()


class Network(torch.nn.Module):
    """Dense layers. `exact` computes with the weights and shifts that the codec will have."""

    def __init__(self, hidden: Sequence[int]) -> None:
        super().__init__()
        sizes = [stages.INPUTS, *hidden, 2]
        self.layers = torch.nn.ModuleList(
            torch.nn.Linear(a, b) for a, b in itertools.pairwise(sizes))
        torch.nn.init.zeros_(self.layers[-1].weight)
        torch.nn.init.zeros_(self.layers[-1].bias)

    def scale(self, i: int) -> int:
        """Bits of the fraction of a layer's weights: the most that fit in 8 bits."""
        most = max(self.layers[i].weight.abs().max().item(), 2.0 ** -12)
        return int(min(np.floor(np.log2(127.0 / most)), 14))

    def forward(self, x: torch.Tensor, exact: bool = False) -> torch.Tensor:
        """Corrections [code, 2] for inputs [code, INPUTS] / UNIT."""
        # Activations are in 1/UNIT; outputs in deviates and 1/16 octaves.
        last = len(self.layers) - 1
        for i, layer in enumerate(self.layers):
            weight, bias = layer.weight, layer.bias
            if exact:
                unit = 2.0 ** self.scale(i)
                weight = quantised(weight * unit, -127, 127) / unit
                bias = quantised(bias * unit * UNIT, -2 ** 20, 2 ** 20) / (unit * UNIT)
            x = torch.nn.functional.linear(x, weight, bias)
            if exact:  # the shift floors: on average half a unit is lost, as training sees
                x = x + ((x * UNIT).floor() / UNIT - x).detach()
            if i < last:
                x = torch.clamp(x, 0, 127 / UNIT)
        return torch.clamp(x * UNIT, -DELTA_LIMIT, DELTA_LIMIT)

    def integer_layers(self) -> list[dict[str, Any]]:
        """The layers as a table file has them."""
        result: list[dict[str, Any]] = []
        for i, layer in enumerate(self.layers):
            unit = 2.0 ** self.scale(i)
            weights = torch.clamp(torch.round(layer.weight.detach() * unit), -127, 127)
            bias = torch.clamp(torch.round(layer.bias.detach() * unit * UNIT), -2 ** 20, 2 ** 20)
            result.append({
                "inputs": weights.shape[1], "outputs": weights.shape[0],
                "shift": max(self.scale(i), 0),
                "bias": [int(b) for b in bias],
                "weights": [int(w) for w in weights.flatten()]})
        return result


def outputs(network: Network, inputs: torch.Tensor, exact: bool) -> tuple[torch.Tensor, torch.Tensor]:
    """(delta in deviates, gamma in 1/16 octave) for inputs [code, INPUTS] int8."""
    out = network(inputs.float() / UNIT, exact)
    return out[:, 0], torch.clamp(out[:, 1], -WIDENING_LIMIT, WIDENING_LIMIT)


def sample(paths: Sequence[pathlib.Path], tables: stages.RangeTables, arguments: argparse.Namespace,
           count: int, progress: Progress, what: str) -> Data:
    """Inputs and edges of `count` codes, taken at random from the beginning of each file."""
    rng = np.random.default_rng(arguments.seed)
    groups = [paths[i:i + 128] for i in range(0, len(paths), 128)]
    inputs, edges = [], []
    for number, group in enumerate(groups):
        def show(done: int, total: int, part: int = number + 1) -> None:
            progress(f"{what}: part {part} of {len(groups)}, {100 * done // total} %")

        i, e, valid = stages.run(group, tables, arguments.codes, show)
        valid[:300] = False  # the state has not settled
        places = np.flatnonzero(valid.reshape(-1))
        share = min(count * len(group) // len(paths), len(places))
        places = np.sort(rng.choice(places, share, replace=False))
        inputs.append(i.reshape(-1, stages.INPUTS)[places])
        edges.append(e.reshape(-1, 2)[places])
    return torch.from_numpy(np.concatenate(inputs)), torch.from_numpy(np.concatenate(edges))


def evaluate(network: Network, loss: Loss, data: Data, exact: bool = True) -> float:
    """Mean bits of a code."""
    inputs, edges = data
    total = 0.0
    with torch.no_grad():
        for at in range(0, len(inputs), 1 << 16):
            delta, gamma = outputs(network, inputs[at:at + (1 << 16)], exact)
            total += loss(edges[at:at + (1 << 16)], delta, gamma).sum().item()
    return total / len(inputs)


def train(network: Network, loss: Loss, data: Data, arguments: argparse.Namespace,
          path: pathlib.Path, progress: Progress) -> None:
    """Trains the network, or goes on from the checkpoint at `path`."""
    inputs, edges = data
    steps = arguments.epochs * (len(inputs) // arguments.batch)
    optimiser = torch.optim.Adam(network.parameters(), lr=arguments.rate)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, arguments.rate, total_steps=steps)
    options = [arguments.seed, steps, arguments.hidden, arguments.batch, arguments.rate,
               arguments.codes, arguments.test_every, len(inputs)]
    checkpoint = Checkpoint(path, options, network=network, optimiser=optimiser, schedule=schedule)
    for step in range(checkpoint.load().get("step", 0), steps):
        generator = torch.Generator().manual_seed(arguments.seed * 1_000_003 + step)
        places = torch.randint(len(inputs), (arguments.batch,), generator=generator)
        # The last third learns with the integers of the codec.
        delta, gamma = outputs(network, inputs[places], 3 * step > 2 * steps)
        bits = loss(edges[places], delta, gamma).mean()
        optimiser.zero_grad()
        bits.backward()
        optimiser.step()
        schedule.step()
        if (step + 1) % STEPS_PER_CHECKPOINT == 0 or step + 1 == steps:
            checkpoint.save(step=step + 1)
        progress(f"training: step {step + 1} of {steps}, {bits.item():.3f} bits")


def write(path: pathlib.Path, description: str, layers: list[dict[str, Any]], fields: dict[str, Any]) -> None:
    """Writes a table file of format nrc-neural-tables; `fields` are those of its range tables."""
    path.write_text(json.dumps(
        {"format": "nrc-neural-tables", "version": 1, "layers": layers,
         "range": {**fields, "description": description}}, indent=None) + "\n")


def main() -> None:
    """Writes the table files, and what they achieve to standard output."""
    parser = argparse.ArgumentParser(description="Trains the network of the neural profile.")
    parser.add_argument("data", help="directory of mono WAV files")
    parser.add_argument("-o", "--output", required=True, help="directory for tables, checkpoint")
    parser.add_argument("--range", required=True, help="range tables to correct")
    parser.add_argument("--generic", help="range tables for neural_generic.json")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--test-every", type=int, default=3, help="every K-th file is not trained on")
    parser.add_argument("--hidden", type=int, nargs="*", default=[32, 16], help="sizes of layers")
    parser.add_argument("--codes", type=int, default=30000, help="of each file, from its beginning")
    parser.add_argument("--samples", type=int, default=3_000_000, help="codes to train on")
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--batch", type=int, default=4096)
    parser.add_argument("--rate", type=float, default=4e-3)
    arguments = parser.parse_args()

    torch.set_num_threads(1)
    torch.manual_seed(arguments.seed)
    output = pathlib.Path(arguments.output)
    output.mkdir(parents=True, exist_ok=True)
    tables = stages.RangeTables(arguments.range)
    trained_on, others = stages.recordings(arguments.data, arguments.test_every)
    progress = Progress()
    data = sample(trained_on, tables, arguments, arguments.samples, progress, "files to train on")
    loss, network = Loss(tables.cumulative), Network(arguments.hidden)
    before = evaluate(network, loss, data)
    train(network, loss, data, arguments, output / "predictor.pt", progress)
    layers = network.integer_layers()
    write(output / "neural_default.json", "10-bit implant recordings, corrected by a network", layers,
          tables.fields)
    if arguments.generic:
        generic = json.loads(pathlib.Path(arguments.generic).read_text())
        write(output / "neural_generic.json", "any ADC: even codes, corrected by a network", layers,
              generic)
    print(f"bits per sample, {'x'.join(map(str, arguments.hidden))}, seed {arguments.seed}:")
    print(f"  {len(trained_on)} files trained on: {before:.4f} without the network, "
          f"{evaluate(network, loss, data):.4f} with it")
    if others:
        data = sample(others, tables, arguments, arguments.samples // 4, progress, "other files")
        with_it, floating = (evaluate(network, loss, data, e) for e in (True, False))
        zero = Network([])
        print(f"  {len(others)} other files: {evaluate(zero, loss, data):.4f} without, "
              f"{with_it:.4f} with it ({floating:.4f} before rounding)")


if __name__ == "__main__":
    main()
