#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Simulates docs/examples/soc, an encoder with a RISC-V core, in Icarus: its firmware tests the encoder, and the
packets that it hands on are those of the golden model. Needs requirements.txt, a compiler for rv32i and the command
nrc: make soc."""
import os
import random
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
EXAMPLE = ROOT / "docs/examples/soc"
NRC = os.environ.get("NRC", str(ROOT / "build/nrc"))
CROSS = os.environ.get("RISCV_PREFIX", "riscv64-unknown-elf-")
MEMORY = 16384  # bytes
FRAMES, CHANNELS = 33, 8  # the flush comes inside a packet
ENCODER = ["--channels", str(CHANNELS), "--mapping", "code", "--code-width", "12", "--packet-frames", "10", "--tables",
           "generic"]


def core() -> Path:
    """The Verilog of the core, in the package where it is installed."""
    import pythondata_cpu_vexriscv
    return Path(pythondata_cpu_vexriscv.data_location) / "VexRiscv_Min.v"


def build_firmware(work: Path) -> None:
    """Words of the memory, in hexadecimal, in work/program.hex."""
    text = subprocess.run([NRC, "self-test", *ENCODER, "--packets", "2"], check=True, capture_output=True,
                          text=True).stdout
    (work / "nrc_self_test.h").write_text(text, encoding="utf-8")
    flags = ["-march=rv32i", "-mabi=ilp32", "-std=c99", "-Os", "-Wall", "-Wextra", "-Werror", "-ffreestanding",
             "-nostdlib", f"-DFRAMES={FRAMES}u", f"-I{ROOT}/drivers/c", f"-I{work}", "-Wl,--no-warn-rwx-segments"]
    subprocess.run([f"{CROSS}gcc", *flags, "-T", EXAMPLE / "memory.ld", "-o", work / "program.elf", EXAMPLE / "start.S",
                    EXAMPLE / "firmware.c", ROOT / "drivers/c/nrc_encoder_driver.c", "-lgcc"], check=True)
    subprocess.run([f"{CROSS}objcopy", "-O", "binary", work / "program.elf", work / "program.bin"], check=True)
    image = (work / "program.bin").read_bytes()
    print(f"soc: firmware of {len(image)} bytes")
    image += bytes(MEMORY - len(image))
    words = struct.unpack(f"<{len(image) // 4}I", image)
    (work / "program.hex").write_text("".join(f"{word:08x}\n" for word in words), encoding="utf-8")


def main() -> None:
    """Exit status 1 if the packets are not as they should be."""
    noise = random.Random(3)
    values = [round(noise.gauss(0, 60)) for _ in range(FRAMES * CHANNELS)]
    samples = struct.pack(f"<{len(values)}h", *values)
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        (work / "samples").write_bytes(samples)
        build_firmware(work)
        subprocess.run(["iverilog", "-g2012", "-s", "soc_tb", "-o", work / "tb.vvp", "-f",
                        "rtl/lists/encoder_apb_generic.f", EXAMPLE / "soc.sv", core(), "tb/soc/soc_tb.sv"],
                       cwd=ROOT, check=True, stderr=subprocess.DEVNULL)
        said = subprocess.run(["vvp", "-n", work / "tb.vvp", f"+program={work}/program.hex", f"+samples={work}/samples",
                               f"+frames={FRAMES}", f"+packets={work}/packets"], check=True, capture_output=True,
                              text=True).stdout
        print(said, end="")
        if "FAIL" in said or "soc: result 0 " not in said:
            sys.exit("soc: the firmware did not end well")
        golden = subprocess.run([NRC, "stream", "encode", "--rtl", *ENCODER, "--rate", "19531.25", "--stream-number",
                                 "77"], input=samples, check=True, capture_output=True).stdout
        if (work / "packets").read_bytes() != golden:
            sys.exit("soc: the packets are not those of the golden model")
    print("soc: ok")


if __name__ == "__main__":
    main()
