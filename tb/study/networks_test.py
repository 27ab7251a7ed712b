#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The trainers of study/networks read only options that their command lines have. Their sources are
read and not run, so that PyTorch need not be there."""

import ast
import os
import unittest
from pathlib import Path

ROOT = Path(os.environ.get("NRC_SOURCE_DIR", Path(__file__).resolve().parents[2]))


def options(tree: ast.AST) -> set[str]:
    """Names of the attributes that the calls of add_argument() give to the parsed arguments."""
    names = set()
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "add_argument":
            flags = [str(flag.value) for flag in call.args if isinstance(flag, ast.Constant)]
            flag = next((flag for flag in flags if flag.startswith("--")), flags[0])
            names.add(flag.lstrip("-").replace("-", "_"))
    return names


def reads(tree: ast.AST) -> set[str]:
    """Names of the attributes of `arguments` that a source reads."""
    return {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name) and node.value.id == "arguments"}


class Options(unittest.TestCase):
    def test_every_option_that_is_read_exists(self) -> None:
        checked = 0
        for path in sorted((ROOT / "study/networks").glob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            with self.subTest(path.name):
                self.assertEqual(reads(tree) - options(tree), set())
            checked += bool(options(tree))
        self.assertGreaterEqual(checked, 4)

    def test_finds_one_that_is_missing(self) -> None:
        tree = ast.parse('parser.add_argument("-o", "--most-pairs")\nprint(arguments.max_pairs)\n')
        self.assertEqual((options(tree), reads(tree)), ({"most_pairs"}, {"max_pairs"}))


if __name__ == "__main__":
    unittest.main()
