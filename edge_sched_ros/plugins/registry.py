# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Finds plug-ins by name: the mechanism for every kind."""

from __future__ import annotations

import logging
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Mapping
from typing import Generic
from typing import TypeVar

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.near import did_you_mean
from edge_sched_ros.plugins.declared import by_several
from edge_sched_ros.plugins.declared import declared
from edge_sched_ros.plugins.installed import EntryPoint
from edge_sched_ros.plugins.kind import Kind
from edge_sched_ros.plugins.own_code import is_reference
from edge_sched_ros.plugins.own_code import load_reference
from edge_sched_ros.plugins.own_code import split_reference

_log = logging.getLogger(__name__)

Found = TypeVar('Found')


class Registry(Generic[Found]):
    """
    All plug-ins of one kind.

    A built-in plug-in wins over an installed one of the same name. An installed one is imported
    only when it is used.

    :param built_in: returns the plug-ins of this package by name
    """

    def __init__(self, kind: Kind, built_in: Callable[[], Mapping[str, Found]]) -> None:
        self.kind = kind
        self._built_in = built_in
        #: plug-ins by entry point; failed ones are tried again on the next use
        self._loaded: dict[EntryPoint, Found] = {}
        #: plug-ins by ``package.module:Class``
        self._own: dict[str, Found] = {}
        self._told: set[str] = set()

    def built_in(self) -> Mapping[str, Found]:
        """Return the plug-ins of this package by name."""
        return self._built_in()

    def is_built_in(self, name: str) -> bool:
        """Return whether a name is that of a plug-in of this package."""
        return self._plain(name) in self._built_in()

    def names(self) -> tuple[str, ...]:
        """Return every known name, without importing installed plug-ins."""
        plain = sorted({*self._built_in(), *declared(self.kind)})
        suffix = self.kind.suffix
        return (*plain, *(name + suffix for name in plain if suffix))

    def origins(self) -> dict[str, str]:
        """Return the names of installed plug-ins with their packages; nothing is imported."""
        built_in = self._built_in()
        return {
            name: ' and '.join(one.origin for one in entries)
            for name, entries in declared(self.kind).items()
            if name not in built_in
        }

    def at_hand(self) -> tuple[str, ...]:
        """Return the names, without suffix, that are not of the form ``package.module:Class``."""
        return (*sorted({*self._built_in(), *declared(self.kind)}), *self._own)

    def check_name(self, name: str, where: str) -> None:
        """
        Check a name as far as possible without imports.

        :raises ConfigError: when it is unknown, or its form is wrong
        """
        plain = self._plain(name)
        if is_reference(plain):
            split_reference(plain, where)
        elif plain not in self.at_hand():
            raise ConfigError(where, self._unknown(name))

    def is_at_hand(self, name: str) -> bool:
        """Return whether :meth:`find` needs no module named only by the user."""
        return not is_reference(name) or self._plain(name) in self._own

    def refuse_new_module(self, name: str, where: str) -> None:
        """
        Refuse a class of a module that was not named at start: importing it runs its code.

        :raises ConfigError: with the alternatives
        """
        if not self.is_at_hand(name):
            raise ConfigError(
                where,
                f"'{name}' names a module that this node was not started with: give it at start, "
                'or install it with an entry point (docs/plugins.md)',
            )

    def find(self, name: str, where: str) -> Found:
        """
        Return the plug-in of a name: built in, installed, or ``package.module:Class``.

        :param where: the key with its name, for messages
        :raises ConfigError: when it does not exist or cannot be used, with the reason
        """
        plain, built_in = self._plain(name), self._built_in()
        if is_reference(plain):
            return self._find_own(plain, where)
        entries = declared(self.kind).get(plain, ())
        if plain in built_in:
            self._tell_clash(plain, entries)
            return built_in[plain]
        if not entries:
            raise ConfigError(where, self._unknown(name))
        if len(entries) > 1:
            raise ConfigError(where, f"'{plain}' {by_several(entries)}")
        (entry,) = entries
        try:
            return self.load(entry)
        except ConfigError as error:
            raise ConfigError(
                where,
                f"'{plain}' of {entry.origin} ({entry.reference}) cannot be used: {error.problem}",
            ) from error

    def _plain(self, name: str) -> str:
        return name.removesuffix(self.kind.suffix) if self.kind.suffix else name

    def _find_own(self, name: str, where: str) -> Found:
        if name not in self._own:
            self._own[name] = self._checked(name, where)
        return self._own[name]

    def load(self, entry: EntryPoint) -> Found:
        """Return the plug-in of an entry point; :raises ConfigError: when it cannot be used."""
        if entry not in self._loaded:
            self._loaded[entry] = self._checked(entry.reference, '')
        return self._loaded[entry]

    def _checked(self, reference: str, where: str) -> Found:
        found = load_reference(reference, where, by_owner=self.kind.by_owner)
        if problem := self.kind.problem(found):
            raise ConfigError(where, f'{reference} {problem}')
        checked: Found = found
        return checked

    def _tell_clash(self, name: str, entries: Collection[EntryPoint]) -> None:
        if entries and name not in self._told:
            self._told.add(name)
            others = ', '.join(one.origin for one in entries)
            _log.warning(
                'the %s %s is the built-in one, not that of %s', self.kind.what, name, others
            )

    def _unknown(self, name: str) -> str:
        known = [one for one in (*self.names(), *self.kind.reserved) if one != name]
        hint = did_you_mean(name, known)
        return (
            f"unknown {self.kind.what} '{name}'{hint} (known: {', '.join(known)}, or your own as "
            'package.module:Class)'
        )
