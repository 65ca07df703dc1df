# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""``edge-sched kube plugin``: its options and mistakes, and a run as a process."""

from __future__ import annotations

import json
import logging
import signal
import subprocess
import sys
import time

import pytest
import yaml
from children import started
from children import TIMEOUT_S

from edge_sched_ros.cli.main import main
from edge_sched_ros.cluster.node_units import NodeUnits
from edge_sched_ros.installation.advice import install_command
from edge_sched_ros.installation.libraries import LIBRARIES

pytest.importorskip('kubernetes', reason='kubernetes is not installed')
pytest.importorskip('grpc', reason='grpcio is not installed')

KUBECONFIG = {
    'current-context': 'c',
    # nobody listens on port 1
    'clusters': [{'name': 'c', 'cluster': {'server': 'http://127.0.0.1:1'}}],
    'contexts': [{'name': 'c', 'context': {'cluster': 'c', 'user': 'u'}}],
    'users': [{'name': 'u', 'user': {'token': 't'}}],
}
FOLDERS = ('--plugins-dir', 'plugins', '--registry-dir', 'registry', '--cdi-dir', 'cdi')


@pytest.fixture
def folder(tmp_path_factory, monkeypatch):
    # a short path: that of a socket may have 107 bytes
    found = tmp_path_factory.mktemp('p')
    (found / 'kc').write_text(yaml.safe_dump(KUBECONFIG))
    (found / 'registry').mkdir()
    monkeypatch.chdir(found)
    monkeypatch.delenv('NODE_NAME', raising=False)
    return found


@pytest.fixture
def run(folder, monkeypatch, capsys):
    """Return a function that runs the command on a computer with a DLA."""
    log = logging.getLogger('edge_sched_ros.cluster')
    level, propagate, handlers = log.level, log.propagate, log.handlers
    discover = 'edge_sched_ros.cluster.node_units.discover'
    monkeypatch.setattr(discover, lambda kinds: NodeUnits({'dla0': 'dla'}))

    def plugin(*arguments):
        code = 0
        try:
            main(['kube', 'plugin', '--kubeconfig', 'kc', *FOLDERS, *arguments])
        except SystemExit as end:
            code = int(end.code or 0)
        return code, *capsys.readouterr()

    yield plugin
    log.setLevel(level)
    log.propagate, log.handlers = propagate, handlers


def test_it_needs_the_name_of_its_node(run):
    code, _, err = run()
    assert code == 2 and '--node' in err and 'NODE_NAME' in err


@pytest.mark.parametrize(
    ('options', 'words'),
    [
        (['--registry-dir', 'none'], 'none: is not there: kubelet makes it'),
        (['--registry-dir', '/proc'], "--registry-dir: '/proc' cannot be written: "),
        (['--device-nodes', 'none.yaml'], "--device-nodes: there is no file 'none.yaml'"),
        (['--kubeconfig', 'none'], "--kubeconfig: there is no file 'none'"),
        (['--kubeconfig', 'odd-url'], 'odd-url: the server of its cluster must be http(s)://HOST'),
        (['--cdi-dir', ''], "--cdi-dir: must be a path, not ''"),
        (['--cdi-dir', 'kc/cdi'], "--cdi-dir: 'kc/cdi' cannot be created: "),
        (['--plugins-dir', '/proc/none'], "--plugins-dir: '/proc/none' cannot be created: "),
        (['--device-nodes', 'odd.yaml'], 'odd.yaml: gpu0: is neither a unit nor a kind'),
        (['--plugins-dir', 'kc'], 'kc'),
        (['--node', ''], "--node: must be the name of a node (a-z, 0-9, '-' and '.'), not ''"),
    ],
)
def test_bad_options_are_one_line(run, folder, options, words):
    (folder / 'odd.yaml').write_text('gpu0: [/dev/x]')
    odd = {**KUBECONFIG, 'clusters': [{'name': 'c', 'cluster': {'server': 'here'}}]}
    (folder / 'odd-url').write_text(yaml.safe_dump(odd))
    code, out, err = run('--node', 'n', *options)
    assert (code, out) == (2, '') and words in err
    assert len([line for line in err.splitlines() if line.startswith('edge-sched')]) == 1, err
    assert list(folder.glob('registry/*')) == []


@pytest.mark.parametrize('library', ['grpc', 'google'])
def test_what_is_not_installed_is_said(run, monkeypatch, library):
    for name in {library, *(n for n in sys.modules if n.startswith(f'{library}.'))}:
        monkeypatch.setitem(sys.modules, name, None)
    code, out, err = run('--node', 'n')
    assert (code, out) == (2, '') and err.count('\n') == 1
    assert f'is not installed: {install_command(LIBRARIES[library])}' in err


def test_it_serves_kubelet_until_it_is_ended(folder):
    from fake_kubelet import FakeKubelet

    code = 'from edge_sched_ros.cli.main import main; main()'
    command = [sys.executable, '-c', code, 'kube', 'plugin', '--kubeconfig', 'kc', '--json']
    command += ['--node', 'n', '--registry-dir', 'registry']
    command += ['--plugins-dir', 'plugins', '--cdi-dir', 'cdi']
    kubelet = FakeKubelet(folder / 'registry')
    with started(command, stdout=subprocess.PIPE, cwd=folder) as process:
        end = time.monotonic() + TIMEOUT_S
        while not kubelet.sockets():
            assert process.poll() is None and time.monotonic() < end
            time.sleep(0.05)  # short on purpose
        assert kubelet.register() == 'edge-sched.io'
        assert json.loads(process.stdout.readline())['message'] == 'registered with kubelet'
        # nobody answers for the API server
        assert 'refused' in kubelet.prepare(('default', 'u', 'c'))['u']
        kubelet.close()
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=TIMEOUT_S)
    assert process.returncode == 0 and kubelet.sockets() == []
