# SPDX-License-Identifier: Apache-2.0
nrc_unit_bench(framer NAME directed
               PARAMS Channels=3 MinChannels=3 PacketFrames=2 KeyInterval=0 LoopLatency=10 Pipeline=0)
nrc_unit_bench(framer NAME 1
               PARAMS Channels=1 MinChannels=1 PacketFrames=1 KeyInterval=3 LoopLatency=10 Pipeline=0)
nrc_unit_bench(framer NAME 12 CHECK
               PARAMS Channels=12 MinChannels=8 PacketFrames=4 KeyInterval=5 LoopLatency=10 Pipeline=0)
nrc_unit_bench(framer NAME shallow_directed
               PARAMS Channels=3 MinChannels=3 PacketFrames=2 KeyInterval=0 LoopLatency=10 Pipeline=1)
nrc_unit_bench(framer NAME shallow_8
               PARAMS Channels=8 MinChannels=1 PacketFrames=4 KeyInterval=5 LoopLatency=10 Pipeline=1)
