# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Publishes the units of the node it runs on."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from collections.abc import Collection
from pathlib import Path
from threading import Event
from typing import Any
from typing import Protocol

from edge_sched_ros.cluster.api import ApiError
from edge_sched_ros.cluster.node_costs import MOST_ANNOTATION
from edge_sched_ros.cluster.observed import times_ms
from edge_sched_ros.cluster.publication import Facts
from edge_sched_ros.cluster.publication import node_patch
from edge_sched_ros.cluster.publication import status_patch
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.discovery.inventory import take_inventory
from edge_sched_ros.execution.discovery.module import read_module

_log = logging.getLogger(__name__)
_NOT_FOUND, _FORBIDDEN, _INVALID = 404, 403, 422


class NodeApi(Protocol):
    """The calls of the agent to the API server."""

    def node(self, name: str) -> dict[str, Any]:
        """Return a node."""
        ...

    def patch_node(self, name: str, patch: dict[str, Any]) -> None:
        """Merge into it."""
        ...

    def patch_node_status(self, name: str, patch: dict[str, Any]) -> None:
        """Merge into a node's status."""
        ...


def discover(kinds: Collection[str]) -> tuple[dict[str, str], str]:
    """
    Return the usable units of this computer, by name with their kind, and its name.

    :param kinds: kinds to publish; empty: all except ``cpu``, which Kubernetes manages itself
    """
    found = {
        unit.name: unit.kind
        for unit in take_inventory()
        if unit.available and (unit.kind in kinds if kinds else unit.kind != 'cpu')
    }
    module = read_module()
    known = module.family is not None and module.family.known
    return found, (module.family.name if known and module.family else module.model) or ''


def read_observed(path: Path) -> dict[str, float] | None:
    """Return the response times of pods in a file, ``None`` when it cannot be used now."""
    try:
        data = json.loads(path.read_text(encoding='utf-8'))
    except (OSError, ValueError, RecursionError) as error:
        _log.warning('%s: not used: %s', path, ' '.join(str(error).split())[:100])
        return None
    if not isinstance(data, dict):
        _log.warning('%s: not used: is not a JSON object', path)
        return None
    numbers, problem = times_ms(data)
    if problem:
        _log.warning('%s: left out: %s', path, problem)
    size = len(json.dumps(numbers))
    if size > MOST_ANNOTATION:
        text = '%s: not used: takes %s bytes as an annotation, more than the %s of a node'
        _log.warning(text, path, size, MOST_ANNOTATION)
        return None
    return {key: round(value, 3) for key, value in numbers.items()}


class Agent:
    """
    Keeps a node's published data up to date: kubelet drops extended resources when it restarts.

    :param facts: returns the present data to publish
    """

    def __init__(self, api: NodeApi, node: str, facts: Callable[[], Facts]) -> None:
        self._api, self._node, self._facts = api, node, facts

    def publish(self) -> dict[str, Any]:
        """
        Publish the changes, and return them; empty without changes.

        :raises ConfigError: when the node does not exist, permission is missing, or data is too
            long
        :raises ApiError: when the API server is not available
        """
        try:
            node, facts = self._api.node(self._node), self._facts()
            status, own = status_patch(facts, node), node_patch(facts, node)
            if status:
                self._api.patch_node_status(self._node, status)
            if own:
                self._api.patch_node(self._node, own)
        except ApiError as error:
            if error.status in (_NOT_FOUND, _FORBIDDEN):
                raise ConfigError(f'node {self._node}', str(error)) from None
            if error.status == _INVALID and 'annotations' in str(error):
                hint = f'{error} (--profiles and --observed become annotations)'
                raise ConfigError(f'node {self._node}', hint) from None
            raise
        return {**status, **own}

    def run(self, every_s: float, stop: Event) -> None:
        """Publish repeatedly, whatever the state of the API server."""
        while not stop.is_set():
            try:
                changed = self.publish()
                if changed:
                    _log.info('%s: published %s', self._node, json.dumps(changed))
            except (ApiError, ConfigError) as error:
                _log.warning('%s: not published, retrying: %s', self._node, error)
            stop.wait(every_s)
