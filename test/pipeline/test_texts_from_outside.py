# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Texts from messages and files reach no log, message or terminal with what it would obey."""

from __future__ import annotations

import io
from types import SimpleNamespace

import pytest
from rich.console import Console

from edge_sched_ros.cli.streams import say
from edge_sched_ros.core.brief import printable
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.frame import FrameError
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.pipeline.health.health import Health
from edge_sched_ros.pipeline.health.health import OK
from edge_sched_ros.pipeline.health.rejections import Rejections
from edge_sched_ros.pipeline.health.status_messages import diagnostic_array
from edge_sched_ros.reporting.layout import show_pairs
from edge_sched_ros.reporting.layout import show_table

#: a line of its own, colours, a bell, a delete, writing from right to left, half a character
EVIL = 'a\n[ERROR] fake\r\x1b[31mred\x9b2J\a\x7f\u202e\u2066\u200f\u2028b\ud800'


def _make(_kind, **fields):
    return SimpleNamespace(**fields)


def _harmless(text):
    return all(line.isprintable() for line in text.split('\n'))


def test_a_text_becomes_printable():
    assert printable('größe 5 µs') == 'größe 5 µs'
    assert printable(EVIL).isprintable() and len(printable(EVIL)) == len(EVIL)


def test_what_is_said_of_an_encoding_is_one_line():
    said = []
    rejections = Rejections(said.append)
    for make in (
        lambda: SourceImage.from_raw(b'', width=1, height=1, encoding=EVIL, step=1),
        lambda: SourceImage.from_compressed(b'abc', f'16UC1{EVIL}; compressedDepth'),
    ):
        with pytest.raises(FrameError) as caught:
            make()
        rejections.note('camera', caught.value)
        assert str(caught.value).isprintable() and caught.value.about.isprintable()
    assert len(said) == 2 and all(map(str.isprintable, said))


def test_every_text_of_diagnostics_is_one_line():
    line = Health(f'device {EVIL}', OK, EVIL, EVIL, {EVIL: EVIL})
    status = diagnostic_array(_make, [line], node='/scheduler', stamp=0).status[0]
    texts = [status.name, status.message, status.hardware_id]
    texts += [text for pair in status.values for text in (pair.key, pair.value)]
    assert all(map(str.isprintable, texts)), texts


def test_tables_and_lines_hold_nothing_that_a_terminal_obeys(capsys):
    for width in (10, 200):
        out = io.StringIO()
        console = Console(file=out, width=width, emoji=False, highlight=False)
        show_table(('name', 'value'), [(EVIL, EVIL), ('x', 'y')], console)
        show_pairs([(EVIL, EVIL)], console)
        assert '[31mred' in out.getvalue() and _harmless(out.getvalue())
    say(f'edge-sched: {EVIL}\nUsage: x')
    assert _harmless(capsys.readouterr().err)


def test_an_error_of_a_file_is_one_short_line():
    error = ConfigError(f'/{EVIL}', f'{EVIL}{"k" * 10_000}')
    assert str(error).isprintable() and len(str(error)) < 500
    plain = ConfigError('robot.yaml: tasks', "two  spaces stay: 'a  b'")
    assert str(plain) == "robot.yaml: tasks: two  spaces stay: 'a  b'"
