# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tasks in processes of their own: whatever their code does, the other task runs on."""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from pathlib import Path

import isolated_programs as harm
import pytest
from children import started
from children import TIMEOUT_S
from images import frame

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.isolation.back_off import BackOff
from edge_sched_ros.pipeline.health.health import ERROR
from edge_sched_ros.pipeline.health.health import examine
from edge_sched_ros.pipeline.health.health import Limits
from edge_sched_ros.pipeline.health.health import OK
from edge_sched_ros.pipeline.health.health import WARN
from edge_sched_ros.pipeline.health.rates import rates_between
from edge_sched_ros.pipeline.health.status import summary
from edge_sched_ros.pipeline.pipeline import Pipeline
from edge_sched_ros.pipeline.settings.config import from_parameters
from edge_sched_ros.plugins import bounded_call
from edge_sched_ros.plugins.interrupts import StopAskedError

CORNERS = {'corners.program': 'corners', 'corners.topic': 'camera', 'corners.deadline_ms': 6e5}


def _until(condition):
    """Wait for a condition."""
    end_s = time.monotonic() + TIMEOUT_S
    while not condition():
        assert time.monotonic() < end_s
        time.sleep(0.002)


class Bench:
    """A pipeline with a built-in program in the node, and one of own code in a process."""

    def __init__(self, kind, **more):
        self._changed = threading.Condition()
        self.ends = []
        own = {f'own.{name}': value for name, value in more.items()}
        parameters = {
            'tasks': ['corners', 'own'],
            # a crash may take seconds on a machine under load
            'watchdog_floor_ms': 1e6,
            **CORNERS,
            'own.topic': 'camera',
            'own.deadline_ms': 6e5,
            'own.isolation': 'process',
            **({} if 'network' in more else {'own.program': f'isolated_programs:{kind}'}),
            **own,
        }
        # as slow as the tests may be, only what never ends takes so long
        parameters.setdefault('own.isolation_timeout_ms', 1e5)
        self.pipeline = Pipeline(from_parameters(parameters), on_end=self._note)
        self.pipeline.load()
        self.pipeline.start()

    @property
    def program(self):
        return self.pipeline._assembly.programs['own']

    def _note(self, end):
        with self._changed:
            self.ends.append(end)
            self._changed.notify_all()

    def submit(self, number, **size):
        """Submit a frame to both tasks when the process runs; return the end of each."""
        _until(lambda: self.program.report.ready)
        before = len(self.ends)
        self.pipeline.submit(frame(seq=number, **size))
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.ends) >= before + 2, TIMEOUT_S)
        return {end.task: end for end in self.ends[before:]}

    def line(self):
        status = self.pipeline.status()
        found = examine(status, rates_between(status, status), Limits(10**18, 10**18))
        return next(line for line in found if line.name == 'own')

    def close(self):
        self.pipeline.unload()


@pytest.fixture
def bench(monkeypatch):
    """Return a function that makes a bench; processes are started again at once."""
    monkeypatch.setattr(
        'edge_sched_ros.execution.isolation.worker.BackOff', lambda: BackOff(0.001, 0.002)
    )
    made = []

    def _bench(kind, **more):
        made.append(Bench(kind, **more))
        return made[-1]

    yield _bench
    for each in made:
        each.close()


def test_whatever_own_code_does_the_other_task_runs_on(bench, caplog):
    caplog.set_level(logging.INFO)
    one = bench('Harmful', isolation_memory_mib=256, gain=2.0)
    first = one.submit(1, value=50)['own']
    assert first.result['pid'] not in (0, os.getpid()) and first.result['mean'] == 50.0
    assert first.result['gain'] == 2.0 and [t.stage for t in first.stages] == ['first', 'last']
    assert one.pipeline.labels_of('own') == ('one', 'two')
    # the harm -> the reason, and whether it ended the process
    harms = {
        harm.RAISE: ('SystemExit', False),
        harm.UNSENDABLE: ('unsendable_result', False),
        harm.ALLOCATE: ('MemoryError', False),
        harm.CRASH: ('worker_crashed_sigsegv', True),
        harm.EXIT: ('worker_crashed_exit_3', True),
        harm.KILLED: ('worker_crashed_sigkill', True),
        harm.KEEP_GIL: ('isolation_timeout', True),
    }
    one.pipeline.change_task('own', {'gain': 3.0})
    restarts = 0
    for number, (reason, ended) in harms.items():
        restarts += ended
        one.program._timeout_s = 0.3 if number == harm.KEEP_GIL else 1e5
        ends = one.submit(number)
        one.program._timeout_s = 1e5
        assert (ends['own'].outcome, ends['own'].reason) == ('failed', reason)
        assert ends['corners'].outcome == 'on_time'
        # service returns by itself, with the settings as they were changed
        back = one.submit(1)['own']
        assert back.outcome == 'on_time' and back.result['gain'] == 3.0, back
        assert one.program.report.restarts == restarts
        assert one.line().values['process_restarts'] == str(restarts)
    account = summary(one.pipeline.status())['tasks']  # raises when jobs do not add up
    assert account['corners']['on_time'] == account['own']['released'] == 1 + 2 * len(harms)
    assert account['own']['on_time'] == 1 + len(harms)
    assert sum(account['own']['failed'].values()) == len(harms)
    one.close()
    text = caplog.text
    assert 'closed by the node' in text and 'Fatal Python error: Segmentation fault' in text
    assert 'isolated_programs.py' in text and 'its process ended with exit code 3' in text


