# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The present state of a dispatcher as a system file: units, tasks, rates, learned costs."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from typing import Any
from typing import TYPE_CHECKING

from edge_sched_ros.core.dispatcher import LowLevelDispatcher
from edge_sched_ros.core.tasks import NS_PER_MS
from edge_sched_ros.core.tasks import parents_first
from edge_sched_ros.core.tasks import TaskSpec
from edge_sched_ros.core.units import AVAILABLE
from edge_sched_ros.system.learned import answers_before
from edge_sched_ros.system.learned import costs_on
from edge_sched_ros.system.learned import ENOUGH
from edge_sched_ros.system.learned import network_data
from edge_sched_ros.system.learned import plain_name
from edge_sched_ros.system.learned import share_activated
from edge_sched_ros.system.learned import Shares
from edge_sched_ros.system.learned import speeds_now
from edge_sched_ros.system.learned import task_network
from edge_sched_ros.system.learned import tolerance_left
from edge_sched_ros.system.learned import transitions_data
from edge_sched_ros.system.learned import units_data

if TYPE_CHECKING:
    from edge_sched_ros.system.system_file import SystemFile

_NO_CONTENTION = 'not known: no node measures it; learned costs include what there was'
#: settings of a task with the same name as in the core, and their defaults in a file
_SETTINGS = {
    'priority': 0,
    'every_n': 1,
    'queue_depth': 1,
    'max_in_flight': 1,
    'enabled': True,
    'min_rate_hz': 0.0,
}


def snapshot(
    dispatcher: LowLevelDispatcher,
    *,
    seen_hz: Mapping[str, float] | None = None,
    networks: Mapping[str, str] | None = None,
) -> SystemFile:
    """
    Return the state of a dispatcher; see :func:`snapshot_data`.

    :raises ConfigError: for a name that system files do not allow
    """
    # imported only here: a robot that saves no snapshot does not need the checks
    from edge_sched_ros.system.parsing import parse_system

    data = snapshot_data(dispatcher, seen_hz=seen_hz, networks=networks)
    return parse_system(('snapshot', data))


def snapshot_data(
    dispatcher: LowLevelDispatcher,
    _now_ns: int = 0,
    *,
    seen_hz: Mapping[str, float] | None = None,
    networks: Mapping[str, str] | None = None,
    shares: Shares | None = None,
) -> dict[str, Any]:
    """
    Return the state of a dispatcher as the content of a system file.

    Call it while nothing else handles events. A task is left out, and named in the notes, while
    its costs or its rate are not known. A unit that cannot be used is lost from the start; one
    that is throttled now has its full speed, and the notes say how fast it is.

    :param seen_hz: stream -> frames a second; other streams have the period declared by a task
    :param networks: task -> name of its network; by default the task's name
    :param shares: divides stages that run as one into their parts; by default they stay one
    """
    units = list(dispatcher.units)
    writer = _Tasks(dispatcher, seen_hz or {}, networks or {}, shares)
    for name in parents_first(dispatcher.tasks):
        writer.add(dispatcher.tasks[name])
    lost = [name for name, state in dispatcher.units.items() if state.state != AVAILABLE]
    found = {
        'units': units_data(dispatcher, units),
        'contention': {'model': 'none', 'note': _NO_CONTENTION},
        'transitions': transitions_data(dispatcher, units),
        'networks': writer.networks,
        'streams': writer.streams,
        'tasks': {
            writer.called[name]: writer.tasks[name]
            for name in dispatcher.tasks
            if name in writer.tasks
        },
        'changes': [{'at_s': 0.0, 'unit': name, 'set': {'state': 'unavailable'}} for name in lost],
        'notes': writer.notes(),
    }
    return {key: value for key, value in found.items() if value}


def _as_called(tasks: Iterable[str]) -> dict[str, str]:
    """Return task -> a name that system files allow; its own if possible."""
    found: dict[str, str] = {}
    # tasks with valid names come first
    for name in sorted(tasks, key=lambda one: plain_name(one) != one):
        own = plain_name(name)
        while own in found.values():
            own = f'{own}_'
        found[name] = own
    return found


