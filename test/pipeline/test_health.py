# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What diagnostics say, from OK to ERROR and back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from edge_sched_ros.pipeline.health.health import ERROR
from edge_sched_ros.pipeline.health.health import examine
from edge_sched_ros.pipeline.health.health import Limits
from edge_sched_ros.pipeline.health.health import OK
from edge_sched_ros.pipeline.health.health import WARN
from edge_sched_ros.pipeline.health.rates import rates_between
from edge_sched_ros.pipeline.health.result_doubts import doubts_of
from edge_sched_ros.pipeline.health.status import Status
from edge_sched_ros.pipeline.health.status import TaskState
from edge_sched_ros.pipeline.health.status import UnitReport
from edge_sched_ros.pipeline.inputs.input_ages import InputAges
from edge_sched_ros.pipeline.inputs.inputs_account import InputAccount
from edge_sched_ros.pipeline.inputs.stamp_age import Age

S = 1_000_000_000
LIMITS = Limits(error_after_ns=2 * S, silent_after_ns=S)


def _status(
    now_s,
    *,
    on_time=0,
    late=0,
    dropped=0,
    since_s=0.0,
    received=0,
    rejected=0,
    last_s=None,
    state='available',
    busy_s=0.0,
    enabled=True,
):
    task = TaskState(
        name='detector',
        enabled=enabled,
        deadline_ns=50_000_000,
        released=on_time + late + dropped,
        on_time=on_time,
        late=late,
        dropped={'superseded': dropped} if dropped else {},
        failed={},
        in_flight=0,
        miss_ratio=0.0,
        uxcost=0.0,
        response_ms={'p50': 1.0},
        since_on_time_ns=None if since_s is None else round(since_s * S),
    )
    reason = '' if state == 'available' else 'too hot'
    unit = UnitReport('cpu0', 'cpu', state, reason, '', round(busy_s * S), 5)
    account = InputAccount(
        received,
        {'bad_step': rejected} if rejected else {},
        None if last_s is None else round(last_s * S),
    )
    return Status(
        round(now_s * S), 0, 'edf', {}, 0.0, 0.0, (task,), (unit,), {'camera': account}, {}
    )


def _levels(before, now):
    lines = examine(now, rates_between(before, now), LIMITS)
    return {line.name: (line.level, line.message) for line in lines}


def test_what_is_not_known_yet_is_left_out():
    now = _status(1)
    quiet = replace(now.tasks[0], response_ms={'p50': None, 'p99': None})
    quiet = replace(now, tasks=(quiet,))
    for status, told in ((quiet, set()), (now, {'response_p50_ms'})):
        values = examine(status, rates_between(status, status), LIMITS)[0].values
        assert {name for name in values if name.startswith('response')} == told
        assert 'None' not in values.values()


def test_native_steps_are_a_value_of_the_tasks_that_have_some():
    now = _status(1)
    for native, told in (({'detector': 'decoding'}, 'decoding'), ({'other': 'decoding'}, None)):
        status = replace(now, native=native)
        values = examine(status, rates_between(status, status), LIMITS)[0].values
        assert values.get('native') == told
    python = replace(now, in_python={'detector': 'decoding (ssd has no native form)'})
    values = examine(python, rates_between(python, python), LIMITS)[0].values
    assert values['in_python'] == 'decoding (ssd has no native form)' and 'native' not in values


def test_all_is_well():
    levels = _levels(
        _status(10, on_time=100, received=100, last_s=9.9),
        _status(11, on_time=130, received=130, last_s=10.9, busy_s=0.25),
    )
    assert levels == {
        'detector': (OK, '30.0 results/s on time'),
        'unit cpu0': (OK, '25% busy'),
        'input camera': (OK, '30.0 messages/s'),
    }


def test_a_miss_warns_and_is_forgotten_with_the_period():
    before, miss = _status(10, on_time=10), _status(11, on_time=18, late=1, dropped=1)
    assert _levels(before, miss)['detector'] == (WARN, '2 of 10 missed their deadline')
    after = replace(_status(12, on_time=28, late=1, dropped=1))
    assert _levels(miss, after)['detector'][0] == OK


def _failing(status, *, failed, said):
    task = replace(status.tasks[0], failed=failed, failures=said)
    return replace(status, tasks=(task,))


