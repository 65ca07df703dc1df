# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The networks by name."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.system.costmodel.layers import Layer
from edge_sched_ros.system.costmodel.networks.d2go_faster_rcnn import d2go_faster_rcnn
from edge_sched_ros.system.costmodel.networks.ed_tcn import ed_tcn
from edge_sched_ros.system.costmodel.networks.emformer import emformer
from edge_sched_ros.system.costmodel.networks.fbnet_c import fbnet_c
from edge_sched_ros.system.costmodel.networks.focal_length_depth import focal_length_depth
from edge_sched_ros.system.costmodel.networks.gnmt import gnmt
from edge_sched_ros.system.costmodel.networks.googlenet_car import googlenet_car
from edge_sched_ros.system.costmodel.networks.hand_graph_cnn_half import hand_graph_cnn_half
from edge_sched_ros.system.costmodel.networks.handposenet import handposenet
from edge_sched_ros.system.costmodel.networks.hrvit_b1 import hrvit_b1
from edge_sched_ros.system.costmodel.networks.kws_res8 import kws_res8
from edge_sched_ros.system.costmodel.networks.kws_res8 import kws_res8_narrow
from edge_sched_ros.system.costmodel.networks.midas_v21_small import midas_v21_small
from edge_sched_ros.system.costmodel.networks.ofa import ofa_large
from edge_sched_ros.system.costmodel.networks.ofa import ofa_medium
from edge_sched_ros.system.costmodel.networks.ofa import ofa_small
from edge_sched_ros.system.costmodel.networks.plane_rcnn_quarter import plane_rcnn_quarter
from edge_sched_ros.system.costmodel.networks.rapid_rl import rapid_rl
from edge_sched_ros.system.costmodel.networks.rgbd_200 import rgbd_200
from edge_sched_ros.system.costmodel.networks.ritnet import ritnet
from edge_sched_ros.system.costmodel.networks.skipnet import skipnet
from edge_sched_ros.system.costmodel.networks.sosnet import sosnet
from edge_sched_ros.system.costmodel.networks.ssd_mobilenet_v2 import ssd_mobilenet_v2
from edge_sched_ros.system.costmodel.networks.trailnet import trailnet
from edge_sched_ros.system.costmodel.networks.vgg_face import vgg_face

_NETWORKS: dict[str, Callable[[], tuple[Layer, ...]]] = {
    # XRBench's; ed_tcn, fbnet_c and kws_res8's relatives are in DREAM's scenarios as well
    'ritnet': ritnet,
    'fbnet_c': fbnet_c,
    'hand_graph_cnn_half': hand_graph_cnn_half,
    'midas_v21_small': midas_v21_small,
    'plane_rcnn_quarter': plane_rcnn_quarter,
    'd2go_faster_rcnn': d2go_faster_rcnn,
    'rgbd_200': rgbd_200,
    'ed_tcn': ed_tcn,
    'kws_res8_narrow': kws_res8_narrow,
    'emformer': emformer,
    'hrvit_b1': hrvit_b1,
    # of DREAM-like scenarios
    'ssd_mobilenet_v2': ssd_mobilenet_v2,
    'handposenet': handposenet,
    'ofa_large': ofa_large,
    'ofa_medium': ofa_medium,
    'ofa_small': ofa_small,
    'kws_res8': kws_res8,
    'gnmt': gnmt,
    'skipnet': skipnet,
    'trailnet': trailnet,
    'sosnet': sosnet,
    'rapid_rl': rapid_rl,
    'googlenet_car': googlenet_car,
    'focal_length_depth': focal_length_depth,
    'vgg_face': vgg_face,
}


def network_names() -> tuple[str, ...]:
    """Return the names of all networks, sorted."""
    return tuple(sorted(_NETWORKS))


@cache
def network_layers(name: str) -> tuple[Layer, ...]:
    """
    Return the layers of a network in the order they run.

    :param name: one of :func:`network_names`
    :raises ConfigError: for any other name
    """
    if name not in _NETWORKS:
        raise ConfigError(
            'network', f"unknown network '{name}' (known: {', '.join(network_names())})"
        )
    return _NETWORKS[name]()
