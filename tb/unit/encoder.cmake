# SPDX-License-Identifier: Apache-2.0

# Small buffers, so that a stall overflows them soon.
nrc_unit_bench(encoder NAME 1ch PARAMS Channels=1 PacketFrames=10 BufferWords=64 PacketFifoDepth=2)
# One channel less than LoopLatency, and just as many.
nrc_unit_bench(encoder NAME 9ch PARAMS Channels=9 PacketFrames=4 KeyInterval=5 BufferWords=128)
nrc_unit_bench(encoder NAME 10ch CHECK PARAMS Channels=10 PacketFrames=3 KeyInterval=0 BufferWords=128)
nrc_unit_bench(encoder NAME 32ch PARAMS Channels=32 PacketFrames=20 BufferWords=1024
               LoadableTables=1)
nrc_unit_bench(encoder NAME 1024ch PARAMS Channels=1024 PacketFrames=20)
# As 1024 channels of 16 bits with the default buffer: less than the largest packet, which BufferWords
# holds elsewhere.
nrc_unit_bench(encoder NAME generic TABLES generic
               PARAMS Channels=64 VariableChannels=1 CodeWidth=16 Mapping=0 PacketFrames=20 BufferWords=1024)

nrc_unit_bench(encoder NAME shallow_1ch PARAMS Channels=1 PacketFrames=10 BufferWords=64
               PacketFifoDepth=2 Pipeline=1)
# One channel less than ShallowLoopLatency, and just as many.
nrc_unit_bench(encoder NAME shallow_4ch PARAMS Channels=4 PacketFrames=4 KeyInterval=5
               BufferWords=128 Pipeline=1)
nrc_unit_bench(encoder NAME shallow_5ch PARAMS Channels=5 PacketFrames=7 KeyInterval=3
               BufferWords=128 Pipeline=1)
nrc_unit_bench(encoder NAME shallow_generic TABLES generic
               PARAMS Channels=16 VariableChannels=1 CodeWidth=16 Mapping=0 PacketFrames=9
                      BufferWords=1024 Pipeline=1)

# The fewest channels, and packets enough to leave the pace behind.
nrc_unit_bench(encoder NAME narrow_8ch PARAMS Channels=8 PacketFrames=4 KeyInterval=5
               BufferWords=128 Pipeline=1 Narrow=1)
nrc_unit_bench(encoder NAME narrow_generic TABLES generic
               PARAMS Channels=24 VariableChannels=1 CodeWidth=16 Mapping=0 PacketFrames=9 KeyInterval=0
               BufferWords=128 Pipeline=1 Narrow=1)

nrc_unit_bench(encoder NAME rate_9ch CHECK PARAMS Channels=9 PacketFrames=20 KeyInterval=50 BufferWords=512
               PacketFifoDepth=32 RateControl=1 Events=1 Classes=1)
nrc_unit_bench(encoder NAME rate_generic TABLES generic
               PARAMS Channels=40 VariableChannels=1 CodeWidth=16 Mapping=0 PacketFrames=9
                      BufferWords=1024 PacketFifoDepth=32 RateControl=1)

nrc_unit_bench(encoder NAME range_1ch
               PARAMS Channels=1 Profile=1 PacketFrames=10 BufferWords=64 PacketFifoDepth=2)
# The shortest packets that the link can bear when all are key packets.
nrc_unit_bench(encoder NAME range_1frame CHECK
               PARAMS Channels=24 Profile=1 PacketFrames=1 KeyInterval=100 BufferWords=64
                      PacketFifoDepth=3)
nrc_unit_bench(encoder NAME range_generic TABLES generic
               PARAMS Channels=17 Profile=1 CodeWidth=16 Mapping=0 PacketFrames=9 BufferWords=128)
nrc_unit_bench(encoder NAME range_loaded TABLES default
               PARAMS Channels=12 Profile=1 PacketFrames=9 BufferWords=128 LoadableTables=1)

nrc_unit_bench(encoder NAME range_shallow_1ch TABLES generic
               PARAMS Channels=1 Profile=1 CodeWidth=16 Mapping=0 PacketFrames=10 BufferWords=64
                      PacketFifoDepth=2 Pipeline=1)

nrc_unit_bench(encoder NAME narrow_range_8ch
               PARAMS Channels=8 Profile=1 PacketFrames=4 KeyInterval=5 BufferWords=128 Pipeline=1
                      Narrow=1)

nrc_unit_bench(encoder NAME neighbour_1ch PARAMS Channels=1 Profile=1 Neighbour=1 PacketFrames=10
               BufferWords=64 PacketFifoDepth=2)
nrc_unit_bench(encoder NAME taps_16ch PARAMS Channels=16 Profile=1 Taps=1 PacketFrames=20 BufferWords=256)
nrc_unit_bench(encoder NAME taps_neighbour_1ch PARAMS Channels=1 Profile=1 Taps=1 Neighbour=1
               PacketFrames=10 BufferWords=64 PacketFifoDepth=2)
nrc_unit_bench(encoder NAME taps_neighbour_generic TABLES generic
               PARAMS Channels=12 VariableChannels=1 Profile=1 Taps=1 Neighbour=1 CodeWidth=16 Mapping=0 PacketFrames=9
               BufferWords=1024)
