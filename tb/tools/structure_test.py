#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Yosys elaborates the named configurations, and scripts/structure.py finds nothing in them that breaks its rules; in
small designs that break one each, it finds that."""
import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any

SCRIPTS = Path(__file__).resolve().parent.parent.parent / "scripts"
sys.path.insert(0, str(SCRIPTS))

import structure  # noqa: E402  (needs the path)

PLAIN = """
module top(input logic clk_i, input logic rst_ni, input logic other_i, input logic [3:0] a_i, output logic [3:0] y_o);
  logic [3:0] q, r;
  always_ff @(posedge clk_i or negedge rst_ni) if (!rst_ni) q <= '0; else q <= a_i + q;
  always_ff @(posedge clk_i) r <= ~q;
  assign y_o = r ^ q;
endmodule
"""


def structure_of(text: str) -> dict[str, Any]:
    """As structure.py sees a design of one module, `top`."""
    with tempfile.TemporaryDirectory() as work:
        (Path(work) / "top.sv").write_text(text)
        done = subprocess.run(["yosys", "-q", "-p", "read_verilog -sv top.sv; hierarchy -top top; proc; opt_clean; "
                               "write_json -"], check=True, capture_output=True, text=True, cwd=work)
    return structure.structure(json.loads(done.stdout))


class Structure(unittest.TestCase):
    def test_configurations(self) -> None:
        done = subprocess.run([sys.executable, SCRIPTS / "structure.py", "--check"], text=True, capture_output=True,
                              check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(done.stdout.count(" ok\n"), len(structure.configurations()))

    def test_plain(self) -> None:
        found = structure_of(PLAIN)
        self.assertEqual(found["clocks"], {"clk_i, rising": 8})
        self.assertEqual(found["resets"], {"rst_ni, active low": 4})
        self.assertEqual(found["registers_without_reset"], 4)
        self.assertEqual(structure.faults("top", found), [])

    def broken(self, old: str, new: str) -> str:
        self.assertIn(old, PLAIN)
        lines = structure.faults("top", structure_of(PLAIN.replace(old, new)))
        return "; ".join(lines)

    def test_rules(self) -> None:
        self.assertIn("registers at clk_i, falling",
                      self.broken("always_ff @(posedge clk_i) r", "always_ff @(negedge clk_i) r"))
        self.assertIn("registers with reset rst_ni, active high",
                      self.broken("negedge rst_ni) if (!rst_ni)", "posedge rst_ni) if (rst_ni)"))
        self.assertIn("a latch", self.broken("always_ff @(posedge clk_i) r <= ~q;", "always_latch if (clk_i) r <= ~q;"))
        self.assertIn("y_o depends on a_i within a clock", self.broken("r ^ q", "r ^ (q + {3'd0, a_i[3]})"))
        self.assertIn("r (other_i) <- q (clk_i)",
                      self.broken("always_ff @(posedge clk_i) r", "always_ff @(posedge other_i) r"))
        # Data in a memory that another clock writes.
        crossing = self.broken("always_ff @(posedge clk_i) r <= ~q;", """logic [3:0] mem [0:15];
          always_ff @(posedge clk_i) mem[q] <= q;
          always_ff @(posedge other_i) r <= mem[a_i];""")
        self.assertIn("r (other_i) <- mem (clk_i)", crossing)
        # Bit i of a bitwise function has nothing to do with bit j.
        self.assertEqual(self.broken("assign y_o = r ^ q;", """logic [3:0] mixed;
          assign mixed = {a_i[1:0], r[1:0]} & 4'hf;
          assign y_o = {2'b00, mixed[1:0]};"""), "")

    def test_refused(self) -> None:
        done = subprocess.run([sys.executable, SCRIPTS / "structure.py", "--check", "implnt"], text=True,
                              capture_output=True, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("there is no configuration implnt", done.stderr)


if __name__ == "__main__":
    unittest.main()
