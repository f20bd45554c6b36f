/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Two SMMUs made of memory, A and B, and masters that are behind one or both. Their
 * tags differ, so that one taken for the other shows.
 */
#ifndef SMMU_TESTS_PORTS_ENV_H
#define SMMU_TESTS_PORTS_ENV_H

#include <linux/iommu.h>

#include "domain.h"
#include "master.h"
#include "tests/fake_smmu.h"

#define PORTS_MASTERS		4
#define PORTS_DOMAINS		4

/* The first of the pages that masters access all the time, and what it leads to */
#define PORTS_IOVA		0x10000000UL
#define PORTS_PA		0x50000000UL

/**
 * struct ports_test - two SMMUs and what is behind them
 * @test: the test
 * @world: what the SMMUs can read
 * @a: one SMMU
 * @b: the other; its first ASID and VMID are taken
 * @masters: masters; %NULL where there is none
 * @domains: domains; %NULL where there is none
 */
struct ports_test {
	struct kunit *test;
	struct fake_smmu_world world;
	struct fake_smmu *a, *b;
	struct smmu_master *masters[PORTS_MASTERS];
	struct iommu_domain *domains[PORTS_DOMAINS];
};

int ports_init(struct kunit *test);
void ports_exit(struct kunit *test);
void ports_start(struct ports_test *p, const struct smmu_caps *a, const struct smmu_caps *b,
		 bool a_one_context);
void ports_start_alike(struct ports_test *p);

struct fake_smmu *ports_fake(const struct smmu_port *port);
struct device *ports_new_device(struct ports_test *p, const char *name);
struct smmu_master_source ports_to(struct fake_smmu *fake, u32 sid, u32 mask);
struct smmu_master *ports_new_master(struct ports_test *p, unsigned int n,
				     const struct smmu_master_source *from, unsigned int nr,
				     const struct smmu_window *window);
struct smmu_master *ports_new_both(struct ports_test *p, unsigned int n,
				   const struct smmu_window *window);
struct smmu_master *ports_new_single(struct ports_test *p, unsigned int n,
				     struct fake_smmu *fake, u32 sid);
void ports_drop_master(struct ports_test *p, unsigned int n);
struct iommu_domain *ports_new_domain(struct ports_test *p, unsigned int n,
				      struct smmu_master *master);

int ports_attach(struct iommu_domain *domain, struct smmu_master *master);
int ports_map(struct iommu_domain *domain, unsigned long iova, phys_addr_t pa, size_t bytes);
const struct smmu_walk *ports_walk(struct iommu_domain *domain);
u16 ports_tag(struct iommu_domain *domain, const struct fake_smmu *fake);
struct smmu_cmd ports_cmd_all(u8 stage, u16 tag);

void ports_expect_port(struct ports_test *p, const struct smmu_port *port, u64 iova, u64 pa);
void ports_expect(struct ports_test *p, const struct smmu_master *master, u64 iova, u64 pa);
void ports_forget_logs(struct ports_test *p);
void ports_expect_silence(struct ports_test *p);

#endif /* SMMU_TESTS_PORTS_ENV_H */
