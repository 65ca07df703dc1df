# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Whatever the code of a task raises ends as one failed job, and the others run on."""

from __future__ import annotations

import io
import logging
import threading

import pytest
from children import TIMEOUT_S
from desk import Desk
from desk import Script
from harness import task
from images import frame

from edge_sched_ros.core.brief import brief
from edge_sched_ros.core.brief import brief_error
from edge_sched_ros.core.brief import brief_traceback
from edge_sched_ros.core.brief import LIMIT
from edge_sched_ros.core.brief_log import BriefFormatter
from edge_sched_ros.core.decisions import Run
from edge_sched_ros.core.units import Unit
from edge_sched_ros.execution.context import JobContext
from edge_sched_ros.execution.failure_reasons import code_of
from edge_sched_ros.execution.failure_reasons import FailureReasons
from edge_sched_ros.execution.failure_reasons import MOST_REASONS
from edge_sched_ros.execution.failure_reasons import OTHER
from edge_sched_ros.execution.units import LocalUnit
from edge_sched_ros.execution.workers import StageWork
from edge_sched_ros.execution.workers import UnitWorker


class Unhashable(str):
    """A text that cannot be a key."""

    __hash__ = None

    def __eq__(self, other):
        raise SystemExit


class WithReason(Exception):
    def __init__(self, reason):
        super().__init__('with a reason')
        self.reason = reason


class Hostile(BaseException):
    """Nothing of it can be read."""

    @property
    def reason(self):
        raise KeyboardInterrupt

    def __str__(self):
        raise SystemExit

    __repr__ = __str__


class NoName(type):
    @property
    def __name__(cls):
        raise GeneratorExit


class Nameless(Exception, metaclass=NoName):
    def __str__(self):
        raise RecursionError


ERRORS = {
    'exit': (SystemExit(3), 'SystemExit'),
    'interrupt': (KeyboardInterrupt(), 'KeyboardInterrupt'),
    'generator': (GeneratorExit(), 'GeneratorExit'),
    'own base': (Hostile(), 'Hostile'),
    'unhashable reason': (WithReason([]), 'WithReason'),
    'unhashable text': (WithReason(Unhashable('no_light')), 'no_light'),
    'surrogate': (WithReason('\ud800'), 'WithReason'),
    'huge': (WithReason('x' * 1_000_000), 'WithReason'),
    'huge text': (ValueError('x' * 1_000_000), 'ValueError'),
    'surrogate text': (ValueError('\udfff\n\x1b[31m'), 'ValueError'),
    'odd type': (type('\n ' + 'y' * 1000, (Exception,), {})(), '_' + 'y' * 62),
    'nameless': (Nameless(), 'unreadable_error'),
    'code': (WithReason('too_dark'), 'too_dark'),
}


@pytest.fixture
def log(monkeypatch):
    """
    Return what the log says, in the format of this package and nowhere else.

    pytest's own log would hold texts that cannot be sent from a worker of pytest-xdist.
    """
    logger = logging.getLogger('edge_sched_ros')
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    handler.setFormatter(BriefFormatter())
    monkeypatch.setattr(logger, 'propagate', False)
    logger.addHandler(handler)
    yield text
    logger.removeHandler(handler)


@pytest.mark.parametrize('kind', ERRORS)
def test_any_error_ends_as_a_failed_stage_and_the_unit_runs_on(kind, log):
    error, code = ERRORS[kind]

    def fail():
        raise error

    programs = {'a': Script(fail, fail), 'b': Script()}
    tasks = (task('a', units=('cpu0',)), task('b', units=('cpu0',)))
    with Desk(programs, *tasks, units=('cpu0',)) as desk:
        for seq in (1, 2):
            desk.runtime.submit(frame(seq=seq))
            desk.wait_for(2 * seq)
        assert desk.runtime._workers['cpu0'].thread.is_alive()
    told = {(end.task, end.outcome, end.reason) for end in desk.ends}
    assert told == {('a', 'failed', code), ('b', 'on_time', '')}
    assert desk.dispatcher.ledger.tasks['a'].failed == {code: 2}
    assert f'failed ({code})' in log.getvalue()
    log.getvalue().encode()


