# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Imports of a user's modules, of files that only trusted users can have written."""

from __future__ import annotations

import os
import sys
import sysconfig
import threading
from collections.abc import Iterator
from collections.abc import Sequence
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.machinery import SourceFileLoader
from types import ModuleType

from edge_sched_ros.installation.trusted_files import open_trusted
from edge_sched_ros.installation.trusted_files import read_trusted


@contextmanager
def trusted_imports() -> Iterator[None]:
    """
    Check every module that this thread imports within.

    Modules of this Python's own folders are left alone: this package was imported from there, too.
    """
    finder = _TrustedFinder()
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


class _TrustedFinder(MetaPathFinder):
    """Asks the other finders, and has what they found read by :func:`read_trusted`."""

    def __init__(self) -> None:
        self._thread = threading.get_ident()

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """
        Return how to load a module.

        :raises UntrustedFileError: for one of compiled code that another user could have written
        """
        if threading.get_ident() != self._thread:
            return None
        for finder in list(sys.meta_path):
            find = getattr(finder, 'find_spec', None)
            if isinstance(finder, _TrustedFinder) or find is None:
                continue
            spec: ModuleSpec | None = find(fullname, path, target)
            if spec is not None:
                return _checked(spec)
        return None


class _TrustedSourceLoader(SourceFileLoader):
    """Reads source and byte code by :func:`read_trusted`."""

    def get_data(self, path: str) -> bytes:
        """
        Return a file's content.

        :raises UntrustedFileError: when another user could have written it; byte code that cannot
            be read is made again from the source
        """
        return read_trusted(path)


def _checked(spec: ModuleSpec) -> ModuleSpec:
    if not spec.has_location or spec.origin is None or _is_installed(spec.origin):
        return spec
    if type(spec.loader) is SourceFileLoader:
        spec.loader = _TrustedSourceLoader(spec.loader.name, spec.loader.path)
        return spec
    # the loader of compiled code opens the file again, in folders that nobody else can change
    os.close(open_trusted(spec.origin))
    return spec


def _is_installed(file: str) -> bool:
    """Whether a file is in the folders of this Python's library."""
    kinds = ('stdlib', 'platstdlib', 'purelib', 'platlib')
    folders = (sysconfig.get_paths().get(kind, '') for kind in kinds)
    return any(folder and file.startswith(os.path.join(folder, '')) for folder in folders)
