# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Reads a YAML file that holds a mapping; whatever is wrong with it is one line."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.documents.unique_keys import UniqueKeyLoader


class _Loader(UniqueKeyLoader):
    """Takes ``1e3`` for a number, as YAML 1.2 does and PyYAML does not."""


_Loader.add_implicit_resolver(  # type: ignore[no-untyped-call]
    'tag:yaml.org,2002:float',
    re.compile(r'^[-+]?(\d+(\.\d*)?|\.\d+)[eE][-+]?\d+$'),
    list('-+.0123456789'),
)


def read_mapping(path: Path) -> dict[Any, Any]:
    """
    Return what a file holds.

    :raises ConfigError: when it is no mapping or cannot be read; names file and line
    """
    try:
        data: Any = yaml.load(path.read_text(encoding='utf-8'), _Loader)
    except OSError as error:
        raise ConfigError(str(path), f'cannot be read: {error.strerror}') from None
    except yaml.MarkedYAMLError as error:
        where = f'{path}:{error.problem_mark.line + 1}' if error.problem_mark else str(path)
        problem = ': '.join(filter(None, (error.context, error.problem)))
        raise ConfigError(where, f'cannot be read: {_line(problem)}') from None
    except RecursionError:
        raise ConfigError(str(path), 'cannot be read: it is nested too deeply') from None
    except (yaml.YAMLError, ValueError) as error:
        # a value error: no text, or a date or number that cannot be
        problem = _line(str(error).replace('in "<unicode string>", ', ''))
        raise ConfigError(str(path), f'cannot be read: {problem}') from None
    if not isinstance(data, dict):
        raise ConfigError(str(path), 'is not a mapping')
    return data


def _line(text: str) -> str:
    return ' '.join(text.split())
