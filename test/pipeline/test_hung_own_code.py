# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Own code that hangs outside of a job: its task is out until the call returns, others run."""

from __future__ import annotations

import re
import threading
import time
from types import SimpleNamespace

import numpy as np
import pytest
from children import TIMEOUT_S
from images import frame
from networks import write_network
from networks import write_onnx

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.perception.programs.attributes import read_attribute
from edge_sched_ros.pipeline.pipeline import Pipeline
from edge_sched_ros.pipeline.settings.config import from_parameters
from edge_sched_ros.plugins import bounded_call
from edge_sched_ros.plugins import interrupts
from edge_sched_ros.plugins.bounded_call import BoundedCall
from edge_sched_ros.plugins.bounded_call import call_bounded
from edge_sched_ros.plugins.bounded_call import HungCallError
from edge_sched_ros.plugins.interrupts import StopAskedError

#: a program whose calls wait while `gate` is closed
CODE = """
import threading

gate = threading.Event()
gate.set()
waiting = threading.Event()

def wait(where):
    if where in hangs:
        waiting.set()
        gate.wait(60)

hangs = set()

class Own:
    stages, stateful, output = ('s',), False, 'none'
    numbers = {}
    def __init__(self, **options): wait('constructor')
    def run(self, stage, context): return 1
    def set_option(self, name, value): wait('set_option')
    def check_option(self, name, value): wait('check_option')
    def check_together(self, values): wait('check_together')
    def reset(self):
        wait('reset')
        if 'reset' in fails:
            raise KeyError('reset')
    def close(self): wait('close')
    @property
    def labels(self):
        wait('labels')
        return ('a',)

fails = set()
"""


class Robot:
    """A pipeline with a good task and one whose calls can be made to hang."""

    def __init__(self, module):
        self.module = module
        self.ends = []
        self._changed = threading.Condition()
        parameters = {'tasks': ['good', 'bad']}
        for task, kind in (('good', 'corners'), ('bad', f'{module.__name__}:Own')):
            parameters |= {
                f'{task}.program': kind,
                f'{task}.topic': 'camera',
                f'{task}.deadline_ms': 600_000,
            }
        self.pipeline = Pipeline(from_parameters(parameters), on_end=self._on_end)

    def _on_end(self, end):
        with self._changed:
            self.ends.append(end.task)
            self._changed.notify_all()

    def hang(self, where):
        self.module.gate.clear()
        self.module.hangs.add(where)

    def let_go(self):
        self.module.gate.set()

    def frame_of_good(self, seq):
        with self._changed:
            count = self.ends.count('good')
        self.pipeline.submit(frame(seq=seq))
        with self._changed:
            assert self._changed.wait_for(lambda: self.ends.count('good') > count, TIMEOUT_S)

    def out(self):
        self.pipeline.look_at_machine()
        return self.pipeline.status().out

    def wait_until_in(self):
        until_s = time.monotonic() + TIMEOUT_S
        while self.out():
            assert time.monotonic() < until_s, self.out()
            time.sleep(0.005)

    def is_enabled(self):
        return next(t for t in self.pipeline.status().tasks if t.name == 'bad').enabled


@pytest.fixture
def make(tmp_path, monkeypatch):
    """Return a function that makes a robot, not loaded yet."""
    monkeypatch.setattr('edge_sched_ros.perception.programs.bounded.CALL_S', 0.1)
    monkeypatch.syspath_prepend(str(tmp_path))
    robots = []

    def _make():
        name = f'hung_own_{tmp_path.name.replace("-", "_")}'
        (tmp_path / f'{name}.py').write_text(CODE)
        robots.append(Robot(__import__(name)))
        return robots[-1]

    yield _make
    for robot in robots:
        robot.let_go()
        robot.pipeline.unload()


CALLS = {
    'set_option': lambda pipeline: pipeline.change_task('bad', {'x': 1.0}),
    'check_option': lambda pipeline: pipeline.check_option('bad', 'x', 1.0),
    'check_together': lambda pipeline: pipeline.check_together('bad', {'x': 1.0}),
}


