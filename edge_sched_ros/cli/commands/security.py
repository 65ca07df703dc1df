# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""``edge-sched security``: the policy file of SROS 2 for a node."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from edge_sched_ros.cli.options import NamedPath
from edge_sched_ros.cli.output import printing
from edge_sched_ros.core.errors import ConfigError

if TYPE_CHECKING:
    from edge_sched_ros.pipeline.security.names import ResolvedNames
    from edge_sched_ros.pipeline.security.rights import Rights

#: program -> name of its node
_NODES = {
    'scheduler_node': 'scheduler',
    'coordinator_node': 'coordinator',
    'device_node': 'device',
    'bag_player': 'bag_player',
    'bag_recorder': 'bag_recorder',
}
_FILE = NamedPath(path_type=Path, dir_okay=False)


@click.command('security')
@click.argument('program', type=click.Choice(tuple(_NODES)))
@click.option('--params', type=_FILE, help='Parameter file of the node, as it is started with.')
@click.option('--name', default='', help='Name of the node, if it is another than usual.')
@click.option('--namespace', default='/', show_default=True, help='Namespace of the node.')
@click.option(
    '--remap',
    multiple=True,
    metavar='FROM:=TO',
    help='Remapping of a topic that the node is started with. Repeatable.',
)
@click.option('--enclave', default='', help='Path of its enclave.  [default: NAMESPACE/NAME]')
@click.option(
    '--topic',
    'topics',
    multiple=True,
    metavar='NAME',
    help='Topic that the bag has, or that is recorded. Repeatable.',
)
@click.option('-o', '--output', type=_FILE, help='File to write.  [default: standard output]')
def security(
    program: str,
    params: Path | None,
    name: str,
    namespace: str,
    remap: Sequence[str],
    enclave: str,
    topics: Sequence[str],
    output: Path | None,
) -> None:
    """
    Print the policy of SROS 2 that allows a node what it needs, and nothing else.

    `ros2 security create_permission` makes permissions from it; docs/security.md has the steps.
    Names are those of the node with its parameters, namespace and remappings; print the policy
    again when these change.
    """
    from edge_sched_ros.documents.output_file import write_whole
    from edge_sched_ros.pipeline.security.names import read_rule
    from edge_sched_ros.pipeline.security.names import ResolvedNames
    from edge_sched_ros.pipeline.security.policy_xml import Enclave
    from edge_sched_ros.pipeline.security.policy_xml import write_policy

    names = ResolvedNames(name or _NODES[program], namespace, dict(map(read_rule, remap)))
    rights = _rights(program, params, names, topics)
    path = enclave or f'{names.namespace.rstrip("/")}/{names.node}'
    if not path.startswith('/'):
        raise ConfigError('--enclave', f"'{path}' must begin with /")
    text = write_policy([Enclave(path, names.node, names.namespace, rights)])
    if output is not None:
        write_whole(output, text.encode())
        return
    with printing():
        click.echo(text, nl=False)


def _rights(
    program: str, params: Path | None, names: ResolvedNames, topics: Sequence[str]
) -> Rights:
    from edge_sched_ros.fleet import rights as fleet
    from edge_sched_ros.pipeline.security import rights as pipeline
    from edge_sched_ros.pipeline.settings.parameter_file import read_parameters

    if program in ('bag_player', 'bag_recorder'):
        if not topics:
            raise ConfigError('--topic', f'{program} needs at least one')
        return pipeline.bag_rights(names, topics, plays=program == 'bag_player')
    if topics:
        raise ConfigError('--topic', 'is for bag_player and bag_recorder; others have --params')
    if params is None:
        raise ConfigError('--params', f'{program} needs its parameter file')
    values = read_parameters(params, names.node)
    if program == 'device_node':
        return fleet.rights_of_device(values, names)
    if program == 'coordinator_node':
        return fleet.rights_of_coordinator(values, names, node=names.node, beside=params.parent)
    return pipeline.rights_of_scheduler(values, names, beside=params.parent)


COMMAND = security