class _Tasks:
    """Tasks in the form of a system file, and the objects they need."""

    def __init__(
        self,
        dispatcher: LowLevelDispatcher,
        seen_hz: Mapping[str, float],
        names: Mapping[str, str],
        shares: Shares | None,
    ) -> None:
        self._dispatcher = dispatcher
        self._shares = shares
        self._seen_hz = seen_hz
        self._names = names
        #: task -> its name in the file
        self.called = _as_called(dispatcher.tasks)
        self.tasks: dict[str, dict[str, Any]] = {}
        self.networks: dict[str, dict[str, Any]] = {}
        self.streams: dict[str, dict[str, Any]] = {}
        self._stream_names: dict[str, str] = {}
        self._left_out: dict[str, str] = {}

    def add(self, spec: TaskSpec) -> None:
        """Add a task; its parents were added before."""
        network = self._network(spec.name)
        period_ms = 0.0 if spec.after else self._period_ms(spec.stream)
        problem = ''
        if not network:
            problem = 'its cost is not known yet'
        elif missing := next((one for one in spec.before if one not in self.tasks), ''):
            problem = f'the demand of {missing} is not known'
        elif not spec.after and not period_ms:
            problem = 'its rate is not known (no frames yet, no period_ms)'
        if problem:
            self._left_out[spec.name] = problem
            return
        name = self._network_name(spec.name)
        self.networks[name] = network
        trigger = self._cascade(spec) if spec.after else self._stream(spec.stream, period_ms)
        settings = {
            key: getattr(spec, key)
            for key, default in _SETTINGS.items()
            if getattr(spec, key) != default
        }
        deadline_ms = spec.deadline_ns / NS_PER_MS
        self.tasks[spec.name] = {
            'network': name, **trigger, 'deadline_ms': deadline_ms, **settings,
        }  # fmt: skip

    def _network(self, task: str) -> dict[str, Any]:
        """Return a task's network with its tolerance; empty while no cost is known."""
        # whoever reads the file chooses among the variants again
        spec = self._dispatcher.before_choice(task)
        units = list(self._dispatcher.units)
        network = network_data(self._dispatcher, task, spec.variants, units, self._shares)
        tolerance = tolerance_left(spec, network.get('variants', {}))
        return network if tolerance is None else {**network, 'tolerance': tolerance}

    def notes(self) -> dict[str, Any]:
        """
        Return the notes for the reader.

        They have the policy, changed names, tasks left out, and throttled units.
        """
        renamed = {name: own for own, name in self._stream_names.items() if name != own}
        tasks = {self.called[name]: name for name in self.tasks if self.called[name] != name}
        speeds = speeds_now(self._dispatcher, self._dispatcher.units)
        found: dict[str, dict[str, Any]] = {
            'topics': renamed,
            'tasks': tasks,
            'left_out': self._left_out,
            'speeds': speeds,
        }
        policy = {'policy': self._dispatcher.policy_name}
        return {**policy, **{key: value for key, value in found.items() if value}}

    def _network_name(self, task: str) -> str:
        """Return the name of a task's network, with the task's name if several tasks run it."""
        network = self._names.get(task, task)
        name = plain_name(network)
        alone = list(self._names.values()).count(network) < 2
        return name if alone and name not in self.networks else task_network(network, task)

    def _stream(self, stream: str, period_ms: float) -> dict[str, Any]:
        name = self._stream_names.get(stream)
        if name is None:
            name = plain_name(stream)
            while name in self.streams:
                name = f'{name}_'
            self._stream_names[stream] = name
            self.streams[name] = {'period_ms': period_ms}
        return {'stream': name}

    def _period_ms(self, stream: str) -> float:
        """Return the observed time between frames, else the declared one; 0 if unknown."""
        seen_hz = self._seen_hz.get(stream, 0.0)
        if seen_hz > 0:
            return round(1e3 / seen_hz, 3)
        tasks = self._dispatcher.tasks.values()
        declared = [spec.period_ns for spec in tasks if spec.stream == stream and spec.period_ns]
        return min(declared, default=0) / NS_PER_MS

    def _cascade(self, spec: TaskSpec) -> dict[str, Any]:
        before = [self.called[name] for name in spec.before]
        found: dict[str, Any] = {'after': before if len(before) > 1 else before[0]}
        if answers_before(self._dispatcher, spec) < ENOUGH:
            return found
        share = share_activated(self._dispatcher, spec)
        # a range with the mean number of items of the runs
        most = round(2 * self._items(spec) - 1)
        if share < 1:
            found['probability'] = round(share, 4)
        return {**found, 'fan_out': [1, most]} if most > 1 else found

    def _items(self, spec: TaskSpec) -> float:
        """Return the mean number of items of a job."""
        variant, units = spec.variants[0], self._dispatcher.units
        costs = (
            cost
            for stage in variant.stages
            for _, cost in costs_on(self._dispatcher, spec.name, variant.name, stage, units)
        )
        return max((cost.usual_items for cost in costs), default=1.0)
