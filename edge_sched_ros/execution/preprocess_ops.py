# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The units of a machine for each preprocessing operation."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping

from edge_sched_ros.execution.registry import discover
from edge_sched_ros.execution.registry import Machine

#: operations of every preprocessor
_PREPARE = 'letterbox'


def preprocess_ops(machine: Machine | None = None) -> dict[str, list[str]]:
    """
    Return operation -> names of the units that can run it, in order of the units.

    A preprocessor with an attribute ``ops`` (operation -> kinds of units) declares them; any other
    letterboxes on the kinds it serves.

    :param machine: detected if not given
    """
    machine = machine or discover()
    kinds: dict[str, set[str]] = {}
    for found in machine.preprocessors:
        if not found.available:
            continue
        ops: Mapping[str, Iterable[str]] = getattr(found.backend, 'ops', {_PREPARE: found.kinds})
        for op, served in ops.items():
            kinds.setdefault(op, set()).update(served)
    return {
        op: [local.unit.name for local in machine.units if local.unit.kind in served]
        for op, served in sorted(kinds.items())
    }
