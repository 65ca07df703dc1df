# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Reads files of applications and clusters; whatever is wrong is one line."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from edge_sched_ros.capacity.cost_keys import check_cost_keys
from edge_sched_ros.capacity.schema import Cluster
from edge_sched_ros.capacity.stages import check
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.documents.parsing import checking
from edge_sched_ros.documents.parsing import parse as parse_model
from edge_sched_ros.documents.yaml_file import read_mapping

#: type of pydantic's error -> what a user can do about it
WORDS = {
    'string_pattern_mismatch': 'must be a letter, then letters, digits, _ and -',
    'too_short': 'must not be empty',
}


def load_cluster(path: Path, cluster: Path | None = None) -> Cluster:
    """
    Read applications, and devices from the same file or another.

    :param path: the file with the tasks
    :param cluster: a second file; its keys join those of the first
    :raises ConfigError: naming file and key
    """
    data = read_mapping(path)
    where = str(path)
    if cluster is not None:
        other = read_mapping(cluster)
        for key in other.keys() & data.keys() - {'description'}:
            if not isinstance(data[key], dict) or not isinstance(other[key], dict):
                raise ConfigError(f'{cluster}: {key}', f'is given in {path} as well')
            for name in other[key].keys() & data[key].keys():
                raise ConfigError(f'{cluster}: {key}.{name}', f'is given in {path} as well')
            other[key] = {**data[key], **other[key]}
        data, where = {**data, **other}, f'{path}, {cluster}'
    return parse(data, where)


def parse(data: Mapping[str, Any], where: str) -> Cluster:
    """
    Return what a file says.

    :param where: the file, for messages
    :raises ConfigError: naming the first key that cannot be used
    """
    found = parse_model(data, Cluster, where, words=WORDS)
    check_cost_keys(found.networks, found.devices.values(), f'{where}: networks')
    with checking(where):
        check(found)
    return found
