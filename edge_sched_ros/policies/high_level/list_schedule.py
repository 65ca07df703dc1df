# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Partitions in an order of importance, each with every device and unit it may run on."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from edge_sched_ros.core.high_level.cutting import blocks
from edge_sched_ros.core.high_level.cutting import branches
from edge_sched_ros.core.high_level.cutting import cut_into
from edge_sched_ros.core.high_level.graph import Cut
from edge_sched_ros.core.high_level.policy import Assignment
from edge_sched_ros.policies.high_level.line import even_ends
from edge_sched_ros.policies.high_level.line import Line

if TYPE_CHECKING:
    from edge_sched_ros.core.high_level.backlog import Resource
    from edge_sched_ros.core.high_level.cut_plan import CutPlan
    from edge_sched_ros.core.high_level.graph import Partition
    from edge_sched_ros.core.high_level.job import FleetJob
    from edge_sched_ros.core.high_level.tasks import FleetTask
    from edge_sched_ros.core.high_level.view import HighLevelView


@dataclass(frozen=True, slots=True)
class Option:
    """
    A unit that a partition may run on.

    :param after_ns: what bringing an answer home takes after it
    """

    resource: Resource
    device: str
    work_ns: int
    after_ns: int


@dataclass(frozen=True, slots=True)
class Entry:
    """
    A partition with its options, the fastest first.

    :param needs: (index of the entry that gives it, or -1 for the frame; tensor; bytes)
    :param share: how much of the critical path has passed when it ends, 0..1
    :param after_ns: the rest of the critical path after it
    """

    name: str
    options: tuple[Option, ...]
    needs: tuple[tuple[int, str, int], ...]
    share: float
    after_ns: int


#: picks of (end, option) of a partition, the fastest option first, the one that is to run it; is
#: given its sub-deadline. Ends are worked out as they are asked for.
Choice = Callable[[Iterator[tuple[int, Option]], int], tuple[int, Option]]


