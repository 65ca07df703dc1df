# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The protocol of policies: deterministic objects that decide which job runs on which unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from typing import Protocol

from edge_sched_ros.core.decisions import Decision
from edge_sched_ros.core.scores import Scores
from edge_sched_ros.core.view import View


@dataclass(frozen=True, slots=True)
class PolicyParameter:
    """
    One setting that tunes a policy, as the node declares it.

    :param name: units in the name, e.g. ``margin_ms``
    :param default: its type is the type of the setting: ``True``, ``10`` and ``10.0`` differ
    """

    name: str
    default: bool | int | float
    minimum: float
    maximum: float
    description: str


class Policy(Protocol):
    """
    Decides which job runs on which unit.

    A policy is a deterministic object: the same events at the same times give the same decisions.
    It may keep state in its attributes. It reads no clock, draws no random numbers of its own and
    does no I/O.

    ``decide`` may return ``Run`` (a ready job's next stage on an idle unit that can run it),
    ``Drop``, ``UseVariant`` (before a job's first stage) and ``WakeAt``. It changes nothing. A
    class that uses other variants than a network's first has ``switches_variants = True``.
    ``__init__`` takes the parameters, by keyword.
    """

    @property
    def name(self) -> str:
        """The name by which messages call it."""

    parameters: ClassVar[tuple[PolicyParameter, ...]] = ()
    #: whether it is also called when no unit is idle (for example to drop early)
    asks_when_busy: ClassVar[bool] = False

    def decide(self, view: View) -> list[Decision]:
        """Return the decisions for now."""


class ScoringPolicy(Policy, Protocol):
    """A policy that can tell what led to its decisions; nobody asks unless a trace is written."""

    def last_scores(self, view: View) -> Scores | None:
        """
        Return what the last ``decide`` compared; ``None`` if it compared nothing.

        :param view: that of the call, before its decisions are carried out
        """
