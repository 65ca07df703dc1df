# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Files of users: one line for whatever is wrong, and tables of their keys."""

from __future__ import annotations

from typing import Annotated
from typing import Literal

import pytest
from pydantic import BaseModel
from pydantic import ConfigDict
from pydantic import Field

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.documents.key_tables import key_table
from edge_sched_ros.documents.parsing import checking
from edge_sched_ros.documents.parsing import parse
from edge_sched_ros.documents.validation_text import plain_problem


class Part(BaseModel):
    """A part of ``File``."""

    model_config = ConfigDict(extra='forbid')
    time_ms: Annotated[float, Field(strict=True, gt=0, le=1e9)] = Field(description='How long.')


class File(BaseModel):
    """All of it."""

    model_config = ConfigDict(extra='forbid')
    parts: dict[str, Part] = Field(min_length=1, description='By name.')
    kind: Literal['a', 'b'] = Field('a', description='Which.')
    share: Annotated[float, Field(ge=0, le=1)] | None = Field(None, description='Of what.')


@pytest.mark.parametrize(
    ('data', 'message'),
    [
        ({}, 'f: parts: is missing'),
        ({'parts': {}}, 'f: parts: must have at least 1'),
        (
            {'parts': {'x': {'time_ms': 'long'}}},
            "f: parts.x.time_ms: must be a number, not 'long'",
        ),
        ({'parts': {'x': {'time_us': 1}}}, 'f: parts.x.time_ms: is missing'),
        ({'parts': {'x': {'time_ms': 1.0}}, 'sort': 1}, 'f: sort: there is no such key'),
    ],
)
def test_the_first_key_that_is_wrong_is_named(data, message):
    with pytest.raises(ConfigError) as error:
        parse(data, File, 'f')
    assert str(error.value) == message


def test_a_file_may_have_words_and_keys_of_its_own():
    with pytest.raises(ConfigError, match=r'^f: PARTS: must not be empty$'):
        parse(
            {'parts': {}},
            File,
            'f',
            words={'too_short': 'must not be empty'},
            key_of=lambda error: str(error['loc'][0]).upper(),
        )


def test_checks_of_what_a_file_says_name_the_file():
    with pytest.raises(ConfigError, match=r'^f: parts\.x: is late$'), checking('f'):
        raise ConfigError('parts.x', 'is late')


def test_a_table_has_types_defaults_and_ranges():
    assert key_table(File) == [
        '### File',
        '',
        'All of it.',
        '',
        '| key | type | default | range | meaning |',
        '| --- | --- | --- | --- | --- |',
        '| `parts` | map of text to [Part](#part) | required | at least 1 | By name. |',
        '| `kind` | `a` or `b` | `a` |  | Which. |',
        '| `share` | number | absent | >= 0, <= 1 | Of what. |',
        '',
    ]
    # what only keeps nonsense out is not told
    assert key_table(Part)[-2] == '| `time_ms` | number | required | > 0 | How long. |'
    assert 'A part of `File`.' in key_table(Part)


def test_a_long_value_is_not_repeated():
    context = {'discriminator': "'kind'", 'expected_tags': "'a', 'b'", 'tag': 'x' * 1_000_000}
    told = plain_problem({'type': 'union_tag_invalid', 'ctx': context, 'msg': '', 'loc': ()})
    assert told.startswith('kind must be one of a, b, not') and len(told) < 120
