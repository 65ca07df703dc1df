// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0

#include "pictures.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace edge_sched
{
namespace
{

// shares of blue, green and red in luma, of 15 bits, as OpenCV's COLOR_BGR2GRAY has them
constexpr int kBlue = 3735, kGreen = 19235, kRed = 9798;
constexpr std::size_t kValues = 256;

void to_gray(
  const std::uint8_t * from, int channels, const std::array<int, 3> & bytes, std::uint8_t * to,
  int count)
{
  for (int x = 0; x < count; ++x, from += channels) {
    const int sum = from[bytes[0]] * kBlue + from[bytes[1]] * kGreen + from[bytes[2]] * kRed;
    to[x] = static_cast<std::uint8_t>((sum + (1 << 14)) >> 15);
  }
}

// One row of pixels through the tables; `step` is from one pixel of a channel to the next, `apart`
// from one channel to the next.
template<typename Number>
void look_up(
  const std::uint8_t * from, int from_channels, const std::array<int, 3> & bytes, int channels,
  const Number * tables, Number * to, std::size_t step, std::size_t apart, int count)
{
  for (int channel = 0; channel < channels; ++channel) {
    const std::uint8_t * byte = from + bytes[channel];
    const Number * table = tables + channel * kValues;
    Number * into = to + channel * apart;
    for (int x = 0; x < count; ++x) {
      into[x * step] = table[byte[x * from_channels]];
    }
  }
}

template<typename Number>
class Filler
{
public:
  Filler(const Picture & picture, const TensorForm & form, const Number * tables, Number * tensor)
  : picture_(picture), form_(form), tables_(tables), tensor_(tensor),
    step_(form.interleaved ? static_cast<std::size_t>(form.channels) : 1),
    apart_(form.interleaved ? 1 : static_cast<std::size_t>(form.width) * form.height)
  {
  }

  void fill()
  {
    const int left = std::clamp(form_.left, 0, form_.width);
    const int right = std::clamp(form_.left + form_.resized_width, left, form_.width);
    Resizer resizer(picture_, form_.resized_width, form_.resized_height);
    std::vector<std::uint8_t> gray(static_cast<std::size_t>(form_.width));
    for (int y = 0; y < form_.height; ++y) {
      const int row = y - form_.top;
      if (row < 0 || row >= form_.resized_height) {
        pad(y, 0, form_.width);
        continue;
      }
      pad(y, 0, left);
      pad(y, right, form_.width);
      const std::uint8_t * from =
        resizer.row(row) + static_cast<std::ptrdiff_t>(left - form_.left) * picture_.channels;
      if (form_.channels == 1 && picture_.channels > 1) {
        to_gray(from, picture_.channels, form_.bytes, gray.data(), right - left);
        look_up(gray.data(), 1, {0, 0, 0}, 1, tables_, at(left, y), step_, apart_, right - left);
        continue;
      }
      look_up(
        from, picture_.channels, form_.bytes, form_.channels, tables_, at(left, y), step_, apart_,
        right - left);
    }
  }

private:
  Number * at(int x, int y)
  {
    return tensor_ + (static_cast<std::size_t>(y) * form_.width + x) * step_;
  }

  void pad(int y, int left, int right)
  {
    for (int channel = 0; channel < form_.channels; ++channel) {
      const Number value = tables_[channel * kValues + form_.pad];
      Number * to = at(left, y) + channel * apart_;
      for (int x = left; x < right; ++x, to += step_) {
        *to = value;
      }
    }
  }

  const Picture picture_;
  const TensorForm form_;
  const Number * tables_;
  Number * tensor_;
  const std::size_t step_;
  const std::size_t apart_;
};

}  // namespace

template<typename Number>
void fill_tensor(
  const Picture & picture, const TensorForm & form, const Number * tables, Number * tensor)
{
  Filler<Number>(picture, form, tables, tensor).fill();
}

template void fill_tensor(const Picture &, const TensorForm &, const float *, float *);
template void fill_tensor(
  const Picture &, const TensorForm &, const std::uint8_t *, std::uint8_t *);

}  // namespace edge_sched
