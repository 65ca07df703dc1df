# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The frames of a camera between two runs of a task."""

from __future__ import annotations

from dataclasses import dataclass

from edge_sched_ros.execution.frame import Frame


@dataclass(slots=True)
class PassedFrames:
    """
    Counts frames of one stream, those that the task did not get included.

    A task that was given every other frame must expect twice the motion.
    """

    _last: tuple[str, int] | None = None

    def until(self, frame: Frame | None) -> int:
        """Return the number of frames from the last one to this, at least 1."""
        if frame is None:
            return 1
        last, self._last = self._last, (frame.stream, frame.seq)
        if last is None or last[0] != frame.stream:
            return 1
        return max(frame.seq - last[1], 1)

    def reset(self) -> None:
        """Begin again with the next frame."""
        self._last = None
