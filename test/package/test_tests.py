# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tests run beside the plug-ins of ROS, under load, and whoever starts them."""

from __future__ import annotations

import ast
import sys
from collections import Counter
from pathlib import Path

import pytest
from children import finished
from children import TIMEOUT_S
from hypothesis import HealthCheck
from hypothesis import Phase
from hypothesis import settings

CHECKOUT = Path(__file__).resolve().parents[2]
FILES = sorted(
    file for folder in ('test', 'benchmarks', 'dev') for file in (CHECKOUT / folder).rglob('*.py')
)


def test_no_two_test_modules_share_a_name():
    # the plug-in of launch_testing imports each by its bare name
    names = Counter(file.name for file in FILES if file.name.startswith('test_'))
    assert not [name for name, count in names.items() if count > 1]


def test_no_marker_is_that_of_launch_pytest():
    assert not [str(f) for f in FILES if 'mark.' + 'launch\n' in f.read_text()]
    assert '"launch:' not in (CHECKOUT / 'pyproject.toml').read_text()


def test_hypothesis_judges_nothing_by_time():
    assert settings.default.deadline is None
    assert HealthCheck.too_slow in settings.default.suppress_health_check
    assert Phase.explain not in settings.default.phases


def test_tests_that_share_ros_run_one_by_one_beside_others():
    pytest.importorskip('xdist')
    some = ['-k', 'bag and required', str(CHECKOUT / 'test' / 'nodes' / 'test_arguments.py')]
    command = [sys.executable, '-m', 'pytest', '-v', '-n', '2', '--dist', 'loadgroup', *some]
    done = finished(command, timeout_s=TIMEOUT_S, cwd=CHECKOUT)
    assert 'PASSED' in done.stdout, done.stdout + done.stderr
    assert '@one by one' in done.stdout


def _endless(call: ast.Call) -> bool:
    """Return whether a call may wait for ever, or has examples end by time."""
    name = getattr(call.func, 'attr', getattr(call.func, 'id', ''))
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    if name == 'settings' and 'deadline' in given:
        return getattr(given['deadline'], 'value', 0) is not None
    if ast.unparse(call.func) in {'subprocess.run', 'subprocess.check_output'}:
        return 'timeout' not in given
    if name in {'wait', 'join', 'get'}:
        return not call.args and not given
    return name == 'communicate' and 'timeout' not in given


#: what waits for others, and its keywords for how long
_WAITS = {
    'wait', 'join', 'get', 'acquire', 'answer', 'ask', 'urlopen', 'create_connection', 'run',
    'HTTPConnection', 'communicate', 'check_output', 'wait_for', 'run_probe', 'finished',
}  # fmt: skip
_LIMITS = {'timeout', 'timeout_s', 'seconds'}
#: a busy machine may need this long for what takes no time on another
_ENOUGH_S = 30
_ON_PURPOSE = '# short on purpose'


def _hasty(call: ast.Call) -> bool:
    """Return whether a call gives up so soon that a busy machine has not answered yet."""
    name = getattr(call.func, 'attr', getattr(call.func, 'id', ''))
    if name not in _WAITS:
        return False
    named = [one.value for one in call.keywords if one.arg in _LIMITS]
    if any(isinstance(one, ast.Constant) and _is_short(one.value) for one in named):
        return True
    given = call.args[:1] if name in {'wait', 'join', 'answer'} else []
    times = [one.value for one in given if isinstance(one, ast.Constant)]
    # whole numbers may be counts
    return any(isinstance(one, float) and _is_short(one) for one in times)


def _is_short(limit_s: object) -> bool:
    return isinstance(limit_s, (int, float)) and limit_s < _ENOUGH_S


def _told(file: Path) -> list[str]:
    """Return the calls of a file that wait too short, or for ever, each by name and line."""
    text = file.read_text()
    nodes = list(ast.walk(ast.parse(text)))
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    endless = [call for call in calls if _endless(call)]
    # on an error its exit waits for a process that nobody ends
    opened = [node.context_expr for node in nodes if isinstance(node, ast.withitem)]
    endless += [c for c in opened if isinstance(c, ast.Call) and 'Popen' in ast.unparse(c.func)]
    hasty = []
    if 'test' in file.parts:
        lines = text.splitlines()
        hasty = [c for c in calls if _hasty(c) and _ON_PURPOSE not in lines[c.lineno - 1]]
    return [
        f'{file.relative_to(CHECKOUT)}:{call.lineno}: {what}: {ast.unparse(call)}'
        for what, found in (('waits for ever', endless), ('gives up too soon', hasty))
        for call in found
    ]


def test_every_wait_has_an_end_and_none_is_so_short_that_a_busy_machine_fails():
    # together, because each file takes longer to parse than to look at
    assert not [told for file in FILES for told in _told(file)]


def test_waits_without_an_end_and_short_ones_are_found(tmp_path, monkeypatch):
    monkeypatch.setattr(f'{__name__}.CHECKOUT', tmp_path)
    file = tmp_path / 'test' / 'test_mine.py'
    file.parent.mkdir()
    file.write_text(
        'thread.join()\n'
        'with subprocess.Popen(command) as process: pass\n'
        'subprocess.run(command)\n'
        'answer.wait(2.5)\n'
        'answer.wait(2.5)  # short on purpose\n'
        'answer.wait(timeout=600)\n'
    )
    where = 'test/test_mine.py'
    assert _told(file) == [
        f'{where}:1: waits for ever: thread.join()',
        f'{where}:3: waits for ever: subprocess.run(command)',
        f'{where}:2: waits for ever: subprocess.Popen(command)',
        f'{where}:4: gives up too soon: answer.wait(2.5)',
    ]
