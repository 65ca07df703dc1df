# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tasks and what triggers them."""

from __future__ import annotations

from typing import Annotated
from typing import Any
from typing import Literal
from typing import TYPE_CHECKING
from typing import Union

from pydantic import BeforeValidator
from pydantic import Field
from pydantic import model_validator

from edge_sched_ros.core.names import named_twice
from edge_sched_ros.documents.names import Named
from edge_sched_ros.documents.names import named
from edge_sched_ros.system.checks import check_jitter
from edge_sched_ros.system.checks import FanOut
from edge_sched_ros.system.fields import at_most_one
from edge_sched_ros.system.fields import Count
from edge_sched_ros.system.fields import FloorRate
from edge_sched_ros.system.fields import NotNegative
from edge_sched_ros.system.fields import Positive
from edge_sched_ros.system.fields import Rate
from edge_sched_ros.system.fields import Share
from edge_sched_ros.system.fields import Strict
from edge_sched_ros.system.fields import Truth
from edge_sched_ros.system.fields import Whole

if TYPE_CHECKING:
    from typing_extensions import Self

Arrivals = Literal['periodic', 'poisson', 'sporadic', 'bursty']
Objective = Literal['mean', 'p95', 'p99']


class Stream(Strict):
    """Frames of a sensor."""

    period_ms: Positive = Field(description='Mean time between frames.')
    arrivals: Arrivals = Field(
        'periodic',
        description='How frames arrive: ``periodic``; ``poisson``; ``sporadic``, at least half of '
        'the mean time apart; ``bursty``, four on average at a quarter of the mean time, then a '
        'pause. Models of ``capacity`` and ``place`` take all but ``periodic`` for ``poisson``.',
    )
    jitter_ms: NotNegative = Field(
        0.0,
        description='A frame arrives up to this long after its due time (uniform distribution); '
        'at most the period.',
    )
    phase_ms: NotNegative | None = Field(
        None,
        description='Time when the first frame is due; default: random within a period '
        '(other arrivals: after a random interval as for any other frame).',
    )

    @model_validator(mode='after')
    def _in_order(self) -> Self:
        check_jitter(self.jitter_ms, self.period_ms)
        return self


class Piece(Strict):
    """A network as one part of a task, on a unit."""

    network: Named = Field(description='A key of ``networks`` or ``costs``.')
    unit: Named = Field('', description="A unit of the task's device; default: any.")


def _tasks_before(value: Any) -> Any:
    """Return one name, or several as a tuple; :raises ValueError: for anything else."""
    if isinstance(value, str):
        return named(value)
    texts = list(value) if isinstance(value, (list, tuple)) else [None]
    if not all(isinstance(text, str) for text in texts):
        raise ValueError('must be the name of a task, or a list of names')
    for text in texts:
        named(text)
    if (twice := named_twice(texts)) is not None:
        raise ValueError(f"names '{twice}' twice")
    return texts[0] if len(texts) == 1 else tuple(texts)


#: checked before pydantic tries one type after the other and tells of both
TasksBefore = Annotated[Union[Named, tuple[Named, ...]], BeforeValidator(_tasks_before)]
TRIGGERS = ('stream', 'after', 'period_ms', 'rate_per_s')


