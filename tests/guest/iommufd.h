/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * As much of IOMMUFD, and of VFIO's part in it, as the tests use: the C library's
 * headers of Debian 12 do not have it.
 */
#ifndef SMMU_TESTS_IOMMUFD_H
#define SMMU_TESTS_IOMMUFD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>

#define IOMMUFD_CALL(number)	_IO(';', number)
#define IOMMUFD_IOAS_ALLOC	IOMMUFD_CALL(0x81)
#define IOMMUFD_IOAS_MAP	IOMMUFD_CALL(0x85)
#define IOMMUFD_IOAS_UNMAP	IOMMUFD_CALL(0x86)
#define IOMMUFD_HWPT_ALLOC	IOMMUFD_CALL(0x89)
#define IOMMUFD_MAP_FIXED	1
#define IOMMUFD_MAP_WRITABLE	2
#define IOMMUFD_MAP_READABLE	4

#define IOMMUFD_VFIO_BIND	IOMMUFD_CALL(118)
#define IOMMUFD_VFIO_ATTACH	IOMMUFD_CALL(119)

static inline int iommufd_new_ioas(int fd, uint32_t *ioas)
{
	struct { uint32_t bytes, flags, ioas; } call = { .bytes = sizeof(call) };
	int ret = ioctl(fd, IOMMUFD_IOAS_ALLOC, &call);

	*ioas = call.ioas;
	return ret;
}

/* A domain of the driver's for an address space, of the kind that @flags say */
static inline int iommufd_new_hwpt(int fd, uint32_t dev_id, uint32_t ioas, uint32_t flags,
				   uint32_t *hwpt)
{
	struct {
		uint32_t bytes, flags, dev_id, pt_id, hwpt, reserved, type, data_bytes;
		uint64_t data;
	} call = { .bytes = sizeof(call), .flags = flags, .dev_id = dev_id, .pt_id = ioas };
	int ret = ioctl(fd, IOMMUFD_HWPT_ALLOC, &call);

	*hwpt = call.hwpt;
	return ret;
}

static inline int iommufd_map(int fd, uint32_t ioas, uint64_t iova, void *at, size_t bytes,
			      bool writable)
{
	struct {
		uint32_t bytes, flags, ioas, reserved;
		uint64_t at, length, iova;
	} call = {
		.bytes = sizeof(call), .ioas = ioas, .at = (uintptr_t)at, .length = bytes,
		.iova = iova, .flags = IOMMUFD_MAP_FIXED | IOMMUFD_MAP_READABLE |
				       (writable ? IOMMUFD_MAP_WRITABLE : 0),
	};

	return ioctl(fd, IOMMUFD_IOAS_MAP, &call);
}

static inline bool iommufd_unmap(int fd, uint32_t ioas, uint64_t iova, size_t bytes)
{
	struct {
		uint32_t bytes, ioas;
		uint64_t iova, length;
	} call = { .bytes = sizeof(call), .ioas = ioas, .iova = iova, .length = bytes };

	return !ioctl(fd, IOMMUFD_IOAS_UNMAP, &call) && call.length == bytes;
}

static inline int vfio_bind(int device, int fd, uint32_t *dev_id)
{
	struct {
		uint32_t bytes, flags;
		int32_t fd;
		uint32_t dev_id;
	} call = { .bytes = sizeof(call), .fd = fd };
	int ret = ioctl(device, IOMMUFD_VFIO_BIND, &call);

	*dev_id = call.dev_id;
	return ret;
}

/* Takes the place of what is attached, if anything is. */
static inline int vfio_attach(int device, uint32_t hwpt)
{
	struct { uint32_t bytes, flags, hwpt; } call = { .bytes = sizeof(call), .hwpt = hwpt };

	return ioctl(device, IOMMUFD_VFIO_ATTACH, &call);
}

#endif /* SMMU_TESTS_IOMMUFD_H */
