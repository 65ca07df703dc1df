# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""``edge-sched kube``: its options and its mistakes."""

from __future__ import annotations

import json
import logging
import os
import re
import signal
import subprocess
import sys
import urllib.request

import pytest
import yaml
from children import started
from children import TIMEOUT_S
from kube_objects import node
from kube_objects import types_data

from edge_sched_ros.cli.main import main
from edge_sched_ros.cluster.node_units import NodeUnits
from edge_sched_ros.installation.advice import install_command
from edge_sched_ros.installation.libraries import LIBRARIES

KUBECONFIG = {
    'apiVersion': 'v1',
    'kind': 'Config',
    'current-context': 'c',
    # nobody listens on port 1
    'clusters': [{'name': 'c', 'cluster': {'server': 'http://127.0.0.1:1'}}],
    'contexts': [{'name': 'c', 'context': {'cluster': 'c', 'user': 'u'}}],
    'users': [{'name': 'u', 'user': {'token': 't'}}],
}

DISCOVER = 'edge_sched_ros.cluster.node_units.discover'


@pytest.fixture(autouse=True)
def own_log():
    """Give the log back as it was: a command that runs for long writes it elsewhere."""
    log = logging.getLogger('edge_sched_ros.cluster')
    level, propagate, handlers = log.level, log.propagate, log.handlers
    yield
    log.setLevel(level)
    log.propagate, log.handlers = propagate, handlers


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Return a function that runs the command among good files."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv('NODE_NAME', raising=False)
    (tmp_path / 'types.yaml').write_text(yaml.safe_dump(types_data()))
    (tmp_path / 'kc').write_text(yaml.safe_dump(KUBECONFIG))

    def kube(*arguments):
        code = 0
        try:
            main(['kube', *arguments])
        except SystemExit as end:
            code = int(end.code or 0)
        return code, *capsys.readouterr()

    return kube


def needs_client():
    pytest.importorskip('kubernetes', reason='kubernetes is not installed')


@pytest.mark.parametrize(
    ('options', 'words'),
    [
        (['--listen', 'here'], "--listen: must be HOST:PORT, not 'here'"),
        (['--listen', ':80'], "--listen: must be HOST:PORT, not ':80'"),
        (['--listen', 'h:99999'], "--listen: must be HOST:PORT, not 'h:99999'"),
        (['--listen', 'h:²'], "--listen: must be HOST:PORT, not 'h:²'"),
        (['--tls-key', 'kc'], '--tls-cert: is missing; --tls-key needs it'),
        (['--tls-cert', 'kc'], '--tls-key: is missing; --tls-cert needs it'),
        (
            ['--listen', '0.0.0.0:1'],
            '--listen: 0.0.0.0 can be reached by others: needs --tls-cert',
        ),
        (['--listen', 'a-name:1'], '--listen: a-name can be reached by others: needs --tls-cert'),
        (['--max-body-mib', '0'], '--max-body-mib'),
        (['--tls-client-ca', 'kc'], '--tls-client-ca: needs --tls-cert'),
        (['--tls-cert', 'none', '--tls-key', 'kc'], "--tls-cert: there is no file 'none'"),
        (['--tls-cert', 'kc', '--tls-key', 'none'], "--tls-key: there is no file 'none'"),
        (['--kubeconfig', 'none'], "--kubeconfig: there is no file 'none'"),
        (['--kubeconfig', 'types.yaml'], 'types.yaml: '),
        (['--config', 'none'], "--config: there is no file 'none'"),
        (['--config', 'none@15W'], "--config: there is no file 'none'"),
        (['--config', 'n' * 300], 'cannot be read: File name too long'),
        (['--reserve-s', '0'], '--reserve-s'),
        (['--algorithm', 'first-fit'], '--algorithm'),
    ],
)
def test_bad_options_of_serve_are_one_line(run, options, words):
    needs_client()
    code, out, err = run('serve', '--config', 'types.yaml', '--kubeconfig', 'kc', *options)
    assert code == 2 and out == ''
    assert words in err and len(err.strip().splitlines()) <= 4, err


