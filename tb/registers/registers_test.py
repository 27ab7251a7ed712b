#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What is made of the registers' description is not stale, and modules with registers have the parameters of
those without."""
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

import registers

ROOT = Path(__file__).resolve().parents[2]


class Registers(unittest.TestCase):
    def test_files_are_those_of_the_description(self) -> None:
        registers.check(ROOT)

    def test_what_is_stale_or_edited_is_found(self) -> None:
        sources = [block.source for block in registers.BLOCKS]
        paths = [*sources, *(path for block in registers.BLOCKS for path in block.files)]
        for changed in paths:
            with tempfile.TemporaryDirectory() as name, self.subTest(changed=changed):
                root = Path(name)
                for path in paths:
                    (root / path).parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy(ROOT / path, root / path)
                text = (root / changed).read_text(encoding="utf-8")
                (root / changed).write_text(text + "\n", encoding="utf-8")
                with self.assertRaises(registers.RegistersError) as raised:
                    registers.check(root)
                lines = str(raised.exception).splitlines()
                self.assertEqual(len(lines), 3 if changed in sources else 1)
                self.assertIn("is stale or was edited; run make registers", lines[0])

    def test_modules_with_registers_have_the_same_parameters(self) -> None:
        def block(path: str) -> str:
            text = (ROOT / path).read_text(encoding="utf-8")
            return text[text.index(" #("):text.index(") (\n")]

        for owner in ("encoder", "decoder"):
            plain = re.findall(r"(parameter int \w+) += ([^,\s]+)", block(f"rtl/{owner}/nrc_{owner}.sv"))
            if owner == "encoder":
                plain.insert(2, ("parameter int ChannelMap", "0"))
                plain.append(("parameter int SelfTest", "0"))
            for bus in ("axil", "apb"):
                self.assertEqual(re.findall(r"(parameter int \w+) += ([^,\s]+)",
                                            block(f"rtl/registers/nrc_{owner}_{bus}.sv")), plain)
            names = [name.split()[-1] for name, _ in plain]
            control = f"rtl/registers/nrc_{owner}_control.sv"
            self.assertEqual(re.findall(r"parameter int (\w+)", block(control)), names)
            for path in (control, *(f"rtl/registers/nrc_{owner}_{bus}.sv" for bus in ("axil", "apb"))):
                text = (ROOT / path).read_text(encoding="utf-8")
                given = [name for name in names if path != control or name not in ("ChannelMap", "SelfTest")]
                self.assertEqual(re.findall(r"^    \.(\w+) *\(\1\)", text, re.MULTILINE), given)

    def test_state_and_classes_are_those_of_the_encoder(self) -> None:
        header = (ROOT / registers.BLOCKS[0].header).read_text(encoding="utf-8")
        states = re.findall(r"_STATUS_STATE_([A-LN-R]\w+) (\d)u", header)
        package = (ROOT / "rtl/parts/nrc_status_pkg.sv").read_text(encoding="utf-8")
        self.assertEqual([(f"State{name.capitalize()}", value) for name, value in states],
                         re.findall(r"localparam int (State\w+) += (\d);", package))

    def test_drivers_are_plain_c(self) -> None:
        """Also for a C++ compiler, and on a machine of 32 bits or less all the more: nothing but C99's own headers."""
        for owner in ("encoder", "decoder"):
            source = ROOT / f"drivers/c/nrc_{owner}_driver.c"
            included = set(re.findall(r"#include <(.*)>", source.read_text() + source.with_suffix(".h").read_text()))
            self.assertLessEqual(included, {"stddef.h", "stdint.h"})
            with tempfile.TemporaryDirectory() as work:
                for compiler in (["cc", "-std=c99", "-pedantic", "-ffreestanding"], ["c++", "-x", "c++", "-std=c++11"]):
                    subprocess.run([*compiler, "-Wall", "-Wextra", "-Wconversion", "-Werror", "-c", source, "-o",
                                    f"{work}/driver.o"], check=True)


if __name__ == "__main__":
    unittest.main()
