# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The installed ``edge-sched`` script, started as a user's shell starts it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml
from cuda_driver import build_cuda_driver
from distributions import install
from distributions import POLICY
from domains import domain
from own_robot import own_parameters
from own_robot import USED
from own_robot import write_own_robot

from edge_sched_ros.bags.scene_bag import write_scene_bag
from edge_sched_ros.pipeline.settings.resources import share_of
from edge_sched_ros.scenes.scene import Scene

CHECKOUT = Path(__file__).resolve().parents[2]
TIMEOUT_S = 120
#: nothing of the environment that these tests run in
BARE = {
    'PATH': '/usr/local/bin:/usr/bin:/bin',
    'HOME': os.environ.get('HOME', '/'),
    'COLUMNS': '100',
}


def _scripts():
    """Return what was installed: into the environment by setup or pip, by colcon."""
    found = {'environment': Path(sys.prefix, 'bin', 'edge-sched')}
    share = share_of()
    if share is not None and share != CHECKOUT:
        prefix = share.parents[1]
        found['colcon bin'] = prefix / 'bin' / 'edge-sched'
        found['colcon lib'] = prefix / 'lib' / 'edge_sched_ros' / 'edge-sched'
    return {name: path for name, path in found.items() if path.is_file()}


SCRIPTS = _scripts()
pytestmark = pytest.mark.skipif(not SCRIPTS, reason='edge-sched is not installed')


def _run(*command, cwd=CHECKOUT, **environment):
    """Run a command from the checkout, whose folder of code must not shadow the package."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**BARE, 'ROS_DOMAIN_ID': str(domain()), **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
    )
    assert 'Traceback' not in done.stderr, done.stderr
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope='module')
def edge_sched():
    """Return a function that runs the environment's script with a bare environment."""
    script = SCRIPTS.get('environment')
    if script is None:
        pytest.skip('no edge-sched beside this interpreter')
    return lambda *arguments, **more: _run(script, *arguments, **more)


@pytest.mark.parametrize('name', SCRIPTS)
def test_every_script_runs_and_has_its_guard(name):
    script = SCRIPTS[name]
    more = {} if name == 'environment' else dict(os.environ)
    version = re.search('<version>(.+)</version>', (CHECKOUT / 'package.xml').read_text())[1]
    assert _run(script, '--version', **more) == f'edge-sched {version}\n'
    if name != 'environment':
        assert "if __name__ == '__main__':" in script.read_text()


def test_the_script_runs_from_any_folder_and_by_a_link(edge_sched, tmp_path):
    link = tmp_path / 'es'
    link.symlink_to(SCRIPTS['environment'])
    for folder in (tmp_path, Path('/')):
        assert edge_sched('--version', cwd=folder) == _run(link, '--version', cwd=folder)


def test_the_script_runs_in_an_activated_environment(edge_sched):
    activate = Path(sys.prefix, 'bin', 'activate')
    if not activate.is_file():
        pytest.skip('no virtual environment')
    line = f'. {activate} && edge-sched --version && python -m edge_sched_ros.cli.main --version'
    out = _run('sh', '-c', line).splitlines()
    assert out[0] == out[1] == edge_sched('--version').strip()


def test_compare_runs_on_two_processes(edge_sched):
    few = ['--suite', 'robot', '--policies', 'edf,edf+drop', '--only', 'drone on orin_nx x0.6']
    found = json.loads(
        edge_sched('compare', *few, '--seconds', '0.2', '--seeds', '2', '--jobs', '2', '--json')
    )
    assert len(found['runs']) == 4
    assert set(found['geomean']) == {'edf', 'edf+drop'}


def test_worker_processes_do_not_run_an_unguarded_program_again(tmp_path):
    script = tmp_path / 'unguarded.py'
    few = "'--only', 'drone on orin_nx x0.6', '--seconds', '0.2', '--seeds', '2', '--jobs', '2'"
    script.write_text(
        "print('started')\n"
        'from edge_sched_ros.cli.main import main\n'
        f"main(['compare', '--policies', 'edf', {few}])\n"
    )
    out = _run(sys.executable, script, **os.environ)
    assert out.count('started') == 1


def test_worker_processes_take_no_package_from_the_working_folder(tmp_path):
    wrong = tmp_path / 'edge_sched_ros'
    wrong.mkdir()
    (wrong / '__init__.py').write_text("raise SystemExit('this one is not installed')\n")
    code = (
        'import sys; sys.path[:] = [folder for folder in sys.path if folder]\n'
        'from edge_sched_ros.cli.main import main\n'
        "main(['compare', '--policies', 'edf', '--only', 'drone on orin_nx x0.6', '--seconds', "
        "'0.2', '--seeds', '2', '--jobs', '2', '--json'])\n"
    )
    without = {key: text for key, text in os.environ.items() if key != 'PYTHONSAFEPATH'}
    out = _run(sys.executable, '-c', code, cwd=tmp_path, **without)
    assert len(json.loads(out)['runs']) == 2


