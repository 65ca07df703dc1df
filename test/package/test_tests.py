# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tests run beside the plug-ins of ROS, under load, and whoever starts them."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck
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


@pytest.mark.parametrize(
    'file', [file for file in FILES if 'test' in file.parts], ids=lambda file: file.stem
)
def test_no_wait_is_so_short_that_a_busy_machine_fails(file):
    lines = file.read_text().splitlines()
    calls = [node for node in ast.walk(ast.parse('\n'.join(lines))) if isinstance(node, ast.Call)]
    hasty = [call for call in calls if _hasty(call)]
    told = [
        f'{c.lineno}: {ast.unparse(c)}' for c in hasty if _ON_PURPOSE not in lines[c.lineno - 1]
    ]
    assert not told


@pytest.mark.parametrize('file', FILES, ids=lambda file: str(file.relative_to(CHECKOUT)))
def test_every_wait_has_an_end(file):
    tree = ast.parse(file.read_text())
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    opened = [item.context_expr for node in ast.walk(tree) for item in getattr(node, 'items', [])]
    # on an error its exit waits for a process that nobody ends
    waiting = [c for c in opened if isinstance(c, ast.Call) and 'Popen' in ast.unparse(c.func)]
    found = [f'{c.lineno}: {ast.unparse(c)}' for c in calls if _endless(c)]
    assert not found + [f'{c.lineno}: {ast.unparse(c)}' for c in waiting]