def test_failures_are_shown_with_what_they_said_and_forgotten_with_the_period():
    before, said = _status(10, on_time=10), {'ValueError': 'ValueError: no such class'}
    now = _failing(_status(11, on_time=12), failed={'ValueError': 3}, said=said)
    text = '3 of 5 missed their deadline; 3 failed (ValueError): ValueError: no such class'
    assert _levels(before, now)['detector'] == (WARN, text)
    silent = _failing(_status(11, on_time=10, since_s=3), failed={'ValueError': 3}, said=said)
    level, message = _levels(before, silent)['detector']
    assert level == ERROR and message.startswith('no on-time result for 3.0 s; 3 failed')
    after = _failing(_status(12, on_time=20), failed={'ValueError': 3}, said=said)
    assert _levels(now, after)['detector'] == (OK, '8.0 results/s on time')


def test_an_output_that_says_nothing_is_an_error_as_long_as_it_comes():
    said = {'invalid_output': "the scores in the output 'o' are NaN", 'other': 'x'}
    before = _status(10, on_time=10)
    now = _failing(_status(11, on_time=30), failed={'other': 5, 'invalid_output': 1}, said=said)
    level, message = _levels(before, now)['detector']
    assert level == ERROR
    assert message.endswith("; 1 failed (invalid_output): the scores in the output 'o' are NaN")
    after = _failing(_status(12, on_time=60), failed={'other': 5, 'invalid_output': 1}, said=said)
    assert _levels(now, after)['detector'][0] == OK


def test_no_answer_for_long_is_an_error_even_before_the_first():
    before = _status(10, since_s=None)
    level, message = _levels(before, _status(11, since_s=None))['detector']
    assert (level, message) == (ERROR, 'no on-time result for 11.0 s')
    assert _levels(before, _status(11, since_s=2.1))['detector'][0] == ERROR
    assert _levels(before, _status(11, since_s=1.9))['detector'][0] == OK
    assert _levels(before, _status(11, since_s=9, enabled=False))['detector'] == (OK, 'disabled')


def test_a_silent_camera_is_named():
    before = _status(10, last_s=9.5)
    level, message = _levels(before, _status(11, last_s=9.5))['input camera']
    assert (level, message) == (ERROR, "no message on 'camera' for 1.5 s")
    assert _levels(before, _status(11, last_s=10.9))['input camera'][0] == OK


def test_rejected_messages_warn():
    before, now = _status(10, last_s=10), _status(11, received=5, rejected=2, last_s=11)
    assert _levels(before, now)['input camera'] == (WARN, '2 messages were rejected')


def _with_ages(status, *ages):
    account = replace(status.inputs['camera'], ages=InputAges())
    for age in ages:
        account.ages.note(age, status.now_ns)
    return replace(status, inputs={'camera': account}, feeds={'camera': ('detector',)})


def _input_line(*ages):
    before, now = _status(10, last_s=10), _status(11, received=9, last_s=11)
    rates = rates_between(_with_ages(before), _with_ages(now, *ages))
    return next(
        line for line in examine(_with_ages(now, *ages), rates, LIMITS) if 'input' in line.name
    )


def test_ages_are_shown():
    line = _input_line(Age(10_000_000), Age(30_000_000), Age(20_000_000))
    assert line.level == OK
    told = {key: line.values[key] for key in ('age_ms', 'age_mean_ms', 'age_max_ms')}
    assert told == {'age_ms': '20.0', 'age_mean_ms': '20.0', 'age_max_ms': '30.0'}


def test_frames_too_old_for_a_deadline_warn_and_name_task_age_and_deadline():
    line = _input_line(Age(80_000_000), Age(81_000_000))
    assert line.level == WARN
    assert line.message.startswith(
        'frames are 80 ms old when they come, which is all of the deadline of detector (50 ms)'
    )
    assert _input_line(Age(49_000_000)).level == OK


@pytest.mark.parametrize(
    ('age', 'level', 'words'),
    [
        (Age(doubt='future_stamp', ahead_ns=250_000_000), WARN, 'lie 250 ms in the future'),
        (Age(doubt='clock_lags', ahead_ns=250_000_000), WARN, 'lie 250 ms ahead of /clock'),
        (Age(doubt='no_clock'), WARN, '/clock has no messages'),
        (Age(doubt='unrelated_clock'), WARN, 'stamps are unrelated to this clock'),
        (Age(doubt='equal_stamp'), WARN, '1 frames had the same stamp as'),
        (Age(doubt='zero_stamp'), OK, '9.0 messages/s'),
    ],
)
def test_stamps_that_tell_no_age_are_counted_and_named(age, level, words):
    line = _input_line(age)
    assert line.level == level and words in line.message
    assert line.values[f'unknown_age_{age.doubt}'] == '1' and 'age_ms' not in line.values


