# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Parameters of ``device_node`` and ``coordinator_node`` beside those of the scheduler.

``python -m edge_sched_ros.fleet.settings`` prints the tables that docs/devices.md holds.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.high_level.links import Link
from edge_sched_ros.core.high_level.signs_of_life import LOST_AFTER_NS
from edge_sched_ros.core.high_level.signs_of_life import SIGN_NS
from edge_sched_ros.core.tasks import NS_PER_MS
from edge_sched_ros.fleet.coordinator.assemble import FleetSettings
from edge_sched_ros.fleet.coordinator.described_links import described_links
from edge_sched_ros.pipeline.settings.config import from_parameters
from edge_sched_ros.pipeline.settings.parameter_docs import section
from edge_sched_ros.pipeline.settings.parameter_spec import ParameterSpec
from edge_sched_ros.pipeline.settings.parameters import SCHEDULER_PARAMETERS
from edge_sched_ros.pipeline.settings.pipeline_config import PipelineConfig
from edge_sched_ros.pipeline.settings.resources import find_file
from edge_sched_ros.plugins.high_level_policies import make_high_level_policy

_NAME = re.compile(r'[A-Za-z][A-Za-z0-9_]*')
_PARAMETERS = 'high_level_parameters'
_TRUTH = {'true': True, 'false': False}
_NAME_RULE = 'letters, digits and _, a letter first'
#: what a device has in common with a scheduler
_SHARED = (
    'policy',
    'units',
    'require_units',
    'engine',
    'preprocessor',
    'profiles',
    'profile_at_configure_s',
    'max_image_pixels',
    'watchdog_factor',
    'watchdog_floor_ms',
    'watchdog_pause_ms',
    'watchdog_max_pause_ms',
    'watchdog_max_abandoned',
    'realtime_priority',
    'lock_memory',
    'isolated_cores',
    'native',
)


def _shared(name: str) -> ParameterSpec:
    spec = next(one for one in SCHEDULER_PARAMETERS if one.name == name)
    if name == 'policy':
        return replace(
            spec,
            default='edf',
            dynamic=False,
            description='Policy that decides which segment runs on which unit of the device. What '
            '+drop would drop early is the decision of the coordinator: it is left out',
        )
    return replace(spec, dynamic=False)


DEVICE_PARAMETERS: tuple[ParameterSpec, ...] = (
    ParameterSpec(
        'device',
        'string',
        '',
        f'Name of the device, unique among the devices of a coordinator ({_NAME_RULE}); empty '
        'for the name of the computer',
    ),
    ParameterSpec(
        'networks',
        'string_array',
        [],
        'YAML files of the networks that the device can run, named like those of a task',
    ),
    ParameterSpec(
        'coordinators',
        'string_array',
        [],
        'Names of the coordinators that the device may serve; beats of others are counted as '
        'unknown_coordinator and have no effect. Empty for any',
    ),
    ParameterSpec(
        'peers',
        'string_array',
        [],
        'Names of the devices whose tensors the device takes, also that of the local device of '
        'its coordinator (home); tensors of others are counted as unknown_peer. Empty for any',
    ),
    ParameterSpec(
        'lease_ms',
        'double',
        1000.0,
        'The device is free again when its coordinator was silent for this long, in milliseconds',
        minimum=100.0,
        maximum=60_000.0,
    ),
    *(_shared(name) for name in _SHARED),
)

COORDINATOR_PARAMETERS: tuple[ParameterSpec, ...] = (
    ParameterSpec(
        'coordinator',
        'string',
        '',
        f'Name of the coordinator ({_NAME_RULE}); empty for the name of the node',
    ),
    ParameterSpec(
        'home',
        'string',
        'home',
        'Name of the local device, which has the cameras and publishes the answers',
    ),
    ParameterSpec(
        'home_runs',
        'bool',
        True,
        'Whether the local device runs networks, too, beside what must stay with it (programs, '
        'tracks, answers by options of tasks); without that, and without any other device, frames '
        'are dropped (no_device)',
    ),
    ParameterSpec(
        'devices',
        'string_array',
        [],
        'Names of the devices to use; empty for every device that offers itself',
    ),
    ParameterSpec(
        'high_level_policy',
        'string',
        'look_ahead',
        'Policy that cuts networks into partitions and gives these to devices; one of this '
        'package, of an installed one, or package.module:Class',
    ),
    ParameterSpec(
        'high_level_parameters',
        'string_array',
        [],
        "Parameters of that policy, as NAME=NUMBER (or true, false), e.g. 'max_partitions=2'",
    ),
    ParameterSpec(
        'links_file',
        'string',
        '',
        'System file whose links the coordinator begins with, until transfers were measured; its '
        'devices are named like those of the coordinator. Its path is resolved like that of a '
        'network; empty for a wired network between all devices',
    ),
    ParameterSpec(
        'lost_after_ms',
        'double',
        LOST_AFTER_NS / NS_PER_MS,
        'A device that was silent for this long counts as lost, in milliseconds; it says every '
        f'{SIGN_NS / NS_PER_MS:g} ms that it is alive',
        minimum=150.0,
        maximum=60_000.0,
    ),
)


