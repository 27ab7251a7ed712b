# SPDX-License-Identifier: Apache-2.0
nrc_unit_bench(packetizer NAME 1024ch PARAMS Channels=1024)
nrc_unit_bench(packetizer NAME 8ch PARAMS Channels=8 BufferWords=256 PacketFrames=100
               RateMillihertz=30000500)
nrc_unit_bench(packetizer NAME 1ch PARAMS Channels=1 CodeWidth=16 Mapping=0 BufferWords=64
               PacketFifoDepth=3 RateMillihertz=0)