@pytest.mark.parametrize('kind', ERRORS)
def test_texts_of_any_error_are_short_and_can_be_written(kind):
    error = ERRORS[kind][0]
    for text in (brief(error), brief_error(error), code_of(error), brief_traceback(error)):
        assert all(len(line) <= LIMIT for line in text.splitlines())
        assert '\x1b' not in text
        text.encode()


def test_a_task_has_only_so_many_reasons():
    reasons = FailureReasons()
    given = [reasons.of('a', WithReason(f'frame_{n}')) for n in range(10_000)]
    assert given[:MOST_REASONS] == [f'frame_{n}' for n in range(MOST_REASONS)]
    assert set(given[MOST_REASONS:]) == {OTHER}
    assert reasons.of('a', WithReason('frame_3')) == 'frame_3'
    assert reasons.of('b', WithReason('frame_9999')) == 'frame_9999'


class Scripted(Script):
    """Says it found anything at all."""

    def __init__(self, found):
        super().__init__()
        self.found = found

    def run(self, stage, context):
        super().run(stage, context)
        return self.found


@pytest.mark.parametrize(
    ('found', 'outcome', 'items'),
    [
        (None, 'on_time', None),
        (2, 'on_time', 2),
        (2.0, 'on_time', 2),
        (-1, 'failed', None),
        (10**30, 'failed', None),
        (float('nan'), 'failed', None),
        ('many', 'failed', None),
        ([], 'failed', None),
    ],
)
def test_a_strange_number_of_objects_hurts_only_its_job(found, outcome, items):
    tasks = (task('a', units=('cpu0',)), task('then', units=('cpu0',), after='a'))
    with Desk({'a': Scripted(found), 'then': Script()}, *tasks, units=('cpu0',)) as desk:
        desk.runtime.submit(frame(seq=1))
        desk.wait_for(2 if items else 1)
    by_task = {end.task: end for end in desk.ends}
    assert by_task['a'].outcome == outcome
    if items:
        assert by_task['then'].items == items


def test_a_result_whose_delivery_exits_loses_only_that_delivery():
    with Desk({'a': Script()}, task('a', units=('cpu0',)), units=('cpu0',)) as desk:
        take = desk.runtime._deliver

        def leave(end):
            take(end)
            raise SystemExit

        desk.runtime._delivery._deliver = leave
        for seq in (1, 2):
            desk.runtime.submit(frame(seq=seq))
            desk.wait_for(seq)
    assert [end.outcome for end in desk.ends] == ['on_time', 'on_time']


class Mortal(UnitWorker):
    """Its first thread ends in the middle of a stage, as when it is cancelled from outside."""

    def __init__(self, local, execute):
        super().__init__(local, execute)
        self._now.thread = threading.Thread(target=self._die, daemon=True)

    def _die(self):
        self._now.current = self._now.queue.get(timeout=30)


def test_a_dead_worker_is_replaced_and_says_what_it_lost():
    done = threading.Event()
    worker = Mortal(LocalUnit(Unit('cpu0')), lambda _work: done.set())
    assert worker.revive() is None  # not started yet
    worker.start()
    assert worker.revive() is None  # alive
    lost = StageWork(Run(1, 'a', 'infer', 'cpu0', 'base'), JobContext(1, 'a', None))
    worker.submit(lost)
    worker.thread.join(TIMEOUT_S)
    assert worker.revive() is lost
    worker.submit(lost)
    assert done.wait(TIMEOUT_S)
    worker.stop()
    assert worker.join(TIMEOUT_S)
    assert worker.revive() is None  # asked to end


def test_the_stage_of_a_dead_worker_fails_and_its_unit_is_used_again(monkeypatch):
    monkeypatch.setattr('edge_sched_ros.execution.runtime.UnitWorker', Mortal)
    with Desk({'a': Script()}, task('a', units=('cpu0',)), units=('cpu0',)) as desk:
        desk.runtime.submit(frame(seq=1))
        desk.runtime._workers['cpu0'].thread.join(TIMEOUT_S)
        desk.runtime._alarm._ring()
        desk.wait_for(1)
        desk.runtime.submit(frame(seq=2))
        desk.wait_for(2)
    assert [(end.outcome, end.reason) for end in desk.ends] == [
        ('failed', 'worker_died'),
        ('on_time', ''),
    ]
