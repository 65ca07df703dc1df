# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The package as it is installed."""

from __future__ import annotations

import ast
import importlib
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from children import finished

import edge_sched_ros
from edge_sched_ros.cli import commands
from edge_sched_ros.pipeline.settings.resources import share_of

CHECKOUT = Path(__file__).resolve().parents[2]
_CACHES = shutil.ignore_patterns('__pycache__')


def test_code_and_messages_are_one_package():
    pytest.importorskip('rclpy', reason='ROS 2 is not here')
    messages = importlib.import_module('edge_sched_ros.msg')
    core = importlib.import_module('edge_sched_ros.core')
    assert Path(messages.__file__).parents[1] == Path(core.__file__).parents[1]
    assert {'JobTiming', 'SchedulerStatus', 'StageTiming', 'TaskStatus', 'UnitStatus'} <= set(
        dir(messages)
    )


def test_everything_a_user_needs_is_installed():
    share = share_of()
    assert share != CHECKOUT, 'tests run on the installed package'
    for name in (
        'launch/scheduler.launch.py',
        'launch/replay.launch.py',
        'config/demo.yaml',
        'config/dds/large_images.xml',
        'models/demo_detector.onnx',
        'msg/JobTiming.msg',
        'package.xml',
    ):
        assert (share / name).is_file(), name
    executables = share.parents[1] / 'lib' / 'edge_sched_ros'
    for name in ('scheduler_node', 'bag_player', 'bag_recorder'):
        assert (executables / name).stat().st_mode & 0o111


def test_versions_agree():
    version = ET.parse(CHECKOUT / 'package.xml').getroot().findtext('version')
    assert f"version='{version}'" in (CHECKOUT / 'setup.py').read_text()
    assert edge_sched_ros.__version__ == version
    assert f'\nversion: {version}\n' in (CHECKOUT / 'CITATION.cff').read_text()
    assert re.search(rf'^{re.escape(version)}', (CHECKOUT / 'CHANGELOG.rst').read_text(), re.M)


def test_no_room_but_nodes_loads_ros_or_a_heavy_library_by_being_imported():
    code = (
        'import sys\n'
        'import edge_sched_ros.core.dispatcher, edge_sched_ros.policies.registry\n'
        'import edge_sched_ros.execution.runtime, edge_sched_ros.execution.registry\n'
        'import edge_sched_ros.perception.programs.build, edge_sched_ros.pipeline.pipeline\n'
        'heavy = {"rclpy", "onnxruntime", "norfair", "rosbags", "cv2", "scipy"}\n'
        'sys.exit(", ".join(sorted(heavy & set(sys.modules))) or 0)\n'
    )
    result = finished([sys.executable, '-c', code])
    assert result.returncode == 0, result.stderr


def _walk_what_runs(tree):
    """Walk a tree without what only type checkers read."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and getattr(node.test, 'id', '') == 'TYPE_CHECKING':
            continue
        yield node
        yield from _walk_what_runs(node)


def test_the_core_needs_only_the_standard_library():
    for file in [
        *(CHECKOUT / 'edge_sched_ros' / 'core').glob('*.py'),
        *(CHECKOUT / 'edge_sched_ros' / 'policies').glob('*.py'),
    ]:
        for node in _walk_what_runs(ast.parse(file.read_text())):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or '']
            for name in names:
                first = name.partition('.')[0]
                assert first in sys.stdlib_module_names or first == 'edge_sched_ros', file


def test_every_file_names_its_licence():
    for file in (CHECKOUT / 'edge_sched_ros').rglob('*.py'):
        head = file.read_text().splitlines()
        assert 'SPDX-License-Identifier: Apache-2.0' in head[1], file


def test_every_command_module_is_a_command():
    for file in Path(commands.__file__).parent.glob('[!_]*.py'):
        module = importlib.import_module(f'{commands.__name__}.{file.stem}')
        assert file.stem == module.COMMAND.name


def test_the_readme_documents_every_parameter():
    from edge_sched_ros.pipeline.settings.parameter_docs import markdown

    documented = (CHECKOUT / 'docs' / 'parameters.md').read_text()
    for line in markdown().splitlines():
        assert line in documented, 'python -m edge_sched_ros.pipeline.settings.parameter_docs'


def test_a_pip_install_leaves_nothing_behind_and_finds_its_files(tmp_path):
    pytest.importorskip('setuptools', reason='pip builds with it')
    source, target = tmp_path / 'source', tmp_path / 'target'
    source.mkdir()
    for name in ('edge_sched_ros', 'config', 'models', 'msg'):
        shutil.copytree(CHECKOUT / name, source / name, ignore=_CACHES)
    for name in ('setup.py', 'pyproject.toml'):
        shutil.copy(CHECKOUT / name, source / name)
    before = sorted(source.rglob('*'))
    pip = [sys.executable, '-m', 'pip', 'install', '--quiet', '--no-deps', '--no-build-isolation']
    subprocess.run([*pip, '--target', str(target), str(source)], check=True, timeout=120)
    assert sorted(source.rglob('*')) == before
    code = (
        'import edge_sched_ros; from edge_sched_ros.pipeline.settings.resources import share_of\n'
        'print(edge_sched_ros.__version__, share_of())\n'
    )
    out = subprocess.run(
        [sys.executable, '-c', code],
        env={**os.environ, 'PYTHONPATH': str(target)},
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    ).stdout
    share = target / 'share' / 'edge_sched_ros'
    assert out.split() == [edge_sched_ros.__version__, str(share)]
    assert (share / 'models' / 'demo_detector.onnx').is_file()


def test_colcon_runs_every_folder_of_tests_that_needs_no_ros():
    listed = re.search(r'set\(folders ([^)]+)\)', (CHECKOUT / 'CMakeLists.txt').read_text())
    # these start nodes or commands, or are no tests
    others = 'bags benchmarks cli docs faults helpers kubernetes launch nodes package'
    folders = {path.parent.name for path in (CHECKOUT / 'test').glob('*/*.py')}
    assert set(listed[1].split()) == folders - set(others.split())
