#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What fitting the network of the neural profile to each channel would gain (docs/neural.md).

    adapt_predictor.py DATA --range range.json --checkpoint predictor.pt

Trains on, for every channel not trained on, with its first second, and measures the codes after it
with the network that serves all channels and with the channel's own. Weights are not rounded here.
"""

import argparse
import copy
import pathlib

import stages
import torch
from train_predictor import UNIT, WIDENING_LIMIT, Loss, Network, Progress


def bits(network: Network, loss: Loss, inputs: torch.Tensor, edges: torch.Tensor) -> torch.Tensor:
    """Bits that a code takes on average: inputs [code, INPUTS] int8, edges [code, 2] float32."""
    out = network(inputs.float() / UNIT)
    return loss(edges, out[:, 0], torch.clamp(out[:, 1], -WIDENING_LIMIT, WIDENING_LIMIT)).mean()


def main() -> None:
    """Prints what networks of their own would gain."""
    parser = argparse.ArgumentParser(description="Fits the network to each channel.")
    parser.add_argument("data", help="directory of mono WAV files")
    parser.add_argument("--range", required=True, help="range tables that it corrects")
    parser.add_argument("--checkpoint", required=True, help="predictor.pt of train_predictor.py")
    parser.add_argument("--test-every", type=int, default=3)
    parser.add_argument("--channels", type=int, default=42)
    parser.add_argument("--codes", type=int, default=60000, help="of each channel")
    parser.add_argument("--first", type=int, default=19531, help="codes to fit to")
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--rates", type=float, nargs="*", default=[3e-4, 1e-3, 3e-3])
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(1)
    _, others = stages.recordings(arguments.data, arguments.test_every)
    paths = others[::max(1, len(others) // arguments.channels)]
    tables = stages.RangeTables(arguments.range)
    progress = Progress()
    inputs, edges, valid = stages.run(paths, tables, arguments.codes,
                                      lambda t, n: progress(f"stages: {100 * t // n} %"))
    saved = torch.load(pathlib.Path(arguments.checkpoint))
    network, loss = Network(saved["options"][2]), Loss(tables.cumulative)
    network.load_state_dict(saved["network"])
    common: list[float] = []
    own: dict[float, list[float]] = {rate: [] for rate in arguments.rates}
    for c in range(len(paths)):
        progress(f"channel {c + 1} of {len(paths)}")
        keep = valid[:, c]
        keep[:300] = False  # the state has not settled
        first, rest = keep.copy(), keep.copy()
        first[arguments.first:] = False
        rest[:arguments.first] = False
        x, e = torch.from_numpy(inputs[first, c]), torch.from_numpy(edges[first, c])
        test = torch.from_numpy(inputs[rest, c]), torch.from_numpy(edges[rest, c])
        with torch.no_grad():
            common.append(bits(network, loss, *test).item())
        for rate in arguments.rates:
            fitted = copy.deepcopy(network)
            optimiser = torch.optim.Adam(fitted.parameters(), lr=rate)
            for _ in range(arguments.steps):
                places = torch.randint(len(x), (2048,))
                optimiser.zero_grad()
                bits(fitted, loss, x[places], e[places]).backward()
                optimiser.step()
            with torch.no_grad():
                own[rate].append(bits(fitted, loss, *test).item())
    print(f"{len(paths)} channels not trained on, codes after the first {arguments.first}, bits per "
          f"sample: {sum(common) / len(common):.4f} with one network")
    for rate, values in own.items():
        print(f"  {sum(values) / len(values):.4f} with one of each channel's own, learning rate "
              f"{rate:g}; better in {sum(a < b for a, b in zip(values, common, strict=True))} of them")


if __name__ == "__main__":
    main()
