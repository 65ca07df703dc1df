# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Checks the arguments of the launch files, before a process is started with them."""

from __future__ import annotations

import math
import os
import re
import shlex
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.pipeline.inputs.large_images import PROFILE_VARIABLES
from edge_sched_ros.pipeline.inputs.large_images import profile_variables
from edge_sched_ros.pipeline.inputs.large_images import TRANSPORTS_VARIABLE
from edge_sched_ros.pipeline.settings.parameters import SCHEDULER_PARAMETERS
from edge_sched_ros.plugins.policies import POLICIES

#: true and false in YAML 1.1, the language of ROS parameters
_TRUTH = {
    **dict.fromkeys(('true', 'yes', 'on', '1'), True),
    **dict.fromkeys(('false', 'no', 'off', '0'), False),
}
_NAMESPACE = re.compile(r'/|/?[A-Za-z_][A-Za-z0-9_]*(/[A-Za-z_][A-Za-z0-9_]*)*')
_SEVERITIES = ('debug', 'info', 'warn', 'error', 'fatal')
#: the value of ``dds_profile`` that leaves Fast DDS as it is
NO_PROFILE = 'none'
#: arguments of scheduler.launch.py that are parameters of the node
PARAMETERS = (
    'policy', 'use_sim_time', 'autostart', 'summary_file', 'state_file', 'system_file',
    'bond_heartbeat_period',
)  # fmt: skip


def truth(where: str, text: str) -> bool:
    """Return the truth value of a text; :raises ConfigError: when it has none."""
    value = _TRUTH.get(text.lower())
    if value is None:
        raise ConfigError(where, f"'{text}' is neither true nor false")
    return value


def existing(where: str, text: str, *, folder: bool = False) -> str:
    """
    Return the path of an existing file; ``~`` is the home folder.

    :param folder: whether a folder is allowed, too
    :raises ConfigError: when it does not exist
    """
    path = Path(text).expanduser()
    if os.path.isfile(path) or (folder and os.path.isdir(path)):
        return str(path)
    if os.path.isdir(path):
        raise ConfigError(where, f"'{text}' is a folder, not a file")
    raise ConfigError(
        where, f'there is no file {"or folder " if folder else ""}{text or repr("")}'
    )


def namespace(text: str) -> str:
    """Return a namespace; empty for none; :raises ConfigError: when it cannot be one."""
    text = text.rstrip('/') or text[:1]
    if text and not _NAMESPACE.fullmatch(text):
        raise ConfigError(
            'namespace',
            f"'{text}' is not a namespace: letters, digits and _ between slashes, no digit first",
        )
    return text


def log_level(text: str) -> str:
    """
    Return a log level as ``--log-level`` takes it: a severity, or ``LOGGER:=SEVERITY``.

    :raises ConfigError: when it names no severity
    """
    if text.rpartition(':=')[2].lower() not in _SEVERITIES:
        raise ConfigError('log_level', f"'{text}' is not one of {', '.join(_SEVERITIES)}")
    return text


def policy(text: str) -> str:
    """
    Return the name of a policy; :raises ConfigError: when it does not exist.

    Policies from outside are imported by the node, not here.
    """
    POLICIES.check_name(text, 'policy')
    return text


def rate(text: str) -> str:
    """Return a playback rate; :raises ConfigError: when it is not a number above zero."""
    if not 0 < _number(text) < math.inf:
        raise ConfigError('rate', f"'{text}' is not a number above zero")
    return text


def command(where: str, text: str) -> list[str]:
    """Return the words of a command; :raises ConfigError: when its program does not exist."""
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise ConfigError(where, f"'{text}' is not a command: {error}") from None
    if not words:
        raise ConfigError(where, 'must be a command, not empty')
    if shutil.which(words[0]) is None:
        raise ConfigError(where, f"there is no program '{words[0]}'")
    return words


def scheduler(given: Mapping[str, str]) -> dict[str, Any]:
    """
    Check the arguments of scheduler.launch.py; return the node's parameters among them.

    :param given: launch arguments by name; missing ones have their default
    :return: values in their types, without absent and empty ones
    :raises ConfigError: for the first wrong one
    """
    if 'params_file' in given:
        existing('params_file', given['params_file'])
    values = {name: _parameter(name, given[name]) for name in PARAMETERS if given.get(name)}
    if 'policy' in values:
        policy(values['policy'])
    namespace(given.get('namespace', ''))
    if 'log_level' in given:
        log_level(given['log_level'])
    if given.get('dds_profile', NO_PROFILE) not in ('', NO_PROFILE):
        existing('dds_profile', given['dds_profile'])
    return values


def simulated_time(text: str) -> None:
    """Check that ``use_sim_time`` is not switched off; :raises ConfigError: when it is."""
    if text and not truth('use_sim_time', text):
        raise ConfigError(
            'use_sim_time',
            f"'{text}' is not possible in a replay: the bag's /clock is the node's time",
        )


def left_to_a_manager(text: str) -> None:
    """Check that ``autostart`` is not switched on; :raises ConfigError: when it is."""
    if text and truth('autostart', text):
        raise ConfigError('autostart', f"'{text}' is not possible: the manager starts the node")


def _parameter(name: str, text: str) -> Any:
    """Return a parameter's value; :raises ConfigError: when it is out of type or range."""
    spec = next((spec for spec in SCHEDULER_PARAMETERS if spec.name == name), None)
    # every node has use_sim_time
    kind = 'bool' if spec is None else spec.kind
    value: Any = text
    if kind == 'bool':
        value = truth(name, text)
    elif kind in ('double', 'integer'):
        value = _number(text)
        if math.isnan(value):
            raise ConfigError(name, f"'{text}' is not a number")
    return value if spec is None or spec.plug_ins else spec.check(value, name=name)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def dds_environment(given: str, default: str, environment: Mapping[str, str]) -> dict[str, str]:
    """
    Return the environment variables with a node's Fast DDS profile.

    :param given: the profile given by the user; empty for the default, ``none`` for no change
    :param default: the profile of this package, used only if the user has not configured Fast DDS:
        it would replace the user's profile
    :param environment: environment in which the node is started
    :raises ConfigError: when the given profile does not exist
    """
    if given == NO_PROFILE:
        return {}
    own = (*PROFILE_VARIABLES, TRANSPORTS_VARIABLE)
    if not given and any(environment.get(name) for name in own):
        return {}
    profile = existing('dds_profile', given or default)
    return dict.fromkeys(profile_variables(environment), profile)
