# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Groups the stages of a task that run as one."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Mapping

from edge_sched_ros.execution.units import LocalUnit

#: stage -> units that may run it
UnitsOf = dict[str, tuple[LocalUnit, ...]]
#: stages in order, those together that run as one
Groups = tuple[tuple[str, ...], ...]


def groups_on_cores(
    stages: tuple[str, ...], *variants: UnitsOf, apart: Collection[str] = ()
) -> Groups:
    """
    Return stages in order, grouping consecutive stages on the same CPU cores.

    :param variants: units of every stage; they must be the same cores in all variants
    :param apart: stages of which no two are grouped
    """
    groups: list[tuple[str, ...]] = []
    for stage in stages:
        together = bool(groups) and all(
            units[groups[-1][0]] == units[stage]
            and all(local.unit.kind == 'cpu' for local in units[stage])
            for units in variants
        )
        if together and stage in apart:
            together = all(other not in apart for other in groups[-1])
        if together:
            groups[-1] = (*groups[-1], stage)
        else:
            groups.append((stage,))
    return tuple(groups)


def groups_of_variants(
    variants: Mapping[str, UnitsOf], segments: Mapping[str, Collection[str]], *, alone: bool
) -> dict[str, Groups]:
    """
    Return the groups of stages of each variant.

    Variants with the same stages get the same groups. Segments are not grouped, so that another
    unit can run the later ones while the first unit works on the next frame, and urgent jobs of
    other tasks can run between them. A task that is alone on one unit has use for neither.

    :param variants: name -> units of every stage
    :param segments: name -> stages that are segments of a network
    :param alone: whether there is no other task
    """
    alike: dict[tuple[str, ...], list[str]] = {}
    for name, units in variants.items():
        alike.setdefault(tuple(units), []).append(name)
    found: dict[str, Groups] = {}
    for stages, names in alike.items():
        places = {
            local.unit.name for name in names for on in variants[name].values() for local in on
        }
        apart = {stage for name in names for stage in segments[name]}
        if alone and len(places) == 1:
            apart = set()
        groups = groups_on_cores(stages, *(variants[name] for name in names), apart=apart)
        found |= dict.fromkeys(names, groups)
    return {name: found[name] for name in variants}
