# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Kinds of plug-ins."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from edge_sched_ros.core.brief import brief_error
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.plugins.options import Option
from edge_sched_ros.plugins.options import options_of

#: prefix of the groups of entry points
GROUPS = 'edge_sched_ros.'
#: bases that users import from the package itself
_PUBLIC = {name: GROUPS + name for name in ('Decoder', 'HighLevelPolicy', 'Policy', 'Program')}


@dataclass(frozen=True, slots=True)
class Kind:
    """
    One kind of plug-in.

    :param what: its name in messages
    :param group: the last part of the group of its entry points
    :param requirement: returns why an object is not one; empty if it is
    :param suffix: an optional suffix of every name
    :param reserved: reserved names
    :param options: returns the options of one
    :param set_by: where the options are set, in words
    :param by_owner: whether modules are imported on the thread that makes all calls of their
        package outside of jobs, since they may make a driver's context current there
    """

    what: str
    group: str
    requirement: Callable[[Any], str]
    suffix: str = ''
    reserved: tuple[str, ...] = ()
    options: Callable[[Any], tuple[Option, ...]] = options_of
    set_by: str = ''
    by_owner: bool = False

    @property
    def entry_points(self) -> str:
        """The group of entry points."""
        return GROUPS + self.group

    def problem(self, found: Any) -> str:
        """Return why an object is not of this kind; empty if it is."""
        try:
            return self.requirement(found)
        except ConfigError as error:
            return error.problem
        except (Exception, SystemExit) as error:
            # this may run the user's own code: a property, a metaclass
            return f'has a declaration that cannot be read: {brief_error(error)}'


def class_problem(
    found: Any, base: type[Any], methods: Collection[str], attributes: Collection[str] = ()
) -> str:
    """
    Return why an object is not a class of a kind; empty if it is.

    A class with all required attributes need not derive from the base.

    :param base: the class that it should derive from
    :param methods: methods that it must define itself
    :param attributes: attributes that it must have or inherit
    """
    derive = f'derive from {_PUBLIC.get(base.__name__, f"{base.__module__}.{base.__qualname__}")}'
    if not isinstance(found, type):
        return (
            f'is not a class but of type {type(found).__name__}: it must be a class and {derive}'
        )
    missing = [
        name for name in methods if getattr(found, name, None) in (None, getattr(base, name, None))
    ]
    missing += [name for name in attributes if not hasattr(found, name)]
    if not missing:
        return ''
    words = f'has no {", ".join(missing)}'
    return words if base in found.__mro__ else f'{words}: it must {derive}'
