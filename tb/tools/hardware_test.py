#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""rtl/hardware.json agrees with the files of rtl/, and what is generated from it is not stale."""
import shutil
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

import hardware

ROOT = Path(__file__).resolve().parents[2]

class Description(unittest.TestCase):
    def setUp(self) -> None:
        self.directory = tempfile.TemporaryDirectory()
        self.addCleanup(self.directory.cleanup)

    def copy(self) -> hardware.Hardware:
        """A repository of its own with the files that the description is about."""
        root = Path(self.directory.name)
        for part in ("rtl", "constraints"):
            shutil.copytree(ROOT / part, root / part)
        for path in ("nrc.core", "Bender.yml", "cmake/hardware.cmake", "model/include/nrc/nrc.h",
                     "tb/common/rtl_constants.hpp"):
            if (ROOT / path).exists():
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / path, root / path)
        return hardware.Hardware(root)

    def test_holds(self) -> None:
        hardware.generate(hardware.Hardware(), check=True)

    def refused(self, copy: hardware.Hardware, words: str) -> None:
        with self.assertRaisesRegex(hardware.HardwareError, words):
            hardware.generate(hardware.Hardware(copy.root), check=True)

    def test_file_that_is_not_described(self) -> None:
        copy = self.copy()
        (copy.root / "rtl/stages/nrc_extra.sv").write_text("module nrc_extra; endmodule\n")
        self.refused(copy, "rtl/stages/nrc_extra.sv is in rtl/ and not in rtl/hardware.json")

    def test_described_file_that_is_not_there(self) -> None:
        copy = self.copy()
        (copy.root / "rtl/parts/nrc_fifo.sv").unlink()
        self.refused(copy, "rtl/parts/nrc_fifo.sv is in rtl/hardware.json and not in rtl/")

    def test_order(self) -> None:
        copy = self.copy()
        path = copy.root / hardware.DESCRIPTION
        lines = path.read_text().splitlines(keepends=True)
        line = next(line for line in lines if "nrc_delay.sv" in line)
        lines.remove(line)
        lines.insert(next(i for i, text in enumerate(lines) if "nrc_huffman.sv" in text) + 1, line)
        path.write_text("".join(lines))
        self.refused(copy, "nrc_delay must come before nrc_huffman")

    def test_stale_list(self) -> None:
        copy = self.copy()
        with open(copy.root / "rtl/lists/encoder_default.f", "a", encoding="utf-8") as file:
            file.write("rtl/other.sv\n")
        self.refused(copy, "rtl/lists/encoder_default.f is stale; run scripts/hardware.py generate")
        hardware.generate(copy, check=False)
        hardware.generate(copy, check=True)

    def test_board_is_a_folder(self) -> None:
        copy = self.copy()
        shutil.copytree(copy.root / "constraints/ulx3s", copy.root / "constraints/mine")
        (copy.root / "constraints/mine/ulx3s.sv").rename(copy.root / "constraints/mine/mine.sv")
        self.refused(copy, "two boards have a bench ulx3s")
        description = copy.root / "constraints/mine/board.json"
        description.write_text(description.read_text().replace('"ulx3s": {', '"mine": {'))
        self.refused(copy, "nrc.core is stale")
        hardware.generate(copy, check=False)
        self.assertIn("mine", copy.boards())
        files = hardware.files_of(copy, "mine", None, "huffman", "modules")
        self.assertEqual(files[-1], "constraints/mine/mine.sv")
        self.assertIn("rtl/board/nrc_board.sv", files)
        description.write_text(description.read_text().replace('"clock_pin"', '"clock"'))
        self.refused(copy, "constraints/mine/board.json: no clock_pin")
        description.unlink()
        self.refused(copy, "constraints/mine has no board.json")

    def test_companions(self) -> None:
        copy = self.copy()
        self.assertIn("rtl/parts/nrc_link_port.sv", copy.design_modules("encoder", "default"))
        self.assertNotIn("rtl/parts/nrc_link_port.sv", copy.design_modules("decoder", "default"))
        path = copy.root / hardware.DESCRIPTION
        path.write_text(path.read_text().replace('["nrc_link_port", ', '["nrc_link", ', 1))
        self.refused(copy, "companions of encoder: there is no module nrc_link")

    def test_borrowed_tables(self) -> None:
        copy = self.copy()
        sets = copy.description["table_sets"]
        sets["mine"] = {"packages": ["rtl/generated/mine/nrc_tables_pkg.sv"], "memories": [],
                        "borrows": {"generic": ["nrc_range_tables_pkg", "nrc_cumulative_rom"]}}
        mine = copy.table_set("mine")
        self.assertEqual(mine.packages[-1], "rtl/generated/generic/nrc_range_tables_pkg.sv")
        self.assertEqual(mine.memories, ["rtl/generated/generic/nrc_cumulative_rom.sv"])


if __name__ == "__main__":
    unittest.main()
