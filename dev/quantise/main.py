# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Quantises the bundled networks, each by the recipe that was found to lose least."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

from dev.quantise.calibration import inputs
from dev.quantise.recipe import quantise
from dev.quantise.recipe import Recipe
from edge_sched_ros.execution.network import load_network

#: docs/variants.md says what else was tried
RECIPES = {
    'detector': Recipe(kinds=('Conv', 'Add', 'Resize', 'Relu')),
    'embedding': Recipe(kinds=('Conv', 'Add', 'Relu')),
    # in INT8 the first and last convolutions lose a fifth of the accuracy and gain hardly any
    # time; Concat, because it holds the places of pixels, which are a third of the file
    'depth': Recipe(
        kinds=('Conv', 'Add', 'Concat', 'Resize', 'Relu'), exclude=('/down1/', '/last/', '/Add_3')
    ),
}


def main() -> None:
    """Quantise what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('networks', nargs='*', default=list(RECIPES), help='which ones')
    parser.add_argument('--models', type=Path, default=Path('models'), help='folder of the YAMLs')
    parser.add_argument('--into', type=Path, help='folder to write to, by default the same')
    arguments = parser.parse_args()
    # the quantiser warns of what was not done on purpose
    logging.disable(logging.WARNING)
    for name in arguments.networks:
        spec = load_network(arguments.models / f'{name}.yaml')
        target = (arguments.into or arguments.models) / f'{spec.file.stem}_int8.onnx'
        quantise(spec.file, target, spec.input.name, inputs(spec), RECIPES[name])
        print(f'{target}: {target.stat().st_size} bytes, {spec.file.stat().st_size} before')


if __name__ == '__main__':
    main()
