# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The examples of own code run as they stand, and can be named like any other module."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest
from children import finished

from edge_sched_ros.cli.main import main

EXAMPLES = Path(__file__).resolve().parents[2] / 'examples'


def _printed(name: str, cwd: Path) -> list[str]:
    done = finished([sys.executable, str(EXAMPLES / name)], cwd=cwd)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_an_own_policy_is_compared(tmp_path):
    lines = _printed('own_policy.py', tmp_path)
    missed = {line.split()[0]: float(re.findall(r'([\d.]+)% missed', line)[0]) for line in lines}
    assert set(missed) == {
        'edf',
        'edf+drop',
        '__main__:ShortestFirst',
        '__main__:ShortestFirst+drop',
    }
    assert missed['__main__:ShortestFirst+drop'] < missed['__main__:ShortestFirst']


def test_an_own_high_level_policy_is_compared(tmp_path):
    lines = _printed('own_high_level_policy.py', tmp_path)
    missed = {line.split()[0]: float(re.findall(r'([\d.]+)% missed', line)[0]) for line in lines}
    assert list(missed) == ['whole_network', 'look_ahead', '__main__:HomeFirst']
    assert missed['__main__:HomeFirst'] < 50


def test_an_own_decoder_leaves_out_what_is_small(tmp_path):
    all_of_them, large = _printed('own_decoder.py', tmp_path)
    assert all_of_them == 'at least 0 px: ball, crate, barrel'
    assert large == 'at least 30 px: crate'


def test_an_own_program_counts(tmp_path):
    assert [line.split(': ')[1] for line in _printed('own_program.py', tmp_path)] == [
        '0 bumps',
        '1 bumps',
        '1 bumps',
        '2 bumps',
        '2 bumps',
    ]


def test_the_policy_is_named_from_the_command_line(capsys, monkeypatch):
    monkeypatch.syspath_prepend(str(EXAMPLES))
    drone = ['simulate', 'robot_drone', '--platform', 'orin_nx', '--seconds', '1', '--json']
    main([*drone, '--policy', 'own_policy:ShortestFirst', '--set', 'priority_ms=7'])
    assert json.loads(capsys.readouterr().out)['tasks']
    with pytest.raises(SystemExit):
        main([*drone, '--policy', 'own_policy:ShortestFirst', '--set', 'priority_ms=-7'])
    assert 'policy.priority_ms: must be a number from 0.0' in capsys.readouterr().err
