# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The compiled dispatcher decides as the one in Python does: the same log, byte for byte.

Compiling takes a minute, so ``make compiled`` does it and runs this; other runs skip it where
``build/compiled`` is not there or is of other sources.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from decision_logs import log_digests

from edge_sched_ros.core import compiled
from edge_sched_ros.pipeline.health.health import OK
from edge_sched_ros.pipeline.health.machine_report import machine_report
from edge_sched_ros.pipeline.health.native_health import core_health

_ROOT = Path(__file__).parents[2]
_COMPILED = _ROOT / 'build' / 'compiled'


def _why_not() -> str:
    """Return why the compiled package cannot be compared."""
    if not list(_COMPILED.glob('edge_sched_ros/core/dispatcher*.so')):
        return 'nothing is compiled (make compiled)'
    for room in ('core', 'policies', 'simulation'):
        for file in (_ROOT / 'edge_sched_ros' / room).glob('*.py'):
            other = _COMPILED / 'edge_sched_ros' / room / file.name
            if not other.exists() or other.read_bytes() != file.read_bytes():
                return f'{file.name} has changed since (make compiled)'
    return ''


@pytest.mark.skipif(bool(_why_not()), reason=_why_not() or 'compiled')
def test_the_compiled_core_decides_the_same():
    done = subprocess.run(
        [sys.executable, '-m', 'decision_logs'],
        env={
            **os.environ,
            'PYTHONPATH': f'{_COMPILED}:{_ROOT / "test" / "helpers"}',
            'PYTHONSAFEPATH': '1',
        },
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    told, *digests = done.stdout.splitlines()
    assert told == 'compiled'
    assert digests == log_digests()


def test_where_nothing_can_be_compiled_one_line_says_why(tmp_path):
    done = subprocess.run(
        [sys.executable, str(_ROOT / 'dev' / 'compile_core.py'), str(tmp_path / 'out')],
        env={**os.environ, 'CC': 'no-such-compiler'},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 3 and not (tmp_path / 'out').exists()
    assert done.stderr == (
        'the core is not compiled: there is no C compiler (no-such-compiler); it decides the same,'
        ' slower\n'
    )


def test_diagnostics_and_doctor_say_whether_it_is_compiled(monkeypatch):
    for file, available, told in (
        ('dispatcher.py', False, 'in Python: it was not compiled: install mypy'),
        ('dispatcher.cpython-312.so', True, 'compiled'),
    ):
        monkeypatch.setattr(compiled, 'dispatcher', SimpleNamespace(__file__=file))
        (line,) = core_health()
        assert line.level == OK and line.message.startswith(told)
        assert machine_report()['compiled_core']['available'] is available


def test_a_wheel_of_another_python_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(
        compiled, 'dispatcher', SimpleNamespace(__file__=str(tmp_path / 'dispatcher.py'))
    )
    (tmp_path / 'dispatcher.cpython-399.so').touch()
    reason = 'was compiled for another Python (dispatcher.cpython-399.so): install the wheel of'
    assert compiled.why_not().startswith(reason)


def test_sums_of_fractions_start_at_a_float():
    """Compiled, the sum of an empty list of floats would be an error: its ``0`` is no float."""
    found = []
    for room in ('core', 'policies'):
        for file in sorted((_ROOT / 'edge_sched_ros' / room).glob('*.py')):
            for node in ast.walk(ast.parse(file.read_text())):
                if _is_sum_of_fractions(node):
                    found.append(f'{file.name}:{node.lineno}')
    assert not found


def _is_sum_of_fractions(node: ast.AST) -> bool:
    """Whether a call is ``sum(...)`` without a start, of what is divided or called an energy."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
        return False
    if node.func.id != 'sum' or len(node.args) != 1:
        return False
    inner = list(ast.walk(node.args[0]))
    names = [getattr(part, 'id', getattr(part, 'attr', '')) for part in inner]
    return any(isinstance(part, ast.Div) for part in inner) or any(
        name.endswith(('_mj', 'energy', 'miss', 'rate')) for name in names
    )
