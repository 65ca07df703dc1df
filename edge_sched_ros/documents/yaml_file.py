# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Reads and writes this package's YAML files, which are mappings; every error is one line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.documents.core_schema import CoreSchema
from edge_sched_ros.documents.core_schema import NUMBER
from edge_sched_ros.documents.core_schema import OTHER_WHOLE
from edge_sched_ros.documents.text_file import read_text
from edge_sched_ros.documents.yaml_tree import NOTHING
from edge_sched_ros.documents.yaml_tree import read_tree


def read_mapping(path: Path) -> dict[Any, Any]:
    """
    Return the content of a file.

    :raises ConfigError: when it is not a mapping or cannot be read; names file and line
    """
    data = read_tree(read_text(path), str(path), CoreSchema())
    if data is NOTHING:
        raise ConfigError(str(path), 'is not a mapping: it is empty')
    if not isinstance(data, dict):
        raise ConfigError(str(path), 'is not a mapping')
    return data


class _Dumper(yaml.SafeDumper):
    """Puts quotes around text that YAML 1.2 would read as a number."""


_Dumper.add_implicit_resolver(  # type: ignore[no-untyped-call]
    'tag:yaml.org,2002:float',
    re.compile(rf'(?:{NUMBER.pattern}|{OTHER_WHOLE.pattern})$'),
    list('-+.0123456789'),
)


def dump_mapping(data: Mapping[str, Any], *, compact: bool = False) -> str:
    """
    Return the text of a file that :func:`read_mapping` reads as the same data.

    :param compact: whether collections without nested ones are on one line
    """
    style = None if compact else False
    text: str = yaml.dump(
        data,
        Dumper=_Dumper,
        default_flow_style=style,
        sort_keys=False,
        allow_unicode=True,
        width=99,
    )
    return text


def flow(value: Any) -> str:
    """Return a value as it stands inside a list in one line."""
    text: str = yaml.dump(
        [value],
        Dumper=_Dumper,
        default_flow_style=True,
        sort_keys=False,
        allow_unicode=True,
        width=1 << 30,
    )
    return text.strip()[1:-1]
