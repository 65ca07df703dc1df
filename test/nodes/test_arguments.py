# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What is wrong with the arguments of the programs beside the scheduler is one line."""

from __future__ import annotations

import sys

import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')

from edge_sched_ros.nodes import bag_player
from edge_sched_ros.nodes import bag_recorder
from edge_sched_ros.nodes import coordinator_node
from edge_sched_ros.nodes import device_node
from edge_sched_ros.nodes import scheduler_node
from edge_sched_ros.nodes import when_active

PLAYER, RECORDER, WAITER = 'bag_player', 'bag_recorder', 'when_active'
MAINS = {PLAYER: bag_player.main, RECORDER: bag_recorder.main, WAITER: when_active.main}
HEADER = '/a:std_msgs/msg/Header'


@pytest.mark.parametrize(
    ('program', 'arguments', 'problem'),
    [
        (PLAYER, [''], "argument bag: must be a path, not ''"),
        (PLAYER, [' '], "argument bag: must be a path, not ' '"),
        (PLAYER, [], 'the following arguments are required: bag'),
        (PLAYER, ['bag', '--rate', '0'], '--rate must be at least 0.001, and finite'),
        (RECORDER, ['', HEADER], "argument bag: must be a path, not ''"),
        (RECORDER, ['bag'], 'the following arguments are required: TOPIC:TYPE'),
        (RECORDER, ['bag', 'a'], "'a' is not of the form TOPIC:TYPE"),
        (RECORDER, ['bag', ':std_msgs/msg/Header'], "':std_msgs/msg/Header' is not of the form"),
        (RECORDER, ['.', HEADER], '. already exists'),
        (WAITER, ['/a', '--timeout', 'x', '--', 'true'], "--timeout: invalid float value: 'x'"),
    ],
)
def test_it_is_one_line(monkeypatch, capsys, program, arguments, problem):
    monkeypatch.setattr(sys, 'argv', [program, *arguments])
    with pytest.raises(SystemExit) as ended:
        MAINS[program]()
    out, error = capsys.readouterr()
    assert (ended.value.code, out, error.count('\n')) == (2, '', 1)
    assert error.startswith(f'{program}: ') and problem in error
    assert error.endswith(f' ({program} --help shows the options)\n')


@pytest.mark.parametrize('module', [scheduler_node, device_node, coordinator_node])
def test_help_of_a_node_starts_nothing(monkeypatch, capsys, module):
    name = module.__name__.rpartition('.')[2]
    # a node that started would refuse these: it has neither tasks nor networks
    monkeypatch.setattr(sys, 'argv', [name, '--help', '--ros-args', '-p', 'use_sim_time:=true'])
    module.main()
    printed = capsys.readouterr()
    assert printed.out.startswith(f'usage: {name} ') and printed.err == ''