class ListSchedule:
    """
    What scheduling the partitions of a task's jobs one by one needs, worked out once.

    A partition's unit takes all its segments. Source of the order: upward ranks as in HEFT
    (Topcuoglu et al., IEEE TPDS 2002).
    """

    def __init__(self, task: FleetTask, plan: CutPlan, view: HighLevelView) -> None:
        self._plan = plan
        self._home = task.home
        self._options = {
            name: self._options_of(task, part, view) for name, part in plan.partitions.items()
        }
        self._mean_ns = {
            name: sum(one.work_ns for one in options) // max(1, len(options))
            for name, options in self._options.items()
        }
        ranks = self._ranks(view)
        whole_ns = max(ranks.values())
        # a partition's rank is above those of what takes its tensors: the order is topological;
        # of partitions that take no time, the plan's own order is
        order = sorted(plan.partitions, key=lambda name: -ranks[name])
        index = {name: number for number, name in enumerate(order)}
        ends_ns = self._ends(view)
        self.entries = tuple(
            Entry(
                name,
                self._options[name],
                tuple(
                    (index[plan.producer[t]] if t in plan.producer else -1, t, plan.nbytes(t))
                    for t in plan.partitions[name].inputs
                ),
                min(1.0, ends_ns[name] / whole_ns) if whole_ns else 1.0,
                ranks[name] - self._mean_ns[name],
            )
            for name in order
        )
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
        return all(self._options.values())

    def _options_of(
        self, task: FleetTask, part: Partition, view: HighLevelView
    ) -> tuple[Option, ...]:
        answers = [tensor for tensor in part.outputs if tensor in task.graph.outputs]
        found = []
        for device in view.devices:
            if not view.can_run(task, part, device):
                continue
            home_ns = [view.transfer_ns(device, task.home, self._plan.nbytes(t)) for t in answers]
            times = view.times_ns(task.graph.name, device)
            units = set(times[part.segments[0]]).intersection(*(times[n] for n in part.segments))
            for unit in sorted(units):
                work_ns = sum(times[name][unit] for name in part.segments)
                found.append(Option((device, unit), device, work_ns, max(home_ns, default=0)))
        return tuple(sorted(found, key=lambda option: option.work_ns))

    def _way_ns(self, tensor: str, view: HighLevelView) -> int:
        """Return what sending a tensor takes, the mean over links."""
        pairs = [(a, b) for a in view.devices for b in view.devices if a != b]
        total = sum(view.transfer_ns(a, b, self._plan.nbytes(tensor)) for a, b in pairs)
        # within a device it takes nothing
        return total // max(1, len(view.devices) ** 2)

    def _ranks(self, view: HighLevelView) -> dict[str, int]:
        """Return the length of the longest way from each partition to the answer."""
        plan, ranks = self._plan, dict[str, int]()
        for name in reversed(plan.partitions):
            after = [
                self._way_ns(tensor, view) + ranks[taker]
                for tensor in plan.partitions[name].outputs
                for taker in plan.consumers.get(tensor, ())
            ]
            ranks[name] = self._mean_ns[name] + max(after, default=0) + 1
        return ranks

    def _ends(self, view: HighLevelView) -> dict[str, int]:
        """Return the length of the longest way from the frame to the end of each partition."""
        plan, ends = self._plan, dict[str, int]()
        for name, part in plan.partitions.items():
            before = [
                ends[plan.producer[tensor]] + self._way_ns(tensor, view)
                for tensor in part.inputs
                if tensor in plan.producer
            ]
            ends[name] = self._mean_ns[name] + max(before, default=0)
        return ends

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
    ) -> list[Assignment]:
        """
        Return a device for every partition.

        :param choose: the one that ends first where it is ``None``
        :param pinned: whether the unit is the policy's to say as well
        """
        free: dict[Resource, int] = {}
        placed: list[tuple[int, str]] = []
        out = []
        for number, entry in enumerate(self.entries):
            if choose is None:
                end_ns, option = self._earliest(entry, job, view, placed, free)
            else:
                ends = self._ends_ns(entry, job, view, placed, free)
                end_ns, option = choose(ends, deadlines_ns[number])
            end_ns -= option.after_ns
            free[option.resource] = end_ns
            placed.append((end_ns, option.device))
            unit = option.resource[1]
            segments = self._plan.partitions[entry.name].segments if pinned else ()
            out.append(
                Assignment(
                    entry.name, option.device, deadlines_ns[number],
                    tuple([(name, unit) for name in segments]), ((unit, option.work_ns),),
                )
            )  # fmt: skip
        return out

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


def one_unit_runs(task: FleetTask, part: Partition, view: HighLevelView) -> bool:
    """Return whether some unit can run all segments of a partition."""
    for device in view.devices:
        if view.can_run(task, part, device):
            times = view.times_ns(task.graph.name, device)
            if set(times[part.segments[0]]).intersection(*(times[n] for n in part.segments)):
                return True
    return False


def fine_cut(task: FleetTask, view: HighLevelView, most: int) -> Cut:
    """
    Return a cut of at most about so many partitions, all branches apart where that is not more.

    A chain is cut into blocks of about equal time, which units in common can run.
    """
    apart = branches(task.graph)
    if len(apart) > most:
        return blocks(task.graph, even_ends(Line(task, view, 64), most))
    parts = most // len(apart)
    groups = [piece for part in apart for piece in _pieces(task, part, view, parts)]
    return cut_into(task.graph, groups)


def _pieces(
    task: FleetTask, part: Partition, view: HighLevelView, parts: int
) -> list[tuple[str, ...]]:
    """Return a chain in so many pieces of about equal time."""
    if parts >= len(part.segments):
        return [(name,) for name in part.segments]
    all_times = [view.times_ns(task.graph.name, name) for name in view.devices]
    cost = {}
    for name in part.segments:
        best = [min(times[name].values()) for times in all_times if name in times]
        cost[name] = sum(best) / max(1, len(best))
    total, spent = sum(cost.values()), 0.0
    pieces: list[list[str]] = [[]]
    for name in part.segments:
        if pieces[-1] and spent * parts >= total * len(pieces) and len(pieces) < parts:
            pieces.append([])
        pieces[-1].append(name)
        spent += cost[name]
    return [tuple(piece) for piece in pieces]
