#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`nrc stream encode --rtl` makes the bytes of the RTL: the table of docs/rtl.md turns the parameters with
which tb/tools/golden_stream_test.sh plays the golden recordings into options."""
import os
import re
import subprocess
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
NRC = os.environ.get("NRC", str(ROOT / "build/nrc"))
NUMBER = 0x12345678  # of the golden streams
DEFAULTS = {"KeyInterval": "0", "Mapping": "1"}  # of golden_stream_tb.sv


def table() -> list[tuple[dict[str, str], str]]:
    """Rows of the document: parameters with their values, a letter for any, and options."""
    text = (ROOT / "docs/rtl.md").read_text(encoding="utf-8")
    marked = re.search(r"<!-- twin -->\n(.*?)<!-- /twin -->", text, re.DOTALL)
    assert marked
    rows = re.findall(r"^\| (`\w+=.*?) \| `(--.*?)` \|$", marked[1], re.MULTILINE)
    return [(dict(re.findall(r"`(\w+)=(\w+)`", left)), options) for left, options in rows]


def options_of(parameters: dict[str, str]) -> list[str]:
    """Options for a set of parameters, by the rows that fit."""
    options: list[str] = []
    for row, text in table():
        if not all(name in parameters and (value.isalpha() or parameters[name] == value)
                   for name, value in row.items()):
            continue
        values = {value: parameters[name] for name, value in row.items() if value.isalpha()}
        options += [values.get(word, word) for word in text.split()]
    return options


class Twin(unittest.TestCase):
    def test_golden_recordings(self) -> None:
        script = (ROOT / "tb/tools/golden_stream_test.sh").read_text(encoding="utf-8")
        plays = re.findall(r"^play (\w+) (\w+)((?:[^\\\n]|\\\n)*)$", script, re.MULTILINE)
        self.assertGreater(len(plays), 8)
        for stream, tables, words in plays:
            parameters = DEFAULTS | dict(re.findall(r"(\w+)=(\d+)", words))
            with self.subTest(stream=stream, parameters=parameters):
                samples = (ROOT / f"tb/golden/{stream}.i16").read_bytes()
                packets = subprocess.run(
                    [NRC, "stream", "encode", "--rtl", "--rate", "19531.25", "--stream-number", str(NUMBER),
                     "--tables", tables, *options_of(parameters)],
                    input=samples, check=True, capture_output=True).stdout
                self.assertEqual(packets, (ROOT / f"tb/golden/{stream}.nrc").read_bytes())

    def test_samples_that_no_code_represents_are_altered_as_by_the_rtl(self) -> None:
        arguments = [NRC, "stream", "encode", "--rtl", "--stream-number", "1", "--mapping", "code",
                     "--code-width", "12", "--tables", "generic"]
        altered = subprocess.run(arguments, input=b"\x05\x18" * 40, check=True, capture_output=True).stdout
        exact = subprocess.run(arguments, input=b"\x05\xf8" * 40, check=True, capture_output=True).stdout
        self.assertEqual(altered, exact)

    def test_what_the_rtl_has_not_is_refused(self) -> None:
        for options in (["--profile", "neural"], ["--mapping", "auto"], ["--type", "uint16", "--mapping", "code",
                                                                        "--code-width", "16"],
                        ["--profile", "range", "--narrow", "--mapping", "code", "--code-width", "11"]):
            done = subprocess.run([NRC, "stream", "encode", "--rtl", *options], input="", check=False,
                                  capture_output=True, text=True)
            self.assertEqual(done.returncode, 1)
            self.assertRegex(done.stderr, "--rtl: .*; give --")


if __name__ == "__main__":
    unittest.main()
