# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Operators of an ONNX file that only other programs than ONNX Runtime have."""

from __future__ import annotations

from pathlib import Path

from edge_sched_ros.core.brief import brief
from edge_sched_ros.execution.onnx_graph import onnx_file

#: beginnings of the domains of ONNX Runtime's own operators
_KNOWN = ('ai.onnx', 'com.microsoft', 'com.ms.', 'org.pytorch.aten')
#: most operators that a message names
_MOST = 3


def foreign_operators(file: Path) -> tuple[str, ...]:
    """Return the operators that ONNX Runtime does not have; none for an unreadable file."""
    found = set()
    try:
        with onnx_file(file) as opened:
            own = opened.functions()
            for node in opened.nodes():
                if (node.domain, node.operator) not in own and (
                    _of_tensorrt(node.domain, node.operator)
                    or (node.domain and not node.domain.startswith(_KNOWN))
                ):
                    found.add(f'{node.domain}:{node.operator}'.removeprefix(':'))
    except (OSError, ValueError):
        return ()
    return tuple(sorted(found))


def need_of(file: Path) -> str:
    """Return what the operators of a file need that ONNX Runtime cannot load; empty if unknown."""
    operators = foreign_operators(file)
    if not operators:
        return ''
    named = ', '.join(brief(one, 60) for one in operators[:_MOST])
    more = f' and {len(operators) - _MOST} more' if len(operators) > _MOST else ''
    if needs_tensorrt(operators):
        return (
            f'its graph needs TensorRT ({named}{more}): run it on a GPU (engine: tensorrt), or '
            'export it without plug-ins of TensorRT'
        )
    return (
        f'ONNX Runtime does not have its operators {named}{more}: export it without operators of '
        'other programs'
    )


def needs_tensorrt(operators: tuple[str, ...]) -> bool:
    """Whether TensorRT has all these operators."""
    parts = [one.rpartition(':') for one in operators]
    return bool(parts) and all(_of_tensorrt(domain, operator) for domain, _, operator in parts)


def _of_tensorrt(domain: str, operator: str) -> bool:
    """Whether an operator is a plug-in of TensorRT, whose exporters use domains of their own."""
    return operator.endswith('_TRT') or domain.lower().startswith(('trt', 'tensorrt'))
