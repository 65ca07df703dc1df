# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The site: every page has its place, and the reference has all that is public."""

from __future__ import annotations

import importlib.util
import json
import platform
import re
import shutil
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

pytest.importorskip('markdown_it', reason='pages are read with markdown-it-py')

from children import finished
from pages import pages

import edge_sched_ros
from edge_sched_ros.cli.installed_commands import COMMANDS
from edge_sched_ros.pipeline.settings.parameters import SCHEDULER_PARAMETERS
from edge_sched_ros.pipeline.settings.parameters import TASK_PARAMETERS
from edge_sched_ros.pipeline.settings.policy_settings import built_in_specs

CHECKOUT = Path(__file__).resolve().parents[2]
SPHINX = CHECKOUT / '.venv-docs' / 'bin' / 'sphinx-build'
#: no wheels of merman for others
DRAWS = platform.machine() == 'x86_64'
GENERATED = {'reference/commands.md', 'reference/messages.md', 'reference/python.rst'}


def _order():
    path = CHECKOUT / 'dev' / 'docs' / 'order.py'
    spec = importlib.util.spec_from_file_location('order_of_the_site', path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


ORDER = _order()


@pytest.fixture(scope='module')
def sources(tmp_path_factory):
    folder = tmp_path_factory.mktemp('site')
    done = finished([sys.executable, CHECKOUT / 'dev' / 'docs', folder])
    assert done.returncode == 0, done.stderr
    return folder


def test_every_page_has_one_place():
    placed = [ORDER.LANDING, *(page for section in ORDER.ORDER.values() for page in section)]
    assert len(placed) == len(set(placed))
    assert set(pages()) <= set(placed)
    assert {page for page in placed if not (CHECKOUT / page).is_file()} == GENERATED


def test_the_readme_is_one_screen():
    assert len((CHECKOUT / 'README.md').read_text().splitlines()) <= 150


def test_every_public_name_is_in_the_reference(sources):
    text = (sources / 'reference' / 'python.rst').read_text()
    found = re.findall(r'^\.\. py:(?:class|function|data):: (\w+)', text, re.M)
    assert found == edge_sched_ros.__all__
    assert '   :param seconds: ' in text and '   .. py:method:: decide(view)' in text


def test_every_message_is_in_the_reference(sources):
    text = (sources / 'reference' / 'messages.md').read_text()
    files = sorted((CHECKOUT / 'msg').glob('*.msg'))
    assert re.findall(r'^## edge_sched_ros/msg/(\w+)$', text, re.M) == [f.stem for f in files]
    for file in files:
        for line in filter(None, file.read_text().splitlines()):
            assert line.lstrip('# ') in text, file


def test_every_subcommand_is_in_the_reference(sources):
    text = (sources / 'reference' / 'commands.md').read_text()
    found = re.findall(r'^## `edge-sched ?([a-z ]*)`$', text, re.M)
    assert found[0] == '' and len(found) == len(set(found))
    assert {name for name in found[1:] if ' ' not in name} == set(COMMANDS.built_in())
    assert {'kube serve', 'kube node'} <= set(found)
    assert text.count('\nUsage: ') == len(found)


def test_every_parameter_is_in_the_reference(sources):
    text = (sources / 'docs' / 'parameters.md').read_text()
    for spec in (*SCHEDULER_PARAMETERS, *built_in_specs().values()):
        assert f'| `{spec.name}` |' in text
    for spec in TASK_PARAMETERS:
        assert f'| `TASK.{spec.name}` |' in text


def _small_checkout(folder, landing):
    shutil.copytree(
        CHECKOUT / 'dev' / 'docs',
        folder / 'dev' / 'docs',
        ignore=shutil.ignore_patterns('__pycache__'),
    )
    (folder / 'README.md').write_text(landing)
    return folder / 'dev' / 'docs'


def test_a_link_to_nowhere_is_named_with_page_and_line(tmp_path):
    command = _small_checkout(tmp_path, '# One\n\nSee [two](docs/two.md#here).\n')
    done = finished([sys.executable, command, tmp_path / 'out'])
    assert done.returncode == 1
    assert done.stderr == 'dev/docs: README.md:3: docs/two.md is not in the checkout\n'


@pytest.mark.parametrize(
    ('figure', 'said'),
    [
        ('0.8<!-- = one a.0.b .1f -->', 'docs/'),
        (
            '0.7<!-- = one a.0.b .1f -->',
            'README.md:3: 0.7<!-- = one a.0.b .1f -->: the file says 0.8',
        ),
        ('81<!-- = one a.0.b .0f x100 -->', 'docs/'),
        ('80<!-- = one a.0.c .0f -->', "has no such place ('c')"),
        ('80<!-- = two a .0f -->', 'two.json'),
        ('80<!-- = one -->', 'a mark is: FILE PLACE FORMAT'),
    ],
)
def test_a_figure_that_no_run_wrote_is_named_with_page_and_line(tmp_path, figure, said):
    command = _small_checkout(tmp_path, f'# One\n\nIt was {figure}.\n')
    data = tmp_path / 'docs' / 'results' / 'data'
    data.mkdir(parents=True)
    (data / 'one.json').write_text('{"a": [{"b": 0.81}]}')
    done = finished([sys.executable, command, tmp_path / 'out'])
    # a right figure: the next page of the order is missing
    assert done.returncode == 1 and said in done.stderr
    assert ('README.md:3: ' in done.stderr) == (said != 'docs/')


_TABLE = '# One\n\n<!-- printed: one -->\n{}\n<!-- end of print -->\n'


@pytest.mark.parametrize(
    ('page', 'said'),
    [
        (_TABLE.format('```text\na 1\nc 3\n```'), 'docs/'),
        (_TABLE.format('a 1\nb 3'), 'README.md:5: one.txt has no such line here: b 3\n'),
        (_TABLE.format('c 3\na 1'), 'README.md:5: one.txt has no such line here: a 1\n'),
        (_TABLE.format('<!-- printed: one -->'), 'README.md:4: the table before (one) has no'),
        (_TABLE.replace('one', 'two'), 'README.md:3: '),
        ('# One\n\n<!-- printed: one -->\n', 'README.md: the table of one has no'),
        ('# One\n\n<!-- end of print -->\n', 'README.md:3: no table begins'),
    ],
)
def test_a_table_that_no_run_printed_is_named_with_page_and_line(tmp_path, page, said):
    command = _small_checkout(tmp_path, page)
    data = tmp_path / 'docs' / 'results' / 'data'
    data.mkdir(parents=True)
    (data / 'one.txt').write_text('a 1  \n\nb 2\nc 3\n')
    done = finished([sys.executable, command, tmp_path / 'out'])
    # a right table: the next page of the order is missing
    assert done.returncode == 1 and said in done.stderr


def test_rosdoc2_finds_the_sources_and_their_settings(sources):
    import runpy

    said = yaml.safe_load_all((CHECKOUT / 'rosdoc2.yaml').read_text())
    folder = list(said)[1]['builders'][0]['sphinx']['sphinx_sourcedir']
    assert f' {folder}\n' in (CHECKOUT / 'Makefile').read_text()
    settings = runpy.run_path(str(sources / 'conf.py'))
    package = ElementTree.parse(CHECKOUT / 'package.xml').getroot()
    assert settings['release'] == package.findtext('version')
    assert package.findtext('export/rosdoc2') == 'rosdoc2.yaml'


def test_every_file_of_figures_is_used():
    text = '\n'.join((CHECKOUT / page).read_text() for page in pages())
    for file in (CHECKOUT / 'docs' / 'results' / 'data').glob('*'):
        mark = '= ' if file.suffix == '.json' else 'printed: '
        assert f'<!-- {mark}{file.stem} ' in text, file


def test_a_missing_picture_is_named_with_page_and_line(tmp_path):
    command = _small_checkout(tmp_path, '# One\n\n![a](docs/pictures/none.png)\n')
    done = finished([sys.executable, command, tmp_path / 'out'])
    assert done.stderr == 'dev/docs: README.md:3: docs/pictures/none.png is not in the checkout\n'


def test_only_what_a_server_calls_dead_is_a_dead_link(tmp_path):
    found = [
        ('working', ''),
        ('broken', '404 Client Error: Not Found for url: https://a'),
        ('broken', 'HTTPSConnectionPool(...): Failed to resolve host'),
        ('timeout', 'timed out'),
    ]
    lines = [
        json.dumps(dict(filename='p.md', lineno=n, status=status, uri='https://a', info=info))
        for n, (status, info) in enumerate(found, 1)
    ]
    (tmp_path / 'output.json').write_text('\n'.join(lines))
    command = CHECKOUT / 'dev' / 'docs' / 'external_links.py'
    done = finished([sys.executable, command, tmp_path / 'output.json'])
    assert done.returncode == 1 and done.stdout.startswith('dead: p.md:2: https://a: 404')
    assert '1 links work, 1 are dead, 2 could not be reached from here' in done.stdout


def test_a_missing_page_is_named(tmp_path):
    command = _small_checkout(tmp_path, '# One\n')
    done = finished([sys.executable, command, tmp_path / 'out'])
    assert done.returncode == 1 and len(done.stderr.splitlines()) == 1
    assert 'No such file' in done.stderr and str(tmp_path / 'docs') in done.stderr


def test_a_folder_is_needed():
    done = finished([sys.executable, CHECKOUT / 'dev' / 'docs'])
    assert done.returncode == 1 and done.stderr.startswith('usage: ')


@pytest.mark.skipif(not SPHINX.is_file(), reason='make docs has not installed Sphinx here')
def test_sphinx_has_no_warning(sources, tmp_path):
    made = ['-b', 'html', '-c', CHECKOUT / 'dev' / 'docs', '-d', tmp_path / 'cache']
    command = [SPHINX, '-q', '-W', '--keep-going', *made, sources, tmp_path / 'site']
    done = finished(command, timeout_s=600)
    assert done.returncode == 0, done.stderr
    landing = (tmp_path / 'site' / 'index.html').read_text()
    # the diagram is drawn, and nothing is fetched to show it
    assert '<svg' in landing.split('<article', 1)[1] or not DRAWS
    assert not re.search(r'<(?:script|link)[^>]*(?:src|href)="https?:', landing)
