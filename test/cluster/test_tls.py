# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""HTTPS: certificates that change, clients that must show one, peers that speak no TLS."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import socket
import ssl
import subprocess
import threading
from pathlib import Path

import pytest
from children import TIMEOUT_S
from children import wait_until

from edge_sched_ros.cluster.metrics import Metrics
from edge_sched_ros.cluster.server import Server
from edge_sched_ros.cluster.tls import Certificates
from edge_sched_ros.core.errors import ConfigError

pytest.importorskip('prometheus_client', reason='prometheus_client is not installed')
if shutil.which('openssl') is None:
    pytest.skip('openssl is not installed', allow_module_level=True)


def make(folder, name):
    """Make a certificate that signs itself."""
    cert, key = folder / f'{name}.crt', folder / f'{name}.key'
    subprocess.run(
        ['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1']
        + ['-nodes', '-days', '1', '-subj', f'/CN={name}', '-addext']
        + ['subjectAltName=IP:127.0.0.1', '-keyout', str(key), '-out', str(cert)],
        check=True,
        capture_output=True,
        timeout=60,
    )
    return cert, key


@pytest.fixture
def serve(make_service):
    running = []

    def start(certificates):
        service = make_service()
        server = Server(('127.0.0.1', 0), service, Metrics(service), certificates)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        running.append(server)
        return server.server_address[1]

    yield start
    for server in running:
        server.shutdown()
        server.server_close()


def ask(port, trust, own=None, path='/healthz'):
    """Return what a path says over TLS to one who trusts a certificate."""
    context = ssl.create_default_context(cafile=trust)
    if own is not None:
        context.load_cert_chain(*own)
    with socket.create_connection(('127.0.0.1', port), timeout=60) as plain:
        with context.wrap_socket(plain, server_hostname='127.0.0.1') as connection:
            connection.sendall(f'GET {path} HTTP/1.0\r\n\r\n'.encode())
            return connection.recv(100).split(b'\r\n')[0]


def test_a_new_certificate_is_taken_without_a_restart(tmp_path, serve):
    first, second = make(tmp_path, 'first'), make(tmp_path, 'second')
    live = (tmp_path / 'live.crt', tmp_path / 'live.key')
    for source, target in zip(first, live):
        shutil.copy(source, target)
    port = serve(Certificates(*live))
    assert ask(port, first[0]) == b'HTTP/1.1 200 OK'
    with pytest.raises(ssl.SSLCertVerificationError):
        ask(port, second[0])
    for source, target in zip(second, live):
        # as a Secret's files are: replaced, not written over
        shutil.copy(source, f'{target}.new')
        os.replace(f'{target}.new', target)
    assert ask(port, second[0]) == b'HTTP/1.1 200 OK'


def test_half_a_change_keeps_what_was(tmp_path, serve):
    first, second = make(tmp_path, 'first'), make(tmp_path, 'second')
    certificates = Certificates(*first)
    port = serve(certificates)
    shutil.copy(first[0], tmp_path / 'kept.crt')
    shutil.copy(second[0], first[0])
    assert ask(port, tmp_path / 'kept.crt') == b'HTTP/1.1 200 OK'


def test_a_client_must_show_a_certificate_where_that_is_asked(tmp_path, serve):
    own, client = make(tmp_path, 'own'), make(tmp_path, 'client')
    port = serve(Certificates(*own, client[0]))
    for path in ('/healthz', '/metrics'):
        assert ask(port, own[0], client, path) == b'HTTP/1.1 200 OK'
        with pytest.raises((ssl.SSLError, ConnectionError)):
            # not of that authority
            assert ask(port, own[0], own, path) == b'', 'answered'
            raise ConnectionResetError
    assert ask(port, own[0], path='/metrics') == b'HTTP/1.1 403 Forbidden'
    assert ask(port, own[0], path='/filter') == b'HTTP/1.1 403 Forbidden'
    # kubelet's probes have no certificate
    assert ask(port, own[0]) == b'HTTP/1.1 200 OK'


def test_a_body_is_not_read_without_the_certificate(tmp_path, serve):
    own, client = make(tmp_path, 'own'), make(tmp_path, 'client')
    port = serve(Certificates(*own, client[0]))
    context = ssl.create_default_context(cafile=own[0])
    with socket.create_connection(('127.0.0.1', port), timeout=TIMEOUT_S) as plain:
        with context.wrap_socket(plain, server_hostname='127.0.0.1') as connection:
            # the body is announced, and never sent
            connection.sendall(b'POST /filter HTTP/1.1\r\nContent-Length: 1000\r\n\r\n')
            assert connection.recv(100).startswith(b'HTTP/1.1 403')


