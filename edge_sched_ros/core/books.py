# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""All jobs in flight: how they begin, wait and end. Every end is written into the ledger."""

from __future__ import annotations

from collections.abc import Mapping

from edge_sched_ros.core import reasons
from edge_sched_ros.core.decisions import Complete
from edge_sched_ros.core.decisions import Decision
from edge_sched_ros.core.decisions import Drop
from edge_sched_ros.core.decisions import Fail
from edge_sched_ros.core.decisions import Release
from edge_sched_ros.core.errors import InvariantError
from edge_sched_ros.core.events import FrameArrived
from edge_sched_ros.core.job import Job
from edge_sched_ros.core.ledger import Ledger
from edge_sched_ros.core.profiles import Profiles
from edge_sched_ros.core.queue import TaskQueue
from edge_sched_ros.core.tasks import check_tasks
from edge_sched_ros.core.tasks import TaskSpec


class Books:
    """
    Queues and ledger of one device.

    :raises ConfigError: when the tasks cannot work together
    """

    def __init__(
        self, tasks: tuple[TaskSpec, ...], unit_names: frozenset[str], profiles: Profiles
    ) -> None:
        check_tasks(tasks, unit_names)
        self._profiles = profiles
        self.specs = {task.name: task for task in tasks}
        self.ledger = Ledger(tuple(self.specs))
        #: jobs in flight by id
        self.jobs: dict[int, Job] = {}
        self._queues = {task.name: TaskQueue(task) for task in tasks}
        self._by_stream: dict[str, list[TaskQueue]] = {}
        self._children: dict[str, list[TaskQueue]] = {task.name: [] for task in tasks}
        for queue in self._queues.values():
            if queue.spec.after:
                self._children[queue.spec.after].append(queue)
            else:
                self._by_stream.setdefault(queue.spec.stream, []).append(queue)
        self._next_id = 0

    @property
    def in_flight(self) -> int:
        """How many jobs there are."""
        return len(self.jobs)

    def ready(self) -> list[Job]:
        """Return the jobs whose next stage may start, in order of release."""
        found = [job for queue in self._queues.values() if len(queue) for job in queue.ready()]
        found.sort(key=lambda job: (job.release_ns, job.id))
        return found

    def frame(self, event: FrameArrived, now_ns: int, out: list[Decision]) -> None:
        """Release a job of every task that the frame activates."""
        for queue in self._by_stream.get(event.stream, ()):
            if queue.activates():
                job = self._release(queue, event.stream, event.seq, event.release_ns, now_ns, out)
                self._enqueue(queue, job, now_ns, out)

    def start(self, job: Job, unit: str, now_ns: int) -> None:
        """Note that a unit starts the job's next stage."""
        self._queues[job.task].start(job)
        job.state = 'running'
        job.unit = unit
        job.started_ns = now_ns

    def overtaken(self, job: Job) -> bool:
        """Whether a newer job of the task has been answered."""
        return job.id < self._queues[job.task].last_completed

    def complete(
        self,
        job: Job,
        now_ns: int,
        out: list[Decision],
        *,
        items: int = 0,
        items_for: Mapping[str, int] | None = None,
    ) -> None:
        """End a job with its answer; release those that come after it."""
        self._remove(job)
        self._queues[job.task].last_completed = job.id
        response_ns = now_ns - job.release_ns
        on_time = now_ns <= job.deadline_ns
        self.ledger.complete(
            job.task,
            on_time=on_time,
            response_ns=response_ns,
            now_ns=now_ns,
            variant=job.variant.name,
        )
        out.append(Complete(job.id, job.task, on_time, response_ns, tuple(job.timings)))
        for queue in self._children[job.task]:
            found = items if items_for is None else items_for.get(queue.spec.name, items)
            if (found or not queue.spec.needs_items) and queue.activates():
                self._enqueue(queue, self._child(queue, job, found, now_ns, out), now_ns, out)

    def drop(self, job: Job, reason: str, now_ns: int, out: list[Decision]) -> None:
        """End a job on purpose."""
        self._remove(job)
        self.ledger.drop(job.task, reason)
        out.append(Drop(job.id, job.task, reason, tuple(job.timings)))
        self._drop_children(job, now_ns, out)

    def fail(self, job: Job, reason: str, now_ns: int, out: list[Decision]) -> None:
        """End a job by an error."""
        self._remove(job)
        self.ledger.fail(job.task, reason)
        out.append(Fail(job.id, job.task, reason, tuple(job.timings)))
        self._drop_children(job, now_ns, out)

    def drop_all(self, reason: str, now_ns: int, out: list[Decision]) -> None:
        """End everything in flight."""
        for job in list(self.jobs.values()):
            self.drop(job, reason, now_ns, out)

    def change(self, spec: TaskSpec, now_ns: int, out: list[Decision]) -> None:
        """Put new settings of a task in force; jobs in flight keep their deadlines."""
        queue = self._queues[spec.name]
        if spec.enabled and not queue.spec.enabled:
            self.ledger.tasks[spec.name].enabled_ns = now_ns
        self.specs[spec.name] = queue.spec = spec
        if not spec.enabled:
            for job in list(queue.waiting):
                self.drop(job, reasons.DISABLED, now_ns, out)
        while len(queue.waiting) > spec.queue_depth:
            self.drop(queue.waiting[0], reasons.SUPERSEDED, now_ns, out)

    def _release(
        self,
        queue: TaskQueue,
        stream: str,
        seq: int,
        release_ns: int,
        now_ns: int,
        out: list[Decision],
        *,
        parent: int | None = None,
        items: int = 1,
    ) -> Job:
        spec = queue.spec
        job = Job(
            job_id=self._next_id,
            task=spec.name,
            variant=spec.variants[0],
            stream=stream,
            seq=seq,
            release_ns=release_ns,
            deadline_ns=release_ns + spec.deadline_ns,
            ready_ns=now_ns,
            priority=spec.priority,
            parent=parent,
            items=items,
        )
        self._next_id += 1
        self.ledger.release(
            spec.name,
            release_ns=release_ns,
            worst_energy_mj=self._profiles.worst_energy_mj(spec.name, spec.variants[0], items),
        )
        out.append(
            Release(job.id, spec.name, stream, seq, release_ns, job.deadline_ns, parent, items)
        )
        return job

    def _enqueue(self, queue: TaskQueue, job: Job, now_ns: int, out: list[Decision]) -> None:
        self.jobs[job.id] = job
        queue.waiting.append(job)
        while len(queue.waiting) > queue.spec.queue_depth:
            self.drop(queue.waiting[0], reasons.SUPERSEDED, now_ns, out)

    def _child(
        self, queue: TaskQueue, parent: Job, items: int, now_ns: int, out: list[Decision]
    ) -> Job:
        return self._release(
            queue,
            parent.stream,
            parent.seq,
            parent.release_ns,
            now_ns,
            out,
            parent=parent.id,
            items=items,
        )

    def _drop_children(self, job: Job, now_ns: int, out: list[Decision]) -> None:
        """Account for the answers that cannot come because the task before them gave none."""
        for queue in self._children[job.task]:
            if not queue.spec.needs_items and queue.activates():
                child = self._child(queue, job, 0, now_ns, out)
                self.ledger.drop(child.task, reasons.UPSTREAM)
                out.append(Drop(child.id, child.task, reasons.UPSTREAM))
                self._drop_children(child, now_ns, out)

    def _remove(self, job: Job) -> None:
        self._queues[job.task].remove(job)
        del self.jobs[job.id]
        job.state = 'ended'

    def validate(self) -> None:
        """
        Check queues and ledger against each other.

        :raises InvariantError: when they disagree
        """
        in_flight: dict[str, int] = {}
        for name, queue in self._queues.items():
            queue.validate()
            in_flight[name] = len(queue)
            for job in queue.jobs():
                if self.jobs.get(job.id) is not job:
                    raise InvariantError(f'{job!r} is in a queue and not in the books')
        if sum(in_flight.values()) != len(self.jobs):
            raise InvariantError('the books hold a job that is in no queue')
        self.ledger.validate(in_flight)
