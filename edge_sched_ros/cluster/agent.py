# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Publishes the units of the node it runs on."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any
from typing import Protocol

from edge_sched_ros.cluster.api_call import ApiError
from edge_sched_ros.cluster.api_call import NotServed
from edge_sched_ros.cluster.node_costs import MOST_ANNOTATION
from edge_sched_ros.cluster.observed import times_ms
from edge_sched_ros.cluster.publication import Facts
from edge_sched_ros.cluster.publication import node_patch
from edge_sched_ros.cluster.publication import status_patch
from edge_sched_ros.cluster.slices import make_slice
from edge_sched_ros.cluster.slices import slice_name
from edge_sched_ros.core.brief import brief
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.documents.text_file import read_text

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


class Slices(Protocol):
    """The calls of the agent on ResourceSlices."""

    def get(self, name: str) -> dict[str, Any] | None:
        """Return a slice, ``None`` without one."""
        ...

    def put(self, item: dict[str, Any]) -> None:
        """Create or replace it."""
        ...

    def delete(self, name: str) -> bool:
        """Delete it, and return whether there was one."""
        ...


def read_observed(path: Path) -> dict[str, float] | None:
    """Return the response times of pods in a file, ``None`` when it cannot be used now."""
    try:
        data = json.loads(read_text(path))
    except (ValueError, RecursionError) as error:
        # a ConfigError begins with the path
        problem = error.problem if isinstance(error, ConfigError) else str(error)
        _log.warning('%s: not used: %s', path, brief(problem, 100))
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

    Units are published in one way, never in both: a unit would be given away twice.

    :param facts: returns the present data to publish
    :param slices: publishes units as devices; ``None`` for extended resources of the node
    :param others: where a slice may be left of an agent that published devices
    """

    def __init__(
        self,
        api: NodeApi,
        node: str,
        facts: Callable[[], Facts],
        slices: Slices | None = None,
        others: Slices | None = None,
    ) -> None:
        self._api, self._node, self._facts = api, node, facts
        self._slices, self._others = slices, others
        self._told = False
        self._cleared = False

    def publish(self) -> dict[str, Any]:
        """
        Publish the changes, and return them; empty without changes.

        :raises ConfigError: when the node does not exist, permission is missing, or data is too
            long
        :raises ApiError: when the API server is not available
        """
        try:
            node, facts = self._api.node(self._node), self._facts()
            devices = self._publish_devices(facts, node)
            status = {} if self._slices and devices is not None else status_patch(facts, node)
            own = node_patch(facts, node)
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
        return {**(devices or {}), **status, **own}

    def _publish_devices(self, facts: Facts, node: dict[str, Any]) -> dict[str, Any] | None:
        """Publish devices, or take them back; return the changes, ``None`` if it cannot be."""
        name = slice_name(self._node)
        if self._slices is None:
            gone = self._others is not None and self._taken_back(self._others, name)
            return {'slice': None} if gone else {}
        try:
            old = self._slices.get(name)
        except NotServed:
            if not self._told:
                text = (
                    '%s: the cluster has no resource.k8s.io/v1, so units are published in status'
                )
                _log.warning(text, self._node)
            self._told = True
            return None
        status = status_patch(None, node)
        if status:
            # first, so that no unit is published twice at any moment
            self._api.patch_node_status(self._node, status)
        new = make_slice(facts, node, old)
        if new is not None:
            self._slices.put(new)
        return {**status, **({} if new is None else {'slice': new['spec']})}

    def _taken_back(self, slices: Slices, name: str) -> bool:
        """
        Delete the slice that an earlier agent left, once; return whether there was one.

        :raises ConfigError: when there is one again, as only an agent of this node writes it
        """
        try:
            if not self._cleared:
                gone = slices.delete(name)
                self._cleared = True
                return gone
            if slices.get(name) is None:
                return False
        except NotServed:
            return False
        problem = 'another agent publishes its units as devices (--publish-as slices): end one'
        raise ConfigError(f'node {self._node}', problem)

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