def test_state_and_settings_go_through_the_channel(bench):
    one = bench('Harmful')
    assert [one.submit(n)['own'].result['seen'] for n in (1, 2)] == [1, 2]
    one.pipeline.source_restarted('camera')
    assert one.submit(3)['own'].result['seen'] == 1
    one.pipeline.check_option('own', 'gain', 2.0)
    with pytest.raises(ConfigError, match=r'own\.gain: .*ValueError: 13 brings bad luck'):
        one.pipeline.check_option('own', 'gain', 13.0)
    assert one.program.report.restarts == 0
    process = one.program.report.pid
    one.close()
    assert not Path('/proc', str(process)).exists()


def test_what_is_suspicious_about_results_is_told_by_the_node(bench):
    one = bench('Harmful')
    for gain, level, doubt in ((5.0, WARN, '2 frames are too bright'), (10.0, OK, None)):
        one.submit(1)
        one.pipeline.change_task('own', {'gain': gain})
        assert one.submit(2)['own'].outcome == 'on_time'
        assert one.pipeline.status().doubts.get('own') == doubt
        line = one.line()
        assert line.level == level and (doubt or '') in line.message
        one.pipeline.source_restarted('camera')


def test_a_call_that_never_ends_does_not_keep_resources_when_the_node_is_unloaded(bench, caplog):
    one = bench('Harmful')
    one.submit(1)
    # the system ends it first when there is no memory left
    score = Path('/proc', str(one.program.report.pid), 'oom_score_adj').read_text()
    assert int(score) >= 800
    one.pipeline.submit(frame(seq=harm.KEEP_GIL))
    one.close()
    assert 'its thread is abandoned' in caplog.text and 'are not freed' not in caplog.text
    assert {end.task: end.reason for end in one.ends[2:]}['own'] == 'shutdown'


def test_a_process_that_is_down_fails_frames_with_the_reason(bench):
    one = bench('Harmful')
    one.submit(1)
    one.program._worker._back_off = BackOff(1e6, 1e6)
    one.submit(harm.EXIT)
    _until(lambda: one.program.report.next_start_s > 0)
    line = one.line()
    assert line.level == ERROR and 'exit code 3; next start in' in line.message
    one.pipeline.submit(frame(seq=2))
    _until(lambda: len(one.ends) == 6)
    (end,) = [end for end in one.ends[-2:] if end.task == 'own']
    assert (end.outcome, end.reason) == ('failed', 'worker_restarting')
    # its state is new anyway, and the setting is for the next process
    one.pipeline.source_restarted('camera')
    one.pipeline.change_task('own', {'gain': 4.0})
    assert one.pipeline.status().out == {}


def test_a_request_never_waits_at_the_socket_of_the_next_process(bench, monkeypatch):
    one = bench('Harmful')
    one.submit(1)
    worker = one.program._worker
    answer = worker._answer

    def late(child, *more):
        # a busy machine may let the thread of the unit wait so long
        monkeypatch.setattr(worker, '_answer', answer)
        assert child.ended.wait(TIMEOUT_S)
        time.sleep(0.2)
        return answer(child, *more)

    monkeypatch.setattr(worker, '_answer', late)
    ends = one.submit(harm.KILLED)
    assert (ends['own'].outcome, ends['own'].reason) == ('failed', 'worker_crashed_sigkill')
    assert one.submit(1)['own'].outcome == 'on_time'


def test_pictures_that_a_program_keeps_stay_as_they_are(bench, caplog):
    caplog.set_level(logging.INFO)
    one = bench('Keeps')
    for number in range(1, 9):
        end = one.submit(number, value=10 * number)['own']
        assert end.result.bgr()[0, 0, 0] == 10
    one.close()
    assert f'pixels {[10 * n for n in range(1, 9)]}' in caplog.text


