# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""``edge-sched new``: packages whose tests pass and whose plug-ins are found; mistakes."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path

import pytest
from distributions import installing

from edge_sched_ros.cli.main import main

KINDS = ('decoder', 'program', 'policy')
GROUPS = {'decoder': 'decoders', 'program': 'programs', 'policy': 'policies'}
installed = pytest.fixture(installing)


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Return a function that runs the command in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def edge_sched(*arguments):
        code = 0
        try:
            main(list(map(str, arguments)))
        except SystemExit as error:
            code = error.code
        out, error = capsys.readouterr()
        return code, out, error

    return edge_sched


@pytest.mark.parametrize('kind', KINDS)
def test_the_package_is_found_and_its_tests_pass(kind, run, installed):
    name = f'my_new_{kind}'
    code, out, error = run('new', kind, name, '--json')
    assert (code, error) == (0, '')
    files = [Path(file) for file in json.loads(out)['files']]
    assert all(file.is_file() and '$' not in file.read_text() for file in files)
    # pip leaves the module beside the entry points of pyproject.toml
    tomllib = pytest.importorskip('tomllib', reason='Python 3.10 reads no TOML')
    project = tomllib.loads(Path(name, 'pyproject.toml').read_text())['project']
    groups = {
        group.removeprefix('edge_sched_ros.'): own
        for group, own in project['entry-points'].items()
    }
    assert list(groups) == [GROUPS[kind]]
    source = Path(name, f'{name}.py').read_text()
    installed(project['name'], groups, {name: source}, version=project['version'])
    code, out, _ = run('plugins', name, '--json')
    assert (code, json.loads(out)[0]['kind']) == (0, kind)
    assert f'"origin": "my-new-{kind} 0.1.0"' in out
    _pass(Path(name, 'test', f'test_{name}.py'))


def _pass(file: Path) -> None:
    """Run the tests of a file; they need no fixtures."""
    spec = importlib.util.spec_from_file_location(f'of_{file.stem}', file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    tests = [own for key, own in vars(module).items() if key.startswith('test_')]
    assert tests
    for test in tests:
        test()


@pytest.mark.parametrize(
    ('arguments', 'problem'),
    [
        (['decoder', 'Mine'], "NAME: must be the name of a module: .* not 'Mine'"),
        (['decoder', 'my-decoder'], 'NAME: must be the name of a module'),
        (['decoder', '../mine'], 'NAME: must be the name of a module'),
        (['decoder', 'class'], 'NAME: must be the name of a module'),
        (['decoder', ''], 'NAME: must be the name of a module'),
        (['decoder', 'yolox'], "NAME: 'yolox' is a built-in decoder"),
        (['policy', 'edf'], "NAME: 'edf' is a built-in policy"),
        (['program', 'json'], "NAME: 'json' is the name of a module that Python finds already"),
        (['program', 'numpy'], "NAME: 'numpy' is the name of a module that Python finds already"),
        (['program', 'there'], "NAME: 'there' exists already"),
        (['program', 'mine', '-o', 'file'], '-o'),
        (['engine', 'mine'], "'engine' is not one of"),
    ],
)
def test_a_mistake_is_one_line_and_leaves_nothing(run, arguments, problem):
    Path('there').mkdir()
    Path('file').touch()
    code, out, error = run('new', *arguments)
    assert (code, out) == (2, '')
    assert error.startswith('edge-sched') and error.count('\n') == 1
    assert re.search(problem, error), error
    assert sorted(path.name for path in Path().iterdir()) == ['file', 'there']
