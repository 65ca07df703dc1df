# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Partitions that devices are told to run, and those that are taken back from them."""

from __future__ import annotations

from collections.abc import Sequence

from edge_sched_ros.core.errors import InvariantError
from edge_sched_ros.core.high_level import events
from edge_sched_ros.core.high_level.backlog import Backlog
from edge_sched_ros.core.high_level.backlog import Resource
from edge_sched_ros.core.high_level.decisions import HighLevelDecision
from edge_sched_ros.core.high_level.decisions import Push
from edge_sched_ros.core.high_level.job import FleetJob
from edge_sched_ros.core.high_level.job import PartitionRun
from edge_sched_ros.core.high_level.job_table import FleetJobTable
from edge_sched_ros.core.high_level.policy import Assignment
from edge_sched_ros.core.high_level.policy import HighLevelPolicy
from edge_sched_ros.core.high_level.recovery import reopen
from edge_sched_ros.core.high_level.routes import make_route
from edge_sched_ros.core.high_level.routes import Places
from edge_sched_ros.core.high_level.routes import Route
from edge_sched_ros.core.high_level.routes import work_on
from edge_sched_ros.core.high_level.tensor_flow import TensorFlow
from edge_sched_ros.core.high_level.view import HighLevelView


class Pushes:
    """
    Gives partitions to devices as the policy says.

    :param policy: may be replaced
    """

    def __init__(
        self,
        table: FleetJobTable,
        flow: TensorFlow,
        backlog: Backlog,
        view: HighLevelView,
        policy: HighLevelPolicy,
    ) -> None:
        self.policy = policy
        self._table = table
        self._flow = flow
        self._backlog = backlog
        self._view = view
        #: key of a task -> what follows from places, while devices and costs stay what they are
        self._routes: dict[str, tuple[tuple[int, int, int], dict[Places, Route]]] = {}

    def start(
        self,
        job: FleetJob,
        chosen: Sequence[Assignment],
        now_ns: int,
        out: list[HighLevelDecision],
    ) -> None:
        """Push every partition of a job that has waited, and have its tensors sent."""
        if chosen and chosen[0].variant:
            self._use(job, chosen[0].variant)
        route = self._route(job, tuple([(one.partition, one.device) for one in chosen]))
        self._table.start(job)
        job.cut = plan = route.plan
        job.missing = set(job.spec.graph.outputs)
        job.runs = {name: PartitionRun(part) for name, part in plan.partitions.items()}
        for one in chosen:
            self.push(job, one, route.work[one.partition], now_ns, out)
        self._flow.send_all(job, route, now_ns, out)

    def _use(self, job: FleetJob, variant: str) -> None:
        """Let a job that starts run a variant of its network."""
        if variant == job.spec.variant:
            return
        choices = self._view.choices[job.task]
        spec = next((one for one in choices if one.variant == variant), None)
        if spec is None:
            raise InvariantError(f'{self.policy.name}: {job.task} has no variant {variant!r} now')
        job.spec = spec

    def _route(self, job: FleetJob, places: Places) -> Route:
        version = self._view.version_of(job.spec)
        known = self._routes.get(job.spec.key)
        if known is None or known[0] != version:
            known = self._routes[job.spec.key] = (version, {})
        route = known[1].get(places)
        if route is None:
            route = make_route(job.spec, places, self._view, self.policy.name)
            known[1][places] = route
        return route

    def push(
        self,
        job: FleetJob,
        one: Assignment,
        work: tuple[tuple[Resource, int], ...],
        now_ns: int,
        out: list[HighLevelDecision],
    ) -> None:
        """Have a device run a partition; ``work`` is what waits for it."""
        run = job.runs[one.partition]
        run.state = 'pushed'
        run.device = device = one.device
        run.deadline_ns = one.deadline_ns
        run.pushed_ns = now_ns
        run.attempt += 1
        if one.expected_ns:
            work = work_on(device, one.expected_ns)
        run.work = work
        self._backlog.book(work, now_ns, (-job.priority, one.deadline_ns))
        out.append(
            Push(
                job.id, job.task, run.name, device, one.deadline_ns, job.priority, one.unit_of,
                run.attempt, job.spec.graph.name,
            )
        )  # fmt: skip

    def take_back(self, job: FleetJob, run: PartitionRun, now_ns: int) -> None:
        """Let a partition have no device, whatever it was doing."""
        if run.state == 'pushed':
            self._backlog.release(run.work, now_ns, (-job.priority, run.deadline_ns))
        self._flow.recall(job, run, now_ns)
        reopen(run)


def pushed_run(
    job: FleetJob | None, event: events.PartitionExited | events.PartitionFailed
) -> PartitionRun | None:
    """Return the partition that an event is about, if its device is still to answer for it."""
    run = None if job is None else job.runs.get(event.partition)
    if run is None or run.state != 'pushed' or run.device != event.device:
        return None
    return run if event.attempt is None or event.attempt == run.attempt else None
