#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""One Markdown table of what was built: report.py [BUILD], run by `make report`.

Takes the report.json files below BUILD/synth (boards) and BUILD/asic (standard cells), writes
BUILD/report.md and prints it. Each file has target, kind, profile, channels, and columns: names with
their units, and values. A column that only some have is empty for the others.
"""
import json
import sys
from pathlib import Path
from typing import Any, NoReturn

KINDS = {"fpga": "FPGA", "asic": "ASIC"}
FACTS = ("target", "kind", "profile", "channels", "columns")


def fail(text: str) -> NoReturn:
    """Exits with status 1 and one line."""
    sys.exit(f"report: {text}")


def load(path: Path) -> dict[str, Any]:
    """The report in a file; exits if it lacks one of FACTS."""
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        fail(f"{path}: {error}; build it again")
    missing = [fact for fact in FACTS if not isinstance(report, dict) or fact not in report]
    if missing:
        fail(f"{path}: no {', '.join(missing)}; build it again")
    if report["kind"] not in KINDS or not isinstance(report["columns"], dict):
        fail(f"{path}: kind must be fpga or asic, and columns names with values; build it again")
    return report


def cell(value: object) -> str:
    """Text of a value in a Markdown table."""
    if isinstance(value, float):
        return f"{value:.6g}"
    return "" if value is None else str(value).replace("|", "\\|")


def table(reports: list[dict[str, Any]]) -> str:
    """A Markdown table with a row for each report."""
    columns: list[str] = []
    for report in reports:
        columns += [name for name in report["columns"] if name not in columns]
    head = ["target", "profile", "channels", "timing", *columns]
    rows: list[list[object]] = [[*head], ["---"] * len(head)]
    for report in reports:
        met = report.get("timing_met")
        rows.append([report["target"], report["profile"], report["channels"],
                     None if met is None else "met" if met else "MISSED",
                     *[report["columns"].get(name) for name in columns]])
    return "\n".join("| " + " | ".join(cell(value) for value in row) + " |" for row in rows)


def main() -> None:
    """Writes BUILD/report.md and prints it."""
    if len(sys.argv) > 2:
        fail("usage: report.py [BUILD]")
    build = Path(sys.argv[1] if len(sys.argv) == 2 else "build")
    reports = [load(path) for kind in ("synth", "asic")
               for path in sorted((build / kind).glob("**/report.json"))]
    if not reports:
        fail(f"nothing in {build}/synth or {build}/asic; run make synth BOARD=icebreaker first")
    parts = []
    for kind, name in KINDS.items():
        of_kind = [report for report in reports if report["kind"] == kind]
        if of_kind:
            parts.append(f"## {name}\n\n{table(of_kind)}\n")
    text = "# What was built\n\n" + "\n".join(parts)
    (build / "report.md").write_text(text, encoding="utf-8")
    print(text, end="")


if __name__ == "__main__":
    main()
