# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# The type of a group's domain, switched in sysfs, on an edu device.
. /test/lib.sh
. /test/edu.sh
edu_use

# refused_after_unmap: a streaming mapping reaches, and after its end does not.
refused_after_unmap() {
	at=$(edu_map "$1" 4096) || return 1
	edu_fill "$1" mapbuf
	edu_tell "$1" dma write "$at" 64
	edu_touched "$1" mapbuf || return 2
	edu_tell "$1" unmap 1
	# A lazy domain may take its time, the flush queue's 10 ms.
	sleep 0.3
	edu_fill "$1" mapbuf
	edu_tell "$1" dma write "$at" 64
	edu_untouched "$1" mapbuf
}

works_as() {
	check "$1: the group says so" [ "$(type_of "$EDU0")" = "$1" ]
	check "$1: DMA works" edu_copies "$EDU0"
	check "$1: what was unmapped is refused" refused_after_unmap "$EDU0"
}

first=$(type_of "$EDU0")
works_as "$first"
if ! has_types; then
	skip_types "switching"
	finish
fi

check "another type is refused while a driver is bound" \
	[ "$(set_type "$EDU0" identity 2>/dev/null || echo refused)" = refused ]
works_as "$first"

if [ "$first" = DMA ]; then
	check "DMA to DMA-FQ under a running driver" set_type "$EDU0" DMA-FQ
	works_as DMA-FQ
fi

for type in DMA identity DMA-FQ DMA; do
	unbind "$EDU0"
	check "$type: switched without a driver" set_type "$EDU0" $type
	check "$type: the group says so" [ "$(type_of "$EDU0")" = $type ]
	# Untranslated, the device's 28 bits reach no memory: see 51-identity.sh.
	[ $type != identity ] || continue
	bind "$EDU0" smmu_edu
	works_as $type
done

unbind "$EDU0"
set_type "$EDU0" "$first"
bind "$EDU0" smmu_edu
check "the other device did not notice" edu_copies "$EDU1"
finish
