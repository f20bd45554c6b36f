/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SMMUs made of memory: they execute and record every command, and their masters
 * access memory all the time, so that they cache whatever the architecture lets
 * them cache (IHI 0070, 3.21) until a command tells them to forget it.
 */
#ifndef SMMU_TESTS_FAKE_SMMU_H
#define SMMU_TESTS_FAKE_SMMU_H

#include <linux/spinlock.h>
#include <linux/types.h>

#include "hw/cd.h"
#include "hw/cmd.h"
#include "hw/mmio.h"
#include "hw/ste.h"
#include "smmu.h"

struct kunit;
struct smmu_master;
struct smmu_pgtable;
struct smmu_port;

#define FAKE_SMMU_TABLES	8
#define FAKE_SMMU_PORTS		16
#define FAKE_SMMU_STREAMS	16
#define FAKE_SMMU_PROBES	4
#define FAKE_SMMU_TLB		64
#define FAKE_SMMU_LOG		1024

/* What an access comes to that is not let through */
#define FAKE_SMMU_FAULT		U64_MAX

/**
 * struct fake_smmu_world - what SMMUs and masters have in common
 * @tables: page tables that may be walked; %NULL where there is none
 * @ports: ports whose CDs may be read; %NULL where there is none
 * @probes: addresses that masters access all the time
 */
struct fake_smmu_world {
	const struct smmu_pgtable *tables[FAKE_SMMU_TABLES];
	const struct smmu_port *ports[FAKE_SMMU_PORTS];
	u64 probes[FAKE_SMMU_PROBES];
};

/**
 * struct fake_smmu_config - what an SMMU holds of the configuration of a stream
 * @sid: the StreamID
 * @has_ste: @ste is held
 * @no_l2: what is held is that the first level leads nowhere
 * @has_cd: @cd is held
 * @ste: the STE
 * @cd: the CD
 */
struct fake_smmu_config {
	u32 sid;
	bool has_ste, no_l2, has_cd;
	struct smmu_ste ste;
	struct smmu_cd cd;
};

/**
 * struct fake_smmu_translation - a page in the TLB
 * @stage: 1 or 2; 0 for a free slot
 * @tag: ASID or VMID
 * @iova: the page
 * @pa: what it leads to
 */
struct fake_smmu_translation {
	u8 stage;
	u16 tag;
	u64 iova, pa;
};

/**
 * struct fake_smmu - an SMMU
 * @test: the test
 * @smmu: what the driver sees of it
 * @world: what there is to read
 * @regs: two pages of memory that play its registers
 * @lock: one step at a time
 * @cons: commands consumed
 * @log: commands, in order, without CMD_SYNC
 * @nr_log: how many
 * @streams: what it holds of the streams of its masters
 * @nr_streams: how many
 * @tlb: translations
 * @tlb_next: the slot that goes next when there is no free one
 * @stopped: it executes nothing
 * @on_consume: called when it begins to take commands; %NULL for nothing
 * @cut_off: the driver stopped its traffic
 * @bad_cds: accesses whose STE led to an invalid CD
 * @errors: what went against the rules
 */
struct fake_smmu {
	struct kunit *test;
	struct smmu_device smmu;
	const struct fake_smmu_world *world;
	u32 *regs;
	raw_spinlock_t lock; /* see above */
	u32 cons;
	struct smmu_cmd log[FAKE_SMMU_LOG];
	unsigned int nr_log;
	struct fake_smmu_config streams[FAKE_SMMU_STREAMS];
	unsigned int nr_streams;
	struct fake_smmu_translation tlb[FAKE_SMMU_TLB];
	unsigned int tlb_next;
	bool stopped;
	void (*on_consume)(struct fake_smmu *fake);
	bool cut_off;
	unsigned int bad_cds;
	unsigned int errors;
};

struct smmu_caps fake_smmu_caps(void);
struct fake_smmu *fake_smmu_create(struct kunit *test, const struct fake_smmu_world *world,
				   const char *name, const struct smmu_caps *caps,
				   bool one_context);
void fake_smmu_destroy(struct fake_smmu *fake);

void fake_smmu_watch(struct fake_smmu *fake, u32 sid);
u64 fake_smmu_access(struct fake_smmu *fake, u32 sid, u64 iova);
const struct smmu_ste *fake_smmu_ste(const struct fake_smmu *fake, u32 sid);

void fake_smmu_forget_log(struct fake_smmu *fake);
unsigned int fake_smmu_count(const struct fake_smmu *fake, u8 opcode);
int fake_smmu_find(const struct fake_smmu *fake, const struct smmu_cmd *cmd);
unsigned int fake_smmu_cached(const struct fake_smmu *fake, u8 stage, u16 tag);

#endif /* SMMU_TESTS_FAKE_SMMU_H */
