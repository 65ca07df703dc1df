# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which module is enough for a robot: its tasks simulated on every described one."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import asdict
from dataclasses import dataclass
from math import inf

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.simulation.limits import check_frames
from edge_sched_ros.simulation.load import heaviest
from edge_sched_ros.simulation.load import least_load
from edge_sched_ros.simulation.load import with_rates
from edge_sched_ros.simulation.objectives import accuracy_share
from edge_sched_ros.simulation.simulator import Simulator
from edge_sched_ros.system.checks import not_there
from edge_sched_ros.system.loading import load_platform
from edge_sched_ros.system.loading import load_system
from edge_sched_ros.system.pieces import keyed_pieces
from edge_sched_ros.system.system import System
from edge_sched_ros.system.system_file import SystemFile

#: name of the device that the robot's own files describe
OWN = 'its own units'
#: factors on all rates that tell the margin
FACTORS = (1.1, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0)


@dataclass(frozen=True, slots=True)
class Case:
    """
    One module in one power mode, for one robot.

    :param files: the robot's tasks
    :param module: a file with a device, ``@`` and a power mode may follow; or :data:`OWN`
    :param policies: the first that is enough counts
    :param seeds: number of runs of each policy
    :param limit: the largest share of missed deadlines of any task that is still enough
    """

    files: tuple[str, ...]
    module: str
    policies: tuple[str, ...]
    seconds: float
    seeds: int
    limit: float


@dataclass(frozen=True, slots=True)
class Advice:
    """
    What a module is for a robot.

    :param policy: the first that is enough, else the one with the fewest misses; empty without a
        run
    :param worst_task: the task that misses the largest share of its deadlines
    :param missed: that share, over all seeds
    :param accuracy: accuracy of the variants that ran, relative to the most accurate ones
    :param least_load: load of the busiest unit by the first variants under the best division
    :param margin: the highest factor of :data:`FACTORS` on all rates that is enough with the same
        policy, if lower ones are, too; 1 if none is, ``None`` where the module is not enough
    :param reason: why it is not enough; empty if it is
    """

    module: str
    policy: str = ''
    worst_task: str = ''
    missed: float | None = None
    accuracy: float | None = None
    least_load: float | None = None
    margin: float | None = None
    reason: str = ''

    def to_dict(self) -> dict[str, object]:
        """Return it in JSON types."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class _Result:
    policy: str
    worst_task: str
    missed: float
    accuracy: float


def advise(case: Case) -> Advice:
    """
    Return what a module is for a robot.

    A module that lacks the cost of a stage is not enough, with the reason; it is no error.

    :raises ConfigError: for tasks that no module could run, or that have no frame in these runs
    """
    tasks = load_system(*case.files)
    device = None if case.module == OWN else load_platform(case.module)
    try:
        system = System(tasks, device)
    except ConfigError as error:
        return Advice(case.module, reason=f'{error.where}: {error.problem}')
    check_frames(system, case.seconds)
    load = least_load(system)
    if load > 1 and all(len(task.variants) == 1 for task in system.tasks):
        task, share = heaviest(system)
        reason = (
            f'a unit would be busy {load:.3g} of the time under any policy; of all tasks '
            f'{task} needs most, {share:.3g} of the time of the unit that is best for it'
        )
        return Advice(case.module, least_load=load, reason=reason)
    best = _best(case, system)
    reason, margin = '', None
    if best.missed > case.limit:
        reason = f'{best.worst_task} misses {best.missed:.2%} of its deadlines with {best.policy}'
    else:
        margin = _margin(case, system, device, best.policy)
    return Advice(
        case.module,
        best.policy,
        best.worst_task,
        best.missed,
        best.accuracy,
        load,
        margin,
        reason,
    )


def check_networks(tasks: SystemFile, modules: Sequence[str]) -> None:
    """
    Check that every network of the tasks is known, to their file or to a module.

    :raises ConfigError: naming the first task with a network that nobody knows
    """
    devices = [load_platform(module) for module in modules]
    known = [*tasks.networks, *tasks.costs, *(name for one in devices for name in one.costs)]
    for name, task in tasks.tasks.items():
        for key, piece in keyed_pieces(task):
            if piece.network not in known:
                problem = not_there(piece.network, dict.fromkeys(known), 'network')
                raise ConfigError(tasks.at('tasks', name, *key), problem)


def by_load(found: Sequence[Advice]) -> list[Advice]:
    """
    Return modules from the smallest to the largest for these very tasks, by their least loads.

    The load in the fastest power mode gives the order of modules; of one module the slowest mode
    comes first. What has no load, since it cannot run the tasks, comes first, too; equal modules
    are in the order of their names.
    """
    fastest: dict[str, float] = {}
    for one in found:
        name = _without_mode(one.module)
        fastest[name] = min(fastest.get(name, inf), _load_of(one))

    def place(one: Advice) -> tuple[float, str, float]:
        name = _without_mode(one.module)
        return -fastest[name], name, -_load_of(one)

    return sorted(found, key=place)


def _without_mode(module: str) -> str:
    return module.rpartition('@')[0] or module


def _load_of(one: Advice) -> float:
    return inf if one.least_load is None else one.least_load


def smallest(found: Sequence[Advice]) -> Advice | None:
    """Return the first module that is enough; ``None`` when none is."""
    return next((one for one in found if not one.reason), None)


def _best(case: Case, system: System) -> _Result:
    found = []
    for policy in case.policies:
        found.append(_result(case, system, policy))
        if found[-1].missed <= case.limit:
            return found[-1]
    return min(found, key=lambda one: (one.missed, -one.accuracy))


def _margin(case: Case, system: System, device: SystemFile | None, policy: str) -> float:
    """Return the highest factor that is enough, by bisection."""

    def enough(factor: float) -> bool:
        faster = System(with_rates(system, factor), device)
        return _result(case, faster, policy).missed <= case.limit

    count = bisect_left(FACTORS, True, key=lambda factor: not enough(factor))
    return FACTORS[count - 1] if count else 1.0


def _result(case: Case, system: System, policy: str) -> _Result:
    """Return the outcome of a policy over all seeds."""
    ended: dict[str, int] = {}
    missed: dict[str, float] = {}
    accuracies = []
    for seed in range(case.seeds):
        simulator = Simulator(system, policy=policy, seed=seed)
        simulator.run(case.seconds)
        dispatcher = simulator.dispatcher
        for name, account in dispatcher.ledger.tasks.items():
            ended[name] = ended.get(name, 0) + account.ended
            missed[name] = missed.get(name, 0.0) + account.miss_ratio * account.ended
        accuracies.append(accuracy_share(dispatcher.tasks.values(), dispatcher.ledger.tasks))
    _check_frames_came(case, system, ended)
    shares = {name: missed[name] / count for name, count in ended.items() if count}
    worst = max(shares, key=shares.__getitem__, default='')
    accuracy = sum(accuracies) / len(accuracies)
    return _Result(policy, worst, shares.get(worst, 0.0), accuracy)


def _check_frames_came(case: Case, system: System, ended: dict[str, int]) -> None:
    """Refuse runs in which a task has no frame: they say nothing about it."""
    for task in system.tasks:
        if task.enabled and task.stream and not ended.get(task.name):
            raise ConfigError(
                system.workload.at('tasks', task.name),
                f'has no frame in runs of {case.seconds:g} s: --seconds must be longer',
            )
