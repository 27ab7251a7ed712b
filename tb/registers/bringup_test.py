#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""docs/examples/bringup.c on a simulated encoder, link and decoder with one fault after the other (bringup_tb.sv in
Icarus, bringup_bench.c) finds what docs/bringup.md says."""
import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
HERE = Path(__file__).resolve().parent
NRC = os.environ.get("NRC", str(ROOT / "build/nrc"))
C_FLAGS = ["-std=c99", "-O1", "-Wall", "-Wextra", "-pedantic", "-Werror"]
# Of bringup_tb.sv.
ENCODER = ["--channels", "4", "--mapping", "code", "--code-width", "12", "--packet-frames", "8", "--key-interval", "3"]


def guide() -> tuple[dict[str, str], set[str]]:
    """What is found for each fault, and everything that may be found, in the table of docs/bringup.md."""
    text = (ROOT / "docs/bringup.md").read_text(encoding="utf-8")
    table = text[text.index("<!-- found -->"):text.index("<!-- /found -->")]
    found: dict[str, str] = {}
    lines = set()
    for row in re.findall(r"^\| `(.*)$", table, re.MULTILINE):
        columns = row.split(" | ")
        line = columns[0].removesuffix("`")
        lines.add(line)
        for fault in re.findall(r"`(\w+)`", columns[-1]):
            found[fault] = line
    return found, lines


class Bringup(unittest.TestCase):
    def test_the_guide_has_all_that_is_found(self) -> None:
        source = (ROOT / "docs/examples/bringup.c").read_text(encoding="utf-8")
        strings = set(re.findall(r'(?:return|\?|:) "([a-z ]+(?:: [a-zA-Z ]+)?)"', source))
        self.assertEqual(strings, guide()[1])

    def test_each_fault_is_found(self) -> None:
        with tempfile.TemporaryDirectory() as name:
            work = Path(name)
            text = subprocess.run([NRC, "self-test", *ENCODER, "--tables", "generic"], check=True, capture_output=True,
                                  text=True).stdout
            (work / "nrc_self_test.h").write_text(text, encoding="utf-8")
            subprocess.run(["cc", *C_FLAGS, "-include", HERE / "driver_access.h", f"-I{ROOT}/docs/examples",
                            f"-I{ROOT}/drivers/c", f"-I{work}", "-o", work / "firmware", HERE / "bringup_bench.c",
                            ROOT / "docs/examples/bringup.c", HERE / "driver_pipe.c",
                            ROOT / "drivers/c/nrc_encoder_driver.c", ROOT / "drivers/c/nrc_decoder_driver.c"],
                           check=True)
            lines = [line for design in ("encoder", "decoder")
                     for line in (ROOT / f"rtl/lists/{design}_apb_generic.f").read_text().splitlines()]
            (work / "files.f").write_text("\n".join(dict.fromkeys(lines)) + "\n", encoding="utf-8")
            compiled = subprocess.run(["iverilog", "-g2012", "-DNRC_APB", "-s", "bringup_tb", "-o", work / "tb.vvp",
                                       f"-I{HERE}", "-f", work / "files.f", HERE / "bringup_tb.sv"],
                                      cwd=ROOT, check=False, capture_output=True, text=True)
            self.assertEqual(compiled.returncode, 0, compiled.stderr)
            pipes = work / "requests", work / "answers"
            for pipe in pipes:
                os.mkfifo(pipe)
            # Not to a pipe: nobody would read it meanwhile.
            with (open(work / "said", "w", encoding="utf-8") as output,
                  subprocess.Popen(["vvp", "-n", work / "tb.vvp", f"+requests={pipes[0]}", f"+answers={pipes[1]}"],
                                   stdout=output) as simulation):
                firmware = subprocess.run([work / "firmware", *pipes], check=False, capture_output=True, text=True,
                                          timeout=100)
                simulation.wait(timeout=60)
            self.assertEqual((firmware.stderr, (work / "said").read_text(encoding="utf-8")), ("", ""))
            self.assertEqual(firmware.returncode, 0)
            found = dict(line.split(": ", 1) for line in firmware.stdout.splitlines())
            self.assertEqual(found, guide()[0])


if __name__ == "__main__":
    unittest.main()
