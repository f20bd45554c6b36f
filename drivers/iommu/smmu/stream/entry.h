/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Changing an STE or CD while the hardware may be reading it (IHI 0070 section
 * 3.21).
 *
 * The hardware reads an entry word by word, each 64-bit word whole, at any time,
 * and may keep each word until told otherwise. Between two syncs it can therefore
 * hold any mix of the words that were in memory in between.
 */
#ifndef SMMU_ENTRY_H
#define SMMU_ENTRY_H

#include <linux/types.h>

/**
 * struct smmu_entry_ops - what there is to know about a kind of entry
 * @used: set in @used the bits of @entry that the hardware looks at. The answer
 *	may depend only on bits that are themselves used.
 * @sync: make earlier stores to the entry visible to the hardware and drop every
 *	word of it that it holds (CFGI and CMD_SYNC); returns when that is done
 * @store: write one word with single-copy atomicity; NULL for plain memory. For
 *	tests, which watch every store.
 * @v_bit: the valid bit in word 0; clear, it makes the hardware ignore the rest
 */
struct smmu_entry_ops {
	void (*used)(const __le64 *entry, __le64 *used);
	void (*sync)(void *ctx);
	void (*store)(void *ctx, __le64 *word, __le64 value);
	__le64 v_bit;
};

unsigned int smmu_entry_write(__le64 *live, const __le64 *target,
			      const struct smmu_entry_ops *ops, void *ctx);
unsigned int smmu_entry_write_row(__le64 *live, u32 nr, const __le64 *target,
				  const struct smmu_entry_ops *ops, void *ctx);

#endif /* SMMU_ENTRY_H */
