# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Names of topics as ROS resolves them, without ROS."""

from __future__ import annotations

import re
from collections.abc import Mapping

from edge_sched_ros.core.errors import ConfigError

_NAMESPACE = re.compile(r'/|(/[A-Za-z_][A-Za-z0-9_]*)+')
_NODE = re.compile(r'[A-Za-z_][A-Za-z0-9_]*')
_PART = r'[A-Za-z_~/{}][A-Za-z0-9_~/{}]*'
_RULE = re.compile(rf'({_PART}):=({_PART})')


class ResolvedNames:
    """
    Resolves names for a node.

    :param node: its name
    :param namespace: absolute
    :param remappings: name -> name, as given to the node, of topics and services
    :raises ConfigError: for a name that ROS would refuse
    """

    def __init__(
        self, node: str, namespace: str = '/', remappings: Mapping[str, str] | None = None
    ) -> None:
        if not _NODE.fullmatch(node):
            raise ConfigError('--name', f"'{node}' cannot be the name of a node")
        if not _NAMESPACE.fullmatch(namespace):
            raise ConfigError('--namespace', f"'{namespace}' is not of the form /a/b")
        self.node, self.namespace = node, namespace
        self._remapped = {
            self._expanded(source): self._expanded(target)
            for source, target in (remappings or {}).items()
        }

    def resolve(self, name: str) -> str:
        """Return the absolute name, remapping applied."""
        expanded = self._expanded(name)
        return self._remapped.get(expanded, expanded)

    def is_remapped(self, name: str) -> bool:
        """Whether remapping changes a name."""
        return self._expanded(name) in self._remapped

    def _expanded(self, name: str) -> str:
        if name.startswith('/'):
            return name
        base = '' if self.namespace == '/' else self.namespace
        if name == '~' or name.startswith('~/'):
            return f'{base}/{self.node}{name[1:]}'
        return f'{base}/{name}'


def read_rule(rule: str) -> tuple[str, str]:
    """
    Return both sides of a remapping ``FROM:=TO``.

    :raises ConfigError: when it has another form
    """
    found = _RULE.fullmatch(rule)
    if found is None:
        raise ConfigError('--remap', f"'{rule}' is not of the form FROM:=TO")
    return found[1], found[2]
