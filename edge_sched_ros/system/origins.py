# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Merges the data of several files, and records the file of each key."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from edge_sched_ros.core.errors import ConfigError

#: keys that must not differ between files, unlike quantities
_IDENTITY = ('format', 'kind', 'type')
#: keys of the whole file: those of the first file stay
_TITLES = ('name', 'description')
Data = dict[str, Any]


class Origins:
    """
    The file of each key.

    :param files: all of them; empty for none
    :param data: what they say together
    """

    def __init__(self, files: str = '', data: Mapping[Any, Any] | None = None) -> None:
        self.files = files
        self.data = {} if data is None else data
        self._by_key: dict[tuple[str, ...], str] = {}

    def note(self, key: Sequence[str], value: Any, file: str) -> None:
        """Record the file of a key, and of all below it."""
        self._by_key[tuple(key)] = file
        if isinstance(value, Mapping):
            for name, one in value.items():
                self.note((*key, str(name)), one, file)

    def forget(self, key: Sequence[str]) -> None:
        """Forget the files of keys below a key whose value is replaced."""
        below = [known for known in self._by_key if known[: len(key)] == tuple(key)]
        for known in below:
            del self._by_key[known]

    def of(self, key: Sequence[str]) -> str:
        """Return the files of a key or of keys below it; empty if not known."""
        found = {
            self._by_key[known]: None for known in self._by_key if known[: len(key)] == tuple(key)
        }
        if found:
            return ', '.join(found)
        return self.of(key[:-1]) if len(key) > 1 else self.files


def joined(files: Iterable[tuple[str, Mapping[Any, Any]]]) -> tuple[Data, Origins]:
    """
    Merge files: mappings are merged key by key, otherwise the last value counts.

    :param files: name and data of each file
    :raises ConfigError: naming both places, when two files contradict each other
    """
    parts = list(files)
    data: Data = dict(parts[0][1]) if len(parts) == 1 else {}
    origins = Origins(', '.join(dict.fromkeys(name for name, _ in parts if name)), data)
    if len(parts) == 1:
        return data, origins
    for name, part in parts:
        _join(data, _long(part), name, origins, ())
    return data, origins


def _join(
    data: Data, part: Mapping[Any, Any], file: str, origins: Origins, key: tuple[str, ...]
) -> None:
    for name, value in part.items():
        here = (*key, str(name))
        before = data.get(name)
        if isinstance(before, dict) and isinstance(value, Mapping):
            _join(before, value, file, origins, here)
            continue
        if name in data and not key and name in _TITLES:
            continue
        if name in data and name in _IDENTITY and before != value:
            place = f'{origins.of(here)}: {".".join(here)}'
            problem = f'is {value!r}, but {before!r} in {place}'
            raise ConfigError(f'{file}: {".".join(here)}', problem)
        if name in data:
            origins.forget(here)
        data[name] = _copied(value)
        origins.note(here, value, file)


def by_name(units: Any) -> Any:
    """
    Return units as a mapping of mappings if given in a short form; else unchanged.

    A list with a unit twice is unchanged, which is an error later.
    """
    if isinstance(units, Mapping):
        return {name: {} if spec is None else spec for name, spec in units.items()}
    if not isinstance(units, (list, tuple)) or not all(isinstance(one, str) for one in units):
        return units
    return {name: {} for name in units} if len(set(units)) == len(units) else units


def _long(part: Mapping[Any, Any]) -> Data:
    """Return a file, or a device, with its units in the long form."""
    found = dict(part)
    if 'units' in found:
        found['units'] = by_name(found['units'])
    devices = found.get('devices')
    if isinstance(devices, Mapping):
        found['devices'] = {
            name: _long(one) if isinstance(one, Mapping) else one for name, one in devices.items()
        }
    return found


def _copied(value: Any) -> Any:
    """Return a changeable copy; parts of a file may occur in it twice."""
    return {k: _copied(v) for k, v in value.items()} if isinstance(value, Mapping) else value