def test_the_commands_of_the_page_make_certificates_that_fit(tmp_path, serve):
    page = (Path(__file__).resolve().parents[2] / 'docs' / 'kubernetes.md').read_text()
    script = page.partition('# 1. an authority')[2].partition('kubectl create namespace')[0]
    script = script.partition('\n')[2].partition('\n')[2].replace('DNS:', 'IP:127.0.0.1,DNS:')
    subprocess.run(
        ['bash', '-e', '-c', script], cwd=tmp_path, check=True, capture_output=True, timeout=60
    )
    authority, client = tmp_path / 'ca.crt', (tmp_path / 'client.crt', tmp_path / 'client.key')
    port = serve(Certificates(tmp_path / 'server.crt', tmp_path / 'server.key', authority))
    assert ask(port, authority, client, '/metrics') == b'HTTP/1.1 200 OK'
    assert ask(port, authority, path='/metrics') == b'HTTP/1.1 403 Forbidden'


def test_a_new_client_ca_is_taken_without_a_restart(tmp_path, serve):
    own, first, second = (make(tmp_path, name) for name in ('own', 'first', 'second'))
    ca = tmp_path / 'ca.crt'
    shutil.copy(first[0], ca)
    port = serve(Certificates(*own, ca))
    assert ask(port, own[0], first) == b'HTTP/1.1 200 OK'
    shutil.copy(second[0], f'{ca}.new')
    os.replace(f'{ca}.new', ca)
    assert ask(port, own[0], second) == b'HTTP/1.1 200 OK'
    with pytest.raises((ssl.SSLError, ConnectionError)):
        assert ask(port, own[0], first) == b'', 'answered'
        raise ConnectionResetError


def test_a_client_ca_that_is_spoilt_keeps_what_was(tmp_path, serve, caplog):
    own, client = make(tmp_path, 'own'), make(tmp_path, 'client')
    ca = tmp_path / 'ca.crt'
    shutil.copy(client[0], ca)
    port = serve(Certificates(*own, ca))
    ca.write_text('spoilt')
    assert ask(port, own[0], client) == b'HTTP/1.1 200 OK'
    assert f'keeping the old certificates: {ca}: is not a certificate' in caplog.text


@pytest.mark.parametrize(
    'said', [b'GET / HTTP/1.0\r\n\r\n', b'\x00' * 100, b'\xff\n', b''], ids=range(4)
)
def test_a_peer_that_does_not_speak_tls_is_one_line(tmp_path, serve, caplog, said):
    caplog.set_level(logging.INFO, 'edge_sched_ros.cluster')
    port = serve(Certificates(*make(tmp_path, 'own')))
    with socket.create_connection(('127.0.0.1', port), timeout=TIMEOUT_S) as rude:
        rude.sendall(said)
        rude.shutdown(socket.SHUT_WR)
        with contextlib.suppress(ConnectionResetError):
            while rude.recv(1000):
                pass
    wait_until(lambda: caplog.records, 'the line')
    (record,) = caplog.records
    assert record.getMessage().startswith('connection of 127.0.0.1: no TLS: ')
    assert record.exc_info is None and '\n' not in record.getMessage()


def test_a_peer_that_says_nothing_or_no_tls_holds_up_nobody(tmp_path, serve):
    own = make(tmp_path, 'own')
    port = serve(Certificates(*own))
    with (
        socket.create_connection(('127.0.0.1', port)),
        socket.create_connection(('127.0.0.1', port)) as rude,
    ):
        rude.sendall(b'GET / HTTP/1.0\r\n\r\n')
        assert ask(port, own[0]) == b'HTTP/1.1 200 OK'


def test_files_that_cannot_be_used_are_named(tmp_path):
    cert, key = make(tmp_path, 'a')
    other = make(tmp_path, 'b')
    for arguments, named in (
        ((cert, tmp_path / 'none.key'), 'none.key: cannot be read'),
        ((key, key), 'a.key: is not a certificate'),
        ((cert, other[1]), 'a.crt: is not a certificate for the key'),
        ((cert, key, key), 'a.key: is not a certificate'),
    ):
        with pytest.raises(ConfigError) as error:
            Certificates(*arguments)
        assert named in str(error.value) and '\n' not in str(error.value)


def test_an_address_that_is_taken_is_named(make_service):
    service = make_service()
    with socket.socket() as taken:
        taken.bind(('127.0.0.1', 0))
        taken.listen()
        address = taken.getsockname()
        with pytest.raises(ConfigError, match=f'--listen 127.0.0.1:{address[1]}'):
            Server(address, service, Metrics(service))
