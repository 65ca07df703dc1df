# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Whether a bag's topics are in a node's namespace."""

from __future__ import annotations

from pathlib import Path

from edge_sched_ros.bags.reader import open_bag
from edge_sched_ros.core.errors import ConfigError


def outside(path: Path, namespace: str) -> str:
    """
    Return one line when none of a bag's topics is below a namespace; empty otherwise.

    Also empty for a bag that cannot be read: the player reports why.

    :param namespace: absolute; ``/`` for none
    """
    if namespace == '/':
        return ''
    try:
        with open_bag(path) as bag:
            topics = sorted({connection.topic for connection in bag.connections})
    except ConfigError:
        return ''
    below = namespace.rstrip('/') + '/'
    if not topics or any(f'/{topic.lstrip("/")}'.startswith(below) for topic in topics):
        return ''
    return (
        f'the bag has no topic below {namespace}, where the node looks for those that do not '
        f'begin with a slash (it has: {", ".join(topics)}): leave namespace empty, or write '
        "the bag's topics into the parameter file"
    )