def test_the_commands_that_need_no_robot(edge_sched):
    run = ['--workload', 'robot_drone', '--platform', 'orin_nx', '--policy', 'horizon']
    assert json.loads(edge_sched('simulate', *run, '--seconds', '0.2', '--json'))['tasks']
    one = ['--task', 'front']
    assert json.loads(edge_sched('capacity', 'config/capacity/robot.yaml', *one, '--json'))[
        'units'
    ]
    files = ['--apps', 'config/placement/cameras.yaml', '--cluster', 'config/placement/nodes.yaml']
    assert json.loads(edge_sched('place', *files, '--json'))['assignments']
    assert json.loads(edge_sched('doctor', '--json'))['units']
    assert 'serve' in edge_sched('kube', '--help')
    assert json.loads(edge_sched('schema'))['title'] == 'SystemFile'
    assert '<policy version="0.2.0">' in edge_sched('security', 'bag_player', '--topic', 'a')


def test_a_recorded_run_is_converted_explained_reported_and_shown(edge_sched, tmp_path):
    run = ['--workload', 'robot_drone', '--platform', 'orin_nx', '--policy', 'edf']
    record = tmp_path / 'run.jsonl'
    result = edge_sched('simulate', *run, '--seconds', '0.3', '--trace', record, '--json')
    timeline = tmp_path / 'run.json'
    written = json.loads(edge_sched('trace', record, '-o', timeline, '--json'))
    assert written['jobs'] and json.loads(timeline.read_text())
    explained = json.loads(edge_sched('explain', record, '--job', 1, '--json'))
    assert len(explained) == 1
    if find_spec('bokeh') is not None:
        page = tmp_path / 'run.html'
        told = json.loads(edge_sched('report', record, '-o', page, '--json'))
        assert told == {'report': str(page), 'jobs': written['jobs']}
        assert page.stat().st_size > 100_000
    tasks = tmp_path / 'result.json'
    tasks.write_text(result)
    if find_spec('textual') is not None:
        shown = json.loads(edge_sched('top', tasks, '--json'))
        assert shown


def test_advise(edge_sched):
    few = ['--module', 'orin_nx', '--seconds', '0.2', '--seeds', '1', '--jobs', '1', '--json']
    assert json.loads(edge_sched('advise', 'robot_drone', *few))


def test_cut(edge_sched, tmp_path):
    pytest.importorskip('onnx', reason='networks are cut with onnx')
    network = share_of() / 'models' / 'demo_embedding.onnx'
    (found,) = json.loads(edge_sched('cut', network, '-o', tmp_path, '--json'))
    assert found['checked'] and Path(found['segments_file']).is_file()


def test_a_network_is_imported_and_a_decoder_begun(edge_sched, tmp_path):
    network = share_of() / 'models' / 'demo_depth.onnx'
    found = json.loads(edge_sched('import', network, '-o', tmp_path, '--json'))
    assert found['network']['decoder'] == 'depth_inverse'
    given = ['--topic', '/camera', '-o', tmp_path, '--force', '--json']
    assert json.loads(edge_sched('quickstart', network, *given))['task'] == 'demo_depth'
    made = json.loads(edge_sched('new', 'decoder', 'my_new', '-o', tmp_path, '--json'))
    path = {'PYTHONPATH': str(tmp_path / 'my_new')}
    assert len(made['files']) == 4
    assert 'least_px' in edge_sched('plugins', 'my_new:MyNew', **path)


def test_every_command_of_the_page_has_a_test_here(edge_sched):
    page = (CHECKOUT / 'docs' / 'install.md').read_text()
    table = re.search(r'^\| command \|.*\n((?:\|.*\n)+)', page, re.M)
    named = {
        name
        for row in table[1].splitlines()
        for name in re.findall('`(.*?)`', row[: row.index('|', 1)])
    }
    listed = set(re.findall('^  ([a-z]+) ', edge_sched('--help').partition('Commands:')[2], re.M))
    run_here = set(re.findall(r"edge_sched\(\s*'([a-z]+)'", Path(__file__).read_text()))
    assert named == listed == run_here


def test_plug_ins_of_another_package_are_found(edge_sched, tmp_path):
    install(tmp_path, 'my-robot', {'policies': {'longest': 'of_robot:Mine'}}, {'of_robot': POLICY})
    path = {'PYTHONPATH': str(tmp_path)}
    rows = [one for one in json.loads(edge_sched('plugins', '--json', **path)) if one['origin']]
    assert {
        'kind': 'policy',
        'name': 'longest',
        'origin': 'my-robot 1.0',
        'reference': 'of_robot:Mine',
        'problem': '',
    } in rows
    few = ['--only', 'drone on orin_nx x0.6', '--seconds', '0.2', '--seeds', '2', '--jobs', '2']
    policies = 'longest,of_robot:Mine+drop'
    found = json.loads(edge_sched('compare', '--policies', policies, *few, '--json', **path))
    assert set(found['geomean']) == set(policies.split(','))


