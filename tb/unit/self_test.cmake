# SPDX-License-Identifier: Apache-2.0
nrc_unit_bench(self_test CHECK PARAMS Channels=3 CodeWidth=10 Mapping=1 PacketFrames=5 Patience=200)
