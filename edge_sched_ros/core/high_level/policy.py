# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The protocol of high-level policies: where to cut, and which device runs what."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any
from typing import ClassVar
from typing import Protocol
from typing import TYPE_CHECKING

from edge_sched_ros.core.high_level.graph import Cut
from edge_sched_ros.core.policy import PolicyParameter
from edge_sched_ros.core.record import record

if TYPE_CHECKING:
    from edge_sched_ros.core.high_level.job import FleetJob
    from edge_sched_ros.core.high_level.tasks import FleetTask
    from edge_sched_ros.core.high_level.view import HighLevelView


@record
class Assignment:
    """
    Where a partition of a job is to run.

    :param deadline_ns: its sub-deadline, absolute
    :param unit_of: segment -> unit; empty: the device's own policy decides
    :param expected_ns: (unit, time) that it should take there, for the account of what waits for
        each unit; empty: each segment on the unit that is fastest for it
    :param variant: of the network that the job runs, the same for all its partitions; empty: as
        ``job.spec`` says
    """

    partition: str
    device: str
    deadline_ns: int
    unit_of: tuple[tuple[str, str], ...] = ()
    expected_ns: tuple[tuple[str, int], ...] = ()
    variant: str = ''


class CutsChanged(Exception):
    """
    Raised by ``assign`` of a policy whose cuts have changed since it was asked for them.

    The dispatcher then asks for the cuts of every task, and for the devices of the job again.
    """


class HighLevelPolicy(Protocol):
    """
    Decides partitions and devices.

    A deterministic object like a low-level policy: no clock, no random numbers, no I/O.
    ``__init__`` takes the parameters, by keyword. One that keeps what takes long to work out may
    have ``prepare(task, view)``, which does that before a job needs it, and returns whether there
    was something to do.
    """

    name: str
    parameters: ClassVar[tuple[PolicyParameter, ...]] = ()
    #: whether it may give a job any of ``view.choices``; else all jobs run the first
    chooses_variants: ClassVar[bool] = False

    def cuts(self, task: FleetTask, view: HighLevelView) -> Sequence[Cut]:
        """
        Return the ways in which the task's network may be cut.

        Asked again when devices or their units come or go, and for every variant where it chooses
        these. Devices get ready for all of them.
        None: no job can run now.
        """

    def assign(self, job: FleetJob, view: HighLevelView) -> Sequence[Assignment] | str:
        """
        Return the device of every partition of a job that has none yet, or a reason to drop it.

        Asked when a job may start: then the names of the partitions choose one of the cuts, of the
        variant that they name. And
        again for what a lost device leaves to be done (``job.cut`` is not ``None``): then for the
        partitions ``job.open``.
        """


#: makes a policy of that name with those parameters; raises ConfigError for what it cannot
HighLevelPolicyFactory = Callable[[str, Mapping[str, Any]], HighLevelPolicy]
