# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The parameter file and the launch file that ``edge-sched quickstart`` writes."""

from __future__ import annotations

import re
from pathlib import Path

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.documents.yaml_file import dump_mapping

_TOPIC = re.compile(r'[/~]?[A-Za-z_]\w*(/[A-Za-z_]\w*)*')
_LAUNCH = '''"""Start the scheduler with the parameters beside this file."""

from pathlib import Path

from launch.actions import IncludeLaunchDescription
from launch.substitutions import PathJoinSubstitution
from launch_ros.substitutions import FindPackageShare

from launch import LaunchDescription

_SCHEDULER = PathJoinSubstitution(
    [FindPackageShare('edge_sched_ros'), 'launch', 'scheduler.launch.py']
)


def generate_launch_description():
    params = Path(__file__).with_name({params!r})
    arguments = {{'params_file': str(params)}}.items()
    return LaunchDescription(
        [IncludeLaunchDescription(_SCHEDULER, launch_arguments=arguments)]
    )
'''


def check_topic(topic: str) -> None:
    """Check the name of a topic; :raises ConfigError: where ROS would refuse it."""
    if not _TOPIC.fullmatch(topic):
        raise ConfigError(
            '--topic', f"'{topic:.60}' is not a name of a topic: as /camera/image_raw"
        )


def task_name(network: str) -> str:
    """Return a name for a network's task that ROS takes in names of parameters and topics."""
    name = re.sub(r'\W+', '_', network, flags=re.ASCII).strip('_').lower()
    return name if name[:1].isalpha() else f'task_{name}'.rstrip('_')


def parameters(task: str, network: Path, topic: str, deadline_ms: float) -> str:
    """Return the text of a parameter file for one network on one camera."""
    values = {'network': str(network), 'topic': topic, 'deadline_ms': deadline_ms}
    nested = {'policy': 'edf+drop', 'tasks': [task], task: values}
    text = dump_mapping({'/**': {'ros__parameters': nested}})
    return f'# every parameter: docs/parameters.md\n{text}'


def launch_file(params: str) -> str:
    """Return the text of a launch file; ``params`` is the name of the file beside it."""
    return _LAUNCH.format(params=params)
