# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Names that are nearly right are told with the right one."""

from __future__ import annotations

import pytest
from build_command import run_command

from edge_sched_ros.pipeline.settings.resources import share_of

CONFIG = share_of() / 'config'
SIMULATE = {'--workload': 'robot_drone', '--platform': 'orin_nx', '--policy': 'edf'}


@pytest.mark.parametrize(
    ('command', 'option', 'name', 'meant'),
    [
        ('simulate', '--workload', 'robot_drnoe', 'robot_drone'),
        ('simulate', '--workload', 'Robot-Drone', 'robot_drone'),
        ('simulate', '--platform', 'orinnx', 'orin_nx'),
        ('simulate', '--platform', f'{CONFIG}/platforms/jetson_orin_nx_16.yaml@15w', '15W'),
        ('simulate', '--policy', 'EDF', 'edf'),
        ('compare', '--suite', 'robto', 'robot'),
        ('compare', '--policies', 'EDF+drop', 'edf+drop'),
        ('capacity', '--task', 'Front', 'front'),
    ],
)
def test_commands_say_what_was_meant(capsys, command, option, name, meant):
    arguments = {**SIMULATE, option: name} if command == 'simulate' else {option: name}
    given = [part for pair in arguments.items() for part in pair]
    if command == 'capacity':
        given.insert(0, CONFIG / 'capacity' / 'robot.yaml')
    code, out, error = run_command(capsys, command, *given)
    assert (code, out) == (2, '')
    assert f"; did you mean '{meant}'?" in error
