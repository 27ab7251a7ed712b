#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fills the measured figures of docs/figures.json, and quoted files, into README.md and docs/*.md.

figures.json is the only place where a measured figure is written by hand or taken from a report:

  sets    name -> command that measures it, date, conditions (`on`), and `values`: a figure, or a row
          of figures, by name. `file` is the report that the command writes, if there is one.
  blocks  name -> what a marked place in a document shows, in one of three forms:
          {"lines": [TEXT]}                          text with fields, "{bench_huffman[ratio]:.3f}"
          {"columns": {HEAD: SET}, "rows": [[LABEL, FIGURE, FORMAT]]}   one column for each set
          {"set": SET, "head": [HEAD], "columns": [[FIGURE, FORMAT]]}   one row for each row of a set

A field is SET[FIGURE]:FORMAT. FORMAT is Python's; `1e-6*.3f` scales the figure before. A marked place is

  <!-- figures: BLOCK -->
  ...
  <!-- /figures -->

and a quoted file, shown without its licence line, `<!-- quote: PATH -->` to `<!-- /quote -->`.

  scripts/figures.py           fills all marked places
  scripts/figures.py --check   changes nothing; exit status 1 if a place is out of date
  scripts/figures.py --take    first takes the values of sets whose `file` exists, then fills
"""
import argparse
import datetime
import json
import re
import string
import sys
from pathlib import Path
from typing import Any, NoReturn

ROOT = Path(__file__).resolve().parent.parent
MARK = re.compile(r"^<!-- figures: (?P<name>\S+) -->\n(?P<text>.*?)^<!-- /figures -->$",
                  re.MULTILINE | re.DOTALL)
QUOTE = re.compile(r"^<!-- quote: (?P<path>\S+) -->\n(?P<text>.*?)^<!-- /quote -->$",
                   re.MULTILINE | re.DOTALL)
OPEN = re.compile(r"^\s*<!-- /?(?:figures|quote)\b.*$", re.MULTILINE)
LANGUAGES = {".py": "python", ".sv": "systemverilog", ".c": "c", ".cpp": "cpp", ".core": "yaml"}

Values = dict[str, Any]


class FigureError(Exception):
    """What is wrong, where, and what to do, in one line."""


class FigureFormatter(string.Formatter):
    """str.format() whose format may begin with a factor: `1e-6*.3f`."""

    def format_field(self, value: float | str | None, format_spec: str) -> str:
        if value is None:
            return ""
        factor, star, rest = format_spec.rpartition("*")
        if star:
            value, format_spec = float(value) * float(factor), rest
        return str(super().format_field(value, format_spec))


FORMATTER = FigureFormatter()


def cells(values: list[str]) -> str:
    return "| " + " | ".join(values) + " |"


def render(name: str, block: dict[str, Any], sets: dict[str, Values]) -> str:
    """The text of a block: whole lines.

    Raises FigureError if the block names a set or figure that does not exist, or has no known form.
    """
    try:
        if "lines" in block:
            lines = [FORMATTER.vformat(line, (), sets) for line in block["lines"]]
        elif "rows" in block:
            columns = block["columns"]
            lines = [cells(["", *columns]), "|---|" + "---:|" * len(columns)]
            lines += [cells([label, *(figure(sets[column], key, form, label) for column in columns.values())])
                      for label, key, form in block["rows"]]
        elif "set" in block:
            columns = block["columns"]
            head = block["head"]
            sides = ["|---:" if form else "|---" for _, form in columns]
            lines = [cells(head), "|---" * (len(head) - len(columns)) + "".join(sides) + "|"]
            lines += [cells([label, *(FORMATTER.format_field(row[key], form) for key, form in columns)])
                      for label, row in sets[block["set"]].items()]
        else:
            raise FigureError(f"block {name} has neither lines, rows nor set")
    except KeyError as error:
        raise FigureError(f"block {name} names {error}, which no set has") from None
    except (ValueError, TypeError) as error:
        raise FigureError(f"block {name}: {error}") from None
    return "\n".join(lines) + "\n"


def figure(values: Values, key: str, form: str, label: str) -> str:
    text = FORMATTER.format_field(values[key], form)
    return f"**{text}**" if label.startswith("**") else text


def fill(text: str, blocks: dict[str, str], where: str) -> tuple[str, set[str]]:
    """`text` with its marked places filled, and the names of the blocks it shows."""
    shown: set[str] = set()

    def place(match: re.Match[str]) -> str:
        name = match["name"]
        if name not in blocks:
            raise FigureError(f"{where}: no block {name} in figures.json")
        shown.add(name)
        return f"<!-- figures: {name} -->\n{blocks[name]}<!-- /figures -->"

    filled = MARK.sub(place, text)
    if len(OPEN.findall(text)) != 2 * (len(MARK.findall(text)) + len(QUOTE.findall(text))):
        raise FigureError(f"{where}: a mark is not closed, or not alone in its line")
    return filled, shown


def quote(text: str, root: Path, where: str) -> str:
    """`text` with the files it quotes as code blocks."""

    def place(match: re.Match[str]) -> str:
        path = root / match["path"]
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except OSError as error:
            raise FigureError(f"{where}: cannot quote {match['path']}: {error.strerror}") from None
        while lines and re.fullmatch(r"(//|#)( SPDX-License-Identifier: .*)?", lines[0]):
            del lines[0]
        code = "\n".join(lines)
        language = LANGUAGES.get(path.suffix, "")
        return f"<!-- quote: {match['path']} -->\n```{language}\n{code}\n```\n<!-- /quote -->"

    return QUOTE.sub(place, text)


def load(path: Path) -> dict[str, Any]:
    try:
        figures = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise FigureError(f"{path}: {error}") from None
    for name, entry in figures["sets"].items():
        missing = [key for key in ("command", "date", "on", "values") if key not in entry]
        if missing:
            raise FigureError(f"{path}: set {name} has no {', '.join(missing)}")
    return dict(figures)


def take(figures: dict[str, Any], root: Path) -> list[str]:
    """Takes the values of sets from the reports that exist; the names of those sets."""
    taken = []
    for name, entry in figures["sets"].items():
        path = root / entry.get("file", "")
        if "file" not in entry or not path.is_file():
            continue
        try:
            report = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise FigureError(f"{path}: {error}; run {entry['command']} again") from None
        # A report of a board or of silicon has its figures in `columns`; a board's, one entry for each
        # seed as well.
        found = {**report, **report.get("columns", {})}
        for seed in report.get("seeds", []):
            found[f"Fmax_MHz_seed_{seed.get('seed')}"] = seed.get("Fmax_MHz")
            found[f"icetime_MHz_seed_{seed.get('seed')}"] = seed.get("icetime_MHz")
        missing = [key for key in entry["values"] if key not in found]
        if missing:
            raise FigureError(f"{path}: no {missing[0]}; it is not the report that set {name} needs")
        entry["values"] = {key: found[key] for key in entry["values"]}
        changed = datetime.datetime.fromtimestamp(path.stat().st_mtime, datetime.UTC)
        entry["date"] = changed.date().isoformat()
        taken.append(name)
    return taken


def run(root: Path, check: bool, take_reports: bool) -> int:
    path = root / "docs/figures.json"
    figures = load(path)
    if take_reports:
        for name in take(figures, root):
            print(f"figures: took {name} from {figures['sets'][name]['file']}")
        path.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    sets = {name: entry["values"] for name, entry in figures["sets"].items()}
    blocks = {name: render(name, block, sets) for name, block in figures["blocks"].items()}
    shown: set[str] = set()
    stale = []
    for document in [root / "README.md", *sorted((root / "docs").glob("*.md"))]:
        text = document.read_text(encoding="utf-8")
        filled, names = fill(text, blocks, str(document.relative_to(root)))
        shown |= names
        filled = quote(filled, root, str(document.relative_to(root)))
        if filled != text:
            stale.append(str(document.relative_to(root)))
            if not check:
                document.write_text(filled, encoding="utf-8")
    unused = sorted(set(blocks) - shown)
    if unused:
        raise FigureError(f"no document shows block {', '.join(unused)}; mark a place for it or remove it")
    if check and stale:
        raise FigureError(f"{', '.join(stale)}: out of date; run scripts/figures.py")
    return 0


def main() -> NoReturn:
    parser = argparse.ArgumentParser(description="Fills measured figures into the documents.")
    parser.add_argument("--check", action="store_true", help="change nothing; fail if a document is out of date")
    parser.add_argument("--take", action="store_true", help="take figures from the reports in build/ first")
    parser.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.check and arguments.take:
        parser.error("--check changes nothing; leave out --take")
    try:
        sys.exit(run(arguments.root, arguments.check, arguments.take))
    except (FigureError, OSError) as error:
        sys.exit(f"figures: {error}")


if __name__ == "__main__":
    main()
