# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""``dev/env.sh``: what of the caller's environment stays."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]


def _python_path(**given: str) -> list[str]:
    env = {key: value for key, value in os.environ.items() if key not in _CLEAN} | given
    out = subprocess.run(
        [CHECKOUT / 'dev/env.sh', 'printenv', 'PYTHONPATH'],
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
    )
    if 'nothing is built' in out.stderr:
        pytest.skip('the environment of make setup is not here')
    return out.stdout.strip().split(':')


_CLEAN = ('PYTHONPATH', 'AMENT_PREFIX_PATH', 'COLCON_PREFIX_PATH')


def test_own_folders_stay_in_the_python_path_and_another_ros_does_not(tmp_path):
    own, other, hidden = tmp_path / 'own', tmp_path / 'ros/lib/python', tmp_path / 'hidden'
    (hidden / 'rclpy').mkdir(parents=True)
    ours = _python_path()
    given = ':'.join(map(str, ('', own, other, hidden, CHECKOUT, tmp_path / 'rosy')))
    # behind what is ours; the checkout would shadow the installed package
    found = _python_path(PYTHONPATH=given, AMENT_PREFIX_PATH=str(tmp_path / 'ros'))
    assert found == [*ours, str(own), str(tmp_path / 'rosy')]
