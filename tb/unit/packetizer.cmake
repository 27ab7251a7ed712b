# SPDX-License-Identifier: Apache-2.0
nrc_unit_bench(packetizer NAME 1024ch
               PARAMS Channels=1024 CodeWidth=10 Mapping=1 PacketFrames=32 Profile=0 Predictor=0
               RateMillihertz=20000000 BufferWords=16384 PacketFifoDepth=8 Flags=0 Events=0 EventWindow=2 EventWords=512)
nrc_unit_bench(packetizer NAME 8ch CHECK
               PARAMS Channels=8 CodeWidth=10 Mapping=1 PacketFrames=100 Profile=0 Predictor=0
               RateMillihertz=30000500 BufferWords=256 PacketFifoDepth=8 Flags=3 Events=0 EventWindow=2 EventWords=512)
nrc_unit_bench(packetizer NAME 1ch
               PARAMS Channels=1 CodeWidth=16 Mapping=0 PacketFrames=65535 Profile=0 Predictor=0
               RateMillihertz=0 BufferWords=64 PacketFifoDepth=3 Flags=0 Events=0 EventWindow=2 EventWords=512)
