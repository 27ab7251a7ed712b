#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""nrc board: what goes wrong before a stream comes. tb/board has the boards themselves."""
import os
import pty
import subprocess
import tempfile
import unittest

NRC = os.environ.get("NRC", "build/nrc")


class Refusals(unittest.TestCase):
    def refused(self, status: int, words: str, *options: str) -> None:
        done = subprocess.run([NRC, "board", *options], capture_output=True, text=True, timeout=60,
                              check=False)
        self.assertEqual(done.returncode, status, done.stderr)
        self.assertEqual(done.stdout, "")
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        self.assertIn(words, done.stderr)

    def test_wrong_use(self) -> None:
        self.refused(2, "--port")
        self.refused(2, "--timeout", "--port", "/dev/null", "--timeout", "0")

    def test_no_port(self) -> None:
        self.refused(1, "cannot open /nowhere/tty: No such file", "--port", "/nowhere/tty")

    def test_no_serial_port(self) -> None:
        with tempfile.NamedTemporaryFile() as file:
            self.refused(1, "is not a serial port", "--port", file.name)
        self.refused(1, "is not a serial port", "--port", "/dev/null")

    def test_no_rate(self) -> None:
        self.refused(1, "1234 baud is not a rate", "--port", "/dev/null", "--baud", "1234")

    def test_silence(self) -> None:
        host, board = pty.openpty()
        try:
            self.refused(1, "no answer from", "--port", os.ttyname(board), "--timeout", "1")
        finally:
            os.close(board)
            os.close(host)


if __name__ == "__main__":
    unittest.main()
