# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which parts can be made on this machine, and the machine with them as units."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import replace

from edge_sched_ros.core.units import Unit
from edge_sched_ros.execution.discovery import probes
from edge_sched_ros.execution.discovery.probes import Probes
from edge_sched_ros.execution.gpu_parts import instances
from edge_sched_ros.execution.gpu_parts import mps
from edge_sched_ros.execution.gpu_parts.parts import GpuPart
from edge_sched_ros.execution.gpu_parts.parts import GREEN
from edge_sched_ros.execution.gpu_parts.parts import MIG
from edge_sched_ros.execution.gpu_parts.parts import MPS
from edge_sched_ros.execution.gpu_parts.parts import WAYS
from edge_sched_ros.execution.registry import Machine
from edge_sched_ros.execution.tensorrt.drivers import choose_binding
from edge_sched_ros.execution.tensorrt.drivers import CUDA_CORE
from edge_sched_ros.execution.units import LocalUnit

#: CUDA whose driver has green contexts
_LEAST_CUDA = (12, 4)


def divided(machine: Machine, parts: Sequence[GpuPart]) -> Machine:
    """
    Return a machine whose GPUs are divided: their parts are units, themselves they are none.

    A part that cannot be made is absent, with the reason; so is a GPU that has parts.
    """
    if not parts:
        return machine
    found = probes.probe_machine()
    whole = {local.unit.name for local in machine.units}
    absent = dict(machine.absent)
    made: dict[str, GpuPart] = {}
    for part in parts:
        reason = machine.absent.get(part.of, '')
        if not reason and part.of not in whole:
            reason = f'this machine has no {part.of}'
        reason = reason or why_not(part, found)
        if reason:
            absent[part.name] = reason
        else:
            made[part.name] = part
    gpus = {part.of for part in parts}
    absent |= {gpu: 'it is divided by gpu_parts' for gpu in gpus & whole}
    kept = tuple(local for local in machine.units if local.unit.name not in gpus)
    new = tuple(LocalUnit(Unit(name, 'gpu')) for name in made)
    return replace(machine, units=kept + new, absent=absent, parts=made)


def why_not(part: GpuPart, found: Probes) -> str:
    """Return in one line why a part cannot be made here; empty when it can."""
    reason = ways_here(found)[part.way]
    if reason or part.way != MIG:
        return reason
    listed, _ = instances.find_instances()
    if part.uuid not in [one.uuid for one in listed]:
        return f'there is no instance {part.uuid} (nvidia-smi -L lists those there are)'
    return ''


def ways_here(found: Probes) -> Mapping[str, str]:
    """Return way -> in one line why no GPU here can be divided so; empty when one can."""
    if not found.cuda.ok:
        return dict.fromkeys(WAYS, found.cuda.reason)
    return {GREEN: _why_not_green(found), MPS: mps.why_no_daemon(), MIG: _why_not_mig()}


def _why_not_green(found: Probes) -> str:
    version = str(found.cuda.facts.get('version', ''))
    numbers = tuple(int(word) for word in version.split('.') if word.isdecimal())
    if numbers and numbers < _LEAST_CUDA:
        return f'the CUDA driver is of CUDA {version}: green contexts need 12.4 or newer'
    binding, result = choose_binding(found)
    if binding != CUDA_CORE:
        return (
            'pycuda makes no green contexts: pip install "cuda-core[cu13]" (or [cu12]) and set '
            'EDGE_SCHED_CUDA=cuda-core'
        )
    return '' if result.ok else result.reason


def _why_not_mig() -> str:
    listed, reason = instances.find_instances()
    if reason or listed:
        return reason
    return (
        'MIG is off, or has no instances (nvidia-smi -i 0 -mig 1, then nvidia-smi mig -cgi ... -C)'
    )
