# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The file with the types of nodes and the costs of networks: a placement file without apps."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from edge_sched_ros.capacity.cluster_file import WORDS
from edge_sched_ros.capacity.cost_keys import check_cost_keys
from edge_sched_ros.capacity.placement.placement_file import _check_app
from edge_sched_ros.capacity.placement.placement_file import _check_node
from edge_sched_ros.capacity.placement.problem import App
from edge_sched_ros.capacity.placement.problem import Limits
from edge_sched_ros.capacity.placement.schema import AppSpec
from edge_sched_ros.capacity.placement.schema import PlacementFile
from edge_sched_ros.capacity.schema import Name
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.documents.parsing import checking
from edge_sched_ros.documents.parsing import parse
from edge_sched_ros.documents.yaml_file import read_mapping


class Types(PlacementFile):
    """Types of nodes by name, costs of networks, limits."""

    apps: dict[Name, AppSpec] = Field({}, description='None: pods say what they ask for.')

    @property
    def limits(self) -> Limits:
        """Return what a node may be given."""
        return Limits(
            self.utilisation_limit, self.memory_share, self.front_end_limit, self.deadline_share
        )

    def check(self, app: App) -> None:
        """
        Check that an application alone could be served by some type of node.

        :raises ConfigError: when not, or its network is not known
        """
        _check_app(self, app)


def load_types(path: Path) -> Types:
    """
    Read types of nodes and costs of networks.

    :raises ConfigError: naming file and key
    """
    data = read_mapping(path)
    if 'apps' in data:
        raise ConfigError(
            f'{path}: apps', 'does not go here: pods say by annotations what they ask'
        )
    types = parse(data, Types, str(path), words=WORDS)
    check_cost_keys(types.networks, types.devices.values(), f'{path}: networks')
    with checking(str(path)):
        for name, node in types.devices.items():
            _check_node(types.networks, name, node)
    return types
