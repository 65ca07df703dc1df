# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Every picture of the pages is made by commands that stand beside it, and says what it shows."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

pytest.importorskip('markdown_it', reason='pages are read with markdown-it-py')

from children import finished
from pages import pages
from pages import pictures

CHECKOUT = Path(__file__).resolve().parents[2]
FOLDER = CHECKOUT / 'docs' / 'pictures'
_MOST_KIB = 1500
_LIST = """
import json, sys
sys.path.append('.')
from dev.pictures.catalogue import PICTURES
print(json.dumps([[one.file, one.page, one.commands] for one in PICTURES]))
"""


@pytest.fixture(scope='module')
def catalogue():
    import json

    done = finished([sys.executable, '-c', _LIST], cwd=CHECKOUT)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_every_picture_has_commands_on_its_page(catalogue):
    for file, page, commands in catalogue:
        text = (CHECKOUT / page).read_text().replace('\\\n> ', '')
        shown = [(CHECKOUT / page).parent / target for _, target in pictures(page)]
        assert (FOLDER / file).resolve() in [one.resolve() for one in shown], f'{page}: {file}'
        for command in commands:
            assert command in ' '.join(text.split()), f'{page}: {file}: $ {command}'


def test_every_picture_is_in_the_catalogue(catalogue):
    there = {str(path.relative_to(FOLDER)) for path in FOLDER.rglob('*') if path.is_file()}
    assert there == {file for file, _, _ in catalogue}


def test_no_picture_is_large():
    for path in FOLDER.rglob('*.*'):
        assert path.stat().st_size <= _MOST_KIB * 1024, path


@pytest.mark.parametrize('page', [page for page in pages() if list(pictures(page))])
def test_a_picture_says_what_it_shows(page):
    for said, target in pictures(page):
        assert len(said.split()) > 2, f'{page}: {target}: who cannot see it reads {said!r}'


def test_an_unknown_picture_is_one_line():
    done = finished([sys.executable, CHECKOUT / 'dev' / 'pictures', 'none.png'])
    assert done.returncode == 1 and done.stderr.startswith('dev/pictures: none.png: no such')
