# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The package that docs/plugins.md shows, installed as pip would, gives what the page shows."""

from __future__ import annotations

import pytest
from distributions import installing

pytest.importorskip('markdown_it', reason='pages are read with markdown-it-py')

from pages import blocks

from edge_sched_ros.cli.main import main
from edge_sched_ros.pipeline.settings.config import from_file

installed = pytest.fixture(installing)


def _shown(file: str) -> str:
    (found,) = [block for block in blocks('docs/plugins.md') if block.file == file]
    return found.text


@pytest.fixture
def my_robot(installed):
    tomllib = pytest.importorskip('tomllib', reason='Python 3.10 reads no TOML')
    project = tomllib.loads(_shown('my_robot/pyproject.toml'))['project']
    groups = {
        name.removeprefix('edge_sched_ros.'): own for name, own in project['entry-points'].items()
    }
    names = ('my_policies', 'my_high_level', 'my_perception', 'my_commands')
    modules = {name: _shown(f'my_robot/{name}.py') for name in names}
    return installed(project['name'], groups, modules, version=project['version'])


def test_the_list_is_as_the_page_shows_it(my_robot, capsys):
    main(['plugins'])
    printed = [' '.join(line.split()) for line in capsys.readouterr().out.splitlines()]
    (console,) = [
        block for block in blocks('docs/plugins.md') if block.text.startswith('$ pip install')
    ]
    rows = [line for line in console.text.splitlines() if 'my-robot 1.0' in line]
    assert len(rows) == 5
    assert {' '.join(row.split()) for row in rows} <= set(printed)


def test_the_command_and_the_parameter_file_work(my_robot, capsys, tmp_path):
    main(['hello', 'Marvin'])
    assert capsys.readouterr().out == 'Hello, Marvin.\n'
    file = tmp_path / 'params.yaml'
    file.write_text(
        _shown('my_robot/params.yaml')
        + '    tasks: [bumps]\n    bumps.program: bumps\n    bumps.topic: imu\n'
        + '    bumps.topic_type: std_msgs/msg/Float32\n    bumps.limit: 3\n',
        encoding='utf-8',
    )
    config = from_file(file)
    assert config.policy == 'my_policies:ShortestFirst+drop'
    assert config.policy_parameters['priority_ms'] == 7.0
    assert config.tasks[0].options == {'limit': 3.0}


@pytest.mark.parametrize(
    ('policy', 'settings'),
    [
        ('my_policy:ShortestFirst', []),
        ('my_policies:Shortest', []),
        ('my_policies:ShortestFirst', ['--set', 'priority_ms=-1']),
    ],
)
def test_what_is_said_of_mistakes_is_on_the_page(my_robot, capsys, policy, settings):
    from pages import CHECKOUT

    page = (CHECKOUT / 'docs' / 'plugins.md').read_text('utf-8')
    run = ['simulate', 'robot_drone', '--platform', 'orin_nx', '--policy', policy, *settings]
    with pytest.raises(SystemExit):
        main(run)
    said = capsys.readouterr().err.removeprefix('edge-sched: ').strip()
    assert f'| `{said}` |' in page