@pytest.mark.parametrize('call', CALLS)
def test_a_setting_that_hangs_takes_its_task_out_until_it_returns(make, caplog, call):
    robot = make()
    robot.pipeline.load()
    robot.pipeline.start()
    robot.hang(call)
    with pytest.raises(ConfigError, match=rf'bad.*its {call} did not return within 0\.1 s'):
        CALLS[call](robot.pipeline)
    assert robot.out() == {'bad': f'its {call} did not return within 0.1 s'}
    assert (
        not robot.is_enabled() and f'bad: out, the other tasks run on: its {call}' in caplog.text
    )
    robot.frame_of_good(1)
    # what follows is refused without another thread
    threads = threading.active_count()
    for other in CALLS.values():
        with pytest.raises(ConfigError, match='did not return'):
            other(robot.pipeline)
    assert threading.active_count() == threads
    robot.let_go()
    robot.wait_until_in()
    assert robot.is_enabled() and f'bad: in again: its {call} returned' in caplog.text


def test_a_reset_that_hangs_and_then_fails_keeps_its_task_out(make):
    robot = make()
    robot.pipeline.load()
    robot.hang('reset')
    robot.pipeline.start()
    assert 'its reset did not return' in robot.out()['bad']
    robot.frame_of_good(1)
    robot.module.fails.add('reset')
    robot.let_go()
    until_s = time.monotonic() + TIMEOUT_S
    while 'KeyError' not in robot.out()['bad']:
        assert time.monotonic() < until_s
        time.sleep(0.005)
    robot.module.fails.clear()
    robot.pipeline.clock_jumped(-(10**9))
    assert robot.out() == {} and robot.is_enabled()


def test_a_close_that_hangs_is_left_behind(make, caplog):
    robot = make()
    robot.pipeline.load()
    robot.hang('close')
    robot.pipeline.unload()
    assert 'bad: its close failed: HungCallError: its close did not return' in caplog.text


def test_an_attribute_that_hangs_is_left_out_with_a_line(make, caplog):
    robot = make()
    robot.pipeline.load()
    robot.hang('labels')
    assert robot.pipeline.labels_of('bad') == ()
    assert 'the labels of its program cannot be read: HungCallError' in caplog.text


def test_a_constructor_that_hangs_leaves_its_task_out(make, monkeypatch):
    monkeypatch.setattr('edge_sched_ros.perception.programs.registry.MAKING_S', 0.05)
    robot = make()
    robot.hang('constructor')
    robot.pipeline.load()
    assert 'its constructor did not return within 0.05 s' in robot.out()['bad']
    robot.pipeline.start()
    robot.frame_of_good(1)


@pytest.mark.parametrize(
    ('does', 'problem'),
    [
        ('gate.wait(60)', r"decoder: '.*:Own': its trial run did not return within 0\.\d+ s"),
        ("raise ValueError('odd')", 'a trial run failed: ValueError: odd'),
        ('raise SystemExit(3)', 'a trial run failed: SystemExit: 3'),
        ('raise KeyboardInterrupt', 'a trial run failed: KeyboardInterrupt'),
        (
            'return 3',
            r"decoder Own must return Detections \(its output is 'detections'\), not int",
        ),
    ],
)
def test_a_decoder_that_fails_in_its_trial_run_leaves_its_task_out(
    tmp_path, monkeypatch, does, problem
):
    monkeypatch.setattr('edge_sched_ros.perception.programs.rehearse.MAKING_S', 0.3)
    monkeypatch.syspath_prepend(str(tmp_path))
    name = f'tried_{tmp_path.name.replace("-", "_")}'
    (tmp_path / f'{name}.py').write_text(f"""
import threading

gate = threading.Event()

class Own:
    output, defaults = 'detections', {{}}
    def __init__(self, spec, outputs, options): self.options = options
    def decode(self, outputs, transform): {does}
""")
    rows = np.zeros((1, 4, 7), np.float32)
    write_onnx(tmp_path / 'boxes.onnx', outputs={'out': rows}, input_shape=[1, 3, 32, 32])
    network = write_network(
        tmp_path, 'boxes', engine='auto', decoder=f'{name}:Own', decoder_options={}
    )
    task = {'topic': 'camera', 'deadline_ms': 600_000}
    parameters = {'tasks': ['good', 'bad'], 'good.program': 'corners', 'bad.network': str(network)}
    parameters |= {f'{of}.{key}': value for of in ('good', 'bad') for key, value in task.items()}
    pipeline = Pipeline(from_parameters(parameters), on_end=lambda end: None)
    try:
        pipeline.load()
        ((out, reason),) = pipeline.status().out.items()
        assert out == 'bad' and re.search(problem, reason)
    finally:
        __import__(name).gate.set()
        pipeline.unload()


