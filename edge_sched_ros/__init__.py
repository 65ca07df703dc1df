# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Schedules several neural networks on one robot computer by deadline, and accounts for every frame.

What ``__all__`` names is the public interface; ``docs/api.md`` says what it promises. Parts are
imported when they are first used, so that ``import edge_sched_ros as es`` costs nothing.
"""

from __future__ import annotations

from edge_sched_ros.core.version import __version__

# type checkers take it for true; the module typing would be loaded by every command
TYPE_CHECKING = False

if TYPE_CHECKING:
    from edge_sched_ros.api.analysis import analyse as analyse
    from edge_sched_ros.api.analysis import place as place
    from edge_sched_ros.api.analysis import plan as plan
    from edge_sched_ros.api.bags import read_topic as read_topic
    from edge_sched_ros.api.runs import compare as compare
    from edge_sched_ros.api.runs import simulate as simulate
    from edge_sched_ros.core.decisions import Decision as Decision
    from edge_sched_ros.core.decisions import Drop as Drop
    from edge_sched_ros.core.decisions import Run as Run
    from edge_sched_ros.core.decisions import UseVariant as UseVariant
    from edge_sched_ros.core.decisions import WakeAt as WakeAt
    from edge_sched_ros.core.errors import ConfigError as ConfigError
    from edge_sched_ros.core.high_level.policy import Assignment as Assignment
    from edge_sched_ros.core.high_level.policy import HighLevelPolicy as HighLevelPolicy
    from edge_sched_ros.core.high_level.view import HighLevelView as HighLevelView
    from edge_sched_ros.core.policy import Policy as Policy
    from edge_sched_ros.core.policy import PolicyParameter as PolicyParameter
    from edge_sched_ros.core.view import View as View
    from edge_sched_ros.execution.context import JobContext as JobContext
    from edge_sched_ros.execution.context import Program as Program
    from edge_sched_ros.perception.decoders.base import Decoder as Decoder
    from edge_sched_ros.plugins.options import Option as Option
    from edge_sched_ros.system.loading import load_system as load_system
    from edge_sched_ros.system.parsing import make_system as make_system
    from edge_sched_ros.system.system_file import SystemFile as SystemFile

#: public name -> where it is
_PLACES = {
    'Assignment': 'core.high_level.policy',
    'ConfigError': 'core.errors',
    'Decision': 'core.decisions',
    'Decoder': 'perception.decoders.base',
    'Drop': 'core.decisions',
    'HighLevelPolicy': 'core.high_level.policy',
    'HighLevelView': 'core.high_level.view',
    'JobContext': 'execution.context',
    'Option': 'plugins.options',
    'Policy': 'core.policy',
    'PolicyParameter': 'core.policy',
    'Program': 'execution.context',
    'Run': 'core.decisions',
    'SystemFile': 'system.system_file',
    'UseVariant': 'core.decisions',
    'View': 'core.view',
    'WakeAt': 'core.decisions',
    'analyse': 'api.analysis',
    'compare': 'api.runs',
    'load_system': 'system.loading',
    'make_system': 'system.parsing',
    'place': 'api.analysis',
    'plan': 'api.analysis',
    'read_topic': 'api.bags',
    'simulate': 'api.runs',
}
__all__ = ['__version__', *_PLACES]


def __getattr__(name: str) -> object:
    if name not in _PLACES:
        raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
    from importlib import import_module

    return getattr(import_module(f'{__name__}.{_PLACES[name]}'), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_PLACES})
