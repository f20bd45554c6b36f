// SPDX-License-Identifier: GPL-2.0-only
/*
 * vfio_edu PCI-NAME GROUP [START LAST]...: drives QEMU's edu device from user space
 * through VFIO (type 1), and lets it find out what it reaches. The device is bound to
 * vfio-pci. With a window, one range or several, the cases are about that. Prints
 * "pass NAME", "fail NAME: WHY" or "skip NAME: WHY" for each case.
 *
 * vfio_edu PCI-NAME iommufd: the same by the device's own file and IOMMUFD.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <linux/pci_regs.h>
#include <linux/vfio.h>

#include "edu_user.h"
#include "iommufd.h"

#define BIG		(4UL << 20)
#define BLOCK		(2UL << 20)

/* Within the 28 bits that the device drives, and off the MSI page. */
#define IOVA		0x1000000UL
#define IOVA_OTHER	0x3000000UL
#define IOVA_BIG	0x4000000UL
#define IOVA_NOWHERE	0x2000000UL
/*
 * Where Arm SMMU drivers put the MSI page; on 32-bit Arm, where the board's ITS has its
 * doorbell, which is mapped one to one, in the window or not.
 */
#ifdef __arm__
#define IOVA_MSI	0x8090000UL
#define MSI_BYTES_MAX	PAGE
#else
#define IOVA_MSI	0x8000000UL
#define MSI_BYTES_MAX	(1 << 20)
#endif

static int container, device, failures;
/* The file of IOMMUFD, if that is in use, and the address space that is attached */
static int iommufd = -1;
static uint32_t ioas;
static volatile uint8_t *regs;

struct range {
	uint64_t start, last;
};

static bool report(const char *name, bool good, const char *why)
{
	if (good)
		printf("pass %s\n", name);
	else
		printf("fail %s: %s\n", name, why);
	failures += !good;
	return good;
}

