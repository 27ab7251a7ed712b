# SPDX-License-Identifier: Apache-2.0
nrc_unit_bench(decoder NAME 1ch PARAMS Channels=1 PacketFrames=10 BufferWords=64)
nrc_unit_bench(decoder NAME 8ch PARAMS Channels=8 PacketFrames=7 BufferWords=128 PacketFifoDepth=2)
# One channel less than the loop takes clocks, and just as many.
nrc_unit_bench(decoder NAME 17ch PARAMS Channels=17 PacketFrames=4 BufferWords=128)
nrc_unit_bench(decoder NAME 18ch CHECK PARAMS Channels=18 PacketFrames=3 BufferWords=64)
nrc_unit_bench(decoder NAME 1024ch PARAMS Channels=1024 PacketFrames=20 BufferWords=16384)
nrc_unit_bench(decoder NAME variable
               PARAMS Channels=40 VariableChannels=1 PacketFrames=4 BufferWords=256)
nrc_unit_bench(decoder NAME generic TABLES generic
               PARAMS Channels=16 CodeWidth=16 Mapping=0 PacketFrames=40 BufferWords=2048)

nrc_unit_bench(decoder NAME range_8ch
               PARAMS Profile=1 Channels=8 PacketFrames=5 BufferWords=128 PacketFifoDepth=2)
nrc_unit_bench(decoder NAME range_40ch PARAMS Profile=1 Channels=40 PacketFrames=2 BufferWords=128)
nrc_unit_bench(decoder NAME range_variable
               PARAMS Profile=1 Channels=60 VariableChannels=1 PacketFrames=4 BufferWords=256)
nrc_unit_bench(decoder NAME range_generic TABLES generic
               PARAMS Profile=1 Channels=20 CodeWidth=16 Mapping=0 PacketFrames=5 BufferWords=512)
