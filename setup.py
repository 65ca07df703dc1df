# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Installs the ROS-free part with pip: ``pip install .`` gives the ``edge-sched`` command.

The ROS package, with its messages and nodes, is built by colcon (see CMakeLists.txt).
"""

from glob import glob
from tempfile import TemporaryDirectory

from setuptools import find_packages
from setuptools import setup

_SHARE = 'share/edge_sched_ros'
#: folders of files that commands read by name
_CONFIGS = ('config/capacity', 'config/placement', 'config/plans', 'config/platforms')

# nothing is left behind in the checkout, which colcon builds from, too
_BUILD = TemporaryDirectory()

setup(
    name='edge_sched_ros',
    version='0.1.0',
    description='Deadline scheduling of several neural networks on one robot computer',
    license='Apache-2.0',
    python_requires='>=3.10',
    packages=find_packages(include=['edge_sched_ros', 'edge_sched_ros.*']),
    package_data={
        'edge_sched_ros': ['py.typed'],
        'edge_sched_ros.simulation': ['data/*/*.yaml'],
        'edge_sched_ros.system': ['data/*.yaml', 'data/*/*.yaml'],
    },
    data_files=[
        (f'{_SHARE}/models', glob('models/*.onnx') + glob('models/*.yaml')),
        (f'{_SHARE}/config', glob('config/*.yaml')),
        *((f'{_SHARE}/{folder}', glob(f'{folder}/*.yaml')) for folder in _CONFIGS),
        (f'{_SHARE}/msg', glob('msg/*.msg')),
    ],
    install_requires=[
        'click>=8,<9',
        'norfair>=2.2,<3',
        'numpy>=1.21,<2',
        'onnxruntime>=1.16,<2',
        'opencv-python-headless>=4.7,<5',
        'PyYAML>=5.4,<7',
        'pydantic>=2,<3',
        'rich>=12,<16',
        'rosbags>=0.10,<0.12',
        'scipy>=1.8,<2',
    ],
    extras_require={
        'score': ['pycocotools>=2.0.6,<3', 'motmetrics>=1.4,<2', 'pandas>=1.5,<3'],
        'cut': ['onnx>=1.15,<2'],
        'plan': ['ortools>=9.10,<10'],
        'plot': ['matplotlib>=3.5,<4'],
        # 36.0.0 never sends tokens
        'kubernetes': ['kubernetes>=26,!=36.0.0,<38', 'prometheus_client>=0.20,<1'],
    },
    options={
        'build': {'build_base': _BUILD.name},
        'bdist_wheel': {'bdist_dir': f'{_BUILD.name}/wheel'},
        'egg_info': {'egg_base': _BUILD.name},
    },
    entry_points={'console_scripts': ['edge-sched = edge_sched_ros.cli.main:main']},
)
