# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What plug-ins of one kind are."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from edge_sched_ros.core.brief import brief_error
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.plugins.options import Option
from edge_sched_ros.plugins.options import options_of

#: what the groups of entry points begin with
GROUPS = 'edge_sched_ros.'
#: bases that users import from the package itself
_PUBLIC = {name: GROUPS + name for name in ('Decoder', 'Policy', 'Program')}


@dataclass(frozen=True, slots=True)
class Kind:
    """
    One kind of plug-ins.

    :param what: one of them, in words
    :param group: the last part of the group of its entry points
    :param requirement: returns what keeps an object from being one; empty for nothing
    :param suffix: a form that every name has besides its own
    :param reserved: names that mean something else
    :param options: returns what can be set of one
    :param set_by: where that is set, in words
    """

    what: str
    group: str
    requirement: Callable[[Any], str]
    suffix: str = ''
    reserved: tuple[str, ...] = ()
    options: Callable[[Any], tuple[Option, ...]] = options_of
    set_by: str = ''

    @property
    def entry_points(self) -> str:
        """The group of entry points."""
        return GROUPS + self.group

    def problem(self, found: Any) -> str:
        """Return what keeps an object from being one of this kind; empty for nothing."""
        try:
            return self.requirement(found)
        except ConfigError as error:
            return error.problem
        except (Exception, SystemExit) as error:
            # the user's own code answers: a property, a metaclass
            return f'has a declaration that cannot be read: {brief_error(error)}'


def class_problem(
    found: Any, base: type[Any], methods: Collection[str], attributes: Collection[str] = ()
) -> str:
    """
    Return what keeps an object from being a class of a kind; empty for nothing.

    A class that has all that is needed need not derive from the base.

    :param base: the class that it should derive from
    :param methods: what it must have itself, whatever it derives from
    :param attributes: what it must have or inherit
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
