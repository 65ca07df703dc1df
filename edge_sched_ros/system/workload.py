# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tasks and what triggers them."""

from __future__ import annotations

from typing import Literal
from typing import TYPE_CHECKING

from pydantic import Field
from pydantic import model_validator

from edge_sched_ros.documents.names import Named
from edge_sched_ros.system.checks import check_fan_out
from edge_sched_ros.system.checks import check_jitter
from edge_sched_ros.system.fields import Count
from edge_sched_ros.system.fields import NotNegative
from edge_sched_ros.system.fields import Positive
from edge_sched_ros.system.fields import Share
from edge_sched_ros.system.fields import Strict
from edge_sched_ros.system.fields import Truth
from edge_sched_ros.system.fields import Whole

if TYPE_CHECKING:
    from typing_extensions import Self

Arrivals = Literal['periodic', 'poisson']
Objective = Literal['mean', 'p95', 'p99']


class Stream(Strict):
    """Frames of a sensor."""

    period_ms: Positive = Field(description='Mean time between frames.')
    arrivals: Arrivals = Field('periodic', description='How they come.')
    jitter_ms: NotNegative = Field(
        0.0,
        description='A frame is taken up to this long after its due time (uniform); at most the '
        'period.',
    )
    phase_ms: NotNegative | None = Field(
        None,
        description='When the first frame is due; where absent at random within a period '
        '(``poisson``: after a random time like any other).',
    )

    @model_validator(mode='after')
    def _in_order(self) -> Self:
        check_jitter(self.jitter_ms, self.period_ms)
        return self


class Piece(Strict):
    """A network as a part of a task, on a unit."""

    network: Named = Field(description='A key of ``networks`` or ``costs``.')
    unit: Named = Field('', description="A unit of the task's device; where absent any.")


class Task(Strict):
    """
    A network with its trigger.

    The trigger is exactly one of ``stream``, ``after``, ``period_ms`` and ``rate_per_s``.
    """

    network: Named = Field('', description='A key of ``networks`` or ``costs``.')
    preprocess: Named = Field(
        '', description='Another one that runs first, such as decoding on ``cpu``.'
    )
    stages: tuple[Piece, ...] = Field(
        (), description='Instead of ``network``: several, one after the other.'
    )
    unit: Named = Field('', description='The unit ``network`` runs on; where absent any.')
    device: Named = Field('', description='A key of ``devices``; where absent the only one.')
    stream: Named = Field('', description='The stream whose frames activate it.')
    after: Named = Field('', description='The task whose answers activate it (a cascade).')
    period_ms: Positive | None = Field(None, description='A stream of its own with this period.')
    rate_per_s: Positive | None = Field(
        None, description='A stream of its own with so many frames or requests a second.'
    )
    arrivals: Arrivals | None = Field(
        None,
        description='Of that stream of its own; where absent ``periodic`` with ``period_ms`` and '
        '``poisson`` with ``rate_per_s``.',
    )
    jitter_ms: NotNegative = Field(0.0, description='Of that stream of its own.')
    phase_ms: NotNegative | None = Field(None, description='Of that stream of its own.')
    deadline_ms: Positive | None = Field(
        None,
        description='From the frame to the answer, in a cascade too. Where absent any time will '
        'do for ``capacity`` and ``place``; else the period of the stream times every ``every_n`` '
        'on the way.',
    )
    objective: Objective | None = Field(
        None,
        description='What must be within the deadline, for ``capacity`` (where absent ``p99``) '
        'and ``place`` (``mean``, as the Ibis authors).',
    )
    probability: Share = Field(
        1.0, description='A cascade: how often an answer before it has something to do for it.'
    )
    fan_out: tuple[Whole, Whole] = Field(
        (1, 1),
        description='A cascade: fewest and most items when there is something to do (>= 1).',
    )
    priority: Whole = Field(0, description='Higher is more urgent; not every policy looks at it.')
    every_n: Whole = Field(
        1, ge=1, description='Works on every n-th frame (cascade: answer with something to do).'
    )
    queue_depth: Whole = Field(
        1, ge=1, description='Jobs that may wait; one more drops the oldest (``superseded``).'
    )
    max_in_flight: Whole = Field(1, ge=1, description='Jobs that may have begun and not ended.')
    enabled: Truth = Field(True, description='Whether it works on frames at all.')
    memory_mib: NotNegative = Field(
        0.0, description='Of the application itself, its front-end; for ``place``.'
    )
    own_copy: Truth = Field(
        False,
        description="The network is this task's alone: memory and swaps of its own, nothing "
        'shared with others that use the same network; for ``place``.',
    )
    count: Count | None = Field(
        None,
        description='So many alike, ``NAME-0``, ``NAME-1``, ...; else one, ``NAME``; '
        'for ``place``.',
    )

    @property
    def own_period_ms(self) -> float | None:
        """Return the period of its own stream, ``None`` where it has none."""
        return self.period_ms if self.rate_per_s is None else 1e3 / self.rate_per_s

    @property
    def own_arrivals(self) -> Arrivals:
        """Return how the frames of its own stream come."""
        return self.arrivals or ('periodic' if self.rate_per_s is None else 'poisson')

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """Return all it runs, one after the other."""
        if self.stages:
            return self.stages
        first = (Piece(network=self.preprocess),) if self.preprocess else ()
        own = {'unit': self.unit} if self.unit else {}
        return (*first, Piece(network=self.network, **own))

    @model_validator(mode='after')
    def _one_trigger(self) -> Self:
        given = [key for key in TRIGGERS if getattr(self, key)]
        if len(given) != 1:
            raise ValueError(f'needs exactly one of {", ".join(TRIGGERS[:-1])} and {TRIGGERS[-1]}')
        for triggers, keys, what in _ONLY_WITH:
            for key in keys:
                if key in self.model_fields_set and given[0] not in triggers:
                    raise ValueError(f'{key}: only for a task with {what}')
        check_fan_out(self.fan_out)
        if self.own_period_ms is not None:
            check_jitter(self.jitter_ms, self.own_period_ms)
        return self

    @model_validator(mode='after')
    def _one_way(self) -> Self:
        if bool(self.stages) == bool(self.network):
            raise ValueError('needs either network or stages')
        if self.stages and (self.unit or self.preprocess):
            raise ValueError('unit and preprocess go with network; stages name their own')
        return self


TRIGGERS = ('stream', 'after', 'period_ms', 'rate_per_s')
_OWN = ('period_ms', 'rate_per_s')
#: triggers, the keys that mean nothing without them, and what they are called
_ONLY_WITH = (
    (('after',), ('probability', 'fan_out'), 'after'),
    (
        _OWN,
        ('jitter_ms', 'phase_ms', 'arrivals'),
        'a stream of its own (period_ms or rate_per_s)',
    ),
)
