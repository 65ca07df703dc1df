# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""All jobs in flight: their release, waiting and end. The ledger records every end."""

from __future__ import annotations

from edge_sched_ros.core import reasons
from edge_sched_ros.core.decisions import Complete
from edge_sched_ros.core.decisions import Decision
from edge_sched_ros.core.decisions import Drop
from edge_sched_ros.core.decisions import Fail
from edge_sched_ros.core.decisions import Release
from edge_sched_ros.core.decisions import UseVariant
from edge_sched_ros.core.errors import InvariantError
from edge_sched_ros.core.events import FrameArrived
from edge_sched_ros.core.events import StageFinished
from edge_sched_ros.core.job import Job
from edge_sched_ros.core.joins import FrameKey
from edge_sched_ros.core.joins import Joins
from edge_sched_ros.core.joins import WaitingJoin
from edge_sched_ros.core.ledger import Ledger
from edge_sched_ros.core.profiles import Profiles
from edge_sched_ros.core.queue import TaskQueue
from edge_sched_ros.core.ready import ReadyJobs
from edge_sched_ros.core.tasks import check_tasks
from edge_sched_ros.core.tasks import TaskSpec


class JobTable:
    """
    Queues and ledger of one device.

    :raises ConfigError: when the tasks cannot work together
    """

    def __init__(
        self, tasks: tuple[TaskSpec, ...], unit_names: frozenset[str], profiles: Profiles
    ) -> None:
        self._profiles = profiles
        self._unit_names = unit_names
        self.specs: dict[str, TaskSpec] = {}
        self.ledger = Ledger(())
        #: jobs in flight by id
        self.jobs: dict[int, Job] = {}
        #: jobs whose next stage may start
        self.ready = ReadyJobs()
        self._queues: dict[str, TaskQueue] = {}
        self._by_stream: dict[str, list[TaskQueue]] = {}
        #: task -> the cascades after it, without joins
        self._children: dict[str, list[TaskQueue]] = {}
        self.joins = Joins()
        self._next_id = 0
        self.add_tasks(tasks)

    def add_tasks(self, tasks: tuple[TaskSpec, ...]) -> None:
        """
        Run more tasks from now on.

        :raises ConfigError: when they cannot work together, or one is there already
        """
        check_tasks(tasks, self._unit_names, self.specs)
        for task in tasks:
            self.specs[task.name] = task
            self.ledger.add(task.name)
            self._queues[task.name] = TaskQueue(task, self.ready)
            self._children[task.name] = []
        for task in tasks:
            queue = self._queues[task.name]
            if task.after and not task.joined_with:
                self._children[task.after].append(queue)
            elif not task.after:
                self._by_stream.setdefault(task.stream, []).append(queue)
        self.joins.refresh(self.specs)

    def frame(self, event: FrameArrived, now_ns: int, out: list[Decision]) -> None:
        """Release a job of every task that the frame activates."""
        self.joins.arrived(event)
        for queue in self._by_stream.get(event.stream, ()):
            if queue.spec.paired_with == event.paired_with and queue.activates():
                deadline_ns = event.deadline_ns
                if deadline_ns is None:
                    deadline_ns = event.release_ns + queue.spec.deadline_ns
                job = self._release(
                    queue, event.stream, event.seq, event.release_ns, deadline_ns, now_ns, out
                )
                if event.unpaired:
                    self._drop_at_once(job, reasons.UNPAIRED, now_ns, out)
                else:
                    self._enqueue(queue, job, now_ns, out)

    def start(self, job: Job) -> bool:
        """Record that a unit starts the job's next stage; return whether this is allowed."""
        return self._queues[job.task].start(job)

    def stage_ended(
        self, job: Job, event: StageFinished, now_ns: int, out: list[Decision]
    ) -> None:
        """Continue a job with its next stage, or end it when there is none."""
        queue = self._queues[job.task]
        following = job.stage_index + 1 + event.skip
        job.ready_ns = now_ns
        if job.id < queue.last_completed and queue.spec.drop_overtaken:
            self.drop(job, reasons.OVERTAKEN, now_ns, out)
        elif following < len(job.variant.stages):
            job.go_to(following)
            queue.pause(job)
            if queue.limit == 0:
                self.fail(job, reasons.TASK_HUNG, now_ns, out)
        else:
            self._complete(queue, job, event, now_ns, out)

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

    def started(self, task: str) -> int:
        """Return how many jobs of a task have started and not ended."""
        return len(self._queues[task].active)

    def is_running(self, task: str) -> bool:
        """Return whether a unit runs a stage of a task."""
        return any(job.state == 'running' for job in self._queues[task].active)

    def limit(self, task: str, most: int | None, now_ns: int, out: list[Decision]) -> None:
        """
        Limit the started jobs of a task after a hung call; with 0 its jobs fail, and new ones too.

        :param most: ``None`` for no limit but ``max_in_flight``
        """
        queue = self._queues[task]
        if queue.limit == most:
            return
        queue.limit = most
        if most == 0:
            for job in [job for job in queue.jobs() if job.state != 'running']:
                self.fail(job, reasons.TASK_HUNG, now_ns, out)
        queue.offer()

    def drop_all(self, reason: str, now_ns: int, out: list[Decision]) -> None:
        """End everything in flight."""
        self.joins.forget_pairs()
        for job in list(self.jobs.values()):
            self.drop(job, reason, now_ns, out)

    def change(self, spec: TaskSpec, now_ns: int, out: list[Decision]) -> None:
        """Apply new settings of a task; jobs in flight keep their deadlines."""
        queue = self._queues[spec.name]
        if spec.enabled and not queue.spec.enabled:
            account = self.ledger.tasks[spec.name]
            account.enabled_ns, account.unanswered_since_ns = now_ns, None
        self.specs[spec.name] = queue.spec = spec
        if not spec.enabled:
            for job in list(queue.waiting):
                self.drop(job, reasons.DISABLED, now_ns, out)
        for job in queue.waiting:
            if job.variant not in spec.variants:
                job.use(spec.variants[0])
                out.append(UseVariant(job.id, job.variant.name))
        self._drop_surplus(queue, now_ns, out)
        queue.offer()

    def narrow(self, spec: TaskSpec) -> None:
        """Let the next jobs of a task run other variants; jobs in flight keep theirs."""
        self.specs[spec.name] = self._queues[spec.name].spec = spec

    def _complete(
        self, queue: TaskQueue, job: Job, event: StageFinished, now_ns: int, out: list[Decision]
    ) -> None:
        """End a job with its result; release the jobs after it."""
        queue.remove(job)
        del self.jobs[job.id]
        queue.last_completed = job.id
        response_ns = now_ns - job.release_ns
        on_time = now_ns <= job.deadline_ns
        self.ledger.complete(
            job.task,
            on_time=on_time,
            began_late=not on_time and job.began_late,
            response_ns=response_ns,
            now_ns=now_ns,
            variant=job.variant.name,
        )
        out.append(Complete(job.id, job.task, on_time, response_ns, tuple(job.timings)))
        items, items_for = event.items, event.items_for
        for after in self._children[job.task]:
            found = items if items_for is None else items_for.get(after.spec.name, items)
            if (found or not after.spec.needs_items) and after.activates():
                self._enqueue(after, self._child(after, job, found, now_ns, out), now_ns, out)
        self.joins.ended(job, items, items_for)

    def _release(
        self,
        queue: TaskQueue,
        stream: str,
        seq: int,
        release_ns: int,
        deadline_ns: int,
        now_ns: int,
        out: list[Decision],
        *,
        parent: int | None = None,
        items: int = 1,
        parents: tuple[int, ...] = (),
    ) -> Job:
        spec = queue.spec
        name, variant = spec.name, spec.variants[0]
        number = self._next_id
        job = Job(
            number, name, variant, stream, seq, release_ns, deadline_ns, now_ns,
            spec.priority, parent, items,
        )  # fmt: skip
        self._next_id += 1
        worst_energy_mj = self._profiles.worst_energy_mj(name, variant, items)
        self.ledger.release(
            name, release_ns=release_ns, now_ns=now_ns, worst_energy_mj=worst_energy_mj
        )
        out.append(
            Release(number, name, stream, seq, release_ns, deadline_ns, parent, items, parents)
        )
        return job

    def _enqueue(self, queue: TaskQueue, job: Job, now_ns: int, out: list[Decision]) -> None:
        self.jobs[job.id] = job
        queue.add(job)
        if queue.limit == 0:
            self.fail(job, reasons.TASK_HUNG, now_ns, out)
        else:
            self._drop_surplus(queue, now_ns, out)

    def _drop_surplus(self, queue: TaskQueue, now_ns: int, out: list[Decision]) -> None:
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
            parent.release_ns + queue.spec.deadline_ns,
            now_ns,
            out,
            parent=parent.id,
            items=items,
        )

    def _drop_children(self, job: Job, now_ns: int, out: list[Decision]) -> None:
        """Record the jobs that cannot be released because the task before them gave no result."""
        for queue in self._children[job.task]:
            if not queue.spec.needs_items and queue.activates():
                child = self._child(queue, job, 0, now_ns, out)
                self.ledger.drop(child.task, reasons.UPSTREAM)
                out.append(Drop(child.id, child.task, reasons.UPSTREAM))
                self._drop_children(child, now_ns, out)
        self.joins.lost(job)

    def _drop_at_once(self, job: Job, reason: str, now_ns: int, out: list[Decision]) -> None:
        """End a job that was released without its input, and never waited."""
        self.ledger.drop(job.task, reason)
        out.append(Drop(job.id, job.task, reason))
        self._drop_children(job, now_ns, out)

    def settle_joins(self, now_ns: int, out: list[Decision]) -> None:
        """Release the joins whose inputs are all there, and end those that miss one."""
        while self.joins.unsettled:
            found = self.joins.take(self.jobs.values())
            if found is not None:
                self._settle(*found, now_ns, out)

    def _settle(
        self, key: FrameKey, waiting: WaitingJoin, now_ns: int, out: list[Decision]
    ) -> None:
        queue = self._queues[waiting.task]
        spec, items = queue.spec, waiting.items
        if spec.needs_items and not (items and all(items.values())):
            return
        if len(waiting.jobs) < len(spec.before) or not queue.activates():
            return
        parents = tuple(waiting.jobs[name] for name in spec.before)
        found = 0 if waiting.incomplete else items[spec.after]
        job = self._release(
            queue, *key, waiting.release_ns, waiting.release_ns + spec.deadline_ns, now_ns, out,
            parent=parents[0], items=found, parents=parents,
        )  # fmt: skip
        if waiting.incomplete:
            self._drop_at_once(job, reasons.JOIN_INCOMPLETE, now_ns, out)
        else:
            self._enqueue(queue, job, now_ns, out)

    def _remove(self, job: Job) -> None:
        self._queues[job.task].remove(job)
        del self.jobs[job.id]

    def validate(self) -> None:
        """
        Check queues and ledger against each other.

        :raises InvariantError: when they disagree
        """
        in_flight: dict[str, int] = {}
        ready: list[Job] = []
        for name, queue in self._queues.items():
            ready += queue.validate()
            in_flight[name] = len(queue)
            for job in queue.jobs():
                if self.jobs.get(job.id) is not job:
                    raise InvariantError(f'{job!r} is in a queue but not in the table')
        if sum(in_flight.values()) != len(self.jobs):
            raise InvariantError('the table has a job that is not in a queue')
        if self.ready.jobs() != sorted(ready, key=lambda job: (job.release_ns, job.id)):
            raise InvariantError('the set of ready jobs does not match the queues')
        self.joins.validate(self.jobs)
        self.ledger.validate(in_flight)
