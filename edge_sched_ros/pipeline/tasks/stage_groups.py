# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Groups the stages of a task that run as one."""

from __future__ import annotations

from edge_sched_ros.execution.units import LocalUnit

#: stage -> units that may run it
UnitsOf = dict[str, tuple[LocalUnit, ...]]


def groups_on_cores(stages: tuple[str, ...], *variants: UnitsOf) -> tuple[tuple[str, ...], ...]:
    """
    Return stages in order, grouping consecutive stages on the same CPU cores.

    :param variants: units of every stage; they must be the same cores in all variants
    """
    groups: list[tuple[str, ...]] = []
    for stage in stages:
        together = bool(groups) and all(
            units[groups[-1][0]] == units[stage]
            and all(local.unit.kind == 'cpu' for local in units[stage])
            for units in variants
        )
        if together:
            groups[-1] = (*groups[-1], stage)
        else:
            groups.append((stage,))
    return tuple(groups)