class Task(Strict, json_schema_extra=at_most_one(*TRIGGERS)):
    """
    A network with its trigger.

    The trigger is exactly one of ``stream``, ``after``, ``period_ms`` and ``rate_per_s``.
    """

    network: Named = Field('', description='A key of ``networks`` or ``costs``.')
    preprocess: Named = Field(
        '', description='Another network that runs first, such as decoding on ``cpu``.'
    )
    stages: tuple[Piece, ...] = Field(
        (), description='Several networks instead of ``network``; they run one after the other.'
    )
    unit: Named = Field('', description='The unit that runs ``network``; default: any.')
    device: Named = Field(
        '',
        description='A key of ``devices``; default: the only device. For ``simulate`` with '
        'several devices the one that has the frames and needs the answers, one of a ``count``, '
        'too; default: the first one.',
    )
    stream: Named = Field('', description='The stream whose frames activate the task.')
    after: TasksBefore = Field(
        '',
        description='The task whose answers activate this task (a cascade), or a list of tasks '
        'whose answers for one frame activate it together (a join).',
    )
    period_ms: Positive | None = Field(
        None, description='The task has its own stream with this period.'
    )
    rate_per_s: Rate | None = Field(
        None,
        description='The task has its own stream with this number of frames or requests per '
        'second.',
    )
    arrivals: Arrivals | None = Field(
        None,
        description="Arrivals of the task's own stream; default: ``periodic`` with ``period_ms``,"
        ' ``poisson`` with ``rate_per_s``.',
    )
    jitter_ms: NotNegative = Field(0.0, description="As in a stream, for the task's own stream.")
    phase_ms: NotNegative | None = Field(
        None, description="As in a stream, for the task's own stream."
    )
    deadline_ms: Positive | None = Field(
        None,
        description='Maximum time from the frame to the answer, also in a cascade. Default: no '
        'limit for ``capacity`` and ``place``; for other tools the period of the '
        'stream times every ``every_n`` on the way.',
    )
    objective: Objective | None = Field(
        None,
        description='The statistic that must be within the deadline, for ``capacity`` (default '
        '``p99``) and ``place`` (default ``mean``, as the Ibis authors).',
    )
    probability: Share = Field(
        1.0,
        description='In a cascade: probability that the previous answer gives this task something'
        ' to do.',
    )
    fan_out: FanOut = Field(
        (1, 1),
        description='In a cascade: minimum and maximum number of items when there is something to'
        ' do (>= 1).',
    )
    priority: Whole = Field(0, description='Higher is more urgent; not every policy uses it.')
    min_rate_hz: FloorRate = Field(
        0.0,
        description='Results on time a second that the task has under any policy, whatever its '
        'priority, as long as they can be kept; 0 for none.',
    )
    every_n: Whole = Field(
        1,
        ge=1,
        description='Process every n-th frame (in a cascade: every n-th answer with something to '
        'do).',
    )
    queue_depth: Whole = Field(
        1,
        ge=1,
        description='Number of jobs that may wait; one more job drops the oldest '
        '(``superseded``).',
    )
    max_in_flight: Whole = Field(
        1, ge=1, description='Number of jobs that may have started and not ended.'
    )
    enabled: Truth = Field(True, description='Whether the task processes frames.')
    memory_mib: NotNegative = Field(
        0.0, description='Memory of the application itself (its front end); for ``place``.'
    )
    own_copy: Truth = Field(
        False,
        description='The task has its own copy of the network: its own memory and swaps, not '
        'shared with other tasks that use the same network; for ``place``.',
    )
    count: Count | None = Field(
        None,
        description='Number of equal tasks, called ``NAME-0``, ``NAME-1``, ...; without it one '
        'task, ``NAME``; for ``place``.',
    )

    @property
    def before(self) -> tuple[str, ...]:
        """Return the tasks whose answers activate it; several for a join."""
        if isinstance(self.after, str):
            return (self.after,) if self.after else ()
        return self.after

    @property
    def own_period_ms(self) -> float | None:
        """Return the period of its own stream, ``None`` without one."""
        return self.period_ms if self.rate_per_s is None else 1e3 / self.rate_per_s

    @property
    def own_arrivals(self) -> Arrivals:
        """Return the arrivals of its own stream."""
        return self.arrivals or ('periodic' if self.rate_per_s is None else 'poisson')

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """Return its networks in sequence."""
        if self.stages:
            return self.stages
        first = (Piece(network=self.preprocess),) if self.preprocess else ()
        own = {'unit': self.unit} if self.unit else {}
        return (*first, Piece(network=self.network, **own))

    @model_validator(mode='after')
    def _one_trigger(self) -> Self:
        given = [key for key in TRIGGERS if getattr(self, key)]
        if len(given) != 1:
            problem = f'needs exactly one of {", ".join(TRIGGERS[:-1])} and {TRIGGERS[-1]}'
            has = f'; it has {" and ".join(given)}' if given else ''
            raise ValueError(problem + has)
        for triggers, keys, what in _ONLY_WITH:
            for key in keys:
                if key in self.model_fields_set and given[0] not in triggers:
                    raise ValueError(f'{key}: only for a task with {what}')
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


_OWN = ('period_ms', 'rate_per_s')
#: triggers, the keys that need them, and their names in messages
_ONLY_WITH = (
    (('after',), ('probability', 'fan_out'), 'after'),
    (
        _OWN,
        ('jitter_ms', 'phase_ms', 'arrivals'),
        'a stream of its own (period_ms or rate_per_s)',
    ),
)
