/* SPDX-License-Identifier: Apache-2.0
 *
 * The drivers of registers in their benches: accesses go to a simulation. */
#ifndef DRIVER_ACCESS_H
#define DRIVER_ACCESS_H

#include <stdint.h>

uint32_t bench_read(uintptr_t base, uint32_t offset);
void bench_write(uintptr_t base, uint32_t offset, uint32_t value);

#define NRC_DECODER_READ(base, offset) bench_read((base), (offset))
#define NRC_DECODER_WRITE(base, offset, value) bench_write((base), (offset), (value))
#define NRC_ENCODER_READ(base, offset) bench_read((base), (offset))
#define NRC_ENCODER_WRITE(base, offset, value) bench_write((base), (offset), (value))

#endif
