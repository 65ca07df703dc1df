# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Selects the model for a unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from edge_sched_ros.capacity import batching
from edge_sched_ros.capacity import fcfs
from edge_sched_ros.capacity import processor_sharing
from edge_sched_ros.capacity.deterministic import periodic_fcfs
from edge_sched_ros.capacity.deterministic import settles
from edge_sched_ros.capacity.load import Load
from edge_sched_ros.capacity.multi_core import mgc_ps
from edge_sched_ros.capacity.priority import mg1_priority
from edge_sched_ros.capacity.response import Response
from edge_sched_ros.capacity.stages import Entry
from edge_sched_ros.system.unit import Discipline
from edge_sched_ros.system.unit import Unit


def model_name(unit: Unit, entries: Sequence[Entry]) -> str:
    """Return the field's name of the model."""
    if unit.batch > 1:
        return f'M/D^[1,{unit.batch}]/1'
    if unit.order == 'ps':
        return f'M/G/{unit.cores}-PS' + (f' ({unit.form})' if unit.cores == 1 else '')
    if unit.order == 'priority':
        return 'M/G/1 priority'
    return 'sum D/G/1-FCFS' if _periodic(entries) else 'M/G/1-FCFS'


def unit_utilisation(unit: Unit, entries: Sequence[Entry]) -> float:
    """Return the utilisation of a unit that the load requires; it may be above 1."""
    if not entries:
        return 0.0
    if unit.batch > 1:
        rate = sum(entry.load.rate_per_s for entry in entries)
        return batching.utilisation(rate, _batching(unit, entries[0]))
    if unit.order == 'fcfs':
        return fcfs.utilisation(list(_classes(entries).values()))
    return processor_sharing.utilisation([entry.load for entry in entries]) / unit.cores


def unit_responses(unit: Unit, entries: Sequence[Entry]) -> list[Response]:
    """
    Return the response of each entry at a unit.

    :raises Overload: at utilisation 1 or more
    """
    queue = _Queue(unit.order, unit.cores, unit.form, unit.swap, unit.batch, unit.batch_wait_ms)
    return list(_responses(queue, tuple(entries)))


class _Queue(NamedTuple):
    """The part of a unit that its model uses: the key of cached results."""

    order: Discipline
    cores: int
    form: processor_sharing.PsForm
    swap: fcfs.SwapForm
    batch: int
    batch_wait_ms: float


@lru_cache(maxsize=4096)
def _responses(queue: _Queue, entries: tuple[Entry, ...]) -> tuple[Response, ...]:
    loads = [entry.load for entry in entries]
    if queue.batch > 1:
        rate = sum(load.rate_per_s for load in loads)
        one = batching.bulk_service(rate, _batching(queue, entries[0]))
        return (one,) * len(entries)
    if queue.order == 'priority':
        return tuple(mg1_priority(loads))
    if queue.order == 'ps':
        if queue.cores > 1:
            return tuple(mgc_ps(loads, queue.cores))
        return tuple(processor_sharing.mg1_ps(loads, queue.form))
    if _periodic(entries):
        return tuple(periodic_fcfs(loads))
    classes = _classes(entries)
    found = dict(zip(classes, fcfs.mg1_fcfs(list(classes.values()), queue.swap)))
    return tuple(found[entry.network] for entry in entries)


def _classes(entries: Sequence[Entry]) -> dict[str, Load]:
    """Return one class per network: there are no swaps between requests of one network."""
    classes: dict[str, Load] = {}
    for entry in entries:
        before = classes.get(entry.network)
        rate = entry.load.rate_per_s + (before.rate_per_s if before else 0.0)
        classes[entry.network] = replace(entry.load, rate_per_s=rate)
    return classes


def _periodic(entries: Sequence[Entry]) -> bool:
    swaps = any(entry.load.swap_ms for entry in entries) and len(_classes(entries)) > 1
    if swaps or not all(entry.periodic for entry in entries):
        return False
    loads = [entry.load for entry in entries]
    return not loads or processor_sharing.utilisation(loads) >= 1 or settles(loads)


def _batching(unit: Unit | _Queue, entry: Entry) -> batching.Batching:
    first_ms = entry.load.service.mean_ms
    return batching.Batching(unit.batch, first_ms, entry.per_item_ms, unit.batch_wait_ms)
