// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0

#include "lanes.hpp"

#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace edge_sched
{
namespace
{

void mix_pixel(
  const std::uint8_t * row, int width, int channels, const Between & between, std::int16_t * to)
{
  const std::uint8_t * pixel = row + static_cast<std::ptrdiff_t>(between.first) * channels;
  const std::uint8_t * next = between.first + 1 < width ? pixel + channels : pixel;
  for (int channel = 0; channel < channels; ++channel) {
    const int mixed =
      pixel[channel] * between.weight + next[channel] * between.next_weight;
    to[channel] = static_cast<std::int16_t>(mixed >> 4);
  }
}

#ifdef __SSE2__
__m128i four_bytes(const std::uint8_t * from)
{
  std::int32_t value;
  std::memcpy(&value, from, sizeof(value));
  return _mm_cvtsi32_si128(value);
}

__m128i eight_words(const std::int16_t * from)
{
  return _mm_loadu_si128(reinterpret_cast<const __m128i *>(from));
}

// Mix pixels of three or four channels; return how many could be, without reading past the row.
std::size_t mix_whole_pixels(
  const std::uint8_t * row, int width, int channels, const Between * columns, std::size_t count,
  std::int16_t * to)
{
  const __m128i zero = _mm_setzero_si128();
  std::size_t at = 0;
  for (; at < count && (columns[at].first + 1) * channels + 4 <= width * channels; ++at) {
    const std::uint8_t * pixel = row + columns[at].first * channels;
    const int weights = columns[at].weight + columns[at].next_weight * 65536;
    const __m128i pairs = _mm_unpacklo_epi8(four_bytes(pixel), four_bytes(pixel + channels));
    const __m128i mixed = _mm_srai_epi32(
      _mm_madd_epi16(_mm_unpacklo_epi8(pairs, zero), _mm_set1_epi32(weights)), 4);
    _mm_storel_epi64(
      reinterpret_cast<__m128i *>(to + at * channels), _mm_packs_epi32(mixed, mixed));
  }
  return at;
}

__m128 on_line(__m128i numbers, const Line & line)
{
  return _mm_add_ps(
    _mm_mul_ps(_mm_cvtepi32_ps(numbers), _mm_set1_ps(line.slope)), _mm_set1_ps(line.base));
}
#endif

}  // namespace

std::size_t spread_pixels(
  const std::uint8_t * from, int channels, std::size_t count, const Line * lines,
  float * const * planes)
{
  std::size_t at = 0;
#ifdef __SSE2__
  const __m128i zero = _mm_setzero_si128();
  for (; at + 4 < count; at += 4, from += 4 * channels) {
    // four pixels a row become four values of a channel a row
    const __m128i even = _mm_unpacklo_epi8(four_bytes(from), four_bytes(from + 2 * channels));
    const __m128i odd =
      _mm_unpacklo_epi8(four_bytes(from + channels), four_bytes(from + 3 * channels));
    const __m128i bytes = _mm_unpacklo_epi8(even, odd);
    const __m128i first_two = _mm_unpacklo_epi8(bytes, zero);
    const __m128i third = _mm_unpackhi_epi8(bytes, zero);
    _mm_storeu_ps(planes[0] + at, on_line(_mm_unpacklo_epi16(first_two, zero), lines[0]));
    _mm_storeu_ps(planes[1] + at, on_line(_mm_unpackhi_epi16(first_two, zero), lines[1]));
    _mm_storeu_ps(planes[2] + at, on_line(_mm_unpacklo_epi16(third, zero), lines[2]));
  }
#else
  static_cast<void>(from), static_cast<void>(channels), static_cast<void>(count);
  static_cast<void>(lines), static_cast<void>(planes);
#endif
  return at;
}

void mix_columns(
  const std::uint8_t * row, int width, int channels, const Between * columns, std::size_t count,
  std::int16_t * to)
{
  std::size_t at = 0;
#ifdef __SSE2__
  if (channels >= 3) {
    at = mix_whole_pixels(row, width, channels, columns, count, to);
  }
#endif
  for (; at < count; ++at) {
    mix_pixel(row, width, channels, columns[at], to + at * channels);
  }
}

void mix_rows(
  const std::int16_t * upper, const std::int16_t * lower, std::int16_t weight,
  std::int16_t next_weight, std::uint8_t * to, std::size_t size)
{
  std::size_t at = 0;
#ifdef __SSE2__
  const __m128i first = _mm_set1_epi16(weight), second = _mm_set1_epi16(next_weight);
  const __m128i two = _mm_set1_epi16(2);
  for (; at + 8 <= size; at += 8) {
    const __m128i sum = _mm_add_epi16(
      _mm_mulhi_epi16(eight_words(upper + at), first),
      _mm_mulhi_epi16(eight_words(lower + at), second));
    const __m128i rounded = _mm_srai_epi16(_mm_add_epi16(sum, two), 2);
    _mm_storel_epi64(
      reinterpret_cast<__m128i *>(to + at), _mm_packus_epi16(rounded, rounded));
  }
#endif
  for (; at < size; ++at) {
    const int sum = ((upper[at] * weight) >> 16) + ((lower[at] * next_weight) >> 16);
    to[at] = static_cast<std::uint8_t>((sum + 2) >> 2);
  }
}

void add_rows(
  const std::uint8_t * upper, const std::uint8_t * lower, std::uint16_t * to, std::size_t size)
{
  std::size_t at = 0;
#ifdef __SSE2__
  const __m128i zero = _mm_setzero_si128();
  for (; at + 16 <= size; at += 16) {
    const __m128i a = _mm_loadu_si128(reinterpret_cast<const __m128i *>(upper + at));
    const __m128i b = _mm_loadu_si128(reinterpret_cast<const __m128i *>(lower + at));
    auto * into = reinterpret_cast<__m128i *>(to + at);
    _mm_storeu_si128(
      into, _mm_add_epi16(_mm_unpacklo_epi8(a, zero), _mm_unpacklo_epi8(b, zero)));
    _mm_storeu_si128(
      into + 1, _mm_add_epi16(_mm_unpackhi_epi8(a, zero), _mm_unpackhi_epi8(b, zero)));
  }
#endif
  for (; at < size; ++at) {
    to[at] = static_cast<std::uint16_t>(upper[at] + lower[at]);
  }
}

void mean_of_pairs(const std::uint16_t * sums, std::uint8_t * to, int width, int channels)
{
  for (int x = 0; x < width; ++x) {
    const std::uint16_t * pair = sums + 2 * x * channels;
#ifdef __SSE2__
    if (channels >= 3) {
      const __m128i left = _mm_loadl_epi64(reinterpret_cast<const __m128i *>(pair));
      const __m128i right = _mm_loadl_epi64(reinterpret_cast<const __m128i *>(pair + channels));
      const __m128i mean = _mm_srli_epi16(
        _mm_add_epi16(_mm_add_epi16(left, right), _mm_set1_epi16(2)), 2);
      const int bytes = _mm_cvtsi128_si32(_mm_packus_epi16(mean, mean));
      std::memcpy(to + x * channels, &bytes, sizeof(bytes));
      continue;
    }
#endif
    for (int channel = 0; channel < channels; ++channel) {
      const int sum = pair[channel] + pair[channel + channels];
      to[x * channels + channel] = static_cast<std::uint8_t>((sum + 2) >> 2);
    }
  }
}

}  // namespace edge_sched
