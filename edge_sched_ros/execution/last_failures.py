# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the last failure of each task said, for its diagnostics."""

from __future__ import annotations

import threading
from collections.abc import Mapping

from edge_sched_ros.core.brief import brief_error

#: maximum length of a text
_LIMIT = 160


class LastFailures:
    """Keeps one text per task and reason, which are few (``failure_reasons``); thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._texts: dict[str, dict[str, str]] = {}

    def note(self, task: str, reason: str, error: BaseException) -> None:
        """Remember the type of an error and what it says; it never raises."""
        text = brief_error(error, _LIMIT)
        with self._lock:
            self._texts.setdefault(task, {})[reason] = text

    def snapshot(self) -> Mapping[str, Mapping[str, str]]:
        """Return task -> reason -> text."""
        with self._lock:
            return {task: dict(texts) for task, texts in self._texts.items()}
