# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A page in headless Chromium, over the DevTools protocol: its console, its mouse and its keys."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from children import TIMEOUT_S
from websocket import create_connection

CHROMIUM = shutil.which('chromium') or shutil.which('chromium-browser')

#: the browser asks for nothing by itself while a page is looked at
_ALONE = (
    '--no-first-run', '--disable-background-networking', '--disable-component-update',
    '--disable-sync', '--disable-quic',
)  # fmt: skip


class Page:
    """One page of a browser."""

    def __init__(self, socket: Any) -> None:
        self._socket = socket
        self._count = 0
        #: errors and warnings of the console, exceptions, failed requests
        self.complaints: list[str] = []
        #: addresses that were asked for
        self.requests: list[str] = []

    def call(self, method: str, **values: Any) -> dict[str, Any]:
        """Call a method of the protocol and return its result."""
        self._count += 1
        self._socket.send(json.dumps({'id': self._count, 'method': method, 'params': values}))
        while True:
            message = json.loads(self._socket.recv())
            if message.get('id') == self._count:
                assert 'error' not in message, message
                return message['result']
            self._note(message)

    def _note(self, message: dict[str, Any]) -> None:
        method, values = message.get('method'), message.get('params', {})
        if method == 'Runtime.exceptionThrown':
            self.complaints.append(str(values['exceptionDetails']))
        elif method == 'Runtime.consoleAPICalled' and values['type'] in ('error', 'warning'):
            self.complaints.append(str([arg.get('value') for arg in values['args']]))
        elif method == 'Log.entryAdded' and values['entry']['level'] in ('error', 'warning'):
            self.complaints.append(values['entry']['text'])
        elif method == 'Network.requestWillBeSent':
            self.requests.append(values['request']['url'])

    def run(self, script: str) -> Any:
        """Return the value of an expression."""
        done = self.call('Runtime.evaluate', expression=script, returnByValue=True)
        assert 'exceptionDetails' not in done, done
        return done['result'].get('value')

    def wait_for(self, script: str) -> Any:
        """Wait until an expression is true and return it."""
        end_s = time.monotonic() + TIMEOUT_S
        while not (found := self.run(script)):
            assert time.monotonic() < end_s, script
            time.sleep(0.05)
        return found

    def click(self, selector: str) -> None:
        """Click into the middle of an element."""
        query = f'document.querySelector({json.dumps(selector)})'
        self.run(f'{query}.scrollIntoView({{block: "center"}})')
        x, y = self.run(
            f'(() => {{ const b = {query}.getBoundingClientRect();'
            ' return [b.x + b.width / 2, b.y + b.height / 2]; })()'
        )
        for kind in ('mousePressed', 'mouseReleased'):
            self.call('Input.dispatchMouseEvent', type=kind, x=x, y=y, button='left', clickCount=1)

    def press(self, key: str) -> None:
        """Press a key."""
        text = {'Enter': '\r', ' ': ' '}.get(key)
        codes = {'Tab': 9, 'Enter': 13, ' ': 32, 'ArrowDown': 40}
        more = {} if text is None else {'text': text}
        for kind in ('keyDown' if text else 'rawKeyDown', 'keyUp'):
            self.call(
                'Input.dispatchKeyEvent', type=kind, key=key, windowsVirtualKeyCode=codes[key],
                code=key, **(more if kind == 'keyDown' else {}),
            )  # fmt: skip


@contextmanager
def opened(file: Path, *, width: int = 1200, dark: bool = False) -> Iterator[Page]:
    """Open a file in a browser of its own."""
    assert CHROMIUM is not None
    # helpers of the browser may write into it while it is removed
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(
            [CHROMIUM, '--headless=new', '--no-sandbox', '--disable-gpu', *_ALONE,
             '--remote-debugging-port=0', f'--user-data-dir={profile}', 'about:blank'],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            port = _port(Path(profile), process)
            with urlopen(f'http://127.0.0.1:{port}/json', timeout=TIMEOUT_S) as answer:
                pages = json.load(answer)
            address = next(one for one in pages if one['type'] == 'page')['webSocketDebuggerUrl']
            connection = create_connection(address, TIMEOUT_S, suppress_origin=True)
            with closing(connection) as socket:
                page = Page(socket)
                for domain in ('Page', 'Runtime', 'Log', 'Network'):
                    page.call(f'{domain}.enable')
                page.call(
                    'Emulation.setDeviceMetricsOverride', width=width, height=900,
                    deviceScaleFactor=1, mobile=width < 500,
                )  # fmt: skip
                scheme = {'name': 'prefers-color-scheme', 'value': 'dark' if dark else 'light'}
                page.call('Emulation.setEmulatedMedia', features=[scheme])
                page.call('Page.navigate', url=file.absolute().as_uri())
                yield page
        finally:
            process.terminate()
            process.wait(TIMEOUT_S)


def _port(profile: Path, process: subprocess.Popen[bytes]) -> int:
    end_s = time.monotonic() + TIMEOUT_S
    told = profile / 'DevToolsActivePort'
    while not (told.exists() and told.read_text().strip()):
        assert process.poll() is None, 'the browser ended'
        assert time.monotonic() < end_s, 'the browser does not answer'
        time.sleep(0.05)
    return int(told.read_text().splitlines()[0])
