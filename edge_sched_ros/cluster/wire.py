# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The JSON that kube-scheduler sends to an extender, and the replies it expects."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from edge_sched_ros.core.errors import ConfigError

#: the highest score (MaxExtenderPriority of k8s.io/kube-scheduler/extender/v1)
MOST = 10


@dataclass(frozen=True, slots=True)
class Question:
    """
    A pod, and its candidate nodes.

    :param nodes: in order, by name: the node's JSON, or ``None`` when only names were sent
    :param whole: whether the scheduler expects nodes, not names
    """

    pod: Mapping[str, Any]
    nodes: Mapping[str, Any]
    whole: bool


@dataclass(frozen=True, slots=True)
class Preemption:
    """
    A pod, and the pods that the scheduler would evict for it.

    :param victims: node -> uids
    :param violations: node -> number of victims whose disruption budget would be violated
    """

    pod: Mapping[str, Any]
    victims: Mapping[str, tuple[str, ...]]
    violations: Mapping[str, int]


def read_question(body: bytes) -> Question:
    """
    Return a request of kube-scheduler (``ExtenderArgs``).

    :raises ConfigError: naming the key
    """
    data, pod = _read(body)
    names, nodes = data.get('NodeNames'), data.get('Nodes')
    if names is not None:
        return Question(pod, dict.fromkeys(_names(names)), False)
    if nodes is None:
        raise ConfigError('NodeNames', 'is missing, and so is Nodes')
    return Question(pod, _nodes(nodes), True)


def read_preemption(body: bytes) -> Preemption:
    """
    Return a request of kube-scheduler (``ExtenderPreemptionArgs``).

    :raises ConfigError: naming the key
    """
    data, pod = _read(body)
    by_uid = data.get('NodeNameToMetaVictims')
    key = 'NodeNameToVictims' if by_uid is None else 'NodeNameToMetaVictims'
    found = data.get(key)
    if not isinstance(found, dict):
        raise ConfigError(key, 'is missing' if found is None else 'is not an object')
    victims, violations = {}, {}
    for node, said in found.items():
        if not isinstance(said, dict):
            raise ConfigError(f'{key}.{node}', 'is not an object')
        # Go writes an empty list as null
        pods = said.get('Pods') or []
        if not isinstance(pods, list):
            raise ConfigError(f'{key}.{node}.Pods', 'is not a list')
        victims[node] = tuple(_uid(one, f'{key}.{node}.Pods[{i}]') for i, one in enumerate(pods))
        count = said.get('NumPDBViolations')
        violations[node] = count if isinstance(count, int) else 0
    return Preemption(pod, victims, violations)


def preemption_answer(asked: Preemption, victims: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    """
    Return an ``ExtenderPreemptionResult``.

    :param victims: node -> uids; nodes that are left out are no candidates any more
    """
    return {
        'NodeNameToMetaVictims': {
            node: {
                'Pods': [{'UID': uid} for uid in uids],
                'NumPDBViolations': asked.violations.get(node, 0),
            }
            for node, uids in victims.items()
        }
    }


def filter_answer(
    question: Question, fits: Mapping[str, Any], failed: Mapping[str, str], hopeless: set[str]
) -> dict[str, Any]:
    """
    Return an ``ExtenderFilterResult``.

    Nodes that no eviction would help are in both maps: Kubernetes before 1.21 reads only one.

    :param failed: node -> why
    :param hopeless: those of them that no eviction would help
    """
    passed = [name for name in question.nodes if name in fits]
    items = [question.nodes[name] for name in passed]
    return {
        'Nodes': {'metadata': {}, 'items': items} if question.whole else None,
        'NodeNames': None if question.whole else passed,
        'FailedNodes': dict(failed),
        'FailedAndUnresolvableNodes': {name: failed[name] for name in failed if name in hopeless},
        'Error': '',
    }


def score_answer(question: Question, scores: Mapping[str, int]) -> list[dict[str, Any]]:
    """Return a ``HostPriorityList``."""
    return [{'Host': name, 'Score': scores.get(name, 0)} for name in question.nodes]


def _read(body: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a request, and its pod."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ConfigError('request', f'is not JSON: {str(error)[:100]}') from None
    if not isinstance(data, dict):
        raise ConfigError('request', 'is not a JSON object')
    pod = data.get('Pod')
    if not isinstance(pod, dict):
        hint = ' (keys are capitalised: Pod, Nodes, NodeNames)' if 'pod' in data else ''
        raise ConfigError('Pod', f'{"is missing" if pod is None else "is not an object"}{hint}')
    return data, pod


def _uid(pod: Any, where: str) -> str:
    """Return the uid of a victim: beside ``UID`` alone, or in a whole pod."""
    meta = pod.get('metadata') if isinstance(pod, dict) else None
    uid = pod.get('UID') if isinstance(pod, dict) else None
    uid = uid or (meta.get('uid') if isinstance(meta, dict) else None)
    if not isinstance(uid, str) or not uid:
        raise ConfigError(f'{where}.UID', 'is missing')
    return uid


def _names(names: Any) -> list[str]:
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ConfigError('NodeNames', 'is not a list of names')
    return names


def _nodes(nodes: Any) -> dict[str, Any]:
    # Go writes an empty list of items as null
    items = (nodes.get('items') or []) if isinstance(nodes, dict) else None
    if not isinstance(items, list):
        raise ConfigError('Nodes.items', 'is not a list')
    found = {}
    for index, item in enumerate(items):
        meta = item.get('metadata') if isinstance(item, dict) else None
        name = meta.get('name') if isinstance(meta, dict) else None
        if not isinstance(name, str):
            raise ConfigError(f'Nodes.items[{index}].metadata.name', 'is missing')
        found[name] = item
    return found
