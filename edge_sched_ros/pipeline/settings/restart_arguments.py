# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Arguments of the launch files that say what happens when a node has ended."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.pipeline.settings.launch_arguments import truth
from edge_sched_ros.pipeline.settings.parameter_file import read_parameters

#: name, default, description
RESTART_ARGUMENTS = (
    (
        'respawn',
        'false',
        'true: start a node again when its process has ended, unless the launch is shut down',
    ),
    ('respawn_delay', '2.0', 'Seconds until it is started again'),
)
_LONGEST_S = 3600.0


def restarts(respawn: str, delay: str) -> dict[str, Any]:
    """
    Return the arguments of a launch ``Node`` that start it again.

    :raises ConfigError: when a text is neither true nor false, or no number of seconds
    """
    try:
        delay_s = float(delay)
    except ValueError:
        delay_s = math.nan
    if not 0.0 <= delay_s <= _LONGEST_S:
        raise ConfigError('respawn_delay', f"'{delay}' is not a number from 0 to {_LONGEST_S:g}")
    return {'respawn': truth('respawn', respawn), 'respawn_delay': delay_s}


def state_file(
    values: Mapping[str, Any], params_file: str, namespace: str, environment: Mapping[str, str]
) -> dict[str, str]:
    """
    Return the parameter ``state_file`` for a node that is started again, if nobody has set it.

    The file is in the folder of ROS, one for each namespace.

    :param values: parameters given to the launch file
    """
    try:
        given = {**read_parameters(Path(params_file)), **values}
    except ConfigError:
        given = dict(values)  # the node says what is wrong
    if 'state_file' in given:
        return {}
    home = Path(environment.get('ROS_HOME') or Path.home() / '.ros')
    name = '.'.join([*filter(None, namespace.split('/')), 'scheduler'])
    return {'state_file': str(home / 'edge_sched_ros' / f'{name}.state.json')}
