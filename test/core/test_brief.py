# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What reaches a log is short and printable, whatever an error carries."""

from __future__ import annotations

import logging

from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from edge_sched_ros.core.brief import brief
from edge_sched_ros.core.brief import brief_error
from edge_sched_ros.core.brief import brief_traceback
from edge_sched_ros.core.brief_log import BriefFormatter

PIXELS = b'\xff' * (1920 * 1080 * 3)


@settings(deadline=None)
@given(st.one_of(st.text(), st.text(min_size=200, max_size=400), st.binary()))
def test_it_is_one_printable_line(value):
    line = brief(value)
    assert len(line) <= 240 and line.isprintable()
    assert line == brief(line)


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=240))
def test_a_short_text_stays_as_it_is(text):
    assert brief(text) == text


def test_both_ends_of_a_long_text_are_kept():
    line = brief("must be one of a, b, not '" + 'x' * 10_000_000 + "' (file.yaml)")
    assert line.startswith('must be one of a, b, not') and line.endswith("' (file.yaml)")
    assert ' ... ' in line and len(line) == 240


def test_an_error_is_named_and_does_not_carry_what_it_was_made_of():
    try:
        PIXELS.decode()
    except UnicodeDecodeError as error:
        assert len(repr(error)) > 10_000_000
        assert brief_error(error) == (
            "UnicodeDecodeError: 'utf-8' codec can't decode byte 0xff in position 0: "
            'invalid start byte'
        )
    assert len(brief_error(ValueError(PIXELS))) <= 240
    assert brief_error(KeyError()) == 'KeyError'


def test_an_error_that_cannot_say_what_it_is_is_named():
    class Mute(Exception):
        def __str__(self):
            raise RuntimeError

    assert brief_error(Mute()) == 'Mute: Mute'


def _deep(level):
    if not level:
        raise ValueError(f'line one\n{PIXELS!r}')
    _deep(level - 1)


def test_a_traceback_keeps_its_lines_and_they_are_short():
    try:
        _deep(60)
    except ValueError as error:
        lines = brief_traceback(error).splitlines()
    assert lines[0] == 'Traceback (most recent call last):'
    assert lines[-1].startswith('ValueError: line one b')
    assert any('_deep(level - 1)' in line for line in lines)
    assert len(lines) < 50 and all(len(line) < 260 for line in lines)


def test_log_records_are_short():
    try:
        _deep(0)
    except ValueError as error:
        info = (type(error), error, error.__traceback__)
    record = logging.LogRecord('a', logging.ERROR, __file__, 1, 'failed: %s', (PIXELS,), info)
    text = BriefFormatter('%(levelname)s: %(message)s').format(record)
    assert text.startswith("ERROR: failed: b'") and len(text) < 4000
