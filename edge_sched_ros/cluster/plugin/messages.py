# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The messages of kubelet's plugin registration (v1) and of its DRA service (v1), made at run time.

No generated code: fields are numbered in their order, as in the two published definitions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from edge_sched_ros.installation.missing import need

#: name of a message -> name of a field -> its type: ``string``, ``bool`` or a message; ``*`` for
#: a list, ``map`` before it for a mapping from strings
_Table = Mapping[str, Mapping[str, str]]

REGISTRATION = 'pluginregistration'
_REGISTRATION: _Table = {
    'InfoRequest': {},
    'PluginInfo': {
        'type': 'string',
        'name': 'string',
        'endpoint': 'string',
        'supported_versions': 'string*',
    },
    'RegistrationStatus': {'plugin_registered': 'bool', 'error': 'string'},
    'RegistrationStatusResponse': {},
}
DRA = 'k8s.io.kubelet.pkg.apis.dra.v1'
_DRA: _Table = {
    'Claim': {'namespace': 'string', 'uid': 'string', 'name': 'string'},
    'Device': {
        'request_names': 'string*',
        'pool_name': 'string',
        'device_name': 'string',
        'cdi_device_ids': 'string*',
    },
    'NodePrepareResourceResponse': {'devices': 'Device*', 'error': 'string'},
    'NodePrepareResourcesRequest': {'claims': 'Claim*'},
    'NodePrepareResourcesResponse': {'claims': 'map NodePrepareResourceResponse'},
    'NodeUnprepareResourceResponse': {'error': 'string'},
    'NodeUnprepareResourcesRequest': {'claims': 'Claim*'},
    'NodeUnprepareResourcesResponse': {'claims': 'map NodeUnprepareResourceResponse'},
}


@dataclass(frozen=True)
class Messages:
    """The classes of the messages, by their names."""

    registration: Mapping[str, Any]
    dra: Mapping[str, Any]


def make_messages() -> Messages:
    """
    Return the classes; they are in a pool of their own, beside other copies of kubelet's.

    :raises MissingLibraryError: when the library ``protobuf`` is not installed
    """
    pool = need('google.protobuf.descriptor_pool').DescriptorPool()
    make_class = need('google.protobuf.message_factory').GetMessageClass
    found = []
    for package, table in ((REGISTRATION, _REGISTRATION), (DRA, _DRA)):
        pool.Add(_file(package, table))
        found.append(
            {name: make_class(pool.FindMessageTypeByName(f'{package}.{name}')) for name in table}
        )
    return Messages(*found)


def _file(package: str, table: _Table) -> Any:
    descriptors = need('google.protobuf.descriptor_pb2')
    file = descriptors.FileDescriptorProto(name=f'{package}.proto', package=package)
    file.syntax = 'proto3'
    for name, fields in table.items():
        message = file.message_type.add(name=name)
        for number, (field, kind) in enumerate(fields.items(), 1):
            _add_field(message, f'.{package}', field, number, kind)
    return file


def _add_field(message: Any, package: str, name: str, number: int, kind: str) -> None:
    field = message.field.add(name=name, number=number)
    is_map, is_list = kind.startswith('map '), kind.endswith('*')
    plain = kind.removeprefix('map ').removesuffix('*')
    field.label = field.LABEL_REPEATED if is_map or is_list else field.LABEL_OPTIONAL
    if is_map:
        # a map is a list of entries
        entry = message.nested_type.add(name=f'{name.title().replace("_", "")}Entry')
        entry.options.map_entry = True
        _add_field(entry, package, 'key', 1, 'string')
        _add_field(entry, package, 'value', 2, plain)
        field.type, field.type_name = field.TYPE_MESSAGE, f'{package}.{message.name}.{entry.name}'
    elif plain == 'string':
        field.type = field.TYPE_STRING
    elif plain == 'bool':
        field.type = field.TYPE_BOOL
    else:
        field.type, field.type_name = field.TYPE_MESSAGE, f'{package}.{plain}'
