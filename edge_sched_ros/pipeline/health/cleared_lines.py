# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Lines of the diagnostics that are there only while something is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from edge_sched_ros.core.brief import brief
from edge_sched_ros.pipeline.health.health import Health
from edge_sched_ros.pipeline.health.health import OK

#: part of the message of a cleared line that repeats what was wrong, characters
_REPEATED = 160


class ClearedLines:
    """
    Reports a line that is gone as OK, once.

    Who listens to diagnostics keeps the last state of each line: one that only vanishes seems to
    be wrong for ever, or stale.
    """

    def __init__(self) -> None:
        self._wrong: dict[str, Health] = {}

    def added_to(self, lines: Sequence[Health]) -> list[Health]:
        """Return the lines of a report, and those that were wrong before and are gone."""
        names = {line.name for line in lines}
        gone = [line for name, line in self._wrong.items() if name not in names]
        self._wrong = {line.name: line for line in lines if line.level != OK}
        return [*lines, *map(_cleared, gone)]


def _cleared(line: Health) -> Health:
    told = f'no longer reported; before: {brief(line.message, _REPEATED)}'
    return replace(line, level=OK, message=told)
