# SPDX-License-Identifier: GPL-2.0-only
"""Findings and the topology as text, or as data for JSON."""

from .finding import SEVERITIES
from .ranges import Ids, Range, merge


def counts(found):
    """How many findings there are of each severity."""
    return {name: sum(one.severity == name for one in found) for name in SEVERITIES}


def as_data(path, found):
    """Findings for JSON."""
    return {"file": path, "counts": counts(found),
            "findings": [{"severity": one.severity, "check": one.check, "node": one.node.path,
                          "property": one.prop, "what": one.what, "hint": one.hint}
                         for one in found]}


def report(path, found, quiet):
    """Lines that tell the findings."""
    for one in found:
        if quiet and one.severity == "note":
            continue
        yield f'{one.severity}: {one.node}: "{one.prop}": {one.what} [{one.check}]'
        if not quiet:
            yield f"    {one.hint}"
    if not quiet:
        parts = [f"{number} {name}{'s' * (number != 1)}" for name, number in counts(found).items()]
        yield f"{path}: {', '.join(parts)}"


def _map_lines(master, iommu):
    """Its iommu-map in words; entries that go on where the one before ended are one line."""
    joined = []
    for stream in master.streams:
        if stream.iommu is not iommu or not stream.requesters:
            continue
        requesters, ids = stream.requesters, stream.ids
        if joined and not ids.everything:
            before, streams = joined[-1]
            if not streams.everything and requesters.start == before.last + 1 \
                    and ids.range.start == streams.range.last + 1:
                joined[-1] = (Range(before.start, requesters.last),
                              Ids(Range(streams.range.start, ids.range.last)))
                continue
        joined.append((requesters, ids))
    return [f"requester {requesters} -> {ids if ids.everything else f'stream {ids}'}"
            for requesters, ids in joined]


def stream_lines(master, iommu):
    """A master's streams on one IOMMU in words; single IDs in a row become a range."""
    single, lines = [], _map_lines(master, iommu)
    for stream in (one for one in master.streams if one.iommu is iommu):
        ids = stream.ids
        if stream.prop == "iommu-map" and stream.requesters:
            continue
        if stream.prop == "iommu-map":
            lines.append(f"streams by iommu-map of {master.bridge}")
        elif ids.everything or ids.unknown or ids.key is not None or ids.mask:
            lines.append("all streams" if ids.everything else
                         "specifier without streams" if ids.unknown else
                         f"specifier {ids}" if ids.key is not None else f"stream {ids}")
        else:
            single.append(Range(ids.range.start, ids.range.last))
    ranges = merge(single)
    if ranges:
        lines.insert(0, ("streams " if len(single) > 1 else "stream ")
                     + ", ".join(str(one) for one in ranges))
    return list(dict.fromkeys(lines))


def window_line(master):
    """A master's window in words, or "" if nothing limits it."""
    return f"window {master.window()}" if master.limits else ""


def region_lines(master):
    """A master's reserved regions in words."""
    return [f"reserved {one.range} {one.kind()} ({one.node})" for one in master.regions]


def iommu_title(iommu):
    """What an IOMMU is, without its path."""
    parts = [iommu.kind(), f"#iommu-cells {iommu.cells}"]
    if iommu.window:
        parts.append(f"window {iommu.window}")
    if not iommu.node.enabled:
        parts.append("disabled")
    return ", ".join(parts)


def master_lines(master, iommu):
    """All that is said of a master below one of its IOMMUs."""
    lines = stream_lines(master, iommu)
    if window_line(master):
        lines.append(window_line(master))
    return lines + region_lines(master)


def _tree_of(iommu):
    masters = iommu.masters
    yield f"{iommu}  ({iommu_title(iommu)})"
    for master in masters:
        last = master is masters[-1]
        compatible = (master.node.compatible() or [""])[0]
        state = "" if master.node.enabled else "  disabled"
        yield ("`-- " if last else "|-- ") + f"{master.node}  {compatible}{state}".rstrip()
        for line in master_lines(master, iommu):
            yield ("    " if last else "|   ") + f"    {line}"


def topology(system):
    """The tree of IOMMUs, masters and streams, as lines."""
    if not system.iommus:
        yield "no IOMMU"
    for number, iommu in enumerate(system.iommus.values()):
        if number:
            yield ""
        yield from _tree_of(iommu)


def _master_data(master, iommu):
    return {"node": master.node.path, "enabled": master.node.enabled,
            "streams": stream_lines(master, iommu),
            "window": [[one.start, one.last] for one in master.window().ranges],
            "reserved": [{"node": one.node.path, "start": one.range.start, "last": one.range.last,
                          "memory": one.memory.start if one.memory else None}
                         for one in master.regions]}


def topology_data(system):
    """The same for JSON."""
    return [{"node": iommu.node.path, "enabled": iommu.node.enabled, "kind": iommu.kind(),
             "cells": iommu.cells,
             "masters": [_master_data(master, iommu) for master in iommu.masters]}
            for iommu in system.iommus.values()]
