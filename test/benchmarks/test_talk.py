# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Commands and answers between the runner and its helpers."""

from __future__ import annotations

import sys

import pytest
from children import TIMEOUT_S

from benchmarks.side_by_side.faults import BenchFault
from benchmarks.side_by_side.rig.child import Child
from benchmarks.side_by_side.rig.talk import TalkingChild

HELPER = """
import sys, time
from benchmarks.side_by_side.rig.commands import Commands
commands = Commands()
def work():
    print('a library speaks', flush=True)
    for turn in range(1000):
        if commands.stop_asked():
            break
        time.sleep(0.01)
    return {'turns': turn}
def add(a, b):
    return {'sum': a + b}
def slow(seconds):
    time.sleep(seconds)
    return {'slow': True}
commands.serve({'work': work, 'add': add, 'slow': slow, 'exit': lambda: sys.exit(3)})
"""


@pytest.fixture
def helper(tmp_path):
    child = TalkingChild('helper', [sys.executable, '-c', HELPER], log=tmp_path / 'helper.log')
    yield child
    child.close()


def test_commands_are_answered(helper):
    assert helper.ask('add', a=1, b=2) == {'sum': 3}


def test_work_ends_when_asked_and_a_late_stop_does_no_harm(helper):
    helper.send('work')
    helper.stop_work()
    assert helper.answer(TIMEOUT_S)['turns'] < 999
    helper.stop_work()
    assert helper.ask('add', a=1, b=1) == {'sum': 2}


def test_an_error_is_a_fault_and_the_helper_lives(helper):
    with pytest.raises(BenchFault, match='helper: add: TypeError'):
        helper.ask('add', a=1)
    assert helper.ask('add', a=1, b=2) == {'sum': 3}


def test_an_answer_that_comes_too_late_is_not_taken_for_another(helper):
    with pytest.raises(BenchFault, match='gave no answer'):
        helper.ask('slow', seconds=0.5, timeout_s=0.05)  # short on purpose
    assert helper.ask('add', a=2, b=2) == {'sum': 4}


def test_a_helper_that_ends_is_a_fault(helper):
    with pytest.raises(BenchFault, match='ended with exit code 3'):
        helper.ask('exit')
    with pytest.raises(BenchFault, match='ended with exit code 3'):
        helper.send('add', a=1, b=1)


def test_a_child_that_fails_says_its_last_words(tmp_path):
    code = 'import sys; print("no such camera"); sys.exit(2)'
    child = Child('driver', [sys.executable, '-c', code], log=tmp_path / 'driver.log')
    assert child.wait(TIMEOUT_S) == 2
    with pytest.raises(BenchFault, match='driver ended with exit code 2: no such camera'):
        child.check()
    child.close()


def test_a_child_that_does_not_end_is_a_fault_and_is_closed(tmp_path):
    code = 'import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN); time.sleep(99)'
    child = Child('stubborn', [sys.executable, '-c', code], log=tmp_path / 's.log')
    with pytest.raises(BenchFault, match='stubborn has not ended'):
        child.wait(0.1)  # short on purpose
    child.close()
    assert child.process.returncode == -9
