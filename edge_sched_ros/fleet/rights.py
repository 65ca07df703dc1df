# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The topics and services that coordinators and devices need, and no others."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from edge_sched_ros.fleet.settings import allowed_names
from edge_sched_ros.fleet.settings import COORDINATOR_PARAMETERS
from edge_sched_ros.fleet.settings import device_name
from edge_sched_ros.fleet.settings import DEVICE_PARAMETERS
from edge_sched_ros.fleet.settings import fleet_settings
from edge_sched_ros.pipeline.security.rights import node_rights
from edge_sched_ros.pipeline.security.rights import resolved
from edge_sched_ros.pipeline.security.rights import Rights
from edge_sched_ros.pipeline.security.rights import task_rights
from edge_sched_ros.pipeline.settings.config import from_parameters
from edge_sched_ros.pipeline.settings.pipeline_config import PipelineConfig
from edge_sched_ros.pipeline.settings.topic_names import TopicNames

_ANY = ('*',)


def device_rights(
    names: TopicNames,
    device: str,
    *,
    coordinators: Collection[str] = (),
    devices: Collection[str] = (),
) -> Rights:
    """
    Return what ``device_node`` needs.

    :param device: its name as a device
    :param coordinators: which it may serve; empty for any
    :param devices: to which it may send tensors, also that of the coordinator (``home``); empty
        for any
    """
    reports = [f'devices/{name}/reports' for name in coordinators or _ANY]
    tensors = [f'devices/{name}/tensors' for name in devices or _ANY]
    own = resolved(
        names,
        publish=['devices/offers', 'devices/status', *reports, *tensors],
        subscribe=['devices/beats', f'devices/{device}/orders', f'devices/{device}/tensors'],
    )
    return node_rights(names) | own


def coordinator_rights(
    config: PipelineConfig,
    names: TopicNames,
    coordinator: str,
    *,
    home: str = 'home',
    devices: Collection[str] = (),
) -> Rights:
    """
    Return what ``coordinator_node`` needs.

    :param config: with resolved names of topics
    :param coordinator: its name as a coordinator
    :param home: name of its local device
    :param devices: which it may use; empty for any
    """
    orders = [
        f'devices/{name}/{kind}' for name in devices or _ANY for kind in ('orders', 'tensors')
    ]
    own = resolved(
        names,
        publish=['~/timing', '~/status', '/diagnostics', 'devices/beats', *orders],
        subscribe=[
            'devices/offers',
            'devices/status',
            f'devices/{coordinator}/reports',
            f'devices/{home}/tensors',
        ],
    )
    return node_rights(names) | task_rights(config, names) | own


def rights_of_device(values: Mapping[str, Any], names: TopicNames) -> Rights:
    """
    Return what ``device_node`` needs with these parameters.

    :raises ConfigError: naming the parameter
    """
    full = {spec.name: spec.default for spec in DEVICE_PARAMETERS} | dict(values)
    return device_rights(
        names,
        device_name(full),
        coordinators=allowed_names(full, 'coordinators'),
        devices=allowed_names(full, 'peers'),
    )


def rights_of_coordinator(
    values: Mapping[str, Any], names: TopicNames, *, node: str, beside: Path | None = None
) -> Rights:
    """
    Return what ``coordinator_node`` needs with these parameters.

    :param node: name of the node
    :param beside: the folder of their file
    :raises ConfigError: naming the parameter
    """
    own = {spec.name: spec.default for spec in COORDINATOR_PARAMETERS}
    of_tasks = {name: value for name, value in values.items() if name not in own}
    settings = fleet_settings({**own, **values}, node=node)
    return coordinator_rights(
        from_parameters(of_tasks, beside=beside, topics=names),
        names,
        settings.name,
        home=settings.home,
        devices=settings.wanted,
    )
