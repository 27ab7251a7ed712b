# SPDX-License-Identifier: Apache-2.0
# No bits for the channel; amplitudes that lose bits.
nrc_unit_bench(event_writer NAME 1ch PARAMS Channels=1 CodeWidth=10 Window=11 BufferWords=512
               QueueDepth=32 QueueLimit=21)
nrc_unit_bench(event_writer NAME 513ch CHECK PARAMS Channels=513 CodeWidth=16 Window=16
               BufferWords=512 QueueDepth=32 QueueLimit=21)