def test_a_frame_larger_than_the_shared_memory_fails_alone(bench, monkeypatch):
    one = bench('Harmful')
    slots = one.program._worker._slots
    monkeypatch.setattr(slots, '_slots', [each[:4096] for each in slots._slots])
    assert one.submit(1)['own'].reason == 'input_too_large'
    assert one.submit(2, width=8, height=8)['own'].outcome == 'on_time'


def test_a_crash_in_the_constructor_leaves_the_task_out(bench, caplog):
    one = bench('CannotBeMade')
    reason = one.pipeline.status().out['own']
    assert reason.startswith("own.program: 'isolated_programs:CannotBeMade' cannot be made: ")
    assert reason.endswith('SIGSEGV')
    one.pipeline.submit(frame(seq=1))
    _until(lambda: one.ends)
    assert [(end.task, end.outcome) for end in one.ends] == [('corners', 'on_time')]


def test_after_a_constructor_that_hangs_the_other_processes_have_less_time(bench, monkeypatch):
    monkeypatch.setattr('edge_sched_ros.pipeline.tasks.isolated_tasks._PROGRAM_S', 0.3)
    monkeypatch.setattr(bounded_call, 'CALL_S', 0.1)
    monkeypatch.setattr(bounded_call, 'AFTER_HUNG_S', 0.2)
    with bounded_call.made_together():
        for limit in ('0.3', '0.2'):
            out = bench('NeverMade').pipeline.status().out['own']
            assert f'it was not loaded after {limit} s' in out


def test_a_module_that_crashes_is_not_imported_by_the_node(bench, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / 'crashes_at_import.py').write_text('import ctypes\nctypes.string_at(0)\n')
    one = bench('', program='crashes_at_import:Any')
    assert 'SIGSEGV' in one.pipeline.status().out['own']
    assert 'crashes_at_import' not in sys.modules


def test_a_network_runs_in_a_process_of_its_own(bench):
    one = bench('', network='package://edge_sched_ros/models/detector.yaml')
    end = one.submit(1, width=320, height=240)['own']
    assert end.outcome == 'on_time' and len(end.result) == 0
    assert [t.stage for t in end.stages] == ['preprocess', 'infer', 'postprocess']
    assert one.program.decoder_name == 'yolox' and one.program.doubt == ''
    one.pipeline.change_task('own', {'score_threshold': 0.9})
    assert one.pipeline.threshold_of('own') == 0.9
    with pytest.raises(ConfigError, match=r'own\.score_threshold'):
        one.pipeline.check_option('own', 'score_threshold', 7.0)


def test_a_network_without_enough_memory_is_out_and_the_setting_is_named(bench, caplog):
    robot = bench('', network='detector.yaml', isolation_memory_mib=10)
    line = robot.line()
    assert line.level == ERROR
    assert line.message.startswith('out: own.isolation_memory_mib: with 10 MiB its process')
    robot.pipeline.submit(frame(seq=1))
    _until(lambda: robot.ends)
    assert [(end.task, end.outcome) for end in robot.ends] == [('corners', 'on_time')]


def test_a_program_that_follows_boxes_is_refused(bench):
    with pytest.raises(ConfigError, match=r'own\.isolation: a program that follows the boxes'):
        bench('', program='flow_track', detections_from='corners')


def test_nothing_outlives_a_node_that_is_killed(tmp_path):
    code = f"""
import sys, time
sys.path[:0] = [{str(tmp_path)!r}, {os.path.dirname(harm.__file__)!r}]
from images import frame
from edge_sched_ros.pipeline.pipeline import Pipeline
from edge_sched_ros.pipeline.settings.config import from_parameters
from edge_sched_ros.plugins.interrupts import StopAskedError
pipeline = Pipeline(from_parameters({{
    'tasks': ['own'], 'own.program': 'isolated_programs:Endless', 'own.topic': 'camera',
    'own.isolation': 'process', 'own.isolation_timeout_ms': 1e6,
}}), on_end=lambda end: None)
pipeline.load()
pipeline.start()
pipeline.submit(frame(seq=1))
time.sleep(1000)
"""
    with started([sys.executable, '-c', code]) as node:
        pid = tmp_path / 'pid'
        _until(lambda: pid.exists() and pid.read_text())
        process = Path('/proc', pid.read_text())
        assert process.exists()
        node.kill()
        _until(lambda: not process.exists())


def test_a_signal_ends_the_wait_for_a_process_that_loads(monkeypatch):
    monkeypatch.setattr('edge_sched_ros.plugins.interrupts._interrupts.asked', lambda: True)
    with pytest.raises(StopAskedError, match='own: ended while its process loaded'):
        Bench('NeverMade')