def test_several_calls_of_a_request_that_hang_share_their_time(monkeypatch):
    monkeypatch.setattr(bounded_call, 'NEXT_CALLS_S', (0.02, 0.01))
    now_s = [1000.0]
    monkeypatch.setattr(bounded_call, '_hung_calls', bounded_call._HungCalls())
    monkeypatch.setattr(bounded_call, 'time', SimpleNamespace(monotonic=lambda: now_s[0]))
    assert bounded_call.call_limit_s() == bounded_call.CALL_S
    gate = threading.Event()
    try:
        for limit_s in (0.02, 0.01, 0.01):
            with pytest.raises(HungCallError, match=r'within 0 s'):
                call_bounded('set_option', gate.wait, 0.0)
            assert bounded_call.call_limit_s() == limit_s
    finally:
        gate.set()
    assert bounded_call.shared_limit_s(bounded_call.MAKING_S) == bounded_call.MAKING_S
    # another thread serves another request
    other = []
    thread = threading.Thread(target=lambda: other.append(bounded_call.call_limit_s()))
    thread.start()
    thread.join(TIMEOUT_S)
    assert other == [bounded_call.CALL_S]
    now_s[0] += 1.0
    assert bounded_call.call_limit_s() == bounded_call.CALL_S
    bounded_call.note_hung_call()
    assert bounded_call.call_limit_s() == 0.02


def test_after_a_constructor_that_hangs_the_others_have_less_time(caplog, monkeypatch):
    monkeypatch.setattr(bounded_call, 'AFTER_HUNG_S', 0.02)
    monkeypatch.setattr(bounded_call, 'CALL_S', 0.01)
    monkeypatch.setattr(bounded_call, '_TELL_S', 0.0)
    gate = threading.Event()
    try:
        with bounded_call.made_together(), bounded_call.made_together():
            for limit in ('0.11', '0.02', '0.02'):
                with pytest.raises(HungCallError, match=rf'did not return within {limit} s'):
                    call_bounded('constructor', gate.wait, 0.11, whose='bad.program (own:Bad)')
            # engines may be built for minutes
            assert bounded_call.shared_limit_s(bounded_call.LOADING_S) == bounded_call.LOADING_S
        assert bounded_call.shared_limit_s(0.11) == 0.11
    finally:
        gate.set()
    lines = [record.getMessage() for record in caplog.records]
    assert 'waiting for the constructor of bad.program (own:Bad), at most 0.11 s' in lines


def test_an_import_that_hangs_leaves_its_task_out_and_is_not_waited_for_again(
    tmp_path, monkeypatch
):
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / 'hung_import.py').write_text('import time; time.sleep(3)')
    monkeypatch.setattr('edge_sched_ros.plugins.own_code.MAKING_S', 0.05)
    threads = threading.active_count()
    for _ in range(3):
        with pytest.raises(ConfigError, match=r'its import did not return within 0\.05 s'):
            from_and_load('hung_import:Own')
    assert threading.active_count() <= threads + 1


def from_and_load(program):
    parameters = {'tasks': ['bad'], 'bad.program': program, 'bad.topic': 'camera'}
    Pipeline(from_parameters(parameters), on_end=lambda _: None).load()


def test_a_signal_ends_the_wait_for_a_constructor(make, monkeypatch):
    robot = make()
    robot.hang('constructor')
    monkeypatch.setattr(interrupts._interrupts, 'asked', robot.module.waiting.is_set)
    with pytest.raises(StopAskedError, match='ended while it waited for own code: constructor'):
        robot.pipeline.load()


def test_a_process_that_ends_still_waits_for_a_short_call(monkeypatch):
    monkeypatch.setattr(interrupts._interrupts, 'asked', lambda: True)
    assert bounded_call.call_bounded('close', lambda: time.sleep(0.2) or 5) == 5


def test_what_own_code_raises_comes_back():
    with pytest.raises(SystemExit):
        BoundedCall('reset', lambda: exit(3), TIMEOUT_S).result()


def test_attributes_without_code_are_read_at_once(make):
    robot = make()
    robot.pipeline.load()
    program = robot.pipeline._assembly.programs['bad']
    robot.hang('labels')
    with pytest.raises(AttributeError):
        _ = program.kinds
    threads = threading.active_count()
    assert program.numbers == {} and threading.active_count() == threads
    assert read_attribute('bad', program, 'stateful', True, bool) is False
