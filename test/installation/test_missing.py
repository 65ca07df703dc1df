# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Without a library, or with one that is too old, a command says so in one line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from unittest.mock import MagicMock

import pytest
import yaml
from children import finished
from children import TIMEOUT_S

from edge_sched_ros.bags.scene_bag import write_scene_bag
from edge_sched_ros.core.errors import EdgeSchedError
from edge_sched_ros.installation import advice
from edge_sched_ros.installation.advice import install_command
from edge_sched_ros.installation.libraries import installed_version
from edge_sched_ros.installation.libraries import LIBRARIES
from edge_sched_ros.installation.libraries import version_fits
from edge_sched_ros.installation.missing import library_problem
from edge_sched_ros.installation.missing import need
from edge_sched_ros.native.loading import VARIABLE
from edge_sched_ros.pipeline.settings.resources import share_of
from edge_sched_ros.scenes.scene import Scene

CHECKOUT = Path(__file__).resolve().parents[2]
# has it that a library cannot be found, as where it is not installed
_HIDE = """
import importlib.machinery, os
found = importlib.machinery.PathFinder.find_spec
def find_spec(name, path=None, target=None):
    hidden = name.partition('.')[0] in os.environ['HIDDEN'].split()
    return None if hidden else found(name, path, target)
importlib.machinery.PathFinder.find_spec = find_spec
"""
_START = (
    'import sys\n'
    'sys.path[:] = [folder for folder in sys.path if folder]\n'
    f'{_HIDE}'
    'from edge_sched_ros.cli.main import main\n'
    'main()\n'
)
SIMULATE = ['simulate', '--workload', 'robot_drone', '--platform', 'orin_nx', '--seconds', '0.01']
PLACE = [
    'place',
    *('--apps', CHECKOUT / 'config' / 'placement' / 'cameras.yaml'),
    *('--cluster', CHECKOUT / 'config' / 'placement' / 'nodes.yaml'),
]
PROFILE = ['profile', share_of() / 'models' / 'detector.yaml', '-o', 'p.yaml']
REPLAY = ['replay', 'bag', '--params', 'p.yaml']
CAPACITY = ['capacity', CHECKOUT / 'config' / 'capacity' / 'robot.yaml', '--task', 'front']
CUT = ['cut', share_of() / 'models' / 'demo_depth.onnx']
NEEDED = [
    ('click', ['doctor']),
    ('rich', SIMULATE),
    ('yaml', SIMULATE),
    ('yaml', REPLAY),
    ('numpy', REPLAY),
    ('numpy', PROFILE),
    ('pydantic', SIMULATE),
    ('pydantic', [*SIMULATE, '--policy', 'plan_follower', '--replan-s', '1']),
    ('pydantic', ['compare', '--policies', 'edf', '--only', 'drone', '--seconds', '0.01']),
    ('pydantic', ['plan', CHECKOUT / 'config' / 'plans' / 'googlenet_alexnet.yaml']),
    ('pydantic', PLACE),
    ('pydantic', CAPACITY),
    ('pydantic', PROFILE),
    ('scipy', CAPACITY),
    ('ortools', ['plan', CHECKOUT / 'config' / 'plans' / 'googlenet_alexnet.yaml']),
    ('ortools', [*PLACE, '--algorithm', 'optimum']),
    ('onnx', CUT),
    ('onnxruntime', CUT),
    ('onnxruntime', REPLAY),
    ('cv2', REPLAY),
    ('rosbags', REPLAY),
    ('matplotlib', [*CAPACITY, '--plot', 'p.png']),
    ('kubernetes', ['kube', 'serve', '--config', 'types.yaml']),
]


def _edge_sched(folder, *arguments, hidden='', **environment):
    return finished(
        [sys.executable, '-c', _START, *map(str, arguments)],
        cwd=folder,
        env={**os.environ, 'HIDDEN': hidden, 'COLUMNS': '300', **environment},
    )


