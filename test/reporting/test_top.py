# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""``edge-sched top``: its lines, what changed between snapshots, and its keys."""

from __future__ import annotations

import asyncio
import json
import re
import time
from dataclasses import replace

import pytest
from children import TIMEOUT_S
from click.testing import CliRunner
from recorded import simulate

pytest.importorskip('textual', reason='top needs it on a terminal')

from textual.events import Key
from textual.widgets import Input

from edge_sched_ros.cli.commands.top import top
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.reporting.top.app import TopApp
from edge_sched_ros.reporting.top.history import History
from edge_sched_ros.reporting.top.lines import all_lines
from edge_sched_ros.reporting.top.lines import response_bar
from edge_sched_ros.reporting.top.of_trace import snapshots_of_trace
from edge_sched_ros.reporting.top.silence import Silence
from edge_sched_ros.reporting.top.snapshot import shown_time
from edge_sched_ros.reporting.top.snapshot import Snapshot
from edge_sched_ros.reporting.top.snapshot import snapshot_from
from edge_sched_ros.reporting.top.snapshot import TaskRow
from edge_sched_ros.reporting.top.snapshot import UnitRow
from edge_sched_ros.tracing.run import read_run

_DETECTOR = TaskRow(
    'detector', 50.0, on_time_hz=29.9, p50_ms=20.0, p99_ms=61.0, age_ms=4.2, in_flight=1,
    on_time=90, late=2, lost={'superseded': 8},
)  # fmt: skip
_DEPTH = TaskRow('depth_of_the_left_camera', 100.0, p50_ms=10.0, p99_ms=12.0, on_time=50)
_UNITS = (
    UnitRow('cpu0', 0.61, 'cpu', running='detector/infer', waiting=2, temperature_c=55.4),
    UnitRow('cpu1', 0.0, 'cpu', state='hung', reason='detector/infer has run for 2.4 s'),
)
_NOW = Snapshot('/scheduler', 'edf+drop', (_DETECTOR, _DEPTH), _UNITS, 1_000_000.0, True)


def _text(history, **options):
    return '\n'.join(line.plain for line in all_lines(history, **options))


def _later(seconds=1.0, **changes):
    return replace(_NOW, stamp_s=_NOW.stamp_s + seconds, **changes)


def test_a_snapshot_goes_through_json():
    assert snapshot_from(json.loads(json.dumps(_NOW.to_dict()))) == _NOW


def test_everything_fits_into_80_columns():
    history = History(from_start=True)
    history.add(_NOW)
    text = _text(history)
    # the view has a margin of a column on both sides
    assert max(map(len, text.splitlines())) <= 78
    assert 'detector        29.9    90.0%' in text and '8 superseded' in text
    assert 'depth_of_the~' in text
    assert 'hung: detector/infer has run for 2.4 s' in text
    assert '61%' in text and '55 C' in text and 'detector/infer' in text


def test_tasks_with_the_same_steps_in_python_share_a_line():
    text = 'decoding (ssd has no native form)'
    history = History(from_start=True)
    history.add(replace(_NOW, tasks=tuple(replace(one, in_python=text) for one in _NOW.tasks)))
    lines = [line for line in _text(history).splitlines() if 'in Python' in line]
    assert lines == [f'in Python: {text}: detector, depth_of_the_left_camera']


def test_the_bar_ends_at_the_deadline():
    late, early = response_bar(_DETECTOR).plain, response_bar(_DEPTH).plain
    assert late == '██████▒▒▒▒▒▒▒▒▒▒▶' and early == '██··············│'
    assert response_bar(TaskRow('new', 50.0)).plain == '················│'


def test_shares_are_those_of_the_last_seconds():
    history = History()
    history.add(_NOW)
    assert history.on_time_share(_DETECTOR) == pytest.approx(0.9), 'of all there is'
    then = replace(_DETECTOR, on_time=99, late=3)
    history.add(_later(tasks=(then, _DEPTH)))
    assert history.on_time_share(then) == pytest.approx(0.9)
    assert history.on_time_share(_DEPTH) is None, 'no job has ended'
    for second in range(2, 20):
        history.add(_later(second, tasks=(replace(then, on_time=99 + second), _DEPTH)))
    assert history.on_time_share(replace(then, on_time=118)) == 1.0


def test_lost_frames_are_told_once_with_their_reason():
    history = History()
    history.add(_NOW)
    assert not history.losses, 'from before somebody looked'
    history.add(_later(tasks=(replace(_DETECTOR, lost={'superseded': 9, 'no_unit': 2}), _DEPTH)))
    history.add(
        _later(2, tasks=(replace(_DETECTOR, lost={'superseded': 9, 'no_unit': 2}), _DEPTH))
    )
    told = [(one.task, one.count, one.reason) for one in history.losses]
    assert sorted(told) == [('detector', 1, 'superseded'), ('detector', 2, 'no_unit')]


