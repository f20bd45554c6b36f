# SPDX-License-Identifier: GPL-2.0-only
"""Checks: masters that share a group, and with it an address space."""

from .finding import check, error, warning


def groups(system):
    """Pairs of masters that share a group, each master with the first of its group."""
    for iommu in system.iommus.values():
        if not iommu.ours or not iommu.node.enabled:
            continue
        masters = [master for master in iommu.masters if master.node.enabled]
        for at, one in enumerate(masters):
            for two in masters[at + 1:]:
                if two.bridge is one.node or one.bridge is two.node:
                    continue
                if any(a.iommu is b.iommu is iommu and a.ids.overlaps(b.ids)
                       for a in one.streams for b in two.streams):
                    yield iommu, one, two


@check("window-group")
def window_group(system):
    """Masters that share a group have different windows."""
    told_already = set()
    for iommu, one, two in groups(system):
        if two.node in told_already or one.window() == two.window():
            continue
        told_already.add(two.node)
        prop = (two.limits or one.limits)[-1].prop
        # Whether a bus has a function with that stream, the tree does not tell.
        say = warning if {one.node, two.node} & system.maps.keys() else error
        yield say(two.node, prop, f"is in one group with {one.node} (streams of {iommu}), which"
                    f" has another DMA window ({_say(one)}, not {_say(two)})",
                    "one group is one address space: give them the same window")


def _say(master):
    """A master's window in words."""
    window = master.window()
    return "all addresses" if window.everything() else str(window)


def _contradiction(one, two):
    """A region of each that lead one address to two places, or None."""
    return next(((mine, other) for mine in one.regions for other in two.regions
                 if mine.contradicts(other)), None)


@check("region-group")
def region_group(system):
    """Regions of masters that share a group contradict each other, or come too late."""
    told_already = set()
    for iommu, one, two in groups(system):
        if two.node in told_already:
            continue
        both = _contradiction(one, two)
        news = [region for region in two.regions
                if not any(other.kept == region.kept for other in one.regions)]
        if both:
            yield error(two.node, "memory-region", f"{both[1].range} leads elsewhere than"
                        f" {both[0].range} of {one.node}, which is in its group (streams of {iommu})",
                        "one group is one address space: give the regions addresses of their own")
        elif news:
            yield warning(two.node, "memory-region", f"{one.node}, which is in its group (streams of"
                          f" {iommu}), has no region at {news[0].kept}", "Linux before 6.15 refuses"
                          f" {two.node} if {one.node} comes first: give both the same regions")
        else:
            continue
        told_already.add(two.node)


def _coherent(node):
    """Whether the tree says that a device snoops the caches: it, or a bus above it."""
    while node is not None:
        if node.has("dma-coherent"):
            return True
        if node.has("dma-noncoherent"):
            return False
        node = node.parent
    return False


@check("smmu-group")
def smmu_group(system):
    """A master is also behind an SMMU that cannot read the tables of its group."""
    told_already = set()
    for iommu, one, two in groups(system):
        others = [other.node for other in two.iommus()
                  if other not in one.iommus() and not _coherent(other.node)]
        if two.node in told_already or not others or \
                not all(_coherent(mine.node) for mine in one.iommus()):
            continue
        told_already.add(two.node)
        yield error(two.node, "iommus", f"is in one group with {one.node} (streams of {iommu}), whose"
                    f" page tables are for SMMUs with dma-coherent: {others[0]} has none",
                    "give both masters the same SMMUs, or separate StreamIDs")
