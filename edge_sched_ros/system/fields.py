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

#: upper limit of numbers in a file; times stay finite in nanoseconds
MOST = 1e9
# strict: neither a text nor true is a number
Positive = Annotated[float, Field(strict=True, gt=0, le=MOST, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(strict=True, ge=0, le=MOST, allow_inf_nan=False)]
Share = Annotated[float, Field(strict=True, ge=0, le=1)]
#: a share above 0
Part = Annotated[float, Field(strict=True, gt=0, le=1)]
#: a probability below 1
Chance = Annotated[float, Field(strict=True, ge=0, lt=1)]
Factor = Annotated[float, Field(strict=True, ge=1, le=1e3)]
#: standard deviation over mean
Spread = Annotated[float, Field(strict=True, ge=0, le=3)]
Number = Annotated[float, Field(strict=True)]
Whole = Annotated[int, Field(strict=True)]
Count = Annotated[int, Field(strict=True, ge=1, le=100_000)]
Truth = Annotated[bool, Field(strict=True)]
_NAME = r'^[A-Za-z][A-Za-z0-9_.-]*$'
Name = Annotated[str, Field(pattern=_NAME)]
_DIGEST = r'^sha256:[0-9a-f]{64}$'


def _digest(text: str) -> str:
    if not re.fullmatch(_DIGEST, text):
        raise ValueError('must be sha256: and 64 hexadecimal digits')
    return text


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
