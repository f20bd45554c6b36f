// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who is at work without an SMMU, and who comes while it is being registered.  The nodes
 * are made here, and are in no tree.
 */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/iommu.h>
#include <linux/kthread.h>
#include <linux/of.h>
#include <linux/platform_device.h>

#include "dt/dt.h"
#include "smmu.h"

#define LATE_PHANDLE		0x5adface1
#define LATE_OTHER_PHANDLE	0x5adface2

/**
 * struct late_test - an SMMU, and a device with a child
 * @smmu: the SMMU; only its device and that one's node are looked at
 * @node: the node
 * @owner_prop: the only property of @owner's node
 * @owner_node: that node
 * @child_node: a node of somebody else
 * @device: the SMMU's device
 * @owner: has a driver
 * @child: was made by it
 * @driver: what drives @owner
 * @probing: completed by its probe, which then takes @probe_ms and returns @probe_result
 * @probe_ms: see @probing
 * @probe_result: see @probing
 */
struct late_test {
	struct smmu_device smmu;
	struct device_node node;
	struct property owner_prop;
	struct device_node owner_node, child_node;
	struct platform_device *device, *owner, *child;
	struct platform_driver driver;
	struct completion probing;
	unsigned int probe_ms;
	int probe_result;
};

/* The driver core hands no test to a probe. */
static struct late_test *late_test;

static int late_probe(struct platform_device *pdev)
{
	complete(&late_test->probing);
	msleep(late_test->probe_ms);
	return late_test->probe_result;
}

static struct platform_device *late_device(struct kunit *test, const char *name,
					   struct device *parent)
{
	const struct platform_device_info info = {
		.parent = parent, .name = name, .id = PLATFORM_DEVID_NONE,
	};
	struct platform_device *pdev = platform_device_register_full(&info);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, pdev);
	return pdev;
}

static int late_init(struct kunit *test)
{
	struct late_test *t = kunit_kzalloc(test, sizeof(*t), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, t);
	late_test = t;
	init_completion(&t->probing);
	t->driver.probe = late_probe;
	t->driver.driver.name = "smmu-late-owner";
	KUNIT_ASSERT_EQ(test, platform_driver_register(&t->driver), 0);
	test->priv = t;
	t->device = late_device(test, "smmu-late", NULL);
	t->owner = late_device(test, "smmu-late-owner", NULL);
	t->child = late_device(test, "smmu-late-channel", &t->owner->dev);
	t->smmu.dev = &t->device->dev;
	t->smmu.dev->of_node = &t->node;
	t->node.phandle = LATE_PHANDLE;
	t->node.full_name = "late-smmu";
	t->owner_node.full_name = "late-owner";
	t->child_node.full_name = "late-child";
	/* Events would have the name of a node in a tree. */
	dev_set_uevent_suppress(&t->owner->dev, true);
	t->owner->dev.of_node = &t->owner_node;
	return 0;
}

/* What nobody has counted, nobody may put. */
static void late_drop(struct platform_device *pdev)
{
	if (!pdev)
		return;
	pdev->dev.of_node = NULL;
	pdev->dev.iommu = NULL;
	pdev->dev.iommu_group = NULL;
	platform_device_unregister(pdev);
}

static void late_exit(struct kunit *test)
{
	struct late_test *t = test->priv;

	if (!t)
		return;
	late_drop(t->child);
	late_drop(t->owner);
	late_drop(t->device);
	platform_driver_unregister(&t->driver);
}

static void late_set(struct late_test *t, const char *name, __be32 *cells, unsigned int nr)
{
	t->owner_prop.name = (char *)name;
	t->owner_prop.value = cells;
	t->owner_prop.length = nr * sizeof(*cells);
	t->owner_node.properties = &t->owner_prop;
}

/* IDs 0 to 7 of one SMMU, and 8 to 15 of another */
static void late_set_map(struct kunit *test, u32 first, u32 second)
{
	const u32 map[] = { 0, first, 0x10, 8, 8, second, 0x20, 8 };
	__be32 *cells = kunit_kzalloc(test, sizeof(map), GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, cells);
	for (i = 0; i < ARRAY_SIZE(map); i++)
		cells[i] = cpu_to_be32(map[i]);
	late_set(test->priv, "iommu-map", cells, ARRAY_SIZE(map));
}

static void late_expect(struct kunit *test, unsigned int masters)
{
	struct late_test *t = test->priv;

	KUNIT_EXPECT_EQ(test, smmu_late_check(&t->smmu), masters ? -EBUSY : 0);
	KUNIT_EXPECT_EQ(test, smmu_late_report(&t->smmu), masters);
}

static void late_any_entry(struct kunit *test)
{
	struct late_test *t = test->priv;

	late_expect(test, 0);
	late_set_map(test, LATE_OTHER_PHANDLE, LATE_OTHER_PHANDLE);
	late_expect(test, 0);
	late_set_map(test, LATE_PHANDLE, LATE_OTHER_PHANDLE);
	late_expect(test, 1);
	late_set_map(test, LATE_OTHER_PHANDLE, LATE_PHANDLE);
	late_expect(test, 1);
	/* An entry that ends too early */
	t->owner_prop.length = 5 * sizeof(u32);
	late_expect(test, 0);
}

