# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The topics and services that a node needs, and no others."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path
from typing import Any

from edge_sched_ros.pipeline.inputs.topics import DEBUG_TOPICS
from edge_sched_ros.pipeline.inputs.topics import EXTRA_TOPICS
from edge_sched_ros.pipeline.inputs.topics import info_topics
from edge_sched_ros.pipeline.inputs.topics import RESULT_TOPICS
from edge_sched_ros.pipeline.settings.config import from_parameters
from edge_sched_ros.pipeline.settings.pipeline_config import PipelineConfig
from edge_sched_ros.pipeline.settings.topic_names import TopicNames

#: services of every node: its parameters, and from Jazzy on the types of its messages
_NODE_SERVICES = (
    '~/describe_parameters',
    '~/get_parameter_types',
    '~/get_parameters',
    '~/list_parameters',
    '~/set_parameters',
    '~/set_parameters_atomically',
    '~/get_type_description',
)
_LIFECYCLE_SERVICES = (
    '~/change_state',
    '~/get_available_states',
    '~/get_available_transitions',
    '~/get_state',
    '~/get_transition_graph',
)
_LABELS = 'label_info'


@dataclass(frozen=True, slots=True)
class Rights:
    """
    Absolute names; a ``*`` stands for any text.

    :param publish: topics
    :param subscribe: topics
    :param reply: services that the node offers
    :param request: services that it calls
    """

    publish: frozenset[str] = field(default_factory=frozenset)
    subscribe: frozenset[str] = field(default_factory=frozenset)
    reply: frozenset[str] = field(default_factory=frozenset)
    request: frozenset[str] = field(default_factory=frozenset)

    def __or__(self, other: Rights) -> Rights:
        """Return both together."""
        return Rights(
            self.publish | other.publish,
            self.subscribe | other.subscribe,
            self.reply | other.reply,
            self.request | other.request,
        )


def resolved(
    names: TopicNames,
    *,
    publish: Iterable[str] = (),
    subscribe: Iterable[str] = (),
    reply: Iterable[str] = (),
) -> Rights:
    """Return rights by names as a node writes them."""
    return Rights(
        frozenset(map(names.resolve, publish)),
        frozenset(map(names.resolve, subscribe)),
        frozenset(map(names.resolve, reply)),
    )


def node_rights(names: TopicNames) -> Rights:
    """Return what every node needs: log, parameters, simulated time."""
    return resolved(
        names,
        publish=['/rosout', '/parameter_events'],
        # with use_sim_time alone
        subscribe=['/clock'],
        reply=_NODE_SERVICES,
    )


def lifecycle_rights(names: TopicNames) -> Rights:
    """Return what a lifecycle node needs beside that."""
    return resolved(names, publish=['~/transition_event'], reply=_LIFECYCLE_SERVICES)


def task_rights(config: PipelineConfig, names: TopicNames) -> Rights:
    """
    Return the inputs of tasks and their results.

    A task may publish every kind of result below its own name: which one it is shows only when
    its network is loaded.

    :param config: with resolved names of topics
    """
    of_kinds = (*RESULT_TOPICS.values(), *EXTRA_TOPICS.values(), DEBUG_TOPICS)
    kinds = {name for topics in of_kinds for name in topics} | {_LABELS}
    inputs = {*config.topics, *info_topics(config).values()}
    published = [f'{task.name}/{kind}' for task in config.tasks for kind in sorted(kinds)]
    return Rights(subscribe=frozenset(inputs)) | resolved(names, publish=published)


def scheduler_rights(config: PipelineConfig, names: TopicNames, *, bond: bool = False) -> Rights:
    """
    Return what ``scheduler_node`` needs.

    :param bond: whether ``bond_heartbeat_period`` is set
    """
    own = resolved(
        names,
        publish=['~/timing', '~/status', '/diagnostics', *(['bond'] if bond else [])],
        reply=['~/save_system'],
    )
    return node_rights(names) | lifecycle_rights(names) | task_rights(config, names) | own


def rights_of_scheduler(
    values: Mapping[str, Any], names: TopicNames, *, beside: Path | None = None
) -> Rights:
    """
    Return what ``scheduler_node`` needs with these parameters.

    :param beside: the folder of their file
    :raises ConfigError: naming the parameter
    """
    config = from_parameters(values, beside=beside, topics=names)
    return scheduler_rights(config, names, bond=bool(values.get('bond_heartbeat_period')))


def bag_rights(names: TopicNames, topics: Iterable[str], *, plays: bool) -> Rights:
    """
    Return what ``bag_player`` or ``bag_recorder`` needs.

    :param topics: of the bag
    :param plays: whether it plays them, with ``/clock``, or records them
    """
    if plays:
        return node_rights(names) | resolved(names, publish=[*topics, '/clock'])
    return node_rights(names) | resolved(names, subscribe=topics)
