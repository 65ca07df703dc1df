# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Queueing models: what response times tasks get, and how many tasks fit.

One file per queueing model. Rates are per second, times in milliseconds, utilisation is a share.
Arrivals are Poisson unless a model says otherwise. Equations name their source and its confidence:
*confirmed* by the authors' code or a textbook result that the tests recompute, *approximation*
where this project chose a shape and the tests bound its error.
"""
