# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Launch files: what they declare, and that launch itself takes them where it is."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

LAUNCH = Path(__file__).resolve().parents[2] / 'launch'
FILES = sorted(LAUNCH.glob('*.launch.py'))


def _load(file):
    namespace = {'__file__': str(file)}
    exec(compile(file.read_text(), str(file), 'exec'), namespace)
    return namespace['generate_launch_description']()


@pytest.mark.parametrize('file', FILES, ids=lambda file: file.stem)
def test_they_are_python_and_thin(file):
    tree = ast.parse(file.read_text())
    functions = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    assert 'generate_launch_description' in functions
    assert len(file.read_text().splitlines()) < 100


@pytest.mark.ros_launch
@pytest.mark.parametrize('file', FILES, ids=lambda file: file.stem)
def test_every_argument_is_described(file):
    launch = pytest.importorskip('launch', reason='ROS launch is not here')
    pytest.importorskip('launch_ros', reason='ROS launch is not here')
    arguments = _load(file).get_launch_arguments()
    assert all(len(argument.description) > 10 for argument in arguments)
    assert isinstance(_load(file), launch.LaunchDescription)


@pytest.mark.ros_launch
def test_the_scheduler_has_the_arguments_users_expect():
    pytest.importorskip('launch', reason='ROS launch is not here')
    pytest.importorskip('launch_ros', reason='ROS launch is not here')
    names = {a.name for a in _load(LAUNCH / 'scheduler.launch.py').get_launch_arguments()}
    assert {
        'params_file',
        'namespace',
        'use_sim_time',
        'log_level',
        'policy',
        'dds_profile',
        'autostart',
    } <= names
