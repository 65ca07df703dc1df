# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What of VPI the machine's probe found, as this room needs it."""

from __future__ import annotations

from dataclasses import dataclass

from edge_sched_ros.execution.discovery.probe import ProbeResult
from edge_sched_ros.execution.vpi.capability import Version


@dataclass(frozen=True, slots=True)
class VpiFacts:
    """
    What was found.

    :param reason: why VPI cannot be used; empty when it can
    """

    version: Version = (0, 0)
    backends: frozenset[str] = frozenset()
    reason: str = ''


def facts_of(found: ProbeResult) -> VpiFacts:
    """Return what a probe of VPI says; a VPI that serves no unit cannot be used."""
    if not found.ok:
        return VpiFacts(reason=found.reason)
    try:
        numbers = [int(part) for part in str(found.facts['version']).split('.')[:2]]
    except (KeyError, ValueError):
        return VpiFacts(reason='module vpi does not say its version (VPI before 2.1?)')
    version = (numbers[0], numbers[1] if len(numbers) > 1 else 0)
    backends = frozenset(found.facts.get('backends', ()))
    if not backends - {'CPU'}:
        return VpiFacts(version, backends, 'VPI has no backend here but the CPU')
    return VpiFacts(version, backends)
