# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The options of engines and preprocessors of other packages, as a network's YAML sets them."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from edge_sched_ros.execution.engines.base import Engine
from edge_sched_ros.execution.more_inputs import MoreInput
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.preprocess.base import Preprocessor
from edge_sched_ros.plugins.options import all_options
from edge_sched_ros.plugins.options import Option
from edge_sched_ros.plugins.options import options_of


def for_engine(engine: Engine, spec: NetworkSpec) -> NetworkSpec:
    """
    Return a network with the value of every option that an engine declares.

    :raises ConfigError: for an option that it does not declare, or an invalid value
    """
    asked = spec.engine_options
    own = all_options(options_of(engine), asked.own, spec.where('engine_options'), engine.name)
    return replace(spec, engine_options=replace(asked, own=own)) if own else spec


def for_preprocessors(preprocessors: Iterable[Preprocessor], spec: NetworkSpec) -> NetworkSpec:
    """
    Return a network with the value of every option that its preprocessors declare.

    :raises ConfigError: for an option that none of them declares, or an invalid value
    """
    options: dict[str, Option] = {}
    names: dict[str, Any] = {}
    for one in preprocessors:
        names[one.name] = None
        options |= {option.name: option for option in options_of(one)}
    where = f'{spec.source}: preprocessor_options'
    values = all_options(
        tuple(options.values()), spec.input.options, where, ', '.join(names) or 'nothing'
    )
    if not values:
        return spec
    more = tuple(_with_options(one, values) for one in spec.inputs)
    return replace(spec, input=replace(spec.input, options=values), inputs=more)


def _with_options(one: MoreInput, values: Mapping[str, Any]) -> MoreInput:
    """Return an input whose pictures have these options of preprocessors."""
    parts = tuple(_with_options(part, values) for part in one.parts)
    picture = None if one.picture is None else replace(one.picture, options=values)
    return replace(one, picture=picture, parts=parts)
