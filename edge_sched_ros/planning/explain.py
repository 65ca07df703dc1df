# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What limits a plan, and what would change it."""

from __future__ import annotations

from collections.abc import Iterator

from edge_sched_ros.planning.from_file import problem_of
from edge_sched_ros.planning.planner import make_plan
from edge_sched_ros.planning.planner import Plan
from edge_sched_ros.system.contention import NoContention
from edge_sched_ros.system.system_file import SystemFile

_STEP = 0.1


def explain(
    system: SystemFile, plan: Plan, *, max_switches: int, time_limit_s: float
) -> dict[str, object]:
    """
    Return the binding unit of a plan, and the value of the objective after each change.

    :param time_limit_s: of each of the searches, one for every change
    :return: ``binding``: a sentence; ``changes``: a list of ``change`` and ``result``
    """
    changes = []
    for name, other in _changes(system):
        problem = problem_of(other, max_switches)
        found = make_plan(problem, plan.objective, time_limit_s=time_limit_s)
        proven = '' if found.optimal else ', not proven optimal'
        gain = found.best.value / plan.best.value - 1 if plan.best.value else 0.0
        result = f'{plan.objective.name} {found.best.value:.4g} ({gain:+.1%}{proven})'
        changes.append({'change': name, 'result': result})
    return {'binding': _binding(plan), 'changes': changes}


def _binding(plan: Plan) -> str:
    work_ms: dict[str, float] = dict.fromkeys(plan.problem.units, 0.0)
    for network, mapped in zip(plan.problem.networks, plan.best.mapping):
        for unit, time_ms in zip(mapped, plan.problem.work_ms(network, mapped)):
            work_ms[unit] += time_ms
    unit = max(work_ms, key=work_ms.__getitem__)
    makespan_ms = plan.best.round.makespan_ms
    others = ', '.join(f'{name} {ms:.4g}' for name, ms in work_ms.items() if name != unit)
    beside = f'; the others: {others}' if others else ''
    return (
        f'{unit} has {work_ms[unit]:.4g} ms of work in a round of {makespan_ms:.4g} ms{beside} '
        '(without contention)'
    )


def _changes(system: SystemFile) -> Iterator[tuple[str, SystemFile]]:
    device = system.device()
    for name, unit in device.units.items():
        faster = unit.model_copy(update={'speed': unit.speed * (1 + _STEP)})
        units = {**device.units, name: faster}
        yield f'{name} {_STEP:.0%} faster', _changed(system, {'units': units})
    if not isinstance(device.contention, NoContention):
        none = NoContention(model='none')
        yield 'without contention', _changed(system, {'contention': none})


def _changed(system: SystemFile, update: dict[str, object]) -> SystemFile:
    """Return the system with other keys of its only device."""
    if not system.devices:
        return system.model_copy(update=update)
    devices = {name: one.model_copy(update=update) for name, one in system.devices.items()}
    return system.model_copy(update={'devices': devices})
