# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What devices find suspicious about the results of networks, as lines of their problems."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from typing import Any

from edge_sched_ros.execution.doubt import doubt_of

#: what such a line begins with
_SUSPICIOUS = 'suspicious results of '


def doubts_of_networks(networks: Mapping[str, Any]) -> tuple[str, ...]:
    """
    Return a line for each network whose latest results are suspicious.

    :param networks: name -> what a device serves, with its ``program``; variants share one
    """
    found: dict[int, str] = {}
    for name, one in sorted(networks.items()):
        if doubt := doubt_of(one.program):
            found.setdefault(id(one.program), f'{_SUSPICIOUS}{name}: {doubt}')
    return tuple(found.values())


def has_doubts(problems: Iterable[str]) -> bool:
    """Return whether a device tells of suspicious results."""
    return any(line.startswith(_SUSPICIOUS) for line in problems)
