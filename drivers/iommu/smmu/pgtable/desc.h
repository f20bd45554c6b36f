/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Access to descriptors in memory.
 *
 * A walker reads descriptors at any moment, so each access to one is a single
 * 64-bit access. On 32-bit CPUs only the atomic64 accessors promise that.
 */
#ifndef SMMU_PGTABLE_DESC_H
#define SMMU_PGTABLE_DESC_H

#include <linux/atomic.h>
#include <linux/compiler.h>

#include "pgtable/format.h"

static inline u64 smmu_desc_read(const __le64 *slot)
{
	return le64_to_cpu((__force __le64)
			   atomic64_read((const atomic64_t *)slot));
}

static inline void smmu_desc_write(__le64 *slot, u64 desc)
{
	atomic64_set((atomic64_t *)slot, (__force s64)cpu_to_le64(desc));
}

/*
 * Changes @old to @desc; returns what was there. All stores before it, such as
 * those that filled a new table, are seen by a CPU that finds @desc and looks
 * behind it: the other side is the address dependency in smmu_desc_table().
 */
static inline u64 smmu_desc_change(__le64 *slot, u64 old, u64 desc)
{
	s64 was = atomic64_cmpxchg_release((atomic64_t *)slot,
					   (__force s64)cpu_to_le64(old),
					   (__force s64)cpu_to_le64(desc));

	return le64_to_cpu((__force __le64)was);
}

/*
 * Two descriptors side by side, @at slots after @slot (a constant). LDP and STP
 * access each of the two registers as a load or store of its own would, in one
 * piece if the slot is aligned to its 8 bytes (Arm ARM B2.2.1); the pair need
 * not be. KASAN and KCSAN would not see them.
 */
#if defined(CONFIG_ARM64) && !defined(CONFIG_KASAN) && !defined(CONFIG_KCSAN)

static __always_inline void smmu_desc_read_pair(const __le64 *slot, int at,
						u64 *a, u64 *b)
{
	__le64 first, second;

	asm volatile("ldp %x0, %x1, [%2, %3]"
		     : "=&r" (first), "=r" (second)
		     : "r" (slot), "i" (at * sizeof(*slot)));
	*a = le64_to_cpu(first);
	*b = le64_to_cpu(second);
}

static __always_inline void smmu_desc_write_pair(__le64 *slot, int at, u64 a,
						 u64 b)
{
	asm volatile("stp %x0, %x1, [%2, %3]"
		     : : "rZ" (cpu_to_le64(a)), "rZ" (cpu_to_le64(b)),
			 "r" (slot), "i" (at * sizeof(*slot)) : "memory");
}

#else

static __always_inline void smmu_desc_read_pair(const __le64 *slot, int at,
						u64 *a, u64 *b)
{
	*a = smmu_desc_read(slot + at);
	*b = smmu_desc_read(slot + at + 1);
}

static __always_inline void smmu_desc_write_pair(__le64 *slot, int at, u64 a,
						 u64 b)
{
	smmu_desc_write(slot + at, a);
	smmu_desc_write(slot + at + 1, b);
}

#endif

/* At a level above the last one */
static inline bool smmu_desc_is_table(u64 desc)
{
	return (desc & SMMU_DESC_TYPE) == SMMU_DESC_TABLE;
}

#endif /* SMMU_PGTABLE_DESC_H */
