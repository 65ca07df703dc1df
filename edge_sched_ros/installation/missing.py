# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Missing or outdated libraries, in one line that says what to do."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path
from types import ModuleType
from types import TracebackType

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.installation.advice import install_command
from edge_sched_ros.installation.advice import rosdep_advice
from edge_sched_ros.installation.libraries import installed_version
from edge_sched_ros.installation.libraries import LIBRARIES
from edge_sched_ros.installation.libraries import version_fits

_PACKAGE = 'edge_sched_ros'
#: exit code for problems that the user can correct
BAD_INPUT = 2
INTERRUPTED = 130
#: modules of ROS, besides the packages of messages
_ROS = ('ament_index_python', 'builtin_interfaces', 'launch', 'launch_ros', 'rclpy')


class MissingLibraryError(ConfigError):
    """A library is not installed, is too old or too new, or cannot be loaded."""


def need(module: str) -> ModuleType:
    """
    Import and return a module of an optional library.

    :raises MissingLibraryError: when it cannot be imported; says how to install it
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise MissingLibraryError(*_explained(error, module)) from None


def import_problem(error: ImportError) -> str:
    """Return in one line what is missing and how to install it."""
    return str(MissingLibraryError(*_explained(error, error.name or '')))


def library_problem(error: Exception) -> str | None:
    """
    Return in one line which library caused an unexpected error; ``None`` if none did.

    An import failed, or a loaded library has a version that cannot be used.
    """
    if isinstance(error, ImportError):
        if (error.name or '').startswith(f'{_PACKAGE}.') and not _is_message(error.name or ''):
            # an internal error of this package
            return None
        return import_problem(error)
    for module in LIBRARIES:
        version = installed_version(module) if module in sys.modules else None
        if version and not version_fits(LIBRARIES[module], version):
            return f'{module}: {_version_problem(module, version)}'
    return None


def needed_library(error: ImportError) -> str:
    """Return in one line which library of this package's own an import lacks; empty for none."""
    known = (error.name or '').partition('.')[0] in LIBRARIES
    return import_problem(error) if known else ''


def explain_import_errors(name: str) -> None:
    """
    Make this process end with one line, not a traceback, when a library cannot be imported.

    So does Ctrl-C.

    :param name: name of the program, for the line
    """

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if isinstance(error, ImportError) and (problem := library_problem(error)) is not None:
            print(f'{name}: {problem}', file=sys.stderr, flush=True)
            sys.stdout.flush()
            # an exception in a hook does not set the exit code
            os._exit(BAD_INPUT)
        elif issubclass(kind, KeyboardInterrupt):
            # Ctrl-C during imports, before a signal handler is installed
            print(f'{name}: interrupted', file=sys.stderr, flush=True)
            os._exit(INTERRUPTED)
        else:
            sys.__excepthook__(kind, error, trace)

    sys.excepthook = hook


def _explained(error: ImportError, module: str) -> tuple[str, str]:
    """Return the module that cannot be imported, and why."""
    name = error.name or module
    first = name.partition('.')[0]
    if _is_message(name):
        return name, _no_messages()
    library = LIBRARIES.get(first) or LIBRARIES.get(module.partition('.')[0])
    if library is None:
        return first, _of_another(first, error)
    asked = first if first in LIBRARIES else module.partition('.')[0]
    version = installed_version(asked)
    if version is None:
        how = f'{install_command(library)}{rosdep_advice(library)}'
        return asked, f'is not installed: {how}'
    if version and not version_fits(library, version):
        return asked, _version_problem(asked, version)
    return asked, f'cannot be loaded: {" ".join(str(error).split())}'


def _version_problem(module: str, version: str) -> str:
    library = LIBRARIES[module]
    return (
        f'version {version} is installed, {library.versions} is needed: {install_command(library)}'
    )


def _is_message(name: str) -> bool:
    return name == f'{_PACKAGE}.msg' or name.startswith(f'{_PACKAGE}.msg.')


def _no_messages() -> str:
    folder = Path(__file__).absolute().parents[1]
    return (
        f'is not here: {folder} has no generated messages. Build the package with colcon, source '
        'the workspace, and start this from another folder than the checkout'
    )


def _of_another(name: str, error: ImportError) -> str:
    if name in _ROS or name.endswith(('_msgs', '_interfaces')):
        package = name.replace('_', '-')
        return (
            'is not here: source your ROS distro and workspace '
            f'(it is in ros-$ROS_DISTRO-{package}), or use the environment of `make setup`'
        )
    return f'cannot be imported: {" ".join(str(error).split())}'
