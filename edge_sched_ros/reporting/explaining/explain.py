# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The story of one job: what it waited for, what else there was, what would have saved it."""

from __future__ import annotations

from dataclasses import dataclass

from edge_sched_ros.core import reasons
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.errors import EdgeSchedError
from edge_sched_ros.reporting.explaining.possible_changes import possible_changes
from edge_sched_ros.reporting.explaining.scored import scores_text
from edge_sched_ros.reporting.explaining.waits import alternatives
from edge_sched_ros.reporting.explaining.waits import UnitTimes
from edge_sched_ros.reporting.explaining.waits import Wait
from edge_sched_ros.simulation.rerun.change import Change
from edge_sched_ros.simulation.rerun.rerun import Ended
from edge_sched_ros.simulation.rerun.rerun import FRAMES_BEFORE
from edge_sched_ros.simulation.rerun.rerun import Reruns
from edge_sched_ros.tracing.lives import FAILED
from edge_sched_ros.tracing.lives import JobLife
from edge_sched_ros.tracing.lives import LATE
from edge_sched_ros.tracing.lives import ON_TIME
from edge_sched_ros.tracing.lives import UNFINISHED
from edge_sched_ros.tracing.run import RecordedRun

#: frames that re-simulations go back where the usual number does not show a miss
_FAR_BEFORE = 3000
#: what the reasons mean, for people
_MEANINGS = {
    reasons.SUPERSEDED: 'a newer frame took its place before it could start',
    reasons.DEADLINE_UNREACHABLE: 'it could no longer meet its deadline',
    reasons.OVERTAKEN: 'a newer frame of the task was answered first',
    reasons.UPSTREAM: 'the job before it gave no answer',
    reasons.JOIN_INCOMPLETE: 'one of the jobs before it gave no answer',
    reasons.SMART_DROP: 'the policy dropped it in favour of others',
    reasons.DEADLINE_PASSED: 'its deadline had passed',
    reasons.NO_UNIT: 'no unit that could run it was available',
    reasons.SHUTDOWN: 'the scheduler was stopped',
    reasons.UNIT_HUNG: 'its unit hung',
    reasons.UNIT_LOST: 'its unit was lost',
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """
    An explanation in sentences.

    :param end: how the job ended
    :param story: what it waited for and ran
    :param choices: what was to be expected on each unit
    :param saving: changes of the run that end it on time, in words
    :param not_saving: changes that do not
    :param note: why nothing was tried; empty if it was
    """

    job: int
    task: str
    end: str
    story: tuple[str, ...]
    choices: tuple[str, ...]
    saving: tuple[str, ...]
    not_saving: tuple[str, ...]
    note: str = ''


class Explainer:
    """
    Explains jobs of one recorded run.

    :param far: number of jobs at most for which re-simulations may begin far back; all if ``None``
    """

    def __init__(self, run: RecordedRun, far: int | None = None) -> None:
        self._run = run
        self._far = far
        self._times = UnitTimes(run)
        self._reruns = Reruns(run)

    def explain(self, job: JobLife) -> Explanation:
        """Return why a job ended as it did."""
        waits = self._times.waits(job)
        saving, not_saving, note = self._tried(job, waits)
        return Explanation(
            job.job,
            job.task,
            _end(job),
            tuple(_story(self._run, job, waits)),
            tuple(alternatives(self._times, self._reruns.costs, job)),
            saving,
            not_saving,
            note,
        )

    def _tried(
        self, job: JobLife, waits: list[Wait]
    ) -> tuple[tuple[str, ...], tuple[str, ...], str]:
        """Return the changes that save a job, those that do not, or why none was tried."""
        if not job.missed:
            return (), (), ''
        if job.outcome == FAILED:
            return (), (), 'Nothing was tried: a failure does not depend on the schedule.'
        if self._run.of_fleet:
            return (), (), 'Nothing was tried: runs of a coordinator are not simulated again.'
        if not self._run.setup.costs:
            return (), (), 'Nothing was tried: the run has no costs to simulate it with.'
        same, frames = self._unchanged(job)
        if same is None:
            note = 'Nothing was tried: the trace does not tell enough to simulate this job again.'
            return (), (), note
        if same.outcome == ON_TIME:
            note = (
                'Nothing was tried: simulated again from the recorded frames, this job does not '
                'miss its deadline, so it depended on what the trace does not have.'
            )
            return (), (), note
        saving: list[str] = []
        not_saving: list[str] = []
        kinds: set[str] = set()
        for change in possible_changes(self._run, self._reruns.costs, job, waits):
            if change.kind == 'deadline' and 'deadline' in kinds:
                continue  # a shorter one was enough
            ended = self._end_of(job, change, frames)
            if ended is None:
                continue
            if ended.outcome == ON_TIME:
                kinds.add(change.kind)
                saving.append(f'{change.text} (answer after {_ms(ended.response_ns)} ms)')
            else:
                not_saving.append(change.text)
        return tuple(saving), tuple(not_saving), ''

    def _unchanged(self, job: JobLife) -> tuple[Ended | None, int]:
        """Return how a job ends without a change, and from how many frames before it."""
        same = self._end_of(job, Change('none', ''), FRAMES_BEFORE)
        far = min(self._reruns.frames_before(job), _FAR_BEFORE)
        if _as_recorded(same, job) or far <= FRAMES_BEFORE or self._far == 0:
            return same, FRAMES_BEFORE
        # under overload the queues of before still matter
        if self._far is not None:
            self._far -= 1
        again = self._end_of(job, Change('none', ''), far)
        # another miss is still one, unless going back shows none
        if _as_recorded(again, job) or same is None or same.outcome == ON_TIME:
            return again, far
        return same, FRAMES_BEFORE

    def _end_of(self, job: JobLife, change: Change, frames: int) -> Ended | None:
        try:
            return self._reruns.end_of(job, change, frames)
        except EdgeSchedError:
            # such as a pinned variant that a recorded setting does not allow
            return None


def _as_recorded(ended: Ended | None, job: JobLife) -> bool:
    return ended is not None and (ended.outcome, ended.reason) == (job.outcome, job.reason)


def find_job(run: RecordedRun, number: int) -> JobLife:
    """Return a job by its number; :raises ConfigError: when the trace has none of it."""
    job = run.jobs.get(number)
    if job is None:
        first, last = min(run.jobs), max(run.jobs)
        raise ConfigError('--job', f'{run.path} has no job {number} (it has {first} to {last})')
    return job


def _end(job: JobLife) -> str:
    allowed = _ms(job.deadline_ns - job.release_ns)
    what = f'Job {job.job} ({job.task}, frame {job.seq} of {job.stream})'
    if job.outcome == UNFINISHED or job.response_ns is None:
        return f'{what} had not ended when the trace did.'
    after = _ms(job.response_ns)
    if job.outcome == ON_TIME:
        return f'{what} was on time: {after} ms of {allowed} ms.'
    if job.outcome == LATE:
        return f'{what} was late: it took {after} ms and had {allowed} ms.'
    verb = 'failed' if job.outcome == FAILED else 'was dropped'
    means = _MEANINGS.get(job.reason)
    why = job.reason if means is None else f'{means} ({job.reason})'
    return f'{what} {verb} after {after} ms of {allowed} ms: {why}.'


def _story(run: RecordedRun, job: JobLife, waits: list[Wait]) -> list[str]:
    found: list[tuple[int, str]] = []
    age_ns = job.arrived_ns - job.release_ns
    if job.parent is not None:
        told = f'It was released {_ms(age_ns)} ms after the frame, by job {job.parent}.'
        found.append((job.arrived_ns, told))
    elif age_ns >= 100_000:
        found.append((job.arrived_ns, f'Its frame was {_ms(age_ns)} ms old on arrival.'))
    for wait in waits:
        ran = ', '.join(
            f'{stage.unit} ran {other.task} {stage.stage}' for other, stage in wait.blockers
        )
        of = f' for {" or ".join(wait.units)}' if wait.units else ''
        why = f': {ran}' if ran else ', although none of them was busy'
        if wait.in_flight:
            frames = 'an earlier frame' if wait.in_flight == 1 else f'{wait.in_flight} frames'
            told = f' for {frames} of {job.task} (max_in_flight: {wait.in_flight})'
            of, why = told, f': {ran}' if ran else ''
        told = f'Its stage {wait.stage} waited {_ms(wait.end_ns - wait.begin_ns)} ms{of}{why}.'
        found.append((wait.begin_ns, told))
    for stage in job.stages:
        if told := scores_text(stage.scores, run.jobs, job.job, stage.unit):
            found.append((stage.decided_ns, f'For {stage.stage} the policy compared {told}.'))
        hand_ns = stage.started_ns - stage.decided_ns
        hand = f' after a hand-over of {_ms(hand_ns)} ms' if hand_ns >= 50_000 else ''
        if stage.finished_ns is None and run.of_fleet:
            told = f'{stage.stage} was given to {stage.unit}, which told of no end.'
        elif stage.finished_ns is None:
            told = f'{stage.stage} began on {stage.unit}{hand} and did not end.'
        else:
            took = _ms(stage.finished_ns - stage.started_ns)
            told = f'{stage.stage} ran {took} ms on {stage.unit}{hand}.'
        found.append((stage.started_ns, told))
    if told := scores_text(job.scores, run.jobs, job.job):
        found.append((job.ended_ns or run.last_ns, f'To drop it the policy compared {told}.'))
    return [text for _, text in sorted(found, key=lambda one: one[0])]


def sentences(found: Explanation) -> list[str]:
    """Return an explanation as lines of text."""
    lines = [found.end, *found.story]
    if found.choices:
        lines.append(f'What the policy could choose: {"; ".join(found.choices)}.')
    if found.note:
        lines.append(found.note)
    elif found.saving:
        lines.append(f'On time with: {"; ".join(found.saving)}.')
    elif found.not_saving:
        lines.append('None of the changes that were tried saves it.')
    if found.not_saving:
        lines.append(f'Not with: {"; ".join(found.not_saving)}.')
    return lines


def _ms(time_ns: int) -> str:
    return f'{time_ns / 1e6:.1f}'
