# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the long campaign reports, and that it fails when a promise is not kept."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from faults import campaign
from faults.__main__ import main
from faults.fault import Outcome
from faults.growth import Growth
from faults.kinds import FAULTS
from faults.kinds.switched import switched
from faults.programs import BEHAVIOURS
from faults.report import kinds
from faults.report import table
from faults.report import write_tables

WELL = Outcome('a', 'g', 'pipeline', 1, told=True)


@pytest.mark.parametrize(
    ('change', 'wrong'),
    [
        ({'loss_points': 1.01}, 'others lost 1.01 points'),
        ({'unaccounted': 2}, '2 frames without an end'),
        ({'told': False}, 'nothing in the diagnostics told of it'),
        ({'cleared': False}, 'the diagnostics still tell of it'),
        ({'returned': False}, 'the task did not answer again'),
        ({'problem': 'it ended'}, 'it ended'),
    ],
)
def test_each_broken_promise_is_named(change, wrong):
    assert WELL.failures() == []
    assert replace(WELL, **change).failures() == [wrong]


def test_the_table_has_a_row_for_each_group_and_one_for_all():
    rows = table([WELL, replace(WELL, fault='b', unaccounted=1), replace(WELL, group='h')])
    assert [row.split(' | ')[:5] for row in rows.splitlines()[2:]] == [
        ['| g', '2', '2', '1', '0.00'],
        ['| h', '1', '1', '1', '0.00'],
        ['| all', '2', '3', '2', '0.00'],
    ]


def _rows(text):
    """Return the cells of the rows of all tables of kinds."""
    lines = [line.strip('| ').split(' | ') for line in text.splitlines() if line.startswith('| ')]
    return [cells for cells in lines if len(cells) == _COLUMNS and cells[0] not in ('kind', '---')]


#: of a table of kinds
_COLUMNS = 10
_PAGE = Path(__file__).parents[2] / 'docs' / 'results' / 'campaign.md'


def test_the_page_has_exactly_the_kinds_that_there_are():
    rows = {cells[0]: cells for cells in _rows(_PAGE.read_text())}
    assert list(rows) == [cells[0] for cells in _rows(kinds(FAULTS, []))]
    for fault in FAULTS:
        scenes, runs, kept = rows[fault.name][1], rows[fault.name][4], rows[fault.name][5]
        assert scenes.split(', ') == list(fault.scenes), fault.name
        assert runs == kept and int(runs) >= len(fault.scenes), fault.name


def test_the_tables_of_a_page_are_replaced_and_its_text_stays(tmp_path):
    page = tmp_path / 'page.md'
    faults = (switched('a', 'g', lambda: 1, 'x'), switched('b', 'g', lambda: 1, 'x'))
    write_tables(page, faults, [WELL])
    page.write_text(f'before\n{page.read_text()}after\n')
    write_tables(page, faults, [WELL, replace(WELL, fault='b', returned=False)])
    text = page.read_text()
    assert text.startswith('before\n') and text.endswith('after\n')
    assert [(cells[0], *cells[4:6]) for cells in _rows(text)] == [('a', '1', '1'), ('b', '1', '0')]


def test_a_campaign_that_is_interrupted_reports_what_it_did(monkeypatch):
    def interrupted(*_, **__):
        yield WELL
        raise KeyboardInterrupt

    monkeypatch.setattr('faults.__main__.campaign', interrupted)
    result = CliRunner().invoke(main, ['--scene', 'pipeline'])
    assert 'interrupted' in result.output and '| all | 1 | 1 | 1 |' in result.output


def test_a_fault_that_nothing_tells_of_fails_the_campaign(monkeypatch, tmp_path):
    monkeypatch.setattr(campaign, 'PATIENCE_S', 0.1)
    silent = switched('it works', 'none', lambda: 1, 'no such text', scenes=('pipeline',))
    monkeypatch.setattr('faults.__main__.FAULTS', (silent,))
    file = tmp_path / 'all.json'
    arguments = ['--seeds', '2', '--overload-s', '0', '--full-rate-s', '0', '--json', str(file)]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 1
    assert 'it works (pipeline, seed 1): nothing in the diagnostics told of it' in result.output
    assert [one['seed'] for one in json.loads(file.read_text())['faults']] == [0, 1]
    again = CliRunner().invoke(main, [*arguments[:-2], '--only', 'none', '--with', str(file)])
    assert '| all | 1 | 2 | 0 |' in again.output
    assert not BEHAVIOURS, 'the fault is over'


def test_names_of_faults_are_unique():
    names = [fault.name for fault in FAULTS]
    assert len(set(names)) == len(names)


def test_growth_leaves_out_the_warm_up():
    growth = Growth(
        times_s=[0.0, 60.0, 120.0, 180.0],
        memory_mib=[10.0, 50.0, 51.0, 52.0],
        files=[3, 5, 5, 6],
        threads=[1, 4, 4, 4],
    )
    found = growth.to_dict()
    assert found['memory_kib_per_min'] == pytest.approx(1024, abs=0.1)
    assert (found['more_files'], found['more_threads']) == (1, 0)