/* The map of a bus is about devices on it, and so is that of an endpoint. */
static void late_controller(struct kunit *test)
{
	struct late_test *t = test->priv;

	late_set_map(test, LATE_PHANDLE, LATE_PHANDLE);
	t->child->dev.of_node = &t->child_node;
	late_expect(test, 0);
	t->child->dev.of_node = &t->owner_node;
	late_expect(test, 1);
	late_drop(t->child);
	t->child = NULL;
	late_expect(test, 0);
}

static void late_no_driver(struct kunit *test)
{
	struct late_test *t = test->priv;

	late_set_map(test, LATE_PHANDLE, LATE_PHANDLE);
	device_release_driver(&t->owner->dev);
	late_expect(test, 0);
}

/* VFIO makes groups where there is no IOMMU, too. */
static void late_group(struct kunit *test)
{
	struct late_test *t = test->priv;
	struct device *dev = &t->child->dev;

	late_set_map(test, LATE_PHANDLE, LATE_PHANDLE);
	dev->iommu_group = test->priv;
	late_expect(test, 1);
	dev->iommu = kunit_kzalloc(test, sizeof(*dev->iommu), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, dev->iommu);
	dev->iommu->iommu_dev = &t->smmu.iommu;
	late_expect(test, 0);
}

static int late_attach(void *ctx)
{
	struct late_test *t = ctx;

	return device_attach(&t->owner->dev);
}

/* What is found while the owner's driver is tried, for @ms, with a result */
static int late_check_while(struct kunit *test, unsigned int ms, int result)
{
	struct late_test *t = test->priv;
	struct task_struct *core;
	int ret;

	device_release_driver(&t->owner->dev);
	reinit_completion(&t->probing);
	t->probe_ms = ms;
	t->probe_result = result;
	core = kthread_create(late_attach, t, "smmu-late-test");
	KUNIT_ASSERT_FALSE(test, IS_ERR(core));
	get_task_struct(core);
	wake_up_process(core);
	wait_for_completion(&t->probing);
	ret = smmu_late_check(&t->smmu);
	kthread_stop(core);
	put_task_struct(core);
	return ret;
}

/* A device whose driver is only tried; it needs an IOMMU that is in the tree. */
static void late_wait(struct kunit *test)
{
	struct device_node *iommu = of_find_node_with_property(NULL, "#iommu-cells");
	struct late_test *t = test->priv;
	__be32 iommus[8] = { };

	if (!iommu)
		kunit_skip(test, "no IOMMU in this tree");
	t->smmu.dev->of_node = iommu;
	iommus[0] = cpu_to_be32(iommu->phandle);
	late_set(t, "iommus", iommus, ARRAY_SIZE(iommus));
	/* The real masters of that one are at work with it, or have no driver. */
	KUNIT_EXPECT_EQ(test, late_check_while(test, 300, -ENODEV), 0);
	KUNIT_EXPECT_EQ(test, late_check_while(test, 300, 0), -EBUSY);
	/* Longer than anybody waits */
	KUNIT_EXPECT_EQ(test, late_check_while(test, 3000, -ENODEV), -EBUSY);
	of_node_put(iommu);
}

/* Introduce the owner to the SMMU, as if @task were registering that. */
static int late_introduce(struct late_test *t, const struct task_struct *task)
{
	const struct of_phandle_args args = { .np = &t->node, .args_count = 1 };

	t->smmu.registering = task;
	t->owner->dev.iommu->fwspec->num_ids = 0;
	return smmu_fwspec_of_xlate(&t->owner->dev, &args);
}

/* While the core looks at all devices, no other thread may bring one. */
static void late_registering(struct kunit *test)
{
	struct late_test *t = test->priv;
	struct iommu_fwspec *fwspec = kunit_kzalloc(test, struct_size(fwspec, ids, 1), GFP_KERNEL);
	struct dev_iommu *param = kunit_kzalloc(test, sizeof(*param), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, fwspec);
	KUNIT_ASSERT_NOT_NULL(test, param);
	fwspec->iommu_fwnode = of_fwnode_handle(&t->node);
	param->fwspec = fwspec;
	t->owner->dev.iommu = param;
	dev_set_drvdata(t->smmu.dev, &t->smmu);
	KUNIT_EXPECT_EQ(test, late_introduce(t, &init_task), -EPROBE_DEFER);
	KUNIT_EXPECT_EQ(test, late_introduce(t, current), 0);
	KUNIT_EXPECT_EQ(test, late_introduce(t, NULL), 0);
}

static struct kunit_case late_cases[] = {
	KUNIT_CASE(late_any_entry),
	KUNIT_CASE(late_controller),
	KUNIT_CASE(late_no_driver),
	KUNIT_CASE(late_group),
	KUNIT_CASE(late_registering),
	KUNIT_CASE_SLOW(late_wait),
	{ }
};

static struct kunit_suite late_suite = {
	.name = "smmu-late",
	.init = late_init,
	.exit = late_exit,
	.test_cases = late_cases,
};

kunit_test_suite(late_suite);
