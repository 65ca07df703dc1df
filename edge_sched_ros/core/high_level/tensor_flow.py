# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Where the tensors of jobs are, and who is to send them to whom."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Iterator

from edge_sched_ros.core.errors import InvariantError
from edge_sched_ros.core.high_level.backlog import Backlog
from edge_sched_ros.core.high_level.cut_plan import CutPlan
from edge_sched_ros.core.high_level.decisions import HighLevelDecision
from edge_sched_ros.core.high_level.decisions import Send
from edge_sched_ros.core.high_level.events import TransferFailed
from edge_sched_ros.core.high_level.frames import Frame
from edge_sched_ros.core.high_level.job import FleetJob
from edge_sched_ros.core.high_level.job import PartitionRun
from edge_sched_ros.core.high_level.links import LinkTable
from edge_sched_ros.core.high_level.routes import Route


def plan_of(job: FleetJob) -> CutPlan:
    """Return the cut of a started job."""
    if job.cut is None:
        raise InvariantError(f'{job!r} has not started')
    return job.cut


class TensorFlow:
    """Asks devices to send tensors, and notes what came."""

    def __init__(self, links: LinkTable, backlog: Backlog) -> None:
        self._links = links
        self._backlog = backlog

    # --- orders ---------------------------------------------------------------------------

    def send_all(
        self, job: FleetJob, route: Route, now_ns: int, out: list[HighLevelDecision]
    ) -> None:
        """Give every order of a job that starts."""
        for tensor, target in route.frame_sends:
            self._send_of_frame(job, tensor, target, now_ns, out)
        for tensor, source, target in route.sends:
            self._send(job, tensor, source, target, now_ns, out)

    def send_missing(self, job: FleetJob, now_ns: int, out: list[HighLevelDecision]) -> None:
        """Give the orders that a job needs and that were not given, or not fulfilled."""
        plan = plan_of(job)
        for tensor, target in _wanted(job):
            places = job.where(tensor)
            if target in places or (tensor, target) in job.orders:
                continue
            if tensor not in plan.producer:
                self._send_of_frame(job, tensor, target, now_ns, out)
                continue
            run = job.runs[plan.producer[tensor]]
            source = run.device
            if places:
                source = self._nearest(places, target, plan.nbytes(tensor))
            elif run.state != 'pushed':
                raise InvariantError(f'{job!r}: nobody gives {tensor}')
            if source != target:
                self._send(job, tensor, source, target, now_ns, out)

    def _nearest(self, places: list[str], target: str, nbytes: int) -> str:
        links = self._links
        return min(places, key=lambda source: links.transfer_ns(source, target, nbytes))

    def _send(
        self, job: FleetJob, tensor: str, source: str, target: str, now_ns: int,
        out: list[HighLevelDecision],
    ) -> None:  # fmt: skip
        busy_ns = self._links.busy_ns(source, target, job.spec.graph.tensors[tensor].nbytes)
        job.orders[tensor, target] = (source, busy_ns)
        self._backlog.book((((source, target), busy_ns),), now_ns)
        out.append(Send(job.id, tensor, source, target))

    def _send_of_frame(
        self, job: FleetJob, tensor: str, target: str, now_ns: int, out: list[HighLevelDecision]
    ) -> None:
        frame, key = job.frame, (tensor, target)
        if key in frame.orders or target in frame.tensors_at[tensor]:
            return
        nbytes = job.spec.graph.tensors[tensor].nbytes
        busy_ns = self._links.busy_ns(frame.home, target, nbytes)
        frame.orders[key] = busy_ns
        self._backlog.book((((frame.home, target), busy_ns),), now_ns)
        out.append(Send(job.id, tensor, frame.home, target))

    # --- arrivals -------------------------------------------------------------------------

    def arrived(self, job: FleetJob, tensor: str, device: str, now_ns: int) -> None:
        """Note that a tensor between partitions came."""
        order = job.orders.pop((tensor, device), None)
        if order is not None:
            self._backlog.release((((order[0], device), order[1]),), now_ns)
        self.exists(job, tensor, device)

    def exists(self, job: FleetJob, tensor: str, device: str) -> None:
        """Note that a device has a tensor of a job."""
        places = job.tensors_at.setdefault(tensor, [])
        if device not in places:
            places.append(device)
        if device == job.spec.home:
            job.missing.discard(tensor)

    def frame_arrived(self, frame: Frame, tensor: str, device: str, now_ns: int) -> None:
        """Note that what came with a frame is on one more device."""
        busy_ns = frame.orders.pop((tensor, device), None)
        if busy_ns is None:
            return  # nobody asked for it, or its device is another one by now
        self._backlog.release((((frame.home, device), busy_ns),), now_ns)
        frame.tensors_at[tensor].append(device)

    def failed(self, job: FleetJob, event: TransferFailed, now_ns: int) -> bool:
        """Note that a tensor between partitions did not come; return whether it was awaited."""
        key = (event.tensor, event.target)
        order = job.orders.get(key)
        if order is None or order[0] != event.source:
            return False
        del job.orders[key]
        self._backlog.release((((event.source, event.target), order[1]),), now_ns)
        job.failures[key] = job.failures.get(key, 0) + 1
        return True

    def frame_failed(self, frame: Frame, event: TransferFailed, now_ns: int) -> bool:
        """Note that what came with a frame did not come; return whether it was awaited."""
        key = (event.tensor, event.target)
        if event.source != frame.home or key not in frame.orders:
            return False
        busy_ns = frame.orders.pop(key)
        self._backlog.release((((frame.home, event.target), busy_ns),), now_ns)
        frame.failures[key] = frame.failures.get(key, 0) + 1
        return True

    # --- ends and losses ------------------------------------------------------------------

    def forget(self, job: FleetJob, now_ns: int) -> None:
        """Expect no transfer of a job any more."""
        for (_, target), (source, busy_ns) in job.orders.items():
            self._backlog.release((((source, target), busy_ns),), now_ns)
        job.orders.clear()

    def forget_frames(self, frames: list[Frame], now_ns: int) -> None:
        """Expect no transfer of frames any more whose jobs have ended."""
        for frame in frames:
            for (_, target), busy_ns in frame.orders.items():
                self._backlog.release((((frame.home, target), busy_ns),), now_ns)
        frames.clear()

    @staticmethod
    def lost_at(job: FleetJob, tensor: str, device: str) -> None:
        """Note that a device does not give a tensor that it should have."""
        places = job.tensors_at.get(tensor, [])
        if device in places:
            places.remove(device)

    def recall(self, job: FleetJob, run: PartitionRun, now_ns: int) -> None:
        """Expect nothing of what a partition would have given where it no longer runs."""
        for tensor in run.partition.outputs:
            places = job.where(tensor)
            stale = [
                key
                for key, (source, _) in job.orders.items()
                if key[0] == tensor and source == run.device and source not in places
            ]
            for key in stale:
                source, busy_ns = job.orders.pop(key)
                self._backlog.release((((source, key[1]), busy_ns),), now_ns)

    def lose_device(self, job: FleetJob, device: str) -> bool:
        """
        Take out what a job has on a device, and expect nothing from it.

        Answers that reached home stay, and so do frames. The device's backlog is forgotten
        elsewhere. Return whether the job may miss something.
        """
        affected = False
        for key, (source, _) in list(job.orders.items()):
            if device in (key[1], source):
                del job.orders[key]
                affected = True
        kept = job.spec.graph.outputs if device == job.spec.home else ()
        for tensor, places in job.tensors_at.items():
            if device in places and tensor not in kept:
                places.remove(device)
                affected = True
        frame = job.frame
        for key in list(frame.orders):
            if device in (key[1], frame.home):
                del frame.orders[key]
        for places in frame.tensors_at.values():
            if device in places and device != frame.home:
                places.remove(device)
        return affected or device == frame.home