@pytest.mark.parametrize(
    ('change', 'words'),
    [
        (
            {'tasks': {'a': {'network': 'small', 'rate_per_s': 1}}},
            'types.yaml: tasks: are not allowed here',
        ),
        ({'devices': {}}, 'types.yaml: units: is missing: there is no device'),
        ({'costs': {'n': {'gpu': 0}}}, "types.yaml: costs.n: 'n' takes no time on gpu/gpu0"),
        ({'surplus': 1}, 'types.yaml: surplus: there is no such key'),
        (
            {'costs': {'n': {'gpu': {'latency_ms': 1, 'swap_ms': 2}}}},
            'types.yaml: costs.n: swap_ms needs a unit with discipline fcfs',
        ),
    ],
)
def test_a_bad_file_of_types_is_named(run, tmp_path, change, words):
    (tmp_path / 'types.yaml').write_text(yaml.safe_dump({**types_data(), **change}))
    code, out, err = run('serve', '--config', 'types.yaml', '--kubeconfig', 'kc')
    assert (code, out) == (2, '') and words in err and err.count('\n') == 1


@pytest.mark.parametrize('text', ['foo', '[1]', '3', 'clusters: 3\nkind: Config'])
def test_a_file_that_is_no_kubeconfig_is_said_to_be_none(run, tmp_path, text):
    needs_client()
    (tmp_path / 'odd').write_text(text)
    code, _, err = run('serve', '--config', 'types.yaml', '--kubeconfig', 'odd')
    assert code == 2
    assert err.startswith('edge-sched: odd: is not a kubeconfig') and err.count('\n') == 1


def test_without_a_kubeconfig_the_option_is_named(run, monkeypatch):
    needs_client()
    from kubernetes.config import kube_config

    monkeypatch.delenv('KUBERNETES_SERVICE_HOST', raising=False)
    monkeypatch.setattr(kube_config, 'KUBE_CONFIG_DEFAULT_LOCATION', 'nowhere')
    code, _, err = run('serve', '--config', 'types.yaml')
    assert code == 2 and '--kubeconfig' in err and err.count('\n') == 1


@pytest.mark.parametrize('library', ['kubernetes', 'prometheus_client'])
def test_what_is_not_installed_is_said(run, monkeypatch, library):
    if library != 'kubernetes':
        needs_client()
    # its modules may be loaded already
    for name in {library, *(n for n in sys.modules if n.startswith(f'{library}.'))}:
        monkeypatch.setitem(sys.modules, name, None)
    code, out, err = run('serve', '--config', 'types.yaml', '--kubeconfig', 'kc')
    how = install_command(LIBRARIES[library])
    assert (code, out) == (2, '') and err.count('\n') == 1
    assert err.startswith(f'edge-sched: {library}: is not installed: {how}')


def test_serve_answers_and_ends_when_told(run, tmp_path):
    """As a process: with nobody behind it, alive and not ready."""
    needs_client()
    code = 'from edge_sched_ros.cli.main import main; main()'
    command = [sys.executable, '-c', code, 'kube', 'serve', '--config', 'types.yaml', '--json']
    command += ['--kubeconfig', 'kc', '--listen', '127.0.0.1:0']
    environment = {**os.environ, 'no_proxy': '127.0.0.1'}
    streams = {'stdout': subprocess.PIPE, 'cwd': tmp_path, 'env': environment}
    with started(command, **streams) as process:
        url = json.loads(process.stdout.readline())['serving']
        assert urllib.request.urlopen(f'{url}/healthz', timeout=TIMEOUT_S).read() == b'ok\n'
        with pytest.raises(urllib.error.HTTPError) as error:
            urllib.request.urlopen(f'{url}/readyz', timeout=TIMEOUT_S)
        assert error.value.code == 503
        error.value.close()
        # what it logs is JSON as well
        assert 'is not available' in json.loads(process.stdout.readline())['message']
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate(timeout=TIMEOUT_S)
    assert process.returncode == 0
    assert all(json.loads(line) for line in out.splitlines())


def test_serve_that_is_ended_while_it_starts_ends_as_ever(run, monkeypatch):
    """Its first log line may be read, and SIGTERM sent, before all of its threads run."""
    needs_client()
    from edge_sched_ros.cluster.controller import Controller

    begin = Controller.start

    def ended_while_starting(controller):
        signal.raise_signal(signal.SIGTERM)
        begin(controller)

    monkeypatch.setattr(Controller, 'start', ended_while_starting)
    options = ['--config', 'types.yaml', '--kubeconfig', 'kc', '--listen', '127.0.0.1:0']
    code, _, err = run('serve', *options)
    # threads that have begun may log after it
    assert code == 0 and 'edge-sched: stopped' in err.splitlines()