def test_own_classes_by_module_are_profiled_and_replayed(tmp_path):
    """An engine, a decoder, a program, a preprocessor and a policy of a folder of PYTHONPATH."""
    script = SCRIPTS.get('environment')
    if script is None:
        pytest.skip('no edge-sched beside this interpreter')
    network, bag = write_own_robot(tmp_path), tmp_path / 'bag'
    params = tmp_path / 'params.yaml'
    params.write_text(yaml.safe_dump({'/**': {'ros__parameters': own_parameters(network)}}))
    write_scene_bag(bag, Scene(seed=3), frames=4)
    said = set()
    for command in (
        ('profile', network, '-o', tmp_path / 'p.yaml', '--units', 'cpu0', '--max-s', '0.2'),
        ('replay', bag, '--params', params),
    ):
        done = subprocess.run(
            [str(part) for part in (script, *command, '--json')],
            cwd=tmp_path,
            env={**BARE, 'ROS_DOMAIN_ID': str(domain()), 'PYTHONPATH': str(tmp_path)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
        )
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)
        said |= set(done.stderr.splitlines())
    assert said >= USED
    replayed = json.loads(done.stdout)['tasks']
    assert all(replayed[task]['released'] > 0 for task in ('detector', 'counter'))


def test_a_network_is_cut(edge_sched, tmp_path):
    pytest.importorskip('onnx', reason='networks are cut with onnx')
    network = share_of() / 'models' / 'demo_detector.onnx'
    assert json.loads(
        edge_sched('cut', network, '--max-parts', '2', '-o', tmp_path / 'parts', '--json')
    )
    assert list((tmp_path / 'parts').glob('*.onnx'))


def test_plan_has_its_solver(edge_sched):
    pytest.importorskip('ortools', reason='needs OR-tools')
    plan = json.loads(edge_sched('plan', 'config/plans/googlenet_alexnet.yaml', '--json'))
    assert plan['optimal']


def test_profile_measures_memory_in_a_process_of_its_own(edge_sched, tmp_path):
    network = share_of() / 'models' / 'detector.yaml'
    quick = ['--units', 'cpu0', '--max-s', '0.2', '--json']
    found = json.loads(edge_sched('profile', network, '-o', tmp_path / 'profiles.yaml', *quick))
    stages = found['networks']['demo_detector']['variants']['base']['stages']
    costs = {stage['name']: stage['cost'] for stage in stages}
    assert costs['infer']['cpu0']['memory_mib'] > 0
    assert (tmp_path / 'profiles.yaml').is_file()


def test_build_with_stand_ins_of_tensorrt_and_the_driver(edge_sched, tmp_path):
    pytest.importorskip('onnx', reason='the stand-ins compute with onnx')
    from fake_tensorrt import FAKES
    from fake_tensorrt import write_spec

    network, cache = write_spec(tmp_path), tmp_path / 'cache'
    machine = {
        'LD_LIBRARY_PATH': str(build_cuda_driver(tmp_path)),
        'PYTHONPATH': str(FAKES),
        'FAKE_TENSORRT': '10.3',
    }
    for built in (True, False):
        out = edge_sched('build', network, '--unit', 'dla0', '--cache', cache, '--json', **machine)
        (engine,) = json.loads(out)
        assert (engine['network'], engine['unit'], engine['built']) == ('net', 'dla0', built)
        assert Path(engine['plan']).parent == cache and Path(engine['plan']).is_file()


@pytest.mark.dds
def test_the_demo_and_a_replay_of_its_bag(edge_sched, tmp_path):
    pytest.importorskip('rclpy', reason='the demo needs ROS 2')
    # from the checkout: its folder of code has no messages, the node must not start with that
    demo = json.loads(edge_sched('demo', '--seconds', '2', '--out', tmp_path, '--json'))
    # how many of 30 frames arrive over DDS is a matter of load
    assert 0 < demo['tasks']['detector']['released'] <= 30
    (bag,) = (tmp_path / 'bags').iterdir()
    replayed = json.loads(
        edge_sched('replay', bag, '--params', share_of() / 'config' / 'demo.yaml', '--json')
    )
    assert 0 < replayed['tasks']['detector']['released'] <= 30
    of_truth = '/ground_truth/detections=/ground_truth/detections'
    assert json.loads(edge_sched('score', bag, bag, '--topic', of_truth, '--json'))
