# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The published data of a node: units as extended resources, and their description."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from typing import Any

from edge_sched_ros.cluster import names


@dataclass(frozen=True, slots=True)
class Facts:
    """
    A node as seen by its agent.

    :param units: name -> kind, for usable units that are published
    :param module: the computer's name; empty without one
    :param type: a key of the controller's ``devices``; empty: leave the present value
    :param profiles: network -> unit -> cost, as ``costs`` of system files; empty: none
    :param observed: pod -> ms; ``None`` if unknown
    :param stamp: of ``observed``: changes whenever it is published; empty for none
    :param states: unit -> ``defective`` or ``late``, for those that new pods should not get
    :param defects: name -> kind, for units that the computer has and that cannot be used
    :param versions: ``jetpack`` and ``tensorrt``, where known
    """

    units: Mapping[str, str]
    module: str = ''
    type: str = ''
    profiles: Mapping[str, Any] = field(default_factory=dict)
    observed: Mapping[str, float] | None = None
    stamp: str = ''
    states: Mapping[str, str] = field(default_factory=dict)
    defects: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)

    @property
    def sound(self) -> dict[str, str]:
        """Return the usable units that are neither defective nor late."""
        return {name: kind for name, kind in self.units.items() if name not in self.states}


def resources(units: Mapping[str, str]) -> dict[str, str]:
    """Return the extended resources of units: the number of each kind."""
    return {f'{names.GROUP}/{kind}': str(n) for kind, n in sorted(Counter(units.values()).items())}


def node_patch(facts: Facts, node: Mapping[str, Any]) -> dict[str, Any]:
    """
    Return the merge patch of annotations and labels; empty without differences.

    Profiles and observed responses that are no longer given are removed.
    """
    meta = node.get('metadata') or {}
    known = meta.get('annotations') or {}
    optional = (names.PROFILES, names.NODE_OBSERVED, names.NODE_OBSERVED_AT)
    gone = [key for key in optional if key in known]
    wanted: dict[str, str | None] = {**dict.fromkeys(gone), names.UNITS: ','.join(facts.units)}
    if facts.type:
        wanted[names.TYPE] = facts.type
    if facts.profiles:
        wanted[names.PROFILES] = json.dumps(facts.profiles, sort_keys=True)
    if facts.observed is not None:
        wanted[names.NODE_OBSERVED] = json.dumps(facts.observed, sort_keys=True)
        if facts.stamp:
            wanted[names.NODE_OBSERVED_AT] = facts.stamp
    labels = {names.MODULE: label(facts.module)} if label(facts.module) else {}
    changes = {
        'annotations': _different(wanted, known),
        'labels': _different(labels, meta.get('labels')),
    }
    changes = {key: value for key, value in changes.items() if value}
    return {'metadata': changes} if changes else {}


def status_patch(facts: Facts | None, node: Mapping[str, Any]) -> dict[str, Any]:
    """
    Return the merge patch of a node's status; empty without differences.

    :param facts: ``None`` when units are not published here

    A kind that was published and is gone becomes 0. Kubelet derives allocatable from capacity; a
    node without a kubelet needs it set.
    """
    status = node.get('status') or {}
    changes = {}
    for key in ('capacity', 'allocatable'):
        known = status.get(key) or {}
        ours = {name for name in known if name.startswith(f'{names.GROUP}/')}
        there = {} if facts is None else resources(facts.sound)
        different = _different({**dict.fromkeys(ours, '0'), **there}, known)
        if different:
            changes[key] = different
    return {'status': changes} if changes else {}


def label(text: str) -> str:
    """Return a text as a valid label value: at most 63 letters, digits, ``-_.``."""
    return re.sub(r'[^a-z0-9]+', '-', text.lower())[:63].strip('-')


def _different(wanted: Mapping[str, str | None], known: Any) -> dict[str, str | None]:
    known = known or {}
    return {key: value for key, value in wanted.items() if known.get(key) != value}
