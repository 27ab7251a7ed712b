# SPDX-License-Identifier: Apache-2.0
nrc_unit_bench(packet_buffer NAME 4 PARAMS Words=4 Width=32 DualPort=0)
nrc_unit_bench(packet_buffer NAME 64 CHECK PARAMS Words=64 Width=32 DualPort=0)
nrc_unit_bench(packet_buffer NAME two_ports PARAMS Words=64 Width=32 DualPort=1)
