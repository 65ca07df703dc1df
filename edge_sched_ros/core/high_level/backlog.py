# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What waits for each unit and each link: expected work that was asked for and has not ended."""

from __future__ import annotations

from collections.abc import Iterable

#: whose work: (device, unit), or (source device, target device) of a link
Resource = tuple[str, str]


class _Queue:
    """
    Work that waits for one resource.

    :param since_ns: since when the first of it is being worked on
    """

    __slots__ = ('count', 'free_ns', 'since_ns', 'slots', 'work_ns')

    def __init__(self) -> None:
        #: pieces of work it does at a time
        self.slots = 1
        #: how many pieces of work wait; the sum of what they should take
        self.count = self.work_ns = 0
        self.since_ns = 0
        #: when the resource should be free by its own account, and by what it got since
        self.free_ns = 0


class Backlog:
    """
    When each resource should be free.

    Two accounts, of which the later one counts: what the dispatcher asked for and has not got
    back, and what a device last said of itself, which includes work of others. The first forgets
    by itself what was expected wrongly.
    """

    def __init__(self) -> None:
        self._queues: dict[Resource, _Queue] = {}

    def free_at_ns(self, resource: Resource, now_ns: int) -> int:
        """Return when a resource should be free; never before now."""
        queue = self._queues.get(resource)
        if queue is None:
            return now_ns
        free_ns = queue.free_ns if queue.free_ns > now_ns else now_ns
        if queue.count < queue.slots:
            return free_ns
        work_ns, spent_ns = queue.work_ns, now_ns - queue.since_ns
        # what runs longer than expected still runs; what waits behind it still waits
        first_ns = work_ns // queue.count
        left_ns = work_ns - (spent_ns if spent_ns < first_ns else first_ns)
        own_ns = now_ns + left_ns // queue.slots
        return own_ns if own_ns > free_ns else free_ns

    def book(self, work: Iterable[tuple[Resource, int]], now_ns: int) -> None:
        """Add work that was asked for: (resource, time it should take)."""
        queues = self._queues
        for resource, work_ns in work:
            queue = queues.get(resource)
            if queue is None:
                queue = queues[resource] = _Queue()
            if not queue.count:
                queue.since_ns = now_ns
            queue.count += 1
            queue.work_ns += work_ns
            if queue.free_ns > now_ns:
                queue.free_ns += work_ns

    def release(self, work: Iterable[tuple[Resource, int]], now_ns: int) -> None:
        """Take out work that ended, or that nobody waits for any more."""
        for resource, work_ns in work:
            queue = self._queues.get(resource)
            if queue is not None and queue.count:
                queue.count -= 1
                queue.work_ns -= work_ns
                queue.since_ns = now_ns

    def told(self, resource: Resource, free_ns: int) -> None:
        """Take in when a resource says it will be free."""
        queue = self._queues.get(resource)
        if queue is None:
            queue = self._queues[resource] = _Queue()
        queue.free_ns = free_ns

    def set_slots(self, resource: Resource, slots: int) -> None:
        """Note how many pieces of work a resource does at a time."""
        self._queues.setdefault(resource, _Queue()).slots = slots

    def forget_device(self, device: str) -> None:
        """Forget all units and links of a device."""
        for resource in [key for key in self._queues if device in key]:
            del self._queues[resource]

    def waiting(self) -> dict[Resource, tuple[int, int]]:
        """Return how many pieces of work wait for each resource, and what they should take."""
        return {key: (q.count, q.work_ns) for key, q in self._queues.items() if q.count}