def _wanted(job: FleetJob) -> Iterator[tuple[str, str]]:
    """Yield the tensors that a job needs, each with the device that needs it."""
    for run in job.runs.values():
        if run.state == 'pushed':
            for tensor in run.partition.inputs:
                yield tensor, run.device
    for tensor in job.spec.graph.outputs:
        if tensor in job.missing:
            yield tensor, job.spec.home


def check_tensors(job: FleetJob, devices: Collection[str]) -> None:
    """
    Check that everything a started job waits for can come.

    :raises InvariantError: when nobody has, sends or gives a tensor that it needs
    """
    plan, home = plan_of(job), job.spec.home
    known = {*devices, home}
    for tensor, places in job.tensors_at.items():
        if len(set(places)) != len(places) or not known.issuperset(places):
            raise InvariantError(f'{job!r}: {tensor} is at {places}, which cannot be')
    for tensor, target in _wanted(job):
        if target in job.where(tensor):
            continue
        if tensor not in plan.producer:
            if (tensor, target) not in job.frame.orders:
                raise InvariantError(f'{job!r}: nobody sends {tensor} to {target}')
            continue
        run = job.runs[plan.producer[tensor]]
        if run.state == 'pushed' and run.device == target:
            continue
        source, _ = job.orders.get((tensor, target), ('', 0))
        has = source in job.where(tensor) or (run.state == 'pushed' and run.device == source)
        if not source or not has:
            raise InvariantError(f'{job!r}: nobody sends {tensor} to {target}')
    for tensor in job.missing:
        if home in job.where(tensor):
            raise InvariantError(f'{job!r}: {tensor} is at home and missing')
