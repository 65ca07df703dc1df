# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Watches the answers of placed applications, and says which one should move."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from edge_sched_ros.capacity.placement.problem import App

#: answers that are looked at, and seconds between looks: constants of the Ibis authors' code
WINDOW = 20
EVERY_S = 10.0


@dataclass(frozen=True, slots=True)
class Observed:
    """What an application is seen to get."""

    app: str
    mean_ms: float
    rate_per_s: float
    #: mean response over deadline
    excess: float


class Watch:
    """
    The last answers of every application.

    :param window: how many; a mean of fewer is not looked at
    """

    def __init__(self, window: int = WINDOW) -> None:
        self._window = window
        self._answers: dict[str, deque[tuple[float, float]]] = {}

    def note(self, app: str, arrival_s: float, response_ms: float) -> None:
        """Take an answer: when its request came, and how long it took."""
        known = self._answers.setdefault(app, deque(maxlen=self._window))
        known.append((arrival_s, response_ms))

    def forget(self, app: str) -> None:
        """Begin anew: it has moved, or is gone."""
        self._answers.pop(app, None)

    def worst(self, apps: list[App]) -> Observed | None:
        """
        Return the application whose mean is furthest above its deadline, if any is above.

        One a look, as the Ibis authors do: a move changes what all others get.
        """
        seen = (self._observed(app) for app in apps)
        late = [one for one in seen if one is not None and one.excess > 1]
        return max(late, key=lambda one: one.excess, default=None)

    def _observed(self, app: App) -> Observed | None:
        answers = self._answers.get(app.name, deque())
        deadline_ms = app.spec.deadline_ms
        if deadline_ms is None or len(answers) < self._window:
            return None
        arrivals = [arrival for arrival, _ in answers]
        span_s = max(arrivals) - min(arrivals)
        rate = (len(arrivals) - 1) / span_s if span_s > 0 else app.spec.rate_per_s
        mean_ms = sum(response for _, response in answers) / len(answers)
        return Observed(app.name, mean_ms, rate, mean_ms / deadline_ms)
