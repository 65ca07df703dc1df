# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
A strict kubelet for tests of the plugin, which reads and writes the bytes of messages by itself.

It takes nothing from the product: field numbers are those of the published definitions.
"""

from __future__ import annotations

import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
from children import TIMEOUT_S

_TEXT, _FLAG = 2, 0
#: kubelet of 1.34 and later takes one of these
VERSIONS = ('v1.DRAPlugin', 'v1beta1.DRAPlugin')
_DOMAIN = re.compile(
    r'(?=.{1,63}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*'
)
_CDI_ID = re.compile(
    r'[A-Za-z][A-Za-z0-9._-]*/[A-Za-z][A-Za-z0-9._-]*=[A-Za-z0-9]([\w.:-]*[A-Za-z0-9])?'
)


def written(*fields: tuple[int, Any]) -> bytes:
    """Return a message of texts, flags and messages, by the numbers of their fields."""
    found = b''
    for number, value in fields:
        if isinstance(value, bool):
            found += _varint(number << 3 | _FLAG) + _varint(value)
        else:
            data = value.encode() if isinstance(value, str) else value
            found += _varint(number << 3 | _TEXT) + _varint(len(data)) + data
    return found


def read(data: bytes) -> dict[int, list[Any]]:
    """Return the fields of a message."""
    found: dict[int, list[Any]] = {}
    at = 0
    while at < len(data):
        key, at = _read_varint(data, at)
        value: Any
        if key & 7 == _FLAG:
            value, at = _read_varint(data, at)
        else:
            assert key & 7 == _TEXT, f'wire type {key & 7}'
            size, at = _read_varint(data, at)
            value, at = data[at : at + size], at + size
            assert len(value) == size, 'cut off'
        found.setdefault(key >> 3, []).append(value)
    return found


def _varint(value: int) -> bytes:
    found = bytearray()
    while value > 127:
        found.append(value & 127 | 128)
        value >>= 7
    return bytes([*found, value])


def _read_varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at


def texts(fields: dict[int, list[Any]], number: int) -> list[str]:
    """Return the texts of a field."""
    return [one.decode() for one in fields.get(number, [])]


@dataclass(frozen=True)
class Device:
    """A device that the plugin has prepared."""

    requests: tuple[str, ...]
    pool: str
    name: str
    cdi: tuple[str, ...]


class FakeKubelet:
    """
    Finds the plugin's socket as kubelet does, registers it and asks it.

    :param registry: the folder that kubelet watches
    """

    def __init__(self, registry: Path) -> None:
        self._registry = registry
        self._channels: list[Any] = []
        self.endpoint = ''

    def close(self) -> None:
        """End all connections."""
        while self._channels:
            self._channels.pop().close()

    def sockets(self) -> list[Path]:
        """Return the sockets in the folder; names with a dot in front are left out."""
        found = [path for path in self._registry.iterdir() if not path.name.startswith('.')]
        return [path for path in found if stat.S_ISSOCK(path.stat().st_mode)]

    def register(self, *, error: str = '') -> str:
        """
        Register the one plugin, and return its name.

        :param error: why this kubelet refuses it; empty: it does not
        """
        (path,) = self.sockets()
        info = self._call(path, 'pluginregistration.Registration/GetInfo', b'')
        assert set(info) <= {1, 2, 3, 4}
        (kind,), (name,), (endpoint,) = (texts(info, number) for number in (1, 2, 3))
        assert kind == 'DRAPlugin'
        assert _DOMAIN.fullmatch(name)
        assert set(texts(info, 4)) & {VERSIONS[0]}, 'serves no version that is known'
        assert set(texts(info, 4)) <= set(VERSIONS)
        assert endpoint.startswith('/') and stat.S_ISSOCK(Path(endpoint).stat().st_mode)
        self.endpoint = endpoint
        status = written((1, False), (2, error)) if error else written((1, True))
        method = 'pluginregistration.Registration/NotifyRegistrationStatus'
        assert self._call(path, method, status) == {}
        return name

    def prepare(self, *claims: tuple[str, str, str]) -> dict[str, list[Device] | str]:
        """Return the devices of each claim (namespace, uid, name), or its error."""
        found: dict[str, list[Device] | str] = {}
        for uid, one in self._ask('NodePrepareResources', claims).items():
            assert set(one) <= {1, 2}
            error = ''.join(texts(one, 2))
            found[uid] = error or [self._device(read(data)) for data in one.get(1, [])]
        return found

    def unprepare(self, *claims: tuple[str, str, str]) -> dict[str, str]:
        """Return the error of each claim; empty for none."""
        found = self._ask('NodeUnprepareResources', claims)
        assert all(set(one) <= {1} for one in found.values())
        return {uid: ''.join(texts(one, 1)) for uid, one in found.items()}

    def _ask(self, method: str, claims: Any) -> dict[str, dict[int, list[Any]]]:
        request = [(1, written((1, space), (2, uid), (3, name))) for space, uid, name in claims]
        path = f'k8s.io.kubelet.pkg.apis.dra.v1.DRAPlugin/{method}'
        answer = self._call(Path(self.endpoint), path, written(*request))
        assert set(answer) <= {1}
        entries = [read(entry) for entry in answer.get(1, [])]
        found = {texts(one, 1)[0]: read(one.get(2, [b''])[0]) for one in entries}
        # kubelet takes it as an error when a claim is left out
        assert set(found) == {uid for _, uid, _ in claims}
        return found

    @staticmethod
    def _device(fields: dict[int, list[Any]]) -> Device:
        assert set(fields) <= {1, 2, 3, 4}
        (pool,), (name,) = texts(fields, 2), texts(fields, 3)
        ids = texts(fields, 4)
        assert pool and name and all(_CDI_ID.fullmatch(one) for one in ids)
        return Device(tuple(texts(fields, 1)), pool, name, tuple(ids))

    def _call(self, socket: Path, method: str, request: bytes) -> dict[int, list[Any]]:
        channel = grpc.insecure_channel(f'unix:{socket}')
        self._channels.append(channel)
        return read(channel.unary_unary(f'/{method}')(request, timeout=TIMEOUT_S))
