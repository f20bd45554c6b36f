// SPDX-License-Identifier: GPL-2.0-only
/*
 * ASIDs and VMIDs of one SMMU.
 */
#include <linux/bits.h>

#include "ids.h"

/**
 * smmu_ids_init() - Start with every tag free
 * @ids: the tags
 * @asid_bits: width of an ASID, 8 or 16
 * @vmid_bits: width of a VMID, 8 or 16
 *
 * Context: any; nobody uses them yet.
 */
void smmu_ids_init(struct smmu_ids *ids, u8 asid_bits, u8 vmid_bits)
{
	ida_init(&ids->asid);
	ida_init(&ids->vmid);
	ids->asid_bits = asid_bits;
	ids->vmid_bits = vmid_bits;
}

/**
 * smmu_ids_get() - Take a free tag; never 0
 * @ids: the tags
 * @stage: 1 for an ASID, 2 for a VMID
 *
 * Context: may sleep.
 * Return: the tag, -ENOSPC if all are in use, or -ENOMEM.
 */
int smmu_ids_get(struct smmu_ids *ids, unsigned int stage)
{
	if (stage == 1)
		return ida_alloc_range(&ids->asid, 1, BIT(ids->asid_bits) - 1, GFP_KERNEL);
	return ida_alloc_range(&ids->vmid, SMMU_VMID_STAGE1 + 1, BIT(ids->vmid_bits) - 1,
			       GFP_KERNEL);
}

/**
 * smmu_ids_put() - Give a tag back
 * @ids: the tags
 * @stage: 1 for an ASID, 2 for a VMID
 * @id: the tag; the TLB holds nothing under it any more
 *
 * Context: any.
 */
void smmu_ids_put(struct smmu_ids *ids, unsigned int stage, u16 id)
{
	ida_free(stage == 1 ? &ids->asid : &ids->vmid, id);
}

/**
 * smmu_ids_destroy() - Drop the book-keeping
 * @ids: the tags, none in use
 *
 * Context: may sleep.
 */
void smmu_ids_destroy(struct smmu_ids *ids)
{
	ida_destroy(&ids->asid);
	ida_destroy(&ids->vmid);
}