def test_a_node_that_starts_again_begins_anew():
    history = History()
    history.add(_NOW)
    history.add(_later(tasks=(replace(_DETECTOR, on_time=3, late=0, lost={}), _DEPTH)))
    assert not history.losses
    assert history.on_time_share(history.last.tasks[0]) == 1.0


def test_names_from_messages_cannot_control_the_terminal():
    history = History()
    history.add(replace(_NOW, policy='edf\x1b[2J', source='/a\nb'))
    assert '\x1b' not in _text(history) and '/a\nb' not in _text(history)


def test_times_of_a_clock_without_time_of_day_are_seconds(tmp_path, monkeypatch):
    monkeypatch.setenv('TZ', 'Asia/Tokyo')
    time.tzset()
    try:
        assert shown_time(1_700_000_000.0) == '07:13:20'
        history = History(from_start=True)
        history.add(_NOW)
        assert '1000000.0 s' in _text(history)
        simulate(tmp_path / 'run.trace', seconds=0.5)
        text = _run(tmp_path / 'run.trace', '--once').output
        assert re.search(r'policy edf\+drop  0\.\d s$', text.splitlines()[0])
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_trace_begins_at_zero_whatever_its_clock(tmp_path):
    simulate(tmp_path / 'run.trace', seconds=0.5)
    run = read_run(tmp_path / 'run.trace')
    steps = snapshots_of_trace(run, 0.1)
    run.first_ns += 40_000_000
    earlier = snapshots_of_trace(run, 0.1)
    assert steps[0].stamp_s - earlier[0].stamp_s == pytest.approx(0.04)
    busy = [[unit.utilisation for one in them for unit in one.units] for them in (steps, earlier)]
    assert busy[0] == pytest.approx(busy[1])


def test_devices_have_a_heading_each():
    history = History()
    history.add(replace(_NOW, units=(UnitRow('orin/gpu0', 0.5), UnitRow('nano/cpu0', 0.1))))
    lines = _text(history).splitlines()
    assert lines.index('device orin') + 2 == lines.index('device nano')


# --- keys -------------------------------------------------------------------------------------


class _Scripted:
    """A source of given snapshots that notes what is asked of it."""

    def __init__(self, *snapshots):
        self.left = list(snapshots)
        self.asked, self.told = [], []

    def poll(self):
        found, self.left = self.left, []
        return found

    def messages(self):
        found, self.told = self.told, []
        return found

    def set(self, node, parameter, value):
        self.asked.append((node, parameter, value))


def _press(source, *keys):
    """Press keys in an app of 80x24; return whether it asks for a value, and its picture."""

    async def run():
        one = TopApp(source, ['edf', 'horizon+drop'])
        async with one.run_test(size=(80, 24)) as pilot:
            for key in keys:
                await pilot.press(key)
            one.look()
            await pilot.pause()
            asking = one.query_one(Input).display
            return asking, one.export_screenshot().replace('&#160;', ' ')

    return asyncio.run(run())


def test_the_first_screen_shows_all_and_the_keys():
    _, picture = _press(_Scripted(_NOW))
    for text in ('/scheduler', 'detector', 'cpu0', 'FRAMES WITHOUT AN ANSWER', 'policy', 'quit'):
        assert text in picture, text


def test_nothing_has_come_yet():
    _, picture = _press(_Scripted())
    assert 'waiting for a scheduler' in picture
    _press(_Scripted(), 'down', 'e', 'd', 'n', 'p', 'escape')


def test_keys_change_the_selected_task():
    source = _Scripted(_NOW)
    _press(source, 'e', 'down', 'e', 'down', 'e')
    assert source.asked == [
        ('/scheduler', 'detector.enabled', False),
        ('/scheduler', 'depth_of_the_left_camera.enabled', False),
        ('/scheduler', 'detector.enabled', False),
    ]


def test_a_deadline_is_typed():
    source = _Scripted(_NOW)
    asking, _ = _press(source, 'down', 'd', *['backspace'] * 3, '7', '0', '.', '5', 'enter')
    assert source.asked == [('/scheduler', 'depth_of_the_left_camera.deadline_ms', 70.5)]
    assert not asking


def test_a_deadline_that_is_no_number_is_said():
    source = _Scripted(_NOW)
    _, picture = _press(source, 'd', 'x', 'enter')
    assert not source.asked and 'a deadline is a number of milliseconds' in picture


def test_a_policy_is_typed_and_keys_in_it_are_letters():
    source = _Scripted(_NOW)
    _press(source, 'p', *['backspace'] * 8, 'p', 'r', 'e', 'm', 'a', 'enter')
    assert source.asked == [('/scheduler', 'policy', 'prema')]


