# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Lets the machine's probes find what stand-ins pretend to be."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from edge_sched_ros.execution.discovery import probes
from edge_sched_ros.execution.discovery.probe import ProbeResult

WORKS = ProbeResult(True, {'version': '1.0'})
_NOTHING = ProbeResult(False, reason='not in this test')


def find(monkeypatch: pytest.MonkeyPatch, **found: Callable[[], ProbeResult]) -> None:
    """
    Let probes find this, beside what they were told before; what nobody told is absent.

    The real probes are not run: they are kept for the process, and would keep the stand-ins.
    """
    told = {**getattr(probes.probe_machine, 'told', {}), **found}

    def probe_machine() -> probes.Probes:
        names = probes.Probes.__dataclass_fields__
        return probes.Probes(**{name: told.get(name, lambda: _NOTHING)() for name in names})

    probe_machine.told = told  # type: ignore[attr-defined]
    monkeypatch.setattr(probes, 'probe_machine', probe_machine)
