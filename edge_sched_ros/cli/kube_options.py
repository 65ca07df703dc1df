# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Options that the commands of ``edge-sched kube`` share, and checks of what they name."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import click

from edge_sched_ros.cli.options import NamedPath
from edge_sched_ros.core.brief import brief
from edge_sched_ros.core.errors import ConfigError

FILE = NamedPath(path_type=Path, dir_okay=False)
_MOST_NAME = 253
_NODE = re.compile(r'[a-z0-9]([-.a-z0-9]*[a-z0-9])?')


class NodeName(click.ParamType):
    """The name of a node as Kubernetes allows it: another would be another path of its API."""

    name = 'text'

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the name; :raises ConfigError: for what no node is named."""
        if len(value) <= _MOST_NAME and _NODE.fullmatch(value):
            return str(value)
        problem = "must be the name of a node (a-z, 0-9, '-' and '.')"
        raise ConfigError('--node', f"{problem}, not '{brief(value, 60)}'")


KUBECONFIG = click.option(
    '--kubeconfig', type=FILE, help="Kubeconfig file.  [default: the pod's own, else the user's]"
)
NODE = click.option(
    '--node',
    'name',
    type=NodeName(),
    envvar='NODE_NAME',
    required=True,
    show_envvar=True,
    help='Name of the node that this command runs on.',
)
JSON_LOG = click.option(
    '--json', 'as_json', is_flag=True, help='Log to standard output as lines of JSON.'
)


def connected(kubeconfig: Path | None) -> Any:
    """
    Return the API server of a kubeconfig, of the surrounding pod, or of the user.

    :raises ConfigError: when there is none, or the client library is not installed
    """
    from edge_sched_ros.cluster.connection import connect

    check_there(kubeconfig, '--kubeconfig')
    return connect(None if kubeconfig is None else str(kubeconfig))


def check_there(path: Path | None, option: str) -> None:
    """Check that a file is there, if one is given; :raises ConfigError: naming option and path."""
    try:
        if path is None or path.exists():
            return
        problem = f"there is no file '{path}'"
    except (OSError, ValueError) as error:
        problem = f"'{path}' cannot be read: {getattr(error, 'strerror', None) or error}"
    raise ConfigError(option, problem)


def check_system(path: Path | None, option: str) -> None:
    """As :func:`check_there`, for a system file: it may be built in, or have a power mode."""
    from edge_sched_ros.system.finding import built_in
    from edge_sched_ros.system.finding import mode_apart

    base = '' if path is None else mode_apart(str(path), option)[0]
    if base not in built_in():
        check_there(Path(base) if base else None, option)
