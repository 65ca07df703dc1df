# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Files of applications to place and nodes to place them on: their keys."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from edge_sched_ros.capacity.schema import Device
from edge_sched_ros.capacity.schema import Name
from edge_sched_ros.capacity.schema import NotNegative
from edge_sched_ros.capacity.schema import Objective
from edge_sched_ros.capacity.schema import Positive
from edge_sched_ros.capacity.schema import ServiceCost
from edge_sched_ros.capacity.schema import Strict
from edge_sched_ros.documents.names import Named

Share = Annotated[float, Field(strict=True, gt=0, le=1)]
Many = Annotated[int, Field(strict=True, ge=1, le=100_000)]


class NodeSpec(Device):
    """A node, or several equal ones."""

    count: Many | None = Field(
        None,
        description='So many equal nodes, ``NAME-0``, ``NAME-1``, ...; else one, ``NAME``.',
    )
    reserved_mib: NotNegative = Field(
        0.0, description='Less memory to give away, for what else runs there.'
    )


class AppSpec(Strict):
    """An application: a network, how often it is asked, and how soon it must answer."""

    network: Named = Field(description='A key of ``networks``.')
    rate_per_s: Positive = Field(description='Requests a second, Poisson.')
    preprocess: Named = Field(
        '', description='A key of ``networks`` that runs first, such as decoding on ``cpu``.'
    )
    deadline_ms: Positive | None = Field(None, description='Where absent any time will do.')
    objective: Objective = Field(
        'mean', description='What must be within the deadline; the Ibis authors take the mean.'
    )
    priority: Annotated[int, Field(strict=True)] = Field(
        0, description='Higher may evict lower where nothing else is left.'
    )
    memory_mib: NotNegative = Field(0.0, description='Of the application itself, its front-end.')
    own_copy: Annotated[bool, Field(strict=True)] = Field(
        False,
        description="The network is this application's alone: memory and swaps of its own, "
        'nothing shared with others that use the same network.',
    )
    count: Many | None = Field(
        None, description='So many alike, ``NAME-0``, ``NAME-1``, ...; else one, ``NAME``.'
    )


class PlacementFile(Strict):
    """Applications, nodes, and the limits of what a node is given."""

    devices: dict[Name, NodeSpec] = Field(min_length=1, description='Nodes by name.')
    networks: dict[Name, dict[Named, ServiceCost]] = Field(
        min_length=1, description='Network -> unit name, type or kind -> cost.'
    )
    apps: dict[Name, AppSpec] = Field(
        min_length=1, description='Applications by name, in order of arrival.'
    )
    utilisation_limit: Share = Field(
        0.8, description="No unit is given more; the default is the Ibis authors'."
    )
    memory_share: Share = Field(
        0.8, description="Of a node's memory that is given away; the default is the Ibis authors'."
    )
    front_end_limit: Share | None = Field(
        0.8,
        description='Most requests an application has in flight on average (rate times mean '
        "response); ``null``: any number. The default is the Ibis authors'.",
    )
    deadline_share: Share = Field(
        1.0, description='Of a deadline, that a response may take by the models: room for error.'
    )
    description: str = Field('', description='One line for people.')
