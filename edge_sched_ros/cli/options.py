# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Checks shared by options of several commands: paths, lists of names, options without effect."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from os.path import exists
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.names import named_twice

#: ends of names of files that commands write
_OF_FILES = frozenset({'.yaml', '.yml', '.json', '.onnx', '.png', '.csv', '.html'})
_SAID = (ParameterSource.COMMANDLINE, ParameterSource.ENVIRONMENT)


class NamedPath(click.Path):
    """
    A path that is not empty: empty text (from an unset variable) would mean this folder.

    One of a folder that is to be made does not end like a file.
    """

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path; :raises ConfigError: for empty text, and a folder named as a file."""
        if value == '':
            raise ConfigError(_shown(param), "must be a path, not ''")
        if not self.file_okay and Path(value).suffix.lower() in _OF_FILES and not exists(value):
            named = ctx is not None and any('--name' in one.opts for one in ctx.command.params)
            hint = f': give its folder, and --name {Path(value).stem}' if named else ''
            raise ConfigError(_shown(param), f"must be a folder, not the file '{value}'{hint}")
        return super().convert(value, param, ctx)


def _shown(param: click.Parameter | None) -> str:
    """Return the name of an option or argument as the user knows it."""
    given = '' if param is None else max(param.opts, key=len)
    return given.upper() if isinstance(param, click.Argument) else given


def pairs_in(texts: Iterable[str], option: str) -> dict[str, str]:
    """
    Return what ``NAME=VALUE`` options give, by name.

    :param option: whose they are, for messages
    :raises ConfigError: when one is not of that form, or there twice
    """
    found: dict[str, str] = {}
    for text in texts:
        name, separator, value = text.partition('=')
        name = name.strip()
        if not separator or not name:
            raise ConfigError(option, f"must be NAME=VALUE, not '{text}'")
        if name in found:
            raise ConfigError(option, f"gives '{name}' twice")
        found[name] = value.strip()
    return found


def names_in(text: str, option: str, what: str) -> tuple[str, ...]:
    """
    Return the names in a list with commas between them.

    :param what: what a name stands for, used in messages: ``unit``
    :raises ConfigError: for a list without names, an empty name, or a name given twice
    """
    names = [name.strip() for name in text.split(',')]
    if not any(names):
        raise ConfigError(option, f'names no {what}')
    if not all(names):
        raise ConfigError(option, f"has an empty name ('{text}')")
    refuse_twice(names, option)
    return tuple(names)


def refuse_twice(names: Iterable[object], option: str) -> None:
    """Check that no name is given twice; :raises ConfigError: with that name."""
    if (name := named_twice(map(str, names))) is not None:
        raise ConfigError(option, f"names '{name}' twice")


def refuse_idle(context: click.Context, idle: Mapping[str, str]) -> None:
    """
    Refuse options that would have no effect, since the user expects one.

    :param idle: parameter -> why it has no effect in this call
    :raises ConfigError: naming the first that was given
    """
    for name, why in idle.items():
        if context.get_parameter_source(name) in _SAID:
            option = _as_given(context, name)
            raise ConfigError(option, f'has no effect {why}')


def _as_given(context: click.Context, name: str) -> str:
    """Return an option as the user gave it, possibly in its form that switches it off."""
    one = next(each for each in context.command.params if each.name == name)
    forms = one.secondary_opts if one.secondary_opts and not context.params[name] else one.opts
    return max(forms, key=len)
