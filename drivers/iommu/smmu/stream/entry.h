/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Changing an entry while the hardware may be reading it (IHI 0070 section 3.21).
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
 * @v_bit: the valid bit in word 0; clear, it makes the hardware ignore the rest
 */
struct smmu_entry_ops {
	void (*used)(const __le64 *entry, __le64 *used);
	void (*sync)(void *ctx);
	__le64 v_bit;
};

void smmu_entry_write(__le64 *live, const __le64 *target, const struct smmu_entry_ops *ops,
		      void *ctx);
void smmu_entry_write_many(__le64 *live, u32 nr, const __le64 *target,
			   const struct smmu_entry_ops *ops, void *ctx);

#if IS_ENABLED(CONFIG_KUNIT)
void smmu_entry_store(__le64 *word, __le64 value);
#endif

#endif /* SMMU_ENTRY_H */