def test_keys_that_are_typed_ahead_reach_the_field():
    source = _Scripted(_NOW)

    async def run():
        one = TopApp(source)
        async with one.run_test(size=(80, 24)) as pilot:
            for key in ('d', '7', 'e', '1'):
                one.post_message(Key(key, key))
            while one.query_one(Input).value != '7e1':
                await pilot.pause()
            await pilot.press('enter', 'e')

    asyncio.run(asyncio.wait_for(run(), TIMEOUT_S))
    assert source.asked == [
        ('/scheduler', 'detector.deadline_ms', 70.0),
        ('/scheduler', 'detector.enabled', False),
    ]


@pytest.mark.parametrize(
    ('keys', 'name', 'value'),
    [
        (['d', 'end', 'backspace', 'backspace', '7', '5', 'enter'], 'detector.deadline_ms', 75.0),
        (['p', 'ctrl+u', *'pema', *['left'] * 3, 'r', 'enter'], 'policy', 'prema'),
    ],
)
def test_keys_that_come_together_are_taken_in_their_order(keys, name, value):
    source = _Scripted(_NOW)

    async def run():
        one = TopApp(source)
        async with one.run_test(size=(80, 24)) as pilot:
            for key in keys:
                one.post_message(Key(key, key if len(key) == 1 else None))
            while not source.asked:
                await pilot.pause()

    asyncio.run(asyncio.wait_for(run(), TIMEOUT_S))
    assert source.asked == [('/scheduler', name, value)]


def test_a_scheduler_that_has_gone_silent_is_told():
    now_s = [0.0]
    source = _Scripted(_NOW)
    pictures = []

    async def run():
        one = TopApp(source, clock=lambda: now_s[0])
        async with one.run_test(size=(80, 24)) as pilot:
            for at_s, came in ((2.5, []), (7.2, []), (8.0, [_later(8.0)])):
                now_s[0] = at_s
                source.left = came
                one.look()
                await pilot.pause()
                pictures.append(one.export_screenshot().replace('&#160;', ' '))

    asyncio.run(asyncio.wait_for(run(), TIMEOUT_S))
    assert ['no status for' in one for one in pictures] == [False, True, False]
    assert 'no status for 7 s' in pictures[1]


def test_a_slow_scheduler_is_not_silent():
    now_s = [0.0]
    silence = Silence(lambda: now_s[0])
    assert silence.seconds('/scheduler') == 0, 'was never heard'
    for now_s[0] in (0.0, 10.0, 20.0, 20.1):
        silence.heard('/scheduler')
    now_s[0] = 34.0
    assert silence.seconds('/scheduler') == 0
    now_s[0] = 36.0
    assert silence.seconds('/scheduler') == 15


def test_the_file_of_a_run_is_never_silent():
    now_s = [0.0]

    async def run():
        one = TopApp(_Scripted(replace(_NOW, live=False)), clock=lambda: now_s[0])
        async with one.run_test(size=(80, 24)) as pilot:
            now_s[0] = 60.0
            one.look()
            await pilot.pause()
            assert 'no&#160;status' not in one.export_screenshot()

    asyncio.run(asyncio.wait_for(run(), TIMEOUT_S))


def test_escape_changes_nothing():
    source = _Scripted(_NOW)
    asking, _ = _press(source, 'd', '9', 'escape', 'e')
    assert source.asked == [('/scheduler', 'detector.enabled', False)]
    assert not asking


def test_what_a_node_answers_is_said():
    source = _Scripted(_NOW)
    source.told.append('detector.deadline_ms: must be from 0.001 to 3600000.0, not -1.0')
    _, picture = _press(source)
    assert 'must be from 0.001' in picture


def test_a_long_answer_can_be_read_to_its_end():
    source = _Scripted(_NOW)
    known = 'dream, edf, fcfs, heft, horizon, least_slack, mael, prema, static'
    source.told.append(f"policy: unknown policy 'nosuch' (known: {known})")
    _, picture = _press(source)
    assert 'unknown policy' in picture and 'static)' in picture
    assert 'policy' in picture and 'quit' in picture, 'the keys are still shown'


def test_another_scheduler_is_shown_by_a_key():
    other = replace(_NOW, source='/rear/scheduler', policy='horizon')
    _, picture = _press(_Scripted(_NOW, other))
    assert 'edf+drop' in picture and '(+1 more: n)' in picture
    _, picture = _press(_Scripted(_NOW, other), 'n')
    assert 'horizon' in picture


def test_a_run_that_has_ended_cannot_change():
    source = _Scripted(replace(_NOW, live=False, stamp_s=0.0))
    _, picture = _press(source, 'e', 'd', 'p')
    assert not source.asked and 'this run has ended' in picture
    assert 'in all' in picture and '8 superseded' in picture


