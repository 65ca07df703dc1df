# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Makes a planning problem from a system file: a group is a stage of a network's first variant."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace
from typing import TypeVar

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.planning.problem import Network
from edge_sched_ros.planning.problem import Problem
from edge_sched_ros.system.change import lost_at_start
from edge_sched_ros.system.costs import Cost
from edge_sched_ros.system.device import Device
from edge_sched_ros.system.network import Network as NetworkSpec
from edge_sched_ros.system.pieces import check_task_devices
from edge_sched_ros.system.pieces import Key
from edge_sched_ros.system.pieces import keyed_pieces
from edge_sched_ros.system.stage_costs import network_called
from edge_sched_ros.system.stage_costs import only_on
from edge_sched_ros.system.stage_costs import stage_costs
from edge_sched_ros.system.stage_costs import StageCosts
from edge_sched_ros.system.system_file import SystemFile
from edge_sched_ros.system.wiring import ends_of
from edge_sched_ros.system.wiring import givers
from edge_sched_ros.system.wiring import wired
from edge_sched_ros.system.workload import Piece

_Value = TypeVar('_Value')


@dataclass(frozen=True, slots=True)
class _Chain:
    """
    Networks in sequence that are planned as one.

    :param where: file and key that name them, for messages
    """

    where: str
    pieces: tuple[tuple[Key, Piece], ...]


def problem_of(system: SystemFile, max_switches: int = 1) -> Problem:
    """
    Return the problem that a system file describes.

    The networks are those of its enabled tasks, each once; all of them where it has no tasks. A
    task of several networks, or bound to a unit, is planned under its own name. Of changes, only
    units that are lost at the start count.

    :param max_switches: maximum number of changes of unit, for networks without their own
    :raises ConfigError: naming file and key, when there is nothing to plan
    """
    device = system.device()
    check_task_devices(system)
    lost = lost_at_start(system.changes)
    networks = tuple(
        _planned(name, chain, system, device, lost, max_switches)
        for name, chain in _chains(system).items()
    )
    if not any(network.least_ms for network in networks):
        problem = 'every group takes 0 ms somewhere: there is nothing to plan'
        raise ConfigError(system.at('networks'), problem)
    return Problem(
        units=tuple(name for name in device.units if name not in lost),
        networks=networks,
        kinds={name: unit.kind for name, unit in device.units.items() if name not in lost},
        transitions_ms=device.hand_overs_ms(system.at('transitions')),
        contention=device.contention_law(system.at('contention')),
    )


def _chains(system: SystemFile) -> dict[str, _Chain]:
    """Return the networks to plan, by their name in the plan."""
    found: dict[str, _Chain] = {}
    if not system.tasks:
        for name in system.networks:
            found[name] = _Chain(system.at('networks', name), (((), Piece(network=name)),))
    for name, task in system.tasks.items():
        if task.enabled:
            pieces, where = tuple(keyed_pieces(task)), system.at('tasks', name)
            alone = len(pieces) == 1 and not pieces[0][1].unit
            title = pieces[0][1].network if alone else name
            if title in found and _networks(found[title].pieces) != _networks(pieces):
                problem = (
                    f"'{title}' names both a network and a task with another plan: rename one"
                )
                raise ConfigError(where, problem)
            found.setdefault(title, _Chain(where, pieces))
    if not found:
        what = 'no task is enabled' if system.tasks else 'there are neither tasks nor networks'
        raise ConfigError(system.where, f'{what}: there is nothing to plan')
    return found


def _planned(
    name: str,
    chain: _Chain,
    system: SystemFile,
    device: Device,
    lost: Collection[str],
    max_switches: int,
) -> Network:
    stages: list[StageCosts] = []
    before: list[tuple[int, ...]] = []
    switches = len(chain.pieces) - 1
    for key, piece in chain.pieces:
        where = '.'.join((chain.where, *key))
        network = network_called(piece.network, system.networks, system.costs, where)
        variant = network.first
        at = system.variant_at(piece.network)
        title = system.name or system.where
        found = stage_costs(variant, device, system.costs, at, title)
        unit_key = '.'.join((chain.where, *key[:-1], 'unit'))
        bound = only_on(piece.unit, found, device, unit_key)
        _append(before, givers(wired(variant.all_stages, variant.inputs, variant.outputs)))
        stages += [_left(stage, lost, system, piece.network) for stage in bound]
        switches += _switches(network, max_switches)
    return _network(name, stages, device, switches, tuple(before))


def _append(before: list[tuple[int, ...]], own: Sequence[tuple[int, ...]]) -> None:
    """Let a network's stages come after all those before it."""
    first, last = len(before), tuple(ends_of(before))
    before += [tuple(first + place for place in places) or last for places in own]


def _left(
    stage: StageCosts, lost: Collection[str], system: SystemFile, network: str
) -> StageCosts:
    """Return a stage on the units that are left at the start."""
    left = {unit: cost for unit, cost in stage.on.items() if unit not in lost}
    if not left:
        units = ', '.join(stage.on)
        problem = f'leave no unit to stage {stage.name} of {network}: it can run on {units} only'
        raise ConfigError(system.at('changes'), problem)
    return replace(stage, on=left)


def _networks(pieces: Sequence[tuple[Key, Piece]]) -> list[Piece]:
    return [piece for _, piece in pieces]


def _switches(network: NetworkSpec, default: int) -> int:
    return network.max_switches if 'max_switches' in network.model_fields_set else default


def _network(
    name: str,
    stages: Sequence[StageCosts],
    device: Device,
    max_switches: int,
    before: tuple[tuple[int, ...], ...],
) -> Network:
    units = [unit for unit in device.units if any(unit in stage.on for stage in stages)]

    def table(value: Callable[[Cost], _Value], absent: _Value) -> dict[str, tuple[_Value, ...]]:
        return {
            unit: tuple(value(s.on[unit]) if unit in s.on else absent for s in stages)
            for unit in units
        }

    leave = table(lambda cost: cost.leave_ms, 0.0)
    enter = table(lambda cost: cost.enter_ms, 0.0)
    return Network(
        name=name,
        times_ms=table(_time_ms, None),
        energy_mj=table(lambda cost: cost.energy_mj or 0.0, 0.0),
        demand_gbps=table(lambda cost: cost.demand_gbps, 0.0),
        leave_ms={unit: costs[:-1] for unit, costs in leave.items()},
        enter_ms={unit: costs[1:] for unit, costs in enter.items()},
        max_switches=max_switches,
        before=before,
    )


def _time_ms(cost: Cost) -> float | None:
    return cost.latency_ms
