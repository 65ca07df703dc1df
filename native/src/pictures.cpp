// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0

#include "pictures.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <type_traits>
#include <vector>

#include "lanes.hpp"

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

// The line on which all numbers of a table lie, if there is one.
std::optional<Line> line_of(const float * table)
{
  const Line line{table[1] - table[0], table[0]};
  for (std::size_t byte = 0; byte < kValues; ++byte) {
    // never equal where one is no number
    if (table[byte] != static_cast<float>(byte) * line.slope + line.base) {
      return std::nullopt;
    }
  }
  return line;
}

// The lines of the first three bytes of a pixel, where planes of three channels are made of them.
std::optional<std::array<Line, 3>> lines_of(
  const Picture & picture, const TensorForm & form, const float * tables)
{
  if (form.interleaved || form.channels != 3 || picture.channels < 3) {
    return std::nullopt;
  }
  std::array<Line, 3> lines{};
  int seen = 0;
  for (int channel = 0; channel < 3; ++channel) {
    const int byte = form.bytes[channel];
    const auto line = line_of(tables + channel * kValues);
    if (!line || byte > 2) {
      return std::nullopt;
    }
    lines[byte] = *line;
    seen |= 1 << byte;
  }
  return seen == 7 ? std::optional(lines) : std::nullopt;
}

std::optional<std::array<Line, 3>> lines_of(
  const Picture &, const TensorForm &, const std::uint8_t *)
{
  return std::nullopt;
}

template<typename Number>
class Filler
{
public:
  Filler(const Picture & picture, const TensorForm & form, const Number * tables, Number * tensor)
  : picture_(picture), form_(form), tables_(tables), tensor_(tensor),
    step_(form.interleaved ? static_cast<std::size_t>(form.channels) : 1),
    apart_(form.interleaved ? 1 : static_cast<std::size_t>(form.width) * form.height),
    lines_(lines_of(picture, form, tables))
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
      const int done = on_lines(from, at(left, y), right - left);
      look_up(
        from + done * picture_.channels, picture_.channels, form_.bytes, form_.channels, tables_,
        at(left + done, y), step_, apart_, right - left - done);
    }
  }

private:
  // Write what of a row needs no table; returns how many pixels that are.
  int on_lines(const std::uint8_t * from, Number * to, int count) const
  {
    if constexpr (std::is_same_v<Number, float>) {
      if (lines_) {
        std::array<float *, 3> planes{};
        for (int channel = 0; channel < 3; ++channel) {
          planes[form_.bytes[channel]] = to + channel * apart_;
        }
        const auto size = static_cast<std::size_t>(count);
        return static_cast<int>(
          spread_pixels(from, picture_.channels, size, lines_->data(), planes.data()));
      }
    }
    return 0;
  }

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
  const std::optional<std::array<Line, 3>> lines_;
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