def test_many_tasks_can_be_reached():
    tasks = tuple(replace(_DETECTOR, name=f'task{number}') for number in range(40))
    source = _Scripted(replace(_NOW, tasks=tasks))
    _, picture = _press(source, *['down'] * 35, 'e')
    assert source.asked == [('/scheduler', 'task35.enabled', False)]
    assert 'task35' in picture, 'the selected task is in view'


# --- the command on a file of a run -----------------------------------------------------------


def _account(tmp_path, **changes):
    task = {
        'deadline_ms': 50.0,
        'released': 100,
        'on_time': 90,
        'late': 2,
        'dropped': {'superseded': 7},
        'failed': {'corrupt_image': 1},
        'response_ms': {'p50': 20.0, 'p95': 40.0, 'p99': None},
    }
    account = {
        'policy': 'edf',
        'tasks': {'detector': task},
        'units': {'cpu0': {'kind': 'cpu', 'utilisation': 0.5}},
        **changes,
    }
    file = tmp_path / 'run.json'
    file.write_text(json.dumps(account))
    return file


def _run(*arguments):
    return CliRunner().invoke(top, list(map(str, arguments)), catch_exceptions=False)


def test_once_prints_a_run_as_plain_text(tmp_path):
    found = _run(_account(tmp_path, seconds=10.0), '--once')
    assert found.exit_code == 0 and '\x1b' not in found.output
    assert 'detector         9.0    90.0%' in found.output
    assert '1 failed_corrupt_image' in found.output and 'cpu0' in found.output


def test_json_is_for_scripts(tmp_path):
    (found,) = json.loads(_run(_account(tmp_path), '--json').output)
    assert found['tasks'][0]['lost'] == {'superseded': 7, 'failed_corrupt_image': 1}
    assert found['tasks'][0]['p99_ms'] is None


def test_devices_of_a_simulated_fleet_are_units(tmp_path):
    devices = {'robot': {'units': {'gpu0': {'utilisation': 0.25}}}}
    found = _run(_account(tmp_path, units={}, devices=devices), '--once').output
    assert 'device robot' in found and 'gpu0             25%' in found


def test_a_trace_is_a_run(tmp_path):
    file = tmp_path / 'run.trace'
    ledger = simulate(file).dispatcher.ledger
    (found,) = json.loads(_run(file, '--json').output)
    assert found['policy'] == 'edf+drop'
    told = {row['name']: (row['on_time'], row['late'], row['lost']) for row in found['tasks']}
    assert told == {
        name: (one.on_time, one.late, dict(one.dropped)) for name, one in ledger.tasks.items()
    }
    steps = snapshots_of_trace(read_run(file), 0.5)
    assert len(steps) > 5
    assert {row.name: row.ended for row in steps[-1].tasks} == {
        name: one.ended for name, one in ledger.tasks.items()
    }


def test_a_picture_for_documents(tmp_path):
    file = tmp_path / 'top.svg'
    assert _run(_account(tmp_path), '--svg', file).exit_code == 0
    assert 'detector' in file.read_text() and file.read_text().startswith('<svg')


@pytest.mark.parametrize('text', ['{', '[1]', '"run"', 'null', '{"tasks": 3}', '{"policy": 1}'])
def test_a_file_that_is_no_run_is_named(tmp_path, text):
    file = tmp_path / 'run.json'
    file.write_text(text)
    with pytest.raises(ConfigError, match=r'run\.json: is not the account of a run'):
        _run(file, '--once')


def test_an_empty_file_is_said_to_be_empty(tmp_path):
    (tmp_path / 'run.trace').touch()
    with pytest.raises(ConfigError, match=r'run\.trace: is empty'):
        _run(tmp_path / 'run.trace', '--once')


@pytest.mark.parametrize('lacks', ['stdin', 'stdout', 'stderr'])
def test_what_is_no_terminal_is_named(tmp_path, monkeypatch, lacks):
    class Terminal:
        def isatty(self):
            return True

    class Streams:
        stdin, stdout, stderr = Terminal(), Terminal(), Terminal()

    account, names = _account(tmp_path), {'stdin': 'input', 'stdout': 'output', 'stderr': 'error'}
    with (tmp_path / 'file').open('w') as file:
        setattr(Streams, lacks, file)
        monkeypatch.setattr('edge_sched_ros.cli.commands.top.sys', Streams)
        with pytest.raises(ConfigError, match=f'standard {names[lacks]} is no terminal'):
            top.callback(account, '', False, False, None, 1.0)


def test_options_that_have_no_effect_are_refused(tmp_path):
    with pytest.raises(ConfigError, match='--node'):
        _run(_account(tmp_path), '--once', '--node', '/scheduler')
    with pytest.raises(ConfigError, match='no terminal'):
        _run(_account(tmp_path))