def device_config(values: Mapping[str, Any]) -> PipelineConfig:
    """
    Return the configuration of a device: a task per network, without any input.

    :param values: of :data:`DEVICE_PARAMETERS` by name
    :raises ConfigError: naming the parameter
    """
    if not values['networks']:
        raise ConfigError('networks', 'needs at least one network')
    full: dict[str, Any] = {name: values[name] for name in _SHARED}
    full['tasks'] = names = [f'network{index}' for index in range(len(values['networks']))]
    for name, network in zip(names, values['networks']):
        full |= {f'{name}.network': network, f'{name}.topic': 'from_coordinator'}
    try:
        return from_parameters(full)
    except ConfigError as error:
        if error.where.partition('.')[0] in names:
            raise ConfigError('networks', error.problem) from None
        raise


def allowed_names(values: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """
    Return the names in ``coordinators`` or ``peers`` of a device.

    :raises ConfigError: for one that cannot be one
    """
    return tuple(_checked(name, key) for name in values[key])


def device_name(values: Mapping[str, Any]) -> str:
    """
    Return the name of a device.

    :raises ConfigError: when it cannot be one
    """
    name = values['device'] or re.sub(r'\W', '_', socket.gethostname(), flags=re.ASCII)
    return _checked(name, 'device')


def fleet_settings(values: Mapping[str, Any], *, node: str) -> FleetSettings:
    """
    Return the settings of a coordinator.

    :param values: of :data:`COORDINATOR_PARAMETERS` by name
    :param node: name of the node
    :raises ConfigError: naming the parameter
    """
    for name in values['devices']:
        _checked(name, 'devices')
        if name == values['home']:
            raise ConfigError('devices', f"'{name}' is the local device (home), always in use")
    policy = values['high_level_policy']
    parameters = _policy_values(values['high_level_parameters'])
    _check_policy(policy, parameters)
    return FleetSettings(
        name=_checked(values['coordinator'] or node, 'coordinator'),
        home=_checked(values['home'], 'home'),
        home_runs=values['home_runs'],
        wanted=tuple(values['devices']),
        policy=policy,
        policy_parameters=parameters,
        lost_after_ns=round(values['lost_after_ms'] * 1e6),
        links=_links(values['links_file'], values['home']),
    )


def _links(name: str, home: str) -> dict[tuple[str, str], Link]:
    if not name:
        return {}
    return described_links(str(find_file(name, where='links_file')), home)


def _check_policy(policy: str, parameters: Mapping[str, float]) -> None:
    try:
        make_high_level_policy(policy, parameters)
    except ConfigError as error:
        owner, _, name = error.where.partition('.')
        if owner != 'policy':
            raise
        # the prefix is that of another parameter of the node
        raise ConfigError(_PARAMETERS, f"'{name}': {error.problem}") from None


def _policy_values(given: list[str]) -> dict[str, float]:
    found: dict[str, float] = {}
    for text in given:
        name, _, value = (part.strip() for part in text.partition('='))
        number = _number(value)
        if not name or number is None:
            problem = f"'{text}' is not of the form NAME=NUMBER (or true, false)"
            raise ConfigError(_PARAMETERS, problem)
        if name in found:
            raise ConfigError(_PARAMETERS, f"'{name}' is given twice")
        found[name] = number
    return found


def _number(text: str) -> float | None:
    if text.lower() in _TRUTH:
        return _TRUTH[text.lower()]
    try:
        return float(text)
    except ValueError:
        return None


def _checked(name: str, where: str) -> str:
    if not _NAME.fullmatch(name):
        raise ConfigError(where, f"'{name}' cannot be part of a topic's name: {_NAME_RULE}")
    return name


def markdown() -> str:
    """Return the tables of all parameters."""
    lines = section('device_node', DEVICE_PARAMETERS)
    lines += section('coordinator_node, beside those of the scheduler', COORDINATOR_PARAMETERS)
    return '\n'.join(lines)


if __name__ == '__main__':
    print(markdown())
