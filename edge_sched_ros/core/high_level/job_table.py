# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""All jobs of a coordinator in flight. Every end is written into the ledger."""

from __future__ import annotations

from collections.abc import Iterator

from edge_sched_ros.core import reasons
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.errors import InvariantError
from edge_sched_ros.core.events import FrameArrived
from edge_sched_ros.core.high_level.decisions import HighLevelDecision
from edge_sched_ros.core.high_level.decisions import JobCompleted
from edge_sched_ros.core.high_level.decisions import JobDropped
from edge_sched_ros.core.high_level.decisions import JobFailed
from edge_sched_ros.core.high_level.decisions import JobReleased
from edge_sched_ros.core.high_level.events import FrameLost
from edge_sched_ros.core.high_level.fleet_joins import FleetJoins
from edge_sched_ros.core.high_level.fleet_queue import FleetQueue
from edge_sched_ros.core.high_level.frames import FrameTable
from edge_sched_ros.core.high_level.job import FleetJob
from edge_sched_ros.core.high_level.tasks import FleetTask
from edge_sched_ros.core.high_level.tasks import origins_of
from edge_sched_ros.core.joins import WaitingJoin
from edge_sched_ros.core.ledger import Ledger


class FleetJobTable:
    """
    Queues and ledger of a coordinator.

    :raises ConfigError: when two tasks have one name, or tasks cannot come after each other
    """

    def __init__(self, tasks: tuple[FleetTask, ...]) -> None:
        self.specs: dict[str, FleetTask] = {}
        for task in tasks:
            if task.name in self.specs:
                raise ConfigError('tasks', f"two tasks are named '{task.name}'")
            self.specs[task.name] = task
        origins = origins_of(tasks)
        #: task -> the task with each variant that its jobs may run
        self.choices = {task.name: task.choices() for task in tasks}
        self.ledger = Ledger(tuple(self.specs))
        self.frames = FrameTable()
        #: jobs in flight by id
        self.jobs: dict[int, FleetJob] = {}
        self._queues = {task.name: FleetQueue(task) for task in tasks}
        self._by_stream: dict[str, list[FleetQueue]] = {}
        #: task -> the cascades after it, without joins
        self._children: dict[str, list[FleetQueue]] = {name: [] for name in self.specs}
        self.joins = FleetJoins(self.specs, origins)
        for queue in self._queues.values():
            if queue.spec.after:
                if not queue.spec.joined_with:
                    self._children[queue.spec.after].append(queue)
            else:
                self._by_stream.setdefault(queue.spec.stream, []).append(queue)
        #: queues of which a job may have become one that may start
        self._touched: dict[str, FleetQueue] = {}
        self._next_id = 0

    # --- beginnings -----------------------------------------------------------------------

    def frame(self, event: FrameArrived, now_ns: int, out: list[HighLevelDecision]) -> None:
        """Release a job of every task that the frame activates."""
        for queue in self._by_stream.get(event.stream, ()):
            if queue.activates():
                self._release(queue, event, now_ns, out)
                self._drop_surplus(queue, now_ns, out)

    def lost_frame(self, event: FrameLost, now_ns: int, out: list[HighLevelDecision]) -> None:
        """Account for the answers that cannot come because nobody gets the frame."""
        frame = FrameArrived(event.stream, event.seq, event.release_ns)
        for queue in self._by_stream.get(event.stream, ()):
            if queue.activates():
                job = self._release(queue, frame, now_ns, out)
                self.fail(job, event.reason, now_ns, out)

    def _release(
        self,
        queue: FleetQueue,
        event: FrameArrived,
        now_ns: int,
        out: list[HighLevelDecision],
        *,
        parents: tuple[int, ...] = (),
        items: int = 1,
    ) -> FleetJob:
        parent = parents[0] if parents else None
        number, spec = self._next_id, self.choices[queue.spec.name][0]
        self._next_id += 1
        frame = self.frames.take(spec.stream, event.seq, spec.home, spec.graph.inputs)
        self.frames.note_job(number, frame)
        job = FleetJob(number, spec, frame, event.seq, event.release_ns, parent)
        if event.deadline_ns is not None:
            job.deadline_ns = event.deadline_ns
        self.ledger.release(
            spec.name, release_ns=job.release_ns, now_ns=now_ns, worst_energy_mj=0.0
        )
        self.jobs[number] = job
        queue.waiting.append(job)
        self._touched[spec.name] = queue
        out.append(
            JobReleased(
                number, spec.name, spec.stream, job.seq, job.release_ns, job.deadline_ns, parent,
                items, parents[1:],
            )
        )  # fmt: skip
        return job

    def _release_child(
        self,
        queue: FleetQueue,
        parent: FleetJob,
        items: int,
        now_ns: int,
        out: list[HighLevelDecision],
    ) -> FleetJob:
        event = FrameArrived(queue.spec.stream, parent.seq, parent.release_ns)
        return self._release(queue, event, now_ns, out, parents=(parent.id,), items=items)

    def startable(self) -> Iterator[FleetJob]:
        """Yield jobs that may start, as long as there are any: who gets one starts or ends it."""
        while self._touched:
            queues = [queue for queue in self._touched.values() if queue.may_start]
            if not queues:
                self._touched.clear()
                return
            first = queues[0]
            if len(queues) > 1:
                first = min(queues, key=lambda q: _urgency(q.waiting[0]))
            yield first.waiting[0]

    def start(self, job: FleetJob) -> None:
        """Note that a job has devices."""
        queue = self._queues[job.task]
        queue.waiting.popleft()
        queue.active.append(job)
        job.state = 'active'

    # --- ends -----------------------------------------------------------------------------

    def complete(self, job: FleetJob, now_ns: int, out: list[HighLevelDecision]) -> None:
        """End a job with its answer, and release the jobs after it."""
        self._end(job)
        self._queues[job.task].last_completed = job.id
        response_ns, on_time = now_ns - job.release_ns, now_ns <= job.deadline_ns
        spec = job.spec
        self.ledger.complete(
            job.task, on_time=on_time, response_ns=response_ns, now_ns=now_ns, variant=spec.variant
        )
        timings = tuple(job.timings)
        out.append(
            JobCompleted(job.id, job.task, on_time, response_ns, spec.home, timings, spec.variant)
        )
        for after in self._children[job.task]:
            items = job.items_for.get(after.spec.name, job.items)
            if (items or not after.spec.needs_items) and after.activates():
                self._release_child(after, job, items, now_ns, out)
                self._drop_surplus(after, now_ns, out)
        self.joins.answered(job)
        self.frames.release(job.frame)

    def drop(self, job: FleetJob, reason: str, now_ns: int, out: list[HighLevelDecision]) -> None:
        """End a job on purpose."""
        self._end(job)
        self.ledger.drop(job.task, reason)
        timings = tuple(job.timings)
        out.append(JobDropped(job.id, job.task, reason, timings, job.spec.variant))
        self._drop_children(job, now_ns, out)
        self.frames.release(job.frame)

    def fail(self, job: FleetJob, reason: str, now_ns: int, out: list[HighLevelDecision]) -> None:
        """End a job by an error."""
        self._end(job)
        self.ledger.fail(job.task, reason)
        timings = tuple(job.timings)
        out.append(JobFailed(job.id, job.task, reason, timings, job.spec.variant))
        self._drop_children(job, now_ns, out)
        self.frames.release(job.frame)

    def _drop_children(self, job: FleetJob, now_ns: int, out: list[HighLevelDecision]) -> None:
        """Account for the jobs that cannot run because the task before them gave no answer."""
        for after in self._children[job.task]:
            if not after.spec.needs_items and after.activates():
                child = self._release_child(after, job, 0, now_ns, out)
                self.drop(child, reasons.UPSTREAM, now_ns, out)
        self.joins.lost(job)

    def settle_joins(self, now_ns: int, out: list[HighLevelDecision]) -> None:
        """Release the joins whose answers are all there, and end those that miss one."""
        while self.joins.unsettled:
            found = self.joins.take(self.jobs.values())
            if found is not None:
                self._settle(*found, now_ns, out)

    def _settle(
        self, seq: int, waiting: WaitingJoin, now_ns: int, out: list[HighLevelDecision]
    ) -> None:
        queue, items = self._queues[waiting.task], waiting.items
        spec = queue.spec
        if spec.needs_items and not (items and all(items.values())):
            return
        if len(waiting.jobs) < len(spec.before) or not queue.activates():
            return
        event = FrameArrived(spec.stream, seq, waiting.release_ns)
        parents = tuple(waiting.jobs[name] for name in spec.before)
        found = 0 if waiting.incomplete else items[spec.after]
        job = self._release(queue, event, now_ns, out, parents=parents, items=found)
        if waiting.incomplete:
            self.drop(job, reasons.JOIN_INCOMPLETE, now_ns, out)
        else:
            self._drop_surplus(queue, now_ns, out)

    def overtaken(self, job: FleetJob) -> list[FleetJob]:
        """Return the started jobs of a completed job's task that were released before it."""
        return [other for other in self._queues[job.task].active if other.id < job.id]

    def _end(self, job: FleetJob) -> None:
        queue = self._queues[job.task]
        if job.state == 'waiting':
            queue.waiting.remove(job)
        else:
            queue.active.remove(job)
        job.state = 'ended'
        del self.jobs[job.id]
        if queue.waiting:
            self._touched[job.task] = queue

    def _drop_surplus(self, queue: FleetQueue, now_ns: int, out: list[HighLevelDecision]) -> None:
        while len(queue.waiting) > queue.spec.queue_depth:
            self.drop(queue.waiting[0], reasons.SUPERSEDED, now_ns, out)

    # --- changes --------------------------------------------------------------------------

    def change(self, spec: FleetTask, now_ns: int, out: list[HighLevelDecision]) -> None:
        """Put new settings of a task in force; jobs in flight keep their deadlines."""
        queue = self._queues[spec.name]
        if spec.enabled and not queue.spec.enabled:
            self.ledger.tasks[spec.name].enabled_ns = now_ns
        self.specs[spec.name] = queue.spec = spec
        self.choices[spec.name] = choices = spec.choices()
        for job in queue.waiting:
            job.spec = choices[0]
        if not spec.enabled:
            for job in list(queue.waiting):
                self.drop(job, reasons.DISABLED, now_ns, out)
        self._drop_surplus(queue, now_ns, out)
        self._touched[spec.name] = queue

    # --- invariants -----------------------------------------------------------------------

    def validate(self) -> None:
        """
        Check queues, frames and ledger against each other.

        :raises InvariantError: when they disagree
        """
        in_flight: dict[str, int] = {}
        for name, queue in self._queues.items():
            in_flight[name] = len(queue.waiting) + len(queue.active)
            queue.validate()
            for job in (*queue.waiting, *queue.active):
                if self.jobs.get(job.id) is not job:
                    raise InvariantError(f'{job!r} is in a queue and not in the table')
        if sum(in_flight.values()) != len(self.jobs):
            raise InvariantError('the table has a job that is in no queue')
        live: dict[int, int] = {}
        for job in self.jobs.values():
            live[id(job.frame)] = live.get(id(job.frame), 0) + 1
        if live != {id(frame): frame.live for frame in self.frames.frames()}:
            raise InvariantError('frames and jobs in flight do not agree')
        self.joins.validate(self.jobs)
        self.ledger.validate(in_flight)


def _urgency(job: FleetJob) -> tuple[int, int, int]:
    return (-job.priority, job.deadline_ns, job.id)
