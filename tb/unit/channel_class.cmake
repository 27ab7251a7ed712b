# SPDX-License-Identifier: Apache-2.0
nrc_unit_bench(channel_class NAME 11 CHECK PARAMS Channels=11)
