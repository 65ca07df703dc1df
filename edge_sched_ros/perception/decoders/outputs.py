# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The keys ``output`` and ``outputs`` of ``decoder_options``: which outputs a decoder reads."""

from __future__ import annotations

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.tensors import TensorInfo

#: keys of ``decoder_options`` that are no options of the decoder
RESERVED = ('simulate', 'output', 'outputs')


def read_outputs(spec: NetworkSpec, outputs: tuple[TensorInfo, ...]) -> tuple[TensorInfo, ...]:
    """
    Return the outputs that the decoder of a network reads, in its order.

    :param outputs: all outputs of the network; all are read without ``output`` and ``outputs``
    :raises ConfigError: when a name is no output of the network, or is there twice
    """
    names, key = _names(spec)
    if names is None:
        return outputs
    known = {info.name: info for info in outputs}
    where = f'{spec.source}: decoder_options.{key}'
    for name in names:
        if name not in known:
            have = ', '.join(known)
            raise ConfigError(
                where, f"{spec.file.name} has no output '{name}' (it has: {have:.300})"
            )
    if len(set(names)) < len(names):
        raise ConfigError(where, 'names an output twice')
    return tuple(known[name] for name in names)


def _names(spec: NetworkSpec) -> tuple[list[str] | None, str]:
    options = spec.decoder_options
    if 'output' in options and 'outputs' in options:
        raise ConfigError(
            f'{spec.source}: decoder_options.output', "cannot stand beside 'outputs': give one"
        )
    if 'output' in options:
        name = options['output']
        if not isinstance(name, str) or not name:
            raise ConfigError(
                f'{spec.source}: decoder_options.output', f'must be a name, not {name!r:.100}'
            )
        return [name], 'output'
    if 'outputs' in options:
        names = options['outputs']
        if not isinstance(names, list) or not names or not all(type(n) is str for n in names):
            raise ConfigError(
                f'{spec.source}: decoder_options.outputs', 'must be a list of names of outputs'
            )
        return names, 'outputs'
    return None, ''
