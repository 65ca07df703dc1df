# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What waits for each unit and each link: expected work that was asked for and has not ended."""

from __future__ import annotations

from bisect import bisect_left
from bisect import bisect_right
from bisect import insort
from collections.abc import Iterable

#: whose work: (device, unit), or (source device, target device) of a link
Resource = tuple[str, str]
#: what a device runs first: higher priority (negated), then the earlier deadline
Urgency = tuple[int, int]
#: of what is sent: first come, first served
IN_TURN: Urgency = (0, 0)
_LONGEST_NS = 1 << 62


class _Queue:
    """Work that waits for one resource."""

    __slots__ = ('entries', 'excess_ns', 'since_ns', 'slots', 'told_ns', 'work_ns')

    def __init__(self) -> None:
        #: pieces of work it does at a time
        self.slots = 1
        #: what waits, the most urgent first: (urgency, time it should take)
        self.entries: list[tuple[Urgency, int]] = []
        #: the sum of these times
        self.work_ns = 0
        #: since when the first of it is being worked on
        self.since_ns = 0
        #: what the resource had to do beside that when it last said so, and when that was
        self.excess_ns = self.told_ns = 0

    def left_ns(self, now_ns: int, urgency: Urgency | None) -> int:
        """Return for how long what goes first keeps the resource busy."""
        entries, work_ns = self.entries, self.work_ns
        count = len(entries)
        if count < self.slots:
            return 0
        # what runs longer than expected still runs; what waits behind it still waits
        spent_ns, first_ns = now_ns - self.since_ns, work_ns // count
        if spent_ns > first_ns:
            spent_ns = first_ns
        if urgency is not None and entries[-1][0] > urgency:
            # what is less urgent only ends what it has begun
            ahead = bisect_right(entries, (urgency, _LONGEST_NS))
            ahead_ns = sum([entry[1] for entry in entries[:ahead]])
            work_ns = ahead_ns if ahead_ns > first_ns else first_ns
        return (work_ns - spent_ns) // self.slots


class Backlog:
    """
    When each resource should be free, by what was asked of it and has not come back.

    What a device says of itself beyond that, such as work of others, is added as long as it lasts.
    """

    def __init__(self) -> None:
        self._queues: dict[Resource, _Queue] = {}

    def free_at_ns(self, resource: Resource, now_ns: int, urgency: Urgency | None = None) -> int:
        """
        Return when a resource should be free; never before now.

        :param urgency: for work that goes before what is less urgent; without it, when all that
            waits is done
        """
        queue = self._queues.get(resource)
        if queue is None:
            return now_ns
        free_ns = now_ns + queue.left_ns(now_ns, urgency) if queue.entries else now_ns
        if queue.excess_ns:
            excess_ns = queue.excess_ns - (now_ns - queue.told_ns)
            if excess_ns > 0:
                return free_ns + excess_ns
        return free_ns

    def book(
        self, work: Iterable[tuple[Resource, int]], now_ns: int, urgency: Urgency = IN_TURN
    ) -> None:
        """Add work that was asked for: (resource, time it should take)."""
        queues = self._queues
        for resource, work_ns in work:
            queue = queues.get(resource)
            if queue is None:
                queue = queues[resource] = _Queue()
            if not queue.entries:
                queue.since_ns = now_ns
            insort(queue.entries, (urgency, work_ns))
            queue.work_ns += work_ns

    def release(
        self, work: Iterable[tuple[Resource, int]], now_ns: int, urgency: Urgency = IN_TURN
    ) -> None:
        """Take out work that ended, or that nobody waits for any more."""
        for resource, work_ns in work:
            queue = self._queues.get(resource)
            if queue is None:
                continue  # its device was lost
            entry = (urgency, work_ns)
            place = bisect_left(queue.entries, entry)
            if place < len(queue.entries) and queue.entries[place] == entry:
                del queue.entries[place]
                queue.work_ns -= work_ns
                queue.since_ns = now_ns

    def told(self, resource: Resource, free_ns: int, now_ns: int) -> None:
        """Take in when a resource says it will be free."""
        queue = self._queues.setdefault(resource, _Queue())
        queue.told_ns = now_ns
        queue.excess_ns = max(0, free_ns - now_ns - queue.left_ns(now_ns, None))

    def set_slots(self, resource: Resource, slots: int) -> None:
        """Note how many pieces of work a resource does at a time."""
        self._queues.setdefault(resource, _Queue()).slots = slots

    def forget_device(self, device: str) -> None:
        """Forget all units and links of a device."""
        for resource in [key for key in self._queues if device in key]:
            del self._queues[resource]

    def waiting(self) -> dict[Resource, tuple[int, int]]:
        """Return how many pieces of work wait for each resource, and what they should take."""
        return {
            key: (len(queue.entries), queue.work_ns)
            for key, queue in self._queues.items()
            if queue.entries
        }
