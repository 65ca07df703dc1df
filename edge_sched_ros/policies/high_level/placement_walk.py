# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""When the parts of a placed job should end, by what waits for units and links."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edge_sched_ros.core.high_level.backlog import Resource
    from edge_sched_ros.core.high_level.frames import Frame
    from edge_sched_ros.policies.high_level.placement_steps import Need
    from edge_sched_ros.policies.high_level.placement_steps import Step


def walk(
    steps: Sequence[Step],
    answers: Sequence[Need],
    free_at_ns: Callable[[Resource], int],
    now_ns: int,
    ends_ns: list[int],
    chosen: list[int],
    frame: Frame | None,
) -> int:
    """
    Return when the answer should be at home.

    :param free_at_ns: when a resource is free first
    :param ends_ns: gets the end of each step
    :param chosen: gets the option each step takes: the one that ends first
    :param frame: some of it may be on its way already
    """
    free: dict[Resource, int] = {}

    def come_ns(need: Need) -> int:
        ready_ns = now_ns if need.giver < 0 else ends_ns[need.giver]
        link = need.link
        if link is None:
            return ready_ns
        begin_ns, busy_ns = free.get(link) or free_at_ns(link), need.busy_ns
        if need.giver < 0 and frame is not None:
            if link[1] in frame.tensors_at[need.tensor]:
                return now_ns
            if (need.tensor, link[1]) in frame.orders:
                busy_ns = 0
        if ready_ns > begin_ns:
            begin_ns = ready_ns
        free[link] = begin_ns + busy_ns
        return begin_ns + busy_ns + need.latency_ns

    for step in steps:
        time_ns = now_ns
        for need in step.needs:
            ready_ns = come_ns(need)
            if ready_ns > time_ns:
                time_ns = ready_ns
        best_ns, option = -1, 0
        for number, work in enumerate(step.options):
            end_ns = time_ns
            for resource, work_ns in work:
                begin_ns = free.get(resource) or free_at_ns(resource)
                end_ns = (begin_ns if begin_ns > end_ns else end_ns) + work_ns
            if best_ns < 0 or end_ns < best_ns:
                best_ns, option = end_ns, number
        end_ns = time_ns
        for resource, work_ns in step.options[option]:
            begin_ns = free.get(resource) or free_at_ns(resource)
            end_ns = (begin_ns if begin_ns > end_ns else end_ns) + work_ns
            free[resource] = end_ns
        ends_ns.append(end_ns)
        chosen.append(option)
    return max(come_ns(need) for need in answers)
