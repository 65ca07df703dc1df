# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Rights as a policy file of SROS 2, which ``ros2 security`` makes permissions from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from xml.etree import ElementTree

from edge_sched_ros.pipeline.security.rights import Rights

#: of the format (sros2/policy/schemas/policy.xsd)
_VERSION = '0.2.0'


@dataclass(frozen=True, slots=True)
class Enclave:
    """
    A node with an enclave of its own.

    :param path: of the enclave, absolute
    :param node: name of the node
    :param namespace: of the node, absolute
    """

    path: str
    node: str
    namespace: str
    rights: Rights


def write_policy(enclaves: Iterable[Enclave]) -> str:
    """Return the text of a policy file; what it does not name is denied."""
    root = ElementTree.Element('policy', version=_VERSION)
    parent = ElementTree.SubElement(root, 'enclaves')
    for enclave in enclaves:
        one = ElementTree.SubElement(parent, 'enclave', path=enclave.path)
        profiles = ElementTree.SubElement(one, 'profiles')
        profile = ElementTree.SubElement(
            profiles, 'profile', ns=enclave.namespace, node=enclave.node
        )
        rights = enclave.rights
        _rule(profile, 'topic', 'publish', rights.publish)
        _rule(profile, 'topic', 'subscribe', rights.subscribe)
        _rule(profile, 'service', 'reply', rights.reply)
        _rule(profile, 'service', 'request', rights.request)
    ElementTree.indent(root)
    text = ElementTree.tostring(root, encoding='unicode')
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _rule(profile: ElementTree.Element, kind: str, right: str, names: Iterable[str]) -> None:
    names = sorted(names)
    if not names:
        return
    rule = ElementTree.SubElement(profile, f'{kind}s', {right: 'ALLOW'})
    for name in names:
        ElementTree.SubElement(rule, kind).text = name