def test_stamps_and_refused_messages_are_both_named():
    before = _with_ages(_status(10, last_s=10))
    now = _status(11, received=5, rejected=2, last_s=11)
    now = _with_ages(now, Age(doubt='equal_stamp'))
    level, message = _levels(before, now)['input camera']
    assert level == WARN
    assert message.startswith('2 messages were rejected; 1 frames had the same stamp')


def test_a_unit_that_cannot_be_used_is_an_error_with_its_reason():
    before = _status(10)
    assert _levels(before, _status(11, state='hung'))['unit cpu0'] == (ERROR, 'hung: too hot')


def test_a_task_that_is_off_since_a_call_hung_is_an_error_with_its_reason():
    before, now = _status(10), _status(11)
    why = 'infer on cpu0 has run for 2.0 s; tried again when it returns'
    off = replace(now, tasks=(replace(now.tasks[0], hung=why),))
    assert _levels(before, off)['detector'] == (ERROR, f'off, a call hung: {why}')


def test_threads_that_are_left_in_hung_calls_are_a_warning_of_their_unit():
    before, now = _status(10), _status(11)
    left = replace(now, units=(replace(now.units[0], abandoned=2),))
    assert _levels(before, left)['unit cpu0'] == (
        WARN,
        '0% busy, 2 threads are left in hung calls',
    )


def test_a_task_below_its_minimum_rate_warns_with_both_rates():
    before, now = _status(10), _status(11, on_time=3)
    told = '3 results/s on time, its min_rate_hz is 5'
    low = replace(now, tasks=(replace(now.tasks[0], min_rate_hz=5.0, below_min_rate=told),))
    assert _levels(before, low)['detector'] == (WARN, f'below its minimum rate: {told}')
    line = examine(low, rates_between(before, low), LIMITS)[0]
    assert line.values['min_rate_hz'] == '5'


def test_a_task_at_its_floor_says_so():
    before, now = _status(10), _status(11, on_time=3, late=2)
    told = 'is rarely on time at this load: answers at least every 30 ms'
    low = replace(now, tasks=(replace(now.tasks[0], at_floor=told, floor_starts=2),))
    level, message = _levels(before, low)['detector']
    assert level == WARN
    assert message.endswith(f'missed their deadline; {told}')
    line = examine(low, rates_between(before, low), LIMITS)[0]
    assert line.values['floor_starts'] == '2'
    silent = replace(low, tasks=(replace(low.tasks[0], since_on_time_ns=9 * S),))
    level, message = _levels(before, silent)['detector']
    assert level == ERROR
    assert message.endswith(told)


def test_a_slow_task_is_given_the_time_its_frames_take():
    before, now = _status(10, since_s=None), _status(11, since_s=2.5)
    slow = replace(now, tasks=(replace(now.tasks[0], period_ns=S),))
    assert _levels(before, now)['detector'][0] == ERROR
    assert _levels(before, slow)['detector'][0] == OK


def test_a_task_enabled_again_is_given_time_as_well():
    before, now = _status(10, since_s=9), _status(11, since_s=10)
    again = replace(now, tasks=(replace(now.tasks[0], since_enabled_ns=S),))
    assert _levels(before, again)['detector'][0] == OK


def test_another_policy_than_the_one_that_is_named_is_an_error():
    before, now = _status(1), _status(2)
    assert 'policy' not in _levels(before, now)
    failed = replace(now, policy_problem='my.mod:Mine failed, edf decides instead: KeyError')
    assert _levels(before, failed)['policy'] == (ERROR, failed.policy_problem)


def test_results_in_time_that_are_in_doubt_are_a_warning():
    now = replace(_status(2, on_time=12, last_s=2), doubts={'detector': 'all boxes are tiny'})
    level, message = _levels(_status(1, last_s=1), now)['detector']
    assert level == WARN
    assert message == '12.0 results/s on time; all boxes are tiny'


class _Program:
    decoder_name, output, doubt = 'mine:Decoder', 'heat', ''


def test_results_that_nobody_publishes_are_in_doubt():
    program = _Program()
    assert "mine:Decoder has the output 'heat'" in doubts_of({'a': program})['a']
    program.output = 'detections'
    assert doubts_of({'a': program, 'b': object()}) == {}
    program.doubt = 'odd'
    assert doubts_of({'a': program}) == {'a': 'odd'}