@pytest.fixture(scope='module')
def bag(tmp_path_factory):
    path = tmp_path_factory.mktemp('bags') / 'bag'
    write_scene_bag(path, Scene(seed=7, fps=15.0), frames=2)
    return path


@pytest.fixture
def folder(tmp_path, bag):
    """Return a folder with a bag, the demo's parameters and types of nodes."""
    (tmp_path / 'p.yaml').write_text((share_of() / 'config' / 'demo.yaml').read_text())
    types = yaml.safe_load((CHECKOUT / 'config' / 'kubernetes' / 'types.yaml').read_text())
    (tmp_path / 'types.yaml').write_text(yaml.safe_dump(types))
    (tmp_path / 'bag').symlink_to(bag)
    return tmp_path


@pytest.mark.parametrize(('library', 'command'), NEEDED, ids=lambda value: str(value)[:40])
def test_a_command_without_a_library_it_needs(folder, library, command):
    if command[0] == 'profile':
        (folder / 'p.yaml').unlink()
    done = _edge_sched(folder, *command, hidden=library)
    assert done.returncode == 2, done.stderr
    assert 'Traceback' not in done.stderr
    (line,) = (line for line in done.stderr.splitlines() if 'edge-sched:' in line)
    assert library in line
    assert install_command(LIBRARIES[library]) in line


def test_a_tracker_without_the_library_it_needs_is_out_alone(folder):
    # the native module matches without it
    done = _edge_sched(folder, *REPLAY, hidden='scipy', **{VARIABLE: 'off'})
    assert done.returncode == 0 and 'Traceback' not in done.stderr
    (line,) = (line for line in done.stderr.splitlines() if 'tracker.tracker' in line)
    assert "'bytetrack' cannot be made: scipy: is not installed" in line
    assert install_command(LIBRARIES['scipy']) in line
    assert 'detector' in done.stdout


@pytest.mark.parametrize('command', [['--version'], ['--help'], ['doctor', '--json']])
def test_commands_that_need_few_run_without_the_others(folder, command):
    keep = {'click', 'rich', 'yaml', 'numpy'}
    done = _edge_sched(folder, *command, hidden=' '.join(set(LIBRARIES) - keep))
    assert done.returncode == 0, done.stderr
    assert done.stdout


@pytest.mark.parametrize('command', [SIMULATE, PLACE, CAPACITY, PROFILE])
def test_an_old_pydantic(folder, command):
    if command[0] == 'profile':
        (folder / 'p.yaml').unlink()
    # has what version 1.10 has of the names that are used
    site = folder / 'site'
    (site / 'pydantic-1.10.14.dist-info').mkdir(parents=True)
    (site / 'pydantic-1.10.14.dist-info' / 'METADATA').write_text(
        'Metadata-Version: 2.1\nName: pydantic\nVersion: 1.10.14\n'
    )
    (site / 'pydantic').mkdir()
    (site / 'pydantic' / 'fields.py').write_text('class FieldInfo: ...\n')
    (site / 'pydantic' / '__init__.py').write_text(
        'class BaseModel: ...\nclass ValidationError(Exception): ...\nConfigDict = dict\n'
        'def Field(*given, **named): ...\nPrivateAttr = Field\n'
    )
    path = os.pathsep.join([str(site), os.environ.get('PYTHONPATH', '')])
    done = _edge_sched(folder, *command, PYTHONPATH=path)
    assert (done.returncode, done.stdout) == (2, '')
    assert done.stderr == (
        'edge-sched: pydantic: version 1.10.14 is installed, >=2,<3 is needed: '
        f'{install_command(LIBRARIES["pydantic"])}\n'
    )


