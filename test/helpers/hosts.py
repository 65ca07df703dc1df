# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Hosts for tests: network namespaces joined by a bridge in a namespace of its own (root)."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Sequence
from types import TracebackType

_SUBNET = '10.213.77'


def _ip(*arguments: str, netns: str = '') -> subprocess.CompletedProcess[str]:
    where = ['-n', netns] if netns else []
    return subprocess.run(
        ['ip', *where, *arguments], capture_output=True, text=True, check=False, timeout=60
    )


def why_no_hosts() -> str | None:
    """Return why no network namespaces can be made here; ``None`` when they can."""
    name = f'esr{os.getpid()}try'
    try:
        made = _ip('netns', 'add', name)
    except FileNotFoundError:
        return 'there is no iproute2'
    if made.returncode:
        return f'no network namespaces here: {made.stderr.strip()}'
    pair = _ip('link', 'add', 'v0', 'type', 'veth', 'peer', 'name', 'v1', netns=name)
    bridge = _ip('link', 'add', 'b0', 'type', 'bridge', netns=name)
    _ip('netns', 'del', name)
    for one in (pair, bridge):
        if one.returncode:
            return f'no veth pairs or bridges here: {one.stderr.strip()}'
    return None


class Hosts:
    """
    Hosts by name, each with one link to a common bridge; all go when the context is left.

    :param names: short: they are part of the names of links
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._names = list(names)
        self._prefix = f'esr{os.getpid()}'
        self._switch = f'{self._prefix}switch'

    def _netns(self, name: str) -> str:
        return f'{self._prefix}{name}'

    def __enter__(self) -> Hosts:
        """Make them."""
        try:
            self._make()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def _make(self) -> None:
        self._do('netns', 'add', self._switch)
        self._do('link', 'add', 'bridge', 'type', 'bridge', netns=self._switch)
        self._do('link', 'set', 'bridge', 'up', netns=self._switch)
        for index, name in enumerate(self._names):
            netns, port = self._netns(name), f'to_{name}'
            self._do('netns', 'add', netns)
            self._do(
                'link', 'add', port, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', netns,
                netns=self._switch,
            )  # fmt: skip
            self._do('link', 'set', port, 'master', 'bridge', netns=self._switch)
            self._do('link', 'set', port, 'up', netns=self._switch)
            self._do('addr', 'add', f'{_SUBNET}.{index + 1}/24', 'dev', 'eth0', netns=netns)
            self._do('link', 'set', 'eth0', 'up', netns=netns)
            self._do('link', 'set', 'lo', 'up', netns=netns)
            self._do('route', 'add', '224.0.0.0/4', 'dev', 'eth0', netns=netns)

    @staticmethod
    def _do(*arguments: str, netns: str = '') -> None:
        done = _ip(*arguments, netns=netns)
        assert not done.returncode, f'ip {" ".join(arguments)}: {done.stderr.strip()}'

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Kill what still runs on them and take them away."""
        for name in [*map(self._netns, self._names), self._switch]:
            for pid in self._pids(name):
                # it may have ended since
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            _ip('netns', 'del', name)

    @staticmethod
    def _pids(netns: str) -> list[int]:
        return [int(pid) for pid in _ip('netns', 'pids', netns).stdout.split()]

    def netns_file(self, name: str) -> str:
        """Return the file that stands for the namespace of a host."""
        return f'/run/netns/{self._netns(name)}'

    def command(self, name: str, command: Sequence[str]) -> list[str]:
        """Return a command that runs on a host."""
        return ['ip', 'netns', 'exec', self._netns(name), *command]

    def signal(self, name: str, number: signal.Signals) -> None:
        """Send a signal to all that runs on a host."""
        for pid in self._pids(self._netns(name)):
            os.kill(pid, number)

    def kill(self, name: str) -> None:
        """End all that runs on a host at once."""
        self.signal(name, signal.SIGKILL)

    def cut(self, name: str) -> None:
        """Take down the link of a host."""
        self._do('link', 'set', f'to_{name}', 'down', netns=self._switch)

    def restore(self, name: str) -> None:
        """Bring up the link of a host again."""
        self._do('link', 'set', f'to_{name}', 'up', netns=self._switch)

    def impair(self, name: str, how: str) -> str | None:
        """Make the link of a host worse, both ways; return why that cannot be done, if so."""
        for netns, device in ((self._netns(name), 'eth0'), (self._switch, f'to_{name}')):
            words = ['tc', 'qdisc', 'add', 'dev', device, 'root', 'netem', *how.split()]
            done = subprocess.run(
                ['ip', 'netns', 'exec', netns, *words],
                capture_output=True,
                text=True,
                check=False,
                timeout=60,
            )
            if done.returncode:
                return done.stderr.strip().splitlines()[0]
        return None
