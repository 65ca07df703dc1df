# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A cut with a device for every partition, and when its parts would end."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import TYPE_CHECKING

from edge_sched_ros.core.high_level.cutting import whole
from edge_sched_ros.core.high_level.policy import Assignment
from edge_sched_ros.policies.high_level.placement_steps import make_step
from edge_sched_ros.policies.high_level.placement_steps import Need
from edge_sched_ros.policies.high_level.placement_walk import walk

if TYPE_CHECKING:
    from edge_sched_ros.core.high_level.backlog import Resource
    from edge_sched_ros.core.high_level.cut_plan import CutPlan
    from edge_sched_ros.core.high_level.frames import Frame
    from edge_sched_ros.core.high_level.job import FleetJob
    from edge_sched_ros.core.high_level.tasks import FleetTask
    from edge_sched_ros.core.high_level.view import HighLevelView


class Placement:
    """
    Where the partitions of a task's jobs run.

    :param device_of: partition -> device
    :param unit_of: segment -> unit, of segments that are not to run where they are fastest
    """

    __slots__ = (
        'after_ns', 'alone_ns', 'answers', 'bottleneck_ns', 'ends_ns', 'plan', 'steps', 'variant',
    )  # fmt: skip

    def __init__(
        self,
        task: FleetTask,
        plan: CutPlan,
        device_of: Mapping[str, str],
        view: HighLevelView,
        unit_of: Mapping[str, str] | None = None,
    ) -> None:
        self.plan = plan
        #: of the task's network
        self.variant = task.variant
        index = {name: number for number, name in enumerate(plan.partitions)}

        def need(tensor: str, target: str) -> Need:
            giver = plan.producer.get(tensor)
            source = task.home if giver is None else device_of[giver]
            number = -1 if giver is None else index[giver]
            if source == target:
                return Need(tensor, number, None, 0, 0)
            nbytes = plan.nbytes(tensor)
            busy_ns = view.links.busy_ns(source, target, nbytes)
            latency_ns = view.links.link(source, target).latency_ns
            return Need(tensor, number, (source, target), busy_ns, latency_ns)

        self.steps = tuple(
            make_step(task, part, device_of[name], view, unit_of or {}, need)
            for name, part in plan.partitions.items()
        )
        #: what the home device waits for
        self.answers = tuple(need(tensor, task.home) for tensor in task.graph.outputs)
        ends_ns: list[int] = []
        #: from release to answer when nothing else is going on
        self.alone_ns = walk(self.steps, self.answers, _idle, 0, ends_ns, [], None)
        #: when each partition ends then
        self.ends_ns = tuple(ends_ns)
        #: how long a job keeps the unit or link busy that is busiest with it
        self.bottleneck_ns = self._bottleneck()
        #: what comes after each partition at least, until the answer is at home
        self.after_ns = self._after()

    def finish_ns(
        self,
        free_ns: Callable[[Resource], int],
        now_ns: int,
        frame: Frame,
        chosen: list[int],
    ) -> int:
        """
        Return when a job that starts now should be answered, by what waits everywhere.

        :param free_ns: when a resource is free for it
        :param chosen: gets which option each partition takes
        """
        return walk(self.steps, self.answers, free_ns, now_ns, [], chosen, frame)

    def begun_with_ns(self, waiting_ns: Mapping[Resource, int]) -> int:
        """Return how long a job takes when so much work waits for resources."""
        return walk(self.steps, self.answers, lambda key: waiting_ns.get(key, 0), 0, [], [], None)

    def assignments(
        self, deadlines_ns: Sequence[int], chosen: Sequence[int] = (), *, pinned: bool = False
    ) -> list[Assignment]:
        """
        Return what a policy has to say of a job with these sub-deadlines.

        :param chosen: the option each partition should take; the first where it is empty
        :param pinned: whether it is to take the units of that option, whatever its device thinks,
            unless all its units take the same time
        """
        out = []
        for number, step in enumerate(self.steps):
            option = chosen[number] if chosen else 0
            expected_ns: tuple[tuple[str, int], ...] = ()
            if option or step.unit_of:
                expected_ns = tuple((key[1], ns) for key, ns in step.options[option])
            # between equal units the device chooses, which sees what is idle when the inputs come
            unit_of = step.units[option] if pinned and not step.alike else step.unit_of
            out.append(
                Assignment(
                    step.partition.name, step.device, deadlines_ns[number], unit_of, expected_ns,
                    self.variant,
                )
            )  # fmt: skip
        return out

    def latest_ns(self, job: FleetJob) -> list[int]:
        """Return when each partition has to end for the job to be on time, with no waiting."""
        deadline_ns = job.deadline_ns
        return [deadline_ns - after_ns for after_ns in self.after_ns]

    def _bottleneck(self) -> int:
        busy: dict[Resource, int] = {}
        for step in self.steps:
            for resource, work_ns in step.options[0]:
                busy[resource] = busy.get(resource, 0) + work_ns
        for need in (*self.answers, *(need for step in self.steps for need in step.needs)):
            if need.link is not None:
                busy[need.link] = busy.get(need.link, 0) + need.busy_ns
        return max(busy.values())

    def _after(self) -> tuple[int, ...]:
        after = [0] * len(self.steps)
        length = [sum(ns for _, ns in step.options[0]) for step in self.steps]
        for need in self.answers:
            after[need.giver] = max(after[need.giver], need.busy_ns + need.latency_ns)
        for number in range(len(self.steps) - 1, -1, -1):
            for need in self.steps[number].needs:
                if need.giver >= 0:
                    way_ns = need.busy_ns + need.latency_ns + length[number] + after[number]
                    after[need.giver] = max(after[need.giver], way_ns)
        return tuple(after)


def _idle(_resource: Resource) -> int:
    return 0


def whole_placements(task: FleetTask, view: HighLevelView) -> list[Placement]:
    """Return the network in as few partitions as can be, on each device that can run them."""
    found = []
    plan = view.plan_of(task, whole(task.graph))
    for device in view.devices if plan is not None else ():
        assert plan is not None
        device_of = {name: device for name in plan.names} | dict.fromkeys(
            plan.home_only, task.home
        )
        if all(
            view.can_run(task, part, device_of[name]) for name, part in plan.partitions.items()
        ):
            found.append(Placement(task, plan, device_of, view))
    return found
