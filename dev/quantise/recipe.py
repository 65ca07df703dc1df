# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How a network is quantised."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray
from onnxruntime.quantization import CalibrationMethod
from onnxruntime.quantization import QuantFormat
from onnxruntime.quantization import quantize_static
from onnxruntime.quantization import QuantType
from onnxruntime.quantization.shape_inference import quant_pre_process

from dev.quantise.calibration import Reader

METHODS = {
    'minmax': CalibrationMethod.MinMax,
    'entropy': CalibrationMethod.Entropy,
    'percentile': CalibrationMethod.Percentile,
}


@dataclass(frozen=True, slots=True)
class Recipe:
    """
    How to quantise.

    :param method: how ranges are made of what activations were seen; one of :data:`METHODS`
    :param per_channel: a scale for each output channel of weights, instead of one
    :param symmetric: activations are signed with zero in the middle, which TensorRT asks for;
        else unsigned with any zero
    :param operator: operators of INT8 (QOperator) instead of pairs of Q and DQ
    :param kinds: of operators to quantise; empty for all the quantiser can
    :param exclude: names of nodes that stay as they are begin with one of these
    """

    method: str = 'minmax'
    per_channel: bool = True
    symmetric: bool = False
    operator: bool = False
    kinds: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


def quantise(
    source: Path, target: Path, input_name: str, inputs: Iterator[NDArray[Any]], recipe: Recipe
) -> None:
    """
    Write the INT8 form of an ONNX file; the same inputs give the same file.

    :param inputs: what ranges are measured on
    """
    with tempfile.TemporaryDirectory() as folder:
        # folds what is constant: weights in half precision become plain ones
        plain, made = Path(folder, 'plain.onnx'), Path(folder, 'int8.onnx')
        quant_pre_process(source, plain, skip_symbolic_shape=True)
        quantize_static(
            plain,
            made,
            Reader(input_name, inputs),
            quant_format=QuantFormat.QOperator if recipe.operator else QuantFormat.QDQ,
            op_types_to_quantize=list(recipe.kinds) or None,
            per_channel=recipe.per_channel,
            activation_type=QuantType.QInt8 if recipe.symmetric else QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            nodes_to_exclude=_names(plain, recipe.exclude),
            calibrate_method=METHODS[recipe.method],
            extra_options={
                'ActivationSymmetric': recipe.symmetric,
                'WeightSymmetric': True,
            },
        )
        shutil.copyfile(made, target)


def _names(file: Path, beginnings: tuple[str, ...]) -> list[str]:
    """Return the names of nodes that begin so; :raises ValueError: when none begins so."""
    import onnx

    names = [node.name for node in onnx.load(file).graph.node]
    for beginning in beginnings:
        if not any(name.startswith(beginning) for name in names):
            raise ValueError(f'{file.name} has no node {beginning}...')
    return [name for name in names if beginnings and name.startswith(beginnings)]
