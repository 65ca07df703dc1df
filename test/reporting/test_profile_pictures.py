# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Pictures and tables of a profile."""

from __future__ import annotations

import io
import itertools
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from profiles import cost
from profiles import cost_of
from profiles import measured_on
from profiles import profile
from profiles import profile_data
from profiles import stages
from rich.console import Console

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.reporting.profile_front import choices
from edge_sched_ros.reporting.profile_pictures import draw_profile
from edge_sched_ros.reporting.profile_tables import show_profile

SLOWED = {'model': 'pairwise', 'slowdown': {'cpu0': {'cpu1': 1.25}, 'cpu1': {'cpu0': 1.5}}}


def test_a_png(tmp_path):
    path = tmp_path / 'p.png'
    draw_profile(profile(contention=SLOWED), path)
    assert path.read_bytes().startswith(b'\x89PNG')


def test_a_page_has_every_panel_and_no_foreign_markup(tmp_path):
    path = tmp_path / 'p.html'
    machine = {'model': 'Board <script>', 'cores': 2}
    draw_profile(profile(contention=SLOWED, measured=measured_on(machine=machine)), path)
    text = path.read_text()
    assert '<script' not in text
    svg = text[text.index('<svg') : text.index('</body>')]
    ElementTree.fromstring(svg)
    for words in ('net infer, gpu0', 'net: ways to run it', 'times as long beside a busy unit'):
        assert words in text
    assert '1.25' in text and '1.50' in text


def test_without_corun_there_is_no_map(tmp_path):
    draw_profile(profile(), tmp_path / 'p.html')
    assert 'beside a busy unit' not in (tmp_path / 'p.html').read_text()


def test_pictures_that_cannot_be(tmp_path):
    (tmp_path / 'file').touch()
    for path, data, problem in (
        (tmp_path / 'p.pdf', profile(), 'must end in .png or .html'),
        (tmp_path / 'p.png', profile(networks={}), 'there is nothing to draw'),
        (tmp_path / 'file/p.png', profile(), 'cannot be written: '),
        (tmp_path / 'file/p.html', profile(), 'cannot be written: '),
    ):
        with pytest.raises(ConfigError, match=problem):
            draw_profile(data, path)


def _handovers(times):
    rows = times.items()
    return [{'from': one, 'to': end, 'ms': ms} for one, row in rows for end, ms in row.items()]


def test_the_front_trades_latency_for_memory():
    dear = {'gpu0': 9.0}
    times = {'cpu0': {'gpu0': 0.1}, 'cpu1': dear, 'gpu0': {'cpu0': 0.2, 'cpu1': 9.0}}
    found = choices(profile(transitions=_handovers(times)), 'net')
    assert len(found.every) == 2 * 3 * 2
    fast, small = found.front
    assert fast.units == ('cpu0', 'gpu0', 'cpu0') and fast.memory_mib == 40
    assert fast.latency_ms == pytest.approx(0.5 + 0.1 + 1 + 0.2 + 0.25)
    assert small.units == ('cpu0', 'cpu0', 'cpu0') and small.memory_mib == 8
    assert small.latency_ms == pytest.approx(4.75)
    alike = [choice for choice in found.every if choice.units == fast.units]
    assert [choice.latency_ms for choice in alike] == pytest.approx([fast.latency_ms])


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(['cpu0', 'cpu1', 'gpu0']),
            st.tuples(st.floats(0.01, 50), st.floats(0, 500)),
            min_size=1,
        ),
        min_size=1,
        max_size=3,
    )
)
def test_nothing_beats_the_front_and_everything_else_is_beaten(drawn):
    named = {
        f's{index}': {u: cost(ms, memory_mib=mib) for u, (ms, mib) in units.items()}
        for index, units in enumerate(drawn)
    }
    found = choices(profile(networks={'net': {'stages': stages(**named)}}), 'net')
    assert len(found.every) == len(list(itertools.product(*drawn)))
    for one, other in itertools.permutations(found.front, 2):
        assert not (one.latency_ms <= other.latency_ms and one.memory_mib <= other.memory_mib)
    for choice in found.every:
        assert any(
            kept.latency_ms <= choice.latency_ms + 1e-9
            and kept.memory_mib <= choice.memory_mib + 1e-9
            for kept in found.front
        )


def test_variants_share_a_front():
    data = profile_data()
    small = stages(infer={'cpu0': cost(0.5, memory_mib=2.0)})
    data['networks']['net']['variants']['small'] = {'stages': small}
    found = choices(profile(data), 'net')
    assert [choice.variant for choice in found.front] == ['small'], 'faster and smaller'
    assert {choice.variant for choice in found.every} == {'base', 'small'}


def _shown(data) -> str:
    out = io.StringIO()
    show_profile(data, Console(file=out, width=80))
    return out.getvalue()


def test_the_table_fits_a_terminal_and_leaves_out_what_nobody_measured():
    text = _shown(profile(transitions=_handovers({'cpu0': {'cpu1': 0.02}}), contention=SLOWED))
    assert '…' not in text
    for word in ('net', 'infer', 'gpu0', 'MiB', '1.25', '0.02', 'Board, Core, 2 cores, MAXN'):
        assert word in text
    assert 'mJ' not in text and 'per item' not in text
    data = profile_data()
    cost_of(data, 'infer', 'cpu0').update({'energy_mj': 3.25, 'per_item_ms': 0.125})
    text = _shown(profile(data))
    assert '3.25' in text and '0.125' in text and '…' not in text


def test_a_file_nobody_measured_is_shown_and_drawn(tmp_path):
    written = profile({'units': ['gpu0'], 'networks': {'net': {'cost': {'gpu': 12.5}}}})
    assert 'not measured' in _shown(written) and '12.5' in _shown(written)
    draw_profile(written, tmp_path / 'p.html')
    assert 'net infer, gpu' in (tmp_path / 'p.html').read_text()