def test_the_node_refuses_to_be_configured_without_a_library(monkeypatch):
    ros = pytest.importorskip('edge_sched_ros.nodes.scheduler_node', reason='needs ROS 2')
    error = ModuleNotFoundError("No module named 'rosbags'", name='rosbags')
    node = MagicMock()
    node._settings.values.side_effect = error
    monkeypatch.setattr(ros, 'from_parameters', lambda values: values)
    assert ros.SchedulerNode.on_configure(node, None) == ros.FAILURE
    (problem,) = node._refuse.call_args.args
    assert problem.startswith('rosbags: ')


@pytest.mark.parametrize(
    ('module', 'version', 'fits'),
    [
        ('pydantic', '1.10.14', False),
        ('pydantic', '2.0', True),
        ('pydantic', '', True),
        ('cv2', '4.5.4', True),
        ('cv2', '4.5.3', False),
        ('cv2', '5.0.0', True),
        ('cv2', '6.0.0', False),
        ('numpy', '2.0.0', True),
        ('numpy', '3.0.0', False),
        ('numpy', '1.26.4', True),
        ('kubernetes', '36.0.0', False),
        ('kubernetes', '36.0.1', True),
        ('ortools', '9.9.3963', False),
    ],
)
def test_versions(module, version, fits):
    assert version_fits(LIBRARIES[module], version) == fits


def test_advice_is_for_the_interpreter_at_hand(monkeypatch):
    ortools = LIBRARIES['ortools']
    python = '/opt/py/bin/python3'
    monkeypatch.setattr(advice.sys, 'executable', python)
    monkeypatch.setattr(advice.sys, 'prefix', '/venv')
    monkeypatch.setattr(advice.shutil, 'which', lambda name: '/opt/py/bin/pip')
    # a numpy 1 is kept: what a distro compiled for it would not load beside numpy 2
    monkeypatch.setattr(advice, 'installed_version', lambda name: '1.26.4')
    assert install_command(ortools) == "pip install 'ortools>=9.10,<10' 'numpy<2'"
    monkeypatch.setattr(advice, 'installed_version', lambda name: '2.0.0')
    assert install_command(ortools) == "pip install 'ortools>=9.10,<10'"
    monkeypatch.setattr(advice, 'installed_version', lambda name: None)
    assert install_command(ortools) == "pip install 'ortools>=9.10,<10'"
    monkeypatch.setattr(advice.shutil, 'which', lambda name: '/usr/bin/pip')
    assert install_command(ortools).startswith(f"{python} -m pip install 'ortools")
    monkeypatch.setattr(advice.sys, 'prefix', sys.base_prefix)
    assert '--user' in install_command(ortools)


def test_the_packages_own_defects_keep_their_traceback():
    assert library_problem(ImportError('cannot import', name='edge_sched_ros.core.nope')) is None
    assert library_problem(KeyError('nope')) is None


def test_a_package_without_messages_says_where_it_is():
    error = ModuleNotFoundError('no', name='edge_sched_ros.msg')
    problem = library_problem(error)
    assert problem is not None
    assert problem.startswith('edge_sched_ros.msg: is not here: ')
    assert 'colcon' in problem and 'another folder than the checkout' in problem


def test_a_missing_ros_says_what_to_source():
    problem = library_problem(ModuleNotFoundError('no', name='vision_msgs'))
    assert problem is not None and 'ros-$ROS_DISTRO-vision-msgs' in problem


def test_what_is_installed_is_found_and_needed():
    assert installed_version('numpy') == need('numpy').__version__
    with pytest.raises(EdgeSchedError, match=r'^nonsense: cannot be imported: '):
        need('nonsense')


def test_an_interrupt_while_programs_are_loading_is_one_line():
    code = (
        'from edge_sched_ros.installation.missing import explain_import_errors\n'
        "explain_import_errors('scheduler_node')\n"
        'raise KeyboardInterrupt\n'
    )
    done = subprocess.run(
        [sys.executable, '-c', code], capture_output=True, text=True, timeout=TIMEOUT_S
    )
    assert (done.returncode, done.stdout) == (130, '')
    assert done.stderr == 'scheduler_node: interrupted\n'
