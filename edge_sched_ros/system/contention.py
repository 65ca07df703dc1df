# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Contention: how units that are busy at the same time slow each other down (keys and law)."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Annotated
from typing import Literal
from typing import Protocol
from typing import Union

from pydantic import Field

from edge_sched_ros.documents.names import Named
from edge_sched_ros.system.fields import Factor
from edge_sched_ros.system.fields import NotNegative
from edge_sched_ros.system.fields import Positive
from edge_sched_ros.system.fields import Sourced


class NoContention(Sourced):
    """Units do not slow each other down, or it is not known how much."""

    model: Literal['none'] = Field(
        description='The name of the model; you may also write ``contention: none``.'
    )


class PairwiseContention(Sourced):
    """A measured table of how much longer a unit takes while another is busy; factors multiply."""

    model: Literal['pairwise'] = Field(description='The name of the model.')
    slowdown: dict[Named, dict[Named, Factor]] = Field(
        description='Unit (name, type or kind) -> other, busy unit -> factor.'
    )


class PiecewiseContention(Sourced):
    """
    Shared bandwidth: nothing below a knee, then a rising line up to a limit.

    The shape follows PCCS (Xu et al., MICRO 2021), three regions by demand; its numbers are
    fitted per device, so all are settings.
    """

    model: Literal['piecewise'] = Field(description='The name of the model.')
    knee_gbps: NotNegative = Field(
        description='Demand of all busy units above which they slow down, in GB/s.'
    )
    slope: NotNegative = Field(
        description='The line is ``1 + slope * (demand - knee_gbps) / bandwidth_gbps``. The time '
        'of a stage is multiplied by the line at the demand of all units, divided by '
        'the line at its own demand.'
    )
    bandwidth_gbps: Positive = Field(description='Bandwidth of the shared memory, in GB/s.')
    limit: Factor = Field(4.0, description='Maximum of the line.')


class BandwidthContention(Sourced):
    """
    The memory of a device as a resource that all busy units share fairly, after the roofline.

    A stage's demand is its ``demand_gbps``, or its ``traffic_mb`` over its time.
    """

    model: Literal['bandwidth'] = Field(description='The name of the model.')
    bandwidth_gbps: Positive = Field(
        description='Bandwidth of the memory, in GB/s. If all demands together are above it, '
        'small ones are met and the others get equal parts of the rest; a stage that gets half '
        'of its demand takes twice as long.'
    )


ContentionSpec = Annotated[
    Union[NoContention, PairwiseContention, PiecewiseContention, BandwidthContention],
    Field(discriminator='model'),
]


#: the names of all models
MODELS: tuple[str, ...] = ('none', 'pairwise', 'piecewise', 'bandwidth')


class Contention(Protocol):
    """Gives the slowdown of a stage, at least 1."""

    def slowdown(self, unit: str, demand: float, busy: Mapping[str, float]) -> float:
        """
        Return the slowdown of a stage relative to running alone.

        :param unit: the unit it runs on
        :param demand: its memory traffic in GB/s
        :param busy: all busy units, including this one, and their traffic in GB/s
        """


class Pairwise:
    """
    Factors of a measured table, multiplied over the other busy units.

    :param factors: unit -> busy other -> factor
    """

    def __init__(self, factors: Mapping[str, Mapping[str, float]]) -> None:
        self._factors = {
            unit: {other: factor for other, factor in row.items() if other != unit}
            for unit, row in factors.items()
        }

    def slowdown(self, unit: str, demand: float, busy: Mapping[str, float]) -> float:
        """Return the product of the factors."""
        product = 1.0
        factors = self._factors.get(unit)
        if factors is not None:
            for other in busy:
                product *= factors.get(other, 1.0)
        return product


class Piecewise:
    """
    No slowdown below the knee of total demand, above it a rising line up to a limit.

    Costs are measured alone, so only the demand of other units counts.
    """

    def __init__(self, spec: PiecewiseContention) -> None:
        self._knee_gbps, self._limit = spec.knee_gbps, spec.limit
        self._rise = spec.slope / spec.bandwidth_gbps

    def slowdown(self, unit: str, demand: float, busy: Mapping[str, float]) -> float:
        """Return the line at the demand of all units over the line at the stage's own demand."""
        if demand <= 0:
            return 1.0
        others = sum([value for other, value in busy.items() if other != unit])
        return self._line(demand + others) / self._line(demand)

    def _line(self, demand_gbps: float) -> float:
        return min(self._limit, 1 + self._rise * max(0.0, demand_gbps - self._knee_gbps))


class SharedBandwidth:
    """
    One bandwidth, divided max-min fairly.

    A stage takes the longer one of its computing and its memory traffic, which overlap (roofline:
    Williams, Waterman and Patterson, 2009). Alone it draws its demand on average, so with less
    than that its traffic takes all of the time.
    """

    def __init__(self, bandwidth_gbps: float) -> None:
        self._bandwidth_gbps = bandwidth_gbps

    def slowdown(self, unit: str, demand: float, busy: Mapping[str, float]) -> float:
        """Return the demand over what the stage gets of it."""
        if demand <= 0:
            return 1.0
        others = sorted([value for other, value in busy.items() if other != unit])
        left, parties = self._bandwidth_gbps, len(others) + 1
        for other in others:
            fair = left / parties
            if other >= demand or other > fair:
                break
            left -= other
            parties -= 1
        alone = max(1.0, demand / self._bandwidth_gbps)
        return max(1.0, demand * parties / left / alone)


def make_contention(
    spec: ContentionSpec, units_called: Callable[[str], Sequence[str]]
) -> Contention | None:
    """
    Return the law of a device, ``None`` without contention.

    :param units_called: returns the units of a name, type or kind
    :raises ConfigError: from ``units_called``, for an unknown unit
    """
    if isinstance(spec, PairwiseContention):
        factors: dict[str, dict[str, float]] = {}
        for one, row in spec.slowdown.items():
            for other, factor in row.items():
                for a in units_called(one):
                    for b in units_called(other):
                        factors.setdefault(a, {})[b] = factor
        acts = any(factor > 1 for row in factors.values() for factor in row.values())
        return Pairwise(factors) if acts else None
    if isinstance(spec, PiecewiseContention):
        return Piecewise(spec) if spec.slope > 0 and spec.limit > 1 else None
    if isinstance(spec, BandwidthContention):
        return SharedBandwidth(spec.bandwidth_gbps)
    return None
