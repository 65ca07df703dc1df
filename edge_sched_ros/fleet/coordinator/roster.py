# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The devices that the parameter ``devices`` names, against those that offer themselves."""

from __future__ import annotations

from edge_sched_ros.core.near import did_you_mean

#: a device that was not seen so long after the start is worth a warning
PATIENCE_NS = 5_000_000_000
#: names of other devices that are remembered
_MOST_UNLISTED = 100


class Roster:
    """
    Notes which names are seen.

    :param wanted: names of devices to use; empty for every device that offers itself
    """

    def __init__(self, wanted: tuple[str, ...]) -> None:
        #: wanted and not seen yet
        self._unseen = dict.fromkeys(wanted)
        self._wanted = frozenset(wanted)
        self._unlisted: dict[str, None] = {}
        self._began_ns: int | None = None

    def wants(self, name: str) -> bool:
        """Note that a device offers itself; return whether it may be used."""
        self._unseen.pop(name, None)
        if not self._wanted or name in self._wanted:
            return True
        if len(self._unlisted) < _MOST_UNLISTED:
            self._unlisted[name] = None
        return False

    @property
    def unlisted(self) -> tuple[str, ...]:
        """Devices that offered themselves and are not named."""
        return tuple(sorted(self._unlisted))

    def problems(self, now_ns: int) -> list[str]:
        """Return a line for every device that is named and was never seen."""
        if self._began_ns is None:
            self._began_ns = now_ns
        if now_ns - self._began_ns < PATIENCE_NS:
            return []
        lines = []
        for name in self._unseen:
            line = f"devices: '{name}' was never seen"
            if self._unlisted:
                hint = did_you_mean(name, self._unlisted)
                others = ', '.join(list(self.unlisted)[:8])
                line += hint or f' (others that offer themselves: {others})'
            lines.append(line)
        return lines
