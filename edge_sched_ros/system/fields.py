# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Common fields of all parts of a system file: strict keys, units in the names."""

from __future__ import annotations

import re
from itertools import combinations
from typing import Annotated
from typing import Any

from pydantic import AfterValidator
from pydantic import BaseModel
from pydantic import ConfigDict
from pydantic import Field

from edge_sched_ros.core.tasks import LEAST_RATE_HZ
from edge_sched_ros.core.tasks import MOST_RATE_HZ

#: upper limit of numbers in a file; times stay finite in nanoseconds
MOST = 1e9
#: upper limit of whole numbers: every one is a float, too
_MOST_WHOLE = 2**53
#: what smaller numbers above 0 count as: their inverse stays finite, too
LEAST = 1e-30
#: lower limit of rates, once in thirty years: the period in nanoseconds has less than 64 bits
LEAST_RATE = 1e-9


def _no_tiny_number(value: float) -> float:
    return max(value, LEAST) if value > 0 else value


def _no_tiny_frequency(value: float) -> float:
    if value < LEAST_RATE:
        raise ValueError(f'must be at least {LEAST_RATE:g}')
    return value


_NotTiny = AfterValidator(_no_tiny_number)
# strict: neither a text nor true is a number
Positive = Annotated[float, Field(strict=True, gt=0, le=MOST, allow_inf_nan=False), _NotTiny]
#: of frames or requests a second
Rate = Annotated[
    float,
    Field(strict=True, gt=0, le=MOST, allow_inf_nan=False),
    AfterValidator(_no_tiny_frequency),
]
NotNegative = Annotated[float, Field(strict=True, ge=0, le=MOST, allow_inf_nan=False), _NotTiny]
Share = Annotated[float, Field(strict=True, ge=0, le=1)]
#: relative to another clock or unit
Speed = Annotated[float, Field(strict=True, ge=1e-6, le=MOST, allow_inf_nan=False)]
#: what a part has of a processor
PartOfUnit = Annotated[float, Field(strict=True, ge=1e-4, le=1)]
#: a share above 0
Part = Annotated[float, Field(strict=True, gt=0, le=1)]
#: a probability below 1
Chance = Annotated[float, Field(strict=True, ge=0, lt=1)]
Factor = Annotated[float, Field(strict=True, ge=1, le=1e3)]
#: standard deviation over mean
Spread = Annotated[float, Field(strict=True, ge=0, le=3)]
Number = Annotated[float, Field(strict=True)]


def _no_huge_number(value: int) -> int:
    if abs(value) > _MOST_WHOLE:
        raise ValueError(f'must be at most {_MOST_WHOLE}')
    return value


Whole = Annotated[int, Field(strict=True), AfterValidator(_no_huge_number)]
Count = Annotated[int, Field(strict=True, ge=1, le=100_000)]
Truth = Annotated[bool, Field(strict=True)]
_NAME = r'^[A-Za-z][A-Za-z0-9_.-]*$'
Name = Annotated[str, Field(pattern=_NAME)]
_DIGEST = r'^sha256:[0-9a-f]{64}$'


def _digest(text: str) -> str:
    if not re.fullmatch(_DIGEST, text):
        raise ValueError('must be sha256: and 64 hexadecimal digits')
    return text


def _no_tiny_rate(rate_hz: float) -> float:
    if 0 < rate_hz < LEAST_RATE_HZ:
        raise ValueError(f'must be 0, or at least {LEAST_RATE_HZ:g}')
    return rate_hz


#: a rate that a task is promised; 0 for none
FloorRate = Annotated[
    float,
    Field(strict=True, ge=0, le=MOST_RATE_HZ, allow_inf_nan=False),
    AfterValidator(_no_tiny_rate),
]
#: of a file, to tell whether it is the one that was meant
Digest = Annotated[
    str, AfterValidator(_digest), Field(json_schema_extra={'pattern': f'{_DIGEST}|^$'})
]
#: the rule for names, for messages
NAME_WORDS = 'must be a letter, then letters, digits, _, - and .'


def is_name(text: str) -> bool:
    """Return whether a text is a valid name in a system file."""
    return re.fullmatch(_NAME, text) is not None


def at_most_one(*keys: str) -> dict[str, Any]:
    """
    Return what a JSON Schema says of keys of which a part has at most one, and of a part without.

    One file of several need not give any of them.
    """
    pairs = [{'required': list(pair)} for pair in combinations(keys, 2)]
    return {'not': {'anyOf': pairs}, 'minProperties': 1}


class WrongAtError(ValueError):
    """
    A wrong value below the checked part of a file.

    :param keys: from that part down to the value
    """

    def __init__(self, keys: tuple[str, ...], problem: str) -> None:
        super().__init__(problem)
        self.keys = keys


class Strict(BaseModel):
    """A part of a file; a key nobody knows is an error."""

    model_config = ConfigDict(extra='forbid', frozen=True)


class Sourced(Strict):
    """Source of numbers, for the reader only."""

    source: str = Field('', description='Source of the numbers; not used.')
    confidence: str = Field('', description='Confidence in the numbers; not used.')
    assumption: str = Field('', description='How the numbers were derived or guessed; not used.')
    note: str = Field('', description='Note for the reader; not used.')
