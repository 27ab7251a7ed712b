# SPDX-License-Identifier: Apache-2.0
nrc_unit_bench(packet_buffer NAME 4 PARAMS Words=4)
nrc_unit_bench(packet_buffer NAME 64 PARAMS Words=64)
nrc_unit_bench(packet_buffer NAME 16384 PARAMS Words=16384)
nrc_unit_bench(packet_buffer NAME two_ports PARAMS Words=64 DualPort=1)
