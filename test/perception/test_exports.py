# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Exports of many programs get their decoder, labels and input, as docs/networks.md says."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
import yaml
from exports import all_exports
from exports.table import keys_of
from exports.table import row
from exports.table import rows_of

from edge_sched_ros.execution.network import network_of
from edge_sched_ros.perception.decoders.built_in import decoder_classes
from edge_sched_ros.perception.decoders.making import make_decoder
from edge_sched_ros.perception.importing.document import as_values
from edge_sched_ros.perception.importing.document import document
from edge_sched_ros.perception.importing.graph import read_graph
from edge_sched_ros.perception.importing.proposal import propose
from edge_sched_ros.perception.importing.proposal import Wishes

EXPORTS = all_exports()
PAGE = Path(__file__).resolve().parents[2] / 'docs' / 'networks.md'
LINES = PAGE.read_text('utf-8').splitlines()
ROWS = rows_of(LINES)


@pytest.fixture(scope='module')
def proposals(tmp_path_factory):
    """Return a function that gives the proposal for an export, each made once."""
    root = tmp_path_factory.mktemp('exports')

    @cache
    def proposal_of(name):
        # each in a folder of its own, because of the files beside it
        return propose(read_graph(EXPORTS[name].write(root / name)), Wishes())

    return proposal_of


@pytest.mark.parametrize('name', EXPORTS)
def test_an_export_gets_its_decoder_labels_and_input(name, proposals, tmp_path):
    export = EXPORTS[name]
    if export.decoder not in decoder_classes():
        pytest.skip(f'there is no decoder {export.decoder}')
    proposal = proposals(name)
    values = yaml.safe_load(document(proposal, tmp_path))
    assert values == as_values(proposal, tmp_path)
    assert values['decoder'] == export.decoder
    assert values['input'].items() >= dict(export.input).items()
    assert values.get('decoder_options', {}).items() >= dict(export.options).items()
    assert len(values.get('labels', ())) == export.labels
    spec = network_of(tmp_path / 'net.yaml', values)
    make_decoder(spec, proposal.graph.outputs, {})


@pytest.mark.parametrize('title', ROWS)
def test_a_row_of_the_page_is_what_import_proposes(title, proposals):
    (export,) = [one for one in EXPORTS.values() if one.title == title]
    proposal = proposals(export.name)
    said = keys_of(proposal.values)
    assert ROWS[title] == {key: value for key, value in said.items() if value}
    assert row(export, proposal.values) in LINES


def test_every_export_has_a_row():
    there = {one.title for one in EXPORTS.values() if one.decoder in decoder_classes()}
    assert there == set(ROWS), 'PYTHONPATH=test/helpers dev/env.sh python -m exports.table'
