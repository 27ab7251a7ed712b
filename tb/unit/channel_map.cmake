# SPDX-License-Identifier: Apache-2.0
# A power of two, and not one.
nrc_unit_bench(channel_map NAME 2 PARAMS Channels=2)
nrc_unit_bench(channel_map NAME 11 CHECK PARAMS Channels=11)
