# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Devices and units for the partitions of a job, one partition after the other."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from typing import TYPE_CHECKING

from edge_sched_ros.core.high_level.policy import Assignment
from edge_sched_ros.policies.high_level.list_entries import entries_of
from edge_sched_ros.policies.high_level.list_entries import Entry
from edge_sched_ros.policies.high_level.list_entries import Option

if TYPE_CHECKING:
    from edge_sched_ros.core.high_level.backlog import Resource
    from edge_sched_ros.core.high_level.cut_plan import CutPlan
    from edge_sched_ros.core.high_level.job import FleetJob
    from edge_sched_ros.core.high_level.tasks import FleetTask
    from edge_sched_ros.core.high_level.view import HighLevelView


#: picks of (end, option) of a partition, the fastest option first, the one that is to run it; is
#: given its sub-deadline. Ends are worked out as they are asked for.
Choice = Callable[[Iterator[tuple[int, Option]], int], tuple[int, Option]]


class ListSchedule:
    """
    What scheduling the partitions of a task's jobs one by one needs, worked out once.

    A partition's unit takes all its segments.
    """

    def __init__(self, task: FleetTask, plan: CutPlan, view: HighLevelView) -> None:
        self._plan = plan
        self._home = task.home
        self._variant = task.variant
        self.entries = entries_of(task, plan, view)
        #: (source, target) -> latency and nanoseconds per byte
        self._links = {
            (a, b): (view.links.link(a, b).latency_ns, 1e9 / view.links.link(a, b).bytes_per_s)
            for a in (*view.devices, task.home)
            for b in (*view.devices, task.home)
            if a != b
        }

    @property
    def complete(self) -> bool:
        """Whether there is a device for every partition."""
        return all(entry.options for entry in self.entries)

    def latest_ns(self, job: FleetJob) -> list[int]:
        """Return when each partition has to end at the latest."""
        return [job.deadline_ns - entry.after_ns for entry in self.entries]

    def shared_ns(self, job: FleetJob, now_ns: int) -> list[int]:
        """Return sub-deadlines that share the time left in proportion to the critical path."""
        left_ns = max(0, job.deadline_ns - now_ns)
        return [job.deadline_ns - round((1 - entry.share) * left_ns) for entry in self.entries]

    def schedule(
        self,
        job: FleetJob,
        view: HighLevelView,
        deadlines_ns: Sequence[int],
        choose: Choice | None,
        *,
        pinned: bool,
    ) -> tuple[int, list[Assignment]]:
        """
        Return when the answer should be at home, and a device for every partition.

        :param choose: the one that ends first where it is ``None``
        :param pinned: whether the unit is the policy's to say as well
        """
        free: dict[Resource, int] = {}
        placed: list[tuple[int, str]] = []
        out, finish_ns = [], view.now_ns
        for number, entry in enumerate(self.entries):
            if choose is None:
                end_ns, option = self._earliest(entry, job, view, placed, free)
            else:
                ends = self._ends_ns(entry, job, view, placed, free)
                end_ns, option = choose(ends, deadlines_ns[number])
            finish_ns = max(finish_ns, end_ns)
            end_ns -= option.after_ns
            free[option.resource] = end_ns
            placed.append((end_ns, option.device))
            unit = option.resource[1]
            segments = self._plan.partitions[entry.name].segments if pinned else ()
            out.append(
                Assignment(
                    entry.name, option.device, deadlines_ns[number],
                    tuple([(name, unit) for name in segments]), ((unit, option.work_ns),),
                    self._variant,
                )
            )  # fmt: skip
        return finish_ns, out

    def _ends_ns(
        self,
        entry: Entry,
        job: FleetJob,
        view: HighLevelView,
        placed: Sequence[tuple[int, str]],
        free: dict[Resource, int],
    ) -> Iterator[tuple[int, Option]]:
        for option in entry.options:
            yield self._end_ns(entry, option, job, view, placed, free), option

    def _earliest(
        self,
        entry: Entry,
        job: FleetJob,
        view: HighLevelView,
        placed: Sequence[tuple[int, str]],
        free: dict[Resource, int],
    ) -> tuple[int, Option]:
        """Return the option that ends first, and when the answer is at home then."""
        best, best_ns = entry.options[0], -1
        floor_ns = max([placed[giver][0] for giver, _, _ in entry.needs if giver >= 0] or [0])
        for option in entry.options:
            resource = option.resource
            free_ns = free.get(resource)
            if free_ns is None:
                free_ns = free[resource] = view.free_before_ns(resource, job)
            if best_ns >= 0:
                # without what transfers take: mostly enough to see that it is no better
                begin_ns = free_ns if free_ns > floor_ns else floor_ns
                if begin_ns + option.work_ns + option.after_ns >= best_ns:
                    continue
            end_ns = self._end_ns(entry, option, job, view, placed, free)
            if best_ns < 0 or end_ns < best_ns:
                best, best_ns = option, end_ns
        return best_ns, best

    def _end_ns(
        self,
        entry: Entry,
        option: Option,
        job: FleetJob,
        view: HighLevelView,
        placed: Sequence[tuple[int, str]],
        free: dict[Resource, int],
    ) -> int:
        """Return when a partition should end on a unit, and its answer be at home."""
        begin_ns = free.get(option.resource)
        if begin_ns is None:
            begin_ns = free[option.resource] = view.free_before_ns(option.resource, job)
        target = option.device
        for giver, tensor, nbytes in entry.needs:
            if giver >= 0:
                come_ns, source = placed[giver]
            else:
                come_ns, source = view.now_ns, self._home
                if target in job.frame.tensors_at[tensor]:
                    continue
            if source != target:
                link = (source, target)
                link_ns = free.get(link)
                if link_ns is None:
                    link_ns = free[link] = view.free_ns(link)
                latency_ns, per_byte = self._links[link]
                come_ns = max(come_ns, link_ns) + latency_ns + int(nbytes * per_byte)
            if come_ns > begin_ns:
                begin_ns = come_ns
        return begin_ns + option.work_ns + option.after_ns
