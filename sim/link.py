#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a link of each rate makes of recordings: the encoder with rate control next to one without, which
drops packets. Writes a report and the points of a picture (sim/plot_link.gp).

    sim/link.py RATE_CONTROLLED_BENCH PLAIN_BENCH --data DIR --json FILE --points FILE
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

RATES = (100, 90, 85, 80, 70, 60, 50, 40)  # Mbit/s


def measure(bench: str, rate: int, data: str, frames: int, controlled: bool) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as directory:
        report = Path(directory) / "link.json"
        command = [bench, "--link", str(rate), "--stall", "0", "--frames", str(frames), "--json", str(report)]
        if data:
            command += ["--data", data]
        if not controlled:
            command.append("--allow-drops")
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            last = (done.stderr or done.stdout).strip().splitlines()[-1:]
            raise SystemExit(f"error: link.py: {bench} with {rate} Mbit/s: {' '.join(last)}")
        figures: dict[str, Any] = json.loads(report.read_text())
        return figures


def percent(part: int, whole: int) -> float:
    return 100.0 * part / whole if whole else 0.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("controlled")
    parser.add_argument("plain")
    parser.add_argument("--data", default="")
    parser.add_argument("--frames", type=int, default=8000)
    parser.add_argument("--json", type=Path, required=True)
    parser.add_argument("--points", type=Path, required=True)
    options = parser.parse_args()
    rows = []
    for rate in RATES:
        if sys.stderr.isatty():
            print(f"link: {rate} Mbit/s", file=sys.stderr)
        row: dict[str, Any] = {"rate": rate}
        for name, bench in (("controlled", options.controlled), ("plain", options.plain)):
            f = measure(bench, rate, options.data, options.frames, name == "controlled")
            row[f"{name}_dropped"] = percent(f["dropped"], f["packets"])
            row[f"{name}_lossless"] = percent(f["lossless"], f["packets"])
            row[f"{name}_step"] = f["largest_step"]
            row[f"{name}_kept"] = percent(f["clear_spikes_kept"], f["clear_spikes"])
            row[f"{name}_all_kept"] = percent(f["spikes_kept"], f["spikes"])
            row[f"{name}_added"] = percent(f["spikes_added"], f["spikes"])
            row[f"{name}_snr"] = f["snr_db"]
        rows.append(row)
    options.json.write_text(json.dumps({f"{row['rate']} Mbit/s": row for row in rows}, indent=1) + "\n")
    names = list(rows[0])
    lines = ["# " + " ".join(names)]
    lines += [" ".join("NaN" if row[name] is None else f"{row[name]:g}" for name in names) for row in rows]
    options.points.write_text("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
