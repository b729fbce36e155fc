// SPDX-License-Identifier: MIT
// PURE: means in sets of a few, by hash alone.
#include "quota/learned.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

namespace llmgw::quota {
namespace {

constexpr std::size_t set_count = 512;
constexpr std::uint32_t longest_memory = 32;  // a new value counts at least so much of the mean
// What a report, or a row gone wrong, can make of a ratio: no text is further from it.
constexpr double least_ratio = 0.02;
constexpr double most_ratio = 2;
constexpr double most_output = 1e7;

// One after the other, so that places differ by all bits.
std::uint64_t mix(std::uint64_t a, std::uint64_t b) noexcept {
  std::uint64_t x = a ^ (b + 0x9e3779b97f4a7c15ULL + (a << 6) + (a >> 2));
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

// What is shorter tells little.
constexpr std::uint64_t least_bytes = 64;

}  // namespace

Learned::Learned(std::uint64_t seed) : seed_(seed), sets_(set_count) {}

// No name is 0, which stands for what is free.
Learned::Place Learned::place_of(std::string_view tenant, std::string_view model) const noexcept {
  const std::hash<std::string_view> hash;
  const std::uint64_t of_model = hash(model);
  return {std::max<std::uint64_t>(mix(seed_, of_model), 1),
          std::max<std::uint64_t>(mix(mix(~seed_, hash(tenant)), of_model), 1)};
}

const Learned::Mean* Learned::find(std::uint64_t hash) const noexcept {
  for (const Mean& each : sets_[hash % set_count])
    if (each.hash == hash) return &each;
  return nullptr;
}

std::uint64_t Learned::input_tokens(const Place& place, std::uint64_t bytes) const noexcept {
  const Mean* const mean = find(place.input);
  const double ratio = mean == nullptr ? first_ratio : static_cast<double>(mean->value);
  return static_cast<std::uint64_t>(std::ceil(ratio * static_cast<double>(bytes)));
}

std::uint64_t Learned::output_tokens(const Place& place) const noexcept {
  const Mean* const mean = find(place.output);
  return static_cast<std::uint64_t>(
      std::ceil(mean == nullptr ? first_output : static_cast<double>(mean->value)));
}

void Learned::note_input(const Place& place, std::uint64_t bytes, std::uint64_t tokens) noexcept {
  if (bytes < least_bytes) return;
  const double ratio = static_cast<double>(tokens) / static_cast<double>(bytes);
  note(place.input, first_ratio, std::clamp(ratio, least_ratio, most_ratio));
}

void Learned::note_output(const Place& place, std::uint64_t tokens) noexcept {
  note(place.output, first_output, std::min(static_cast<double>(tokens), most_output));
}

void Learned::note(std::uint64_t hash, double first, double value) noexcept {
  Set& set = sets_[hash % set_count];
  auto found =
      std::find_if(set.begin(), set.end(), [hash](const Mean& each) { return each.hash == hash; });
  if (found == set.end()) {
    found = set.end() - 1;
    *found = {hash, static_cast<float>(first), 0};
  }
  // What it begins with counts as the first value.
  found->count = std::min(found->count + 1, longest_memory);
  const double part = 1.0 / (found->count + 1);
  const auto mean = static_cast<double>(found->value);
  found->value = static_cast<float>(mean + (value - mean) * part);
  std::rotate(set.begin(), found, found + 1);
}

DataUrls find_data_urls(std::string_view body) noexcept {
  constexpr std::string_view mark = ";base64,";
  DataUrls found;
  for (std::size_t at = body.find(mark); at != body.npos; at = body.find(mark, at)) {
    at += mark.size();
    const std::size_t end = std::min(body.find('"', at), body.size());
    found.bytes += end - at;
    ++found.count;
    at = end;
  }
  return found;
}

}  // namespace llmgw::quota
