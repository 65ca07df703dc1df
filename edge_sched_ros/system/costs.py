# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Costs of a stage, or a whole network, on a unit."""

from __future__ import annotations

from typing import Any
from typing import TYPE_CHECKING

from pydantic import Field
from pydantic import model_validator

from edge_sched_ros.documents.names import Named
from edge_sched_ros.system.fields import Chance
from edge_sched_ros.system.fields import Count
from edge_sched_ros.system.fields import NotNegative
from edge_sched_ros.system.fields import Positive
from edge_sched_ros.system.fields import Sourced
from edge_sched_ros.system.fields import Spread
from edge_sched_ros.system.fields import Strict

if TYPE_CHECKING:
    from typing_extensions import Self


class Measurement(Strict):
    """How a cost was measured; the median is the cost's ``latency_ms``."""

    p95_ms: NotNegative = Field(description='95 % of the runs took no longer.')
    p99_ms: NotNegative = Field(description='99 % of the runs took no longer.')
    mean_ms: NotNegative = Field(description='Arithmetic mean; one slow run moves it.')
    half_width_ms: NotNegative = Field(
        description='Half the width of the confidence interval of the median.'
    )
    level: Chance = Field(description='Minimum confidence level of the interval.')
    runs: Count = Field(description='Number of runs over one item.')
    energy_source: str = Field(
        '', description='Power rail from which the energy was read; empty for none.'
    )


class Cost(Sourced):
    """Cost of one run on a unit, alone; a plain number is the latency."""

    latency_ms: NotNegative = Field(description='Time of a run over one item, without contention.')
    cv: Spread | None = Field(
        None,
        description='Spread of the latency: standard deviation divided by mean (lognormal); '
        "default: the device's ``latency_cv``.",
    )
    per_item_ms: NotNegative | None = Field(
        None,
        description='Time that every further item adds to a run; energy grows by the same share. '
        'Default: nothing in a cascade, a whole run in a batch.',
    )
    energy_mj: NotNegative | None = Field(
        None,
        description="Energy of a run over one item; default: the unit's ``active_mw`` times the "
        'latency.',
    )
    demand_gbps: NotNegative = Field(
        0.0,
        description='Memory traffic during the run, in GB/s; for ``piecewise`` and '
        '``bandwidth`` contention.',
    )
    memory_mib: NotNegative = Field(
        0.0,
        description='Memory that the loaded network takes for the unit, running or not; once for '
        "all tasks that use it. It counts towards the device's ``memory_mib``.",
    )
    swap_ms: NotNegative = Field(
        0.0,
        description='Additional time if the previous run was of another network; for ``fcfs`` '
        'units of ``capacity`` and ``place``.',
    )
    leave_ms: NotNegative = Field(
        0.0, description='Time on this unit to leave it after this stage; for ``plan``.'
    )
    enter_ms: NotNegative = Field(
        0.0, description='Time on this unit to enter it before this stage; for ``plan``.'
    )
    profile_factor: Positive = Field(
        1.0,
        description='Wrong profile, for ``simulate``: what policies are told of the times when a '
        'run begins, as a multiple of the true times above. They learn from runs.',
    )
    measured: Measurement | None = Field(
        None, description='Statistics of the measurement; not used.'
    )

    @model_validator(mode='before')
    @classmethod
    def _from_number(cls, value: Any) -> Any:
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return {'latency_ms': value} if number else value

    @model_validator(mode='after')
    def _in_order(self) -> Self:
        measured = self.measured
        if measured and not self.latency_ms <= measured.p95_ms <= measured.p99_ms:
            raise ValueError('latency_ms, p95_ms and p99_ms must not fall')
        return self


#: unit name, type or kind -> cost
CostByUnit = dict[Named, Cost]
