// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0
// The extension module edge_sched_ros._native: registers what the other files define.

#include "parts.hpp"

PYBIND11_MODULE(_native, module)
{
  module.doc() = "Parts of the data path without the GIL. Not public: see edge_sched_ros.native.";
  // compared by edge_sched_ros/native/loading.py; counted up with every change of a signature
  module.attr("INTERFACE") = 4;
  module.attr("COMPILER") = __VERSION__;
  bind_beam(module);
  bind_messages(module);
  bind_publishing(module);
  bind_intake(module);
  bind_depth(module);
  bind_heads(module);
  bind_pictures(module);
  bind_tracks(module);
}