def test_node_needs_a_name(run):
    code, _, err = run('node', '--kubeconfig', 'kc', '--once')
    assert code == 2 and '--node' in err and 'NODE_NAME' in err


@pytest.mark.parametrize(
    ('text', 'words'),
    [
        ('name: x', 'p.yaml: costs: is missing'),
        ('costs: 3', 'p.yaml: costs: must be a mapping'),
        ('costs: {n: {gpu: -1}}', 'p.yaml: costs.n.gpu'),
        ('costs: {n: {gpu: {service_ms: 1}}}', 'service_ms: is called latency_ms now'),
    ],
)
def test_bad_profiles_are_named(run, tmp_path, text, words):
    (tmp_path / 'p.yaml').write_text(text)
    code, _, err = run('node', '--kubeconfig', 'kc', '--node', 'n', '--profiles', 'p.yaml')
    assert code == 2 and words in err and err.count('\n') == 1


@pytest.mark.parametrize(
    ('options', 'words'),
    [
        (['--node', ''], "--node: must be the name of a node (a-z, 0-9, '-' and '.'), not ''"),
        (['--node', 'n/../m'], "not 'n/../m'"),
        (['--node', 'N'], "not 'N'"),
        (['--type', ''], "--type: must be a key of devices in the controller's file, not ''"),
        (['--profiles', 'none'], "--profiles: there is no file 'none'"),
        (['--kubeconfig', 'none'], "--kubeconfig: there is no file 'none'"),
        (['--observed', ''], "--observed: must be a path, not ''"),
    ],
)
def test_bad_options_of_node_are_one_line(run, options, words):
    code, out, err = run('node', '--kubeconfig', 'kc', '--node', 'n', *options)
    assert (code, out) == (2, '') and words in err and err.count('\n') == 1


@pytest.mark.parametrize('url', ['here', 'ftp://here', '', 'https://h:port'])
def test_a_server_that_is_no_url_is_said_at_once(run, tmp_path, url):
    needs_client()
    odd = {**KUBECONFIG, 'clusters': [{'name': 'c', 'cluster': {'server': url}}]}
    (tmp_path / 'odd').write_text(yaml.safe_dump(odd))
    code, _, err = run('serve', '--config', 'types.yaml', '--kubeconfig', 'odd')
    assert code == 2 and err.startswith('edge-sched: odd: ') and err.count('\n') == 1
    assert f"the server of its cluster must be http(s)://HOST, not '{url}'" in err


def test_units_are_published_in_one_way(run):
    both = ['--publish-as', 'status', '--publish-as', 'slices']
    code, out, err = run('node', '--kubeconfig', 'kc', '--node', 'n', *both)
    assert (code, out) == (2, '') and err.count('\n') == 1
    assert '--publish-as: once: in both ways a unit would be given to two pods' in err


def test_node_says_that_the_api_server_is_away(run, monkeypatch):
    needs_client()
    monkeypatch.setattr(DISCOVER, lambda kinds: NodeUnits({}))
    code, _, err = run('node', '--kubeconfig', 'kc', '--node', 'n', '--once')
    assert code == 2 and err.count('\n') == 1
    assert re.match(r'edge-sched: API server: .*refused', err)


def test_node_publishes_and_says_what(run, tmp_path, monkeypatch):
    needs_client()
    pytest.importorskip('kmock', reason='kmock is not installed')
    from fake_api import FakeApi

    found = NodeUnits({'gpu0': 'gpu', 'dla0': 'dla', 'dla1': 'dla'}, 'Jetson AGX Orin')
    monkeypatch.setattr(DISCOVER, lambda kinds: found)
    (tmp_path / 'o.json').write_text('{"default/a": 3.14159, "default/b": "odd"}')
    arguments = ['node', '--kubeconfig', 'kubeconfig', '--once', '--observed', 'o.json']
    with FakeApi(tmp_path) as api:
        api.put('nodes', node('gpu-0'))
        monkeypatch.setenv('NODE_NAME', 'gpu-0')
        code, out, _ = run(*arguments, '--json')
        said = json.loads(out)
        assert code == 0
        assert said['status']['capacity'] == {'edge-sched.io/dla': '2', 'edge-sched.io/gpu': '1'}
        seen = json.loads(said['metadata']['annotations']['edge-sched.io/observed'])
        assert seen == {'default/a': 3.142}
        assert run(*arguments)[:2] == (0, 'gpu-0: nothing has changed\n')
