# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How far a build is, where this release of TensorRT tells."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

#: takes what is done so far, 0 to 1; 0 when a build begins, on every release
Progress = Callable[[float], None]


def logged(log: logging.Logger, what: str) -> Progress:
    """Return what logs the begin and each further tenth of a build, which takes minutes."""
    told = -1

    def progress(done: float) -> None:
        nonlocal told
        tenths = int(done * 10)
        if tenths <= told:
            return
        told = tenths
        if not tenths:
            log.info('%s: its engine is being built, which takes minutes', what)
        else:
            log.info('%s: %d %% of its engine is built', what, 10 * tenths)

    return progress


def make_monitor(trt: Any, progress: Progress) -> Any | None:
    """
    Return what a build reports to, ``None`` where there is no such thing (before 10).

    Only the outermost phase counts; TensorRT knows how many steps it has. The build ends early
    when ``progress`` raises: the exception is in ``raised`` then, since none may pass TensorRT.
    """
    if not hasattr(trt, 'IProgressMonitor'):
        return None

    class Monitor(trt.IProgressMonitor):  # type: ignore[misc]
        """Called by the builder; nothing may be raised here."""

        def __init__(self) -> None:
            trt.IProgressMonitor.__init__(self)
            self.raised: BaseException | None = None
            self._outermost = ''
            self._steps = 1

        def phase_start(self, phase_name: str, parent_phase: str | None, num_steps: int) -> None:
            if not parent_phase:
                self._outermost, self._steps = phase_name, max(1, num_steps)

        def step_complete(self, phase_name: str, step: int) -> bool:
            if phase_name == self._outermost:
                self._report(min(1.0, (step + 1) / self._steps))
            return self.raised is None

        def phase_finish(self, phase_name: str) -> None:
            if phase_name == self._outermost:
                self._report(1.0)

        def _report(self, done: float) -> None:
            try:
                progress(done)
            except BaseException as error:
                self.raised = self.raised or error

    return Monitor()
