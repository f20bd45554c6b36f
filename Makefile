# SPDX-License-Identifier: GPL-2.0-only
# What can be done here: "make help" lists it.

DRIVER := drivers/iommu/smmu

ifneq ($(KUNIT),)
MODULE_OPTIONS := CONFIG_SMMU_KUNIT_TEST=m
endif

.PHONY: help demo shell bench check check-all check-fresh check-quick lint litmus module overlay overlay-remove patch deb clean

help:
	@echo 'make demo         boot a Debian kernel in QEMU with every master behind our SMMU driver'
	@echo 'make demo BOARD=<name>'
	@echo '                  the same with a device tree of arch/arm64/boot/dts/smmu, or on 32-bit'
	@echo '                  Arm: arm/virt, and arm/<name> of arch/arm/boot/dts/smmu'
	@echo 'make shell        the same board with a prompt'
	@echo 'make bench        what mapping and unmapping cost beside the in-tree driver, in'
	@echo '                  instructions and SMMU commands: tables, a file and a picture'
	@echo 'make check [KERNEL=<series>]'
	@echo '                  the tests that every change should pass (over half an hour), on Linux'
	@echo '                  6.12 and on the newest that Debian has, or on one of them'
	@echo 'make check-all [KERNEL=<series>] [RESUME=1]'
	@echo '                  every test there is (hours; RESUME=1: but for those that an earlier run'
	@echo '                  has seen to pass with the same files)'
	@echo 'make check-fresh  demo, demo on 32-bit Arm, deb, patch, lint, litmus, the set-up of check and'
	@echo '                  that of bench, each begun in a minimal Debian 12 and 13 that has only git'
	@echo '                  and make (over an hour; needs root or sudo)'
	@echo 'make check-quick  lint, KUnit and one boot of a Debian kernel'
	@echo 'make lint         the checks that boot nothing'
	@echo 'make litmus       the driver'\''s barriers, by herd7 and the memory model of the kernel'\''s'
	@echo '                  source: as they stand, and weakened (seconds)'
	@echo 'make module KDIR=<kernel build dir> [ARCH=<arch>] [CROSS_COMPILE=<prefix>] [KUNIT=1]'
	@echo '                  build $(DRIVER)/smmu.ko (KUNIT=1: smmu-kunit.ko, too)'
	@echo 'make overlay KSRC=<kernel source tree>'
	@echo '                  put the driver into a kernel tree (again: bring it up to date)'
	@echo 'make overlay-remove KSRC=<kernel source tree>'
	@echo '                  take it out again'
	@echo 'make patch [KSRC=<kernel source tree>]'
	@echo '                  the same as patches in build/patches, for "git am"'
	@echo 'make deb          build the Debian packages smmu-dkms and iommu-lint into build/deb'
	@echo 'make clean        remove what was built here; the cache stays'
	@echo
	@echo 'Fetched packages and built kernels are kept in $${SMMU_CACHE:-~/.cache/smmu}.'

demo:
	@tests/host/setup.sh $(if $(filter arm/%,$(BOARD)),demo-arm,demo)
	@python3 tests/host/demo.py $(if $(BOARD),--board '$(BOARD)')

shell:
	@tests/host/setup.sh demo
	@python3 tests/host/board.py

bench:
	@tests/host/setup.sh bench
	@python3 tests/host/bench.py

check:
	@tests/host/setup.sh check
	@python3 tests/host/check.py --kernel '$(KERNEL)'

check-all:
	@tests/host/setup.sh check
	@tests/host/setup.sh fresh
	@python3 tests/host/check.py --all --kernel '$(KERNEL)' $(if $(RESUME),--resume)

check-fresh:
	@tests/host/setup.sh fresh
	@python3 tests/host/check.py --all --kernel base --only fresh/

check-quick:
	@tests/host/setup.sh check
	@python3 tests/host/check.py --quick

lint:
	@tests/host/setup.sh check
	@python3 tests/host/check.py --only lint/

litmus:
	@tests/host/setup.sh source
	@python3 tests/host/litmus.py

module:
	@test -n '$(KDIR)' || { echo 'make module: KDIR=<kernel build dir> is needed' \
		'(of the running kernel: KDIR=/lib/modules/$$(uname -r)/build)' >&2; exit 1; }
	$(MAKE) -C $(KDIR) M=$(CURDIR)/$(DRIVER) CONFIG_SMMU=m $(MODULE_OPTIONS) modules

overlay overlay-remove:
	@command -v python3 >/dev/null || { echo 'make $@: python3 is needed' >&2; exit 1; }
	@PYTHONDONTWRITEBYTECODE=1 tools/kernel-tree $@ '$(KSRC)'

patch:
	@$(if $(KSRC),true,tests/host/setup.sh source)
	@PYTHONDONTWRITEBYTECODE=1 tools/kernel-tree $@ "$${KSRC:-$$(tests/host/source-kernel.sh --tree)}"
deb:
	@tests/host/setup.sh deb
	@packaging/build-deb

# kbuild's leavings beside the sources, without needing the kernel they came from.
clean:
	rm -rf build
	find $(DRIVER) tests/modules -type f \( -name '*.o' -o -name '*.ko' -o -name '*.mod' \
		-o -name '*.mod.c' -o -name '.*.cmd' -o -name '*.symvers' -o -name modules.order \
		\) -exec rm -f {} + 2>/dev/null || true