static void must(bool good, const char *what)
{
	if (good)
		return;
	printf("fail %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint8_t *memory(size_t bytes)
{
	uint8_t *at = mmap(NULL, bytes + BLOCK, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	must(at != MAP_FAILED, "mmap of memory");
	at = (uint8_t *)(((uintptr_t)at + BLOCK - 1) & ~(BLOCK - 1));
	madvise(at, bytes, MADV_HUGEPAGE);
	return at;
}

static void fill(uint8_t *at, size_t bytes)
{
	while (bytes--)
		*at++ = rand() >> 7;
}

static int map(uint64_t iova, void *at, size_t bytes, uint32_t flags)
{
	struct vfio_iommu_type1_dma_map request = {
		.argsz = sizeof(request), .flags = flags, .vaddr = (uintptr_t)at,
		.iova = iova, .size = bytes,
	};

	if (iommufd >= 0)
		return iommufd_map(iommufd, ioas, iova, at, bytes, flags & VFIO_DMA_MAP_FLAG_WRITE);
	return ioctl(container, VFIO_IOMMU_MAP_DMA, &request);
}

static bool unmap(uint64_t iova, size_t bytes)
{
	struct vfio_iommu_type1_dma_unmap request = {
		.argsz = sizeof(request), .iova = iova, .size = bytes,
	};

	if (iommufd >= 0)
		return iommufd_unmap(iommufd, ioas, iova, bytes);
	return !ioctl(container, VFIO_IOMMU_UNMAP_DMA, &request) && request.size == bytes;
}

static void dma(uint64_t iova, uint32_t bytes, bool to_mem)
{
	must(edu_dma(regs, iova, bytes, to_mem), "a transfer comes to its end");
}

/* Whether a write of the device to @iova changes the memory at @at. */
static bool changes(uint64_t iova, uint8_t *at)
{
	uint8_t before[64];

	fill(before, sizeof(before));
	memcpy(at, before, sizeof(before));
	dma(iova, sizeof(before), true);
	return memcmp(at, before, sizeof(before));
}

static void use_device(void)
{
	struct vfio_region_info config = {
		.argsz = sizeof(config), .index = VFIO_PCI_CONFIG_REGION_INDEX,
	};
	struct vfio_region_info bar = { .argsz = sizeof(bar), .index = VFIO_PCI_BAR0_REGION_INDEX };
	uint16_t command;

	must(!ioctl(device, VFIO_DEVICE_GET_REGION_INFO, &config), "configuration space");
	must(!ioctl(device, VFIO_DEVICE_GET_REGION_INFO, &bar), "BAR 0");
	must(pread(device, &command, 2, config.offset + PCI_COMMAND) == 2, "reading the command");
	command |= PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER;
	must(pwrite(device, &command, 2, config.offset + PCI_COMMAND) == 2, "writing the command");
	regs = mmap(NULL, bar.size, PROT_READ | PROT_WRITE, MAP_SHARED, device, bar.offset);
	must(regs != MAP_FAILED, "mmap of BAR 0");
}

static void open_device(const char *name, const char *group_name)
{
	struct vfio_group_status status = { .argsz = sizeof(status) };
	char path[64];
	int group;

	snprintf(path, sizeof(path), "/dev/vfio/%s", group_name);
	container = open("/dev/vfio/vfio", O_RDWR);
	must(container >= 0, "open of /dev/vfio/vfio");
	group = open(path, O_RDWR);
	must(group >= 0, "open of the group");
	must(ioctl(container, VFIO_GET_API_VERSION) == VFIO_API_VERSION, "VFIO_GET_API_VERSION");
	must(ioctl(container, VFIO_CHECK_EXTENSION, VFIO_TYPE1v2_IOMMU) == 1, "type 1 version 2");
	must(!ioctl(group, VFIO_GROUP_GET_STATUS, &status), "VFIO_GROUP_GET_STATUS");
	report("group is viable", status.flags & VFIO_GROUP_FLAGS_VIABLE, "it is not");
	must(!ioctl(group, VFIO_GROUP_SET_CONTAINER, &container), "VFIO_GROUP_SET_CONTAINER");
	must(!ioctl(container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU), "VFIO_SET_IOMMU");
	device = ioctl(group, VFIO_GROUP_GET_DEVICE_FD, name);
	must(device >= 0, "VFIO_GROUP_GET_DEVICE_FD");
	use_device();
}

/* The device's own file: its number is the one entry of vfio-dev. */
static int open_own_file(const char *name)
{
	char path[300];
	struct dirent *entry;
	DIR *dir;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/vfio-dev", name);
	dir = opendir(path);
	must(dir, "the device's vfio-dev");
	do {
		entry = readdir(dir);
		must(entry, "an entry of vfio-dev");
	} while (entry->d_name[0] == '.');
	snprintf(path, sizeof(path), "/dev/vfio/devices/%s", entry->d_name);
	closedir(dir);
	return open(path, O_RDWR);
}

/* Flags ask for nesting, dirty tracking and what does not exist: none is served. */
static void case_flags(uint32_t dev_id)
{
	const uint32_t flags[] = { 1, 2, 1U << 31 };
	uint32_t hwpt;
	unsigned int i;

	for (i = 0; i < 3; i++) {
		bool refused = iommufd_new_hwpt(iommufd, dev_id, ioas, flags[i], &hwpt) == -1 &&
			       errno == EOPNOTSUPP;

		report(i == 0 ? "a domain to nest in is refused" :
		       i == 1 ? "a domain that tracks writes is refused" :
		       "an unknown kind of domain is refused", refused, strerror(errno));
	}
}

/* Another address space takes the place of the one that is attached, and back. */
static void case_replace(uint32_t dev_id, uint32_t hwpt, uint8_t *buf)
{
	uint32_t first = ioas, other_hwpt;

	must(!map(IOVA, buf, PAGE, VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE), "mapping");
	must(!iommufd_new_ioas(iommufd, &ioas), "a second address space");
	must(!iommufd_new_hwpt(iommufd, dev_id, ioas, 0, &other_hwpt), "a second domain");
	must(!map(IOVA_OTHER, buf + PAGE, PAGE, VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE),
	     "mapping in the second");
	report("the first domain: only its address is reached",
	       changes(IOVA, buf) && !changes(IOVA_OTHER, buf + PAGE), "it is not so");
	must(!vfio_attach(device, other_hwpt), "replacing the domain");
	report("the second domain: only its address is reached",
	       changes(IOVA_OTHER, buf + PAGE) && !changes(IOVA, buf), "it is not so");
	must(!vfio_attach(device, hwpt), "replacing it back");
	report("the first domain again",
	       changes(IOVA, buf) && !changes(IOVA_OTHER, buf + PAGE), "it is not so");
	must(unmap(IOVA_OTHER, PAGE), "unmapping in the second");
	ioas = first;
	must(unmap(IOVA, PAGE), "unmapping in the first");
}

static void open_by_iommufd(const char *name)
{
	uint32_t dev_id, hwpt;

	iommufd = open("/dev/iommu", O_RDWR);
	must(iommufd >= 0, "open of /dev/iommu");
	device = open_own_file(name);
	must(device >= 0, "open of the device's own file");
	must(!vfio_bind(device, iommufd, &dev_id), "binding to IOMMUFD");
	must(!iommufd_new_ioas(iommufd, &ioas), "an address space");
	must(!iommufd_new_hwpt(iommufd, dev_id, ioas, 0, &hwpt), "a domain");
	must(!vfio_attach(device, hwpt), "attaching the domain");
	use_device();
	case_flags(dev_id);
	case_replace(dev_id, hwpt, memory(2 * PAGE));
}

#define RW (VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE)

static void case_reach(uint8_t *buf)
{
	must(!map(IOVA, buf, 2 * PAGE, RW), "VFIO_IOMMU_MAP_DMA");
	fill(buf, 2 * PAGE);
	dma(IOVA, EDU_BUF_BYTES, false);
	dma(IOVA + PAGE, EDU_BUF_BYTES, true);
	report("device reads and writes what was mapped", !memcmp(buf, buf + PAGE, EDU_BUF_BYTES),
	       "4 KiB did not arrive");
	report("device reaches no unmapped address", !changes(IOVA_NOWHERE, buf) &&
	       !changes(IOVA + 2 * PAGE, buf + PAGE), "memory changed");
}

static void case_unmap(uint8_t *buf, uint8_t *next)
{
	bool before = changes(IOVA, buf);
	bool gone = unmap(IOVA, 2 * PAGE);

	report("unmapping succeeds", gone, strerror(errno));
	report("device loses what was unmapped", before && !changes(IOVA, buf) &&
	       !changes(IOVA + PAGE, buf + PAGE), before ? "memory changed" : "it had nothing");
	must(!map(IOVA, next, PAGE, RW), "mapping again");
	report("same address, new memory", !changes(IOVA, buf) && changes(IOVA, next),
	       "the device did not follow");
	must(unmap(IOVA, PAGE), "unmapping again");
}

static void case_read_only(uint8_t *buf, uint8_t *other)
{
	must(!map(IOVA, buf, PAGE, VFIO_DMA_MAP_FLAG_READ), "mapping for reads");
	must(!map(IOVA_OTHER, other, PAGE, RW), "mapping beside it");
	fill(buf, PAGE);
	fill(other, PAGE);
	dma(IOVA, EDU_BUF_BYTES, false);
	dma(IOVA_OTHER, EDU_BUF_BYTES, true);
	report("device reads a read-only mapping", !memcmp(buf, other, EDU_BUF_BYTES),
	       "4 KiB did not arrive");
	report("device does not write it", !changes(IOVA, buf), "memory changed");
	must(unmap(IOVA, PAGE) && unmap(IOVA_OTHER, PAGE), "unmapping both");
}

static void case_big(void)
{
	uint8_t *big = memory(BIG);

	must(!map(IOVA_BIG, big, BIG, RW), "mapping 4 MiB");
	report("device reaches both ends of 4 MiB", changes(IOVA_BIG, big) &&
	       changes(IOVA_BIG + BIG - PAGE, big + BIG - PAGE), "memory did not change");
	must(unmap(IOVA_BIG, BIG), "unmapping 4 MiB");
	report("and loses them", !changes(IOVA_BIG, big) &&
	       !changes(IOVA_BIG + BIG - PAGE, big + BIG - PAGE), "memory changed");
}

static void case_reserved(uint8_t *buf)
{
	report("the MSI page's address is refused", map(IOVA_MSI, buf, PAGE, RW) == -1,
	       "it was mapped");
}

/*
 * Without the core's DMA API, as on 32-bit Arm, kernels after 6.12 refuse MSIs in any domain
 * that is not the default one (iommu_dma_prepare_msi()), and say so with a warning.
 */
static bool kernel_refuses_msi(void)
{
#ifdef __arm__
	unsigned int major, minor;
	struct utsname name;

	must(!uname(&name) && sscanf(name.release, "%u.%u", &major, &minor) == 2, "uname");
	return major > 6 || (major == 6 && minor > 12);
#else
	return false;
#endif
}

/* The device's own interrupt: its doorbell has to be mapped in this domain, too. */
static void case_msi(void)
{
	char space[sizeof(struct vfio_irq_set) + sizeof(int32_t)];
	struct vfio_irq_set *set_irqs = (void *)space;
	struct pollfd wait = { .fd = eventfd(0, 0), .events = POLLIN };

	if (kernel_refuses_msi()) {
		printf("skip the device's MSI arrives: this kernel refuses MSIs in VFIO's domains\n");
		return;
	}
	must(wait.fd >= 0, "eventfd");
	*set_irqs = (struct vfio_irq_set){
		.argsz = sizeof(space), .index = VFIO_PCI_MSI_IRQ_INDEX, .count = 1,
		.flags = VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER,
	};
	memcpy(set_irqs->data, &wait.fd, sizeof(wait.fd));
	must(!ioctl(device, VFIO_DEVICE_SET_IRQS, set_irqs), "VFIO_DEVICE_SET_IRQS");
	*(volatile uint32_t *)(regs + EDU_IRQ_RAISE) = 1;
	report("the device's MSI arrives", poll(&wait, 1, 3000) == 1, "none within 3 s");
	*(volatile uint32_t *)(regs + EDU_IRQ_ACK) = edu_get(regs, EDU_IRQ_STATUS);
	close(wait.fd);
}

/* What VFIO says may be mapped: its ranges, of which there are @max at most. */
static unsigned int iova_ranges(struct range *ranges, unsigned int max)
{
	static char answer[4096];
	struct vfio_iommu_type1_info *info = (void *)answer;
	struct vfio_iommu_type1_info_cap_iova_range *cap;
	uint32_t at, i;

	info->argsz = sizeof(answer);
	must(!ioctl(container, VFIO_IOMMU_GET_INFO, info), "VFIO_IOMMU_GET_INFO");
	if (!(info->flags & VFIO_IOMMU_INFO_CAPS))
		return 0;
	for (at = info->cap_offset; at; at = cap->header.next) {
		cap = (void *)(answer + at);
		if (cap->header.id != VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE)
			continue;
		for (i = 0; i < cap->nr_iovas && i < max; i++) {
			ranges[i].start = cap->iova_ranges[i].start;
			ranges[i].last = cap->iova_ranges[i].end;
		}
		return i;
	}
	return 0;
}

static bool within(const struct range *one, const struct range *window, unsigned int nr)
{
	while (nr--)
		if (window[nr].start <= one->start && one->last <= window[nr].last)
			return true;
	return false;
}

/* Whether a window has the MSI page: where it can, the driver sees to it. */
static bool has_msi(const struct range *window, unsigned int nr)
{
#ifdef __arm__
	const struct range page = { .start = IOVA_MSI, .last = IOVA_MSI + PAGE - 1 };

	return within(&page, window, nr);
#else
	return window && nr;
#endif
}

/* The ranges are the window without the MSI page. */
static void case_ranges(const struct range *window, unsigned int nr)
{
	struct range said[16];
	unsigned int nr_said = iova_ranges(said, 16), i;
	uint64_t bytes = 0, wanted = 0;
	bool inside = nr_said;
	char why[200] = "";

	for (i = 0; i < nr_said; i++) {
		inside &= within(&said[i], window, nr);
		bytes += said[i].last - said[i].start + 1;
		snprintf(why + strlen(why), sizeof(why) - strlen(why), "0x%llx-0x%llx ",
			 (unsigned long long)said[i].start, (unsigned long long)said[i].last);
	}
	for (i = 0; i < nr; i++)
		wanted += window[i].last - window[i].start + 1;
	report("the ranges that are reported lie in the window", inside, why);
	report("all of the window is reported, but for the MSI page",
	       has_msi(window, nr) ? bytes < wanted && bytes + MSI_BYTES_MAX >= wanted :
	       bytes == wanted, why);
}

static void case_edge(const struct range *range, uint8_t *buf)
{
	char name[80];
	bool good;

	snprintf(name, sizeof(name), "0x%llx: the first page is reached, and lost",
		 (unsigned long long)range->start);
	good = !map(range->start, buf, PAGE, RW) && changes(range->start, buf) &&
	       unmap(range->start, PAGE) && !changes(range->start, buf);
	report(name, good, strerror(errno));
	snprintf(name, sizeof(name), "0x%llx: a page before is refused",
		 (unsigned long long)range->start);
	report(name, map(range->start - PAGE, buf, PAGE, RW) == -1 &&
	       !changes(range->start - PAGE, buf), "it was mapped");
	snprintf(name, sizeof(name), "0x%llx: a page after is refused",
		 (unsigned long long)range->last);
	report(name, map(range->last + 1, buf, PAGE, RW) == -1 &&
	       !changes(range->last + 1, buf), "it was mapped");
	snprintf(name, sizeof(name), "0x%llx: two pages over the end are refused",
		 (unsigned long long)range->last);
	report(name, map(range->last + 1 - PAGE, buf, 2 * PAGE, RW) == -1 &&
	       !changes(range->last + 1 - PAGE, buf), "they were mapped");
}

static int cases_window(char **words, unsigned int nr)
{
	uint8_t *buf = memory(2 * PAGE);
	struct range window[4];
	unsigned int i;

	if (nr > 4)
		return 2;
	for (i = 0; i < nr; i++) {
		window[i].start = strtoull(words[2 * i], NULL, 0);
		window[i].last = strtoull(words[2 * i + 1], NULL, 0);
	}
	case_ranges(window, nr);
	for (i = 0; i < nr; i++)
		case_edge(&window[i], buf);
	case_msi();
	return failures ? 1 : 0;
}

int main(int argc, char **argv)
{
	uint8_t *buf;

	if (argc < 3 || !(argc & 1)) {
		fprintf(stderr, "usage: vfio_edu PCI-NAME GROUP [START LAST]...\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (!strcmp(argv[2], "iommufd"))
		open_by_iommufd(argv[1]);
	else
		open_device(argv[1], argv[2]);
	if (argc > 3)
		return cases_window(argv + 3, (argc - 3) / 2);
	buf = memory(4 * PAGE);
	case_reach(buf);
	case_unmap(buf, buf + 2 * PAGE);
	case_read_only(buf, buf + 2 * PAGE);
	case_big();
	case_reserved(buf);
	case_msi();
	/* The mapping that is left goes with the container. */
	must(!map(IOVA, buf, PAGE, RW), "mapping once more");
	report("device works to the end", changes(IOVA, buf), "memory did not change");
	return failures ? 1 : 0;
}
