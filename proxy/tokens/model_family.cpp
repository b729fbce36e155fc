// SPDX-License-Identifier: MIT
// The table. A row that is more special stands before the one that it is an exception to.
#include "proxy/tokens/model_family.hpp"

#include <array>

namespace llmgw::proxy {
namespace {

using enum Quality;
using Kind = ImageRule::Kind;

constexpr ImageRule tiles(std::uint32_t base, std::uint32_t tile) {
  return {.kind = Kind::tiles, .base = base, .tile = tile};
}
constexpr ImageRule patches(std::uint32_t hundredths) {
  return {.kind = Kind::patches, .hundredths = hundredths};
}

// gpt-5 and later bill a token less of plain chats and some 80 more where there are tools, the
// hidden reasoning aside, which nobody can count. For images of the smaller ones there are the
// factors that users measure, which are lower than the documented ones.
constexpr ModelFamily gpt5(std::string_view prefix, ImageRule images) {
  return {.prefix = prefix,
          .prompt_offset = -1,
          .tools_offset = 80,
          .completion = lower_bound,
          .images = images};
}
constexpr ModelFamily reasoning(std::string_view prefix, int offset, ImageRule images) {
  return {.prefix = prefix, .prompt_offset = offset, .completion = lower_bound, .images = images};
}
constexpr ModelFamily old(std::string_view prefix, Quality prompt) {
  return {.prefix = prefix,
          .encoding = Encoding::cl100k,
          .prompt = prompt,
          .tools = close,
          .completion = exact};
}
constexpr ModelFamily omni(std::string_view prefix, Quality prompt, ImageRule images) {
  return {.prefix = prefix, .prompt = prompt, .tools = close, .images = images};
}

constexpr std::array families{
    gpt5("gpt-5-mini", patches(120)),
    gpt5("gpt-5-nano", patches(150)),
    gpt5("gpt-5.2", patches(120)),
    gpt5("gpt-5.3", patches(120)),
    gpt5("gpt-5.4", patches(120)),
    gpt5("gpt-5", tiles(70, 140)),
    omni("gpt-4.1-mini", exact, patches(162)),
    omni("gpt-4.1-nano", exact, patches(246)),
    omni("gpt-4.1", exact, tiles(85, 170)),
    omni("gpt-4.5", exact, tiles(85, 170)),
    omni("gpt-4o-mini-search", close, {}),  // billed 7 to 11 less
    omni("gpt-4o-search", close, {}),
    omni("gpt-4o-mini-audio", rough, {}),
    omni("gpt-4o-audio", rough, {}),
    omni("gpt-4o-mini-realtime", rough, {}),
    omni("gpt-4o-realtime", rough, {}),
    omni("gpt-4o-mini", exact, tiles(2833, 5667)),
    omni("gpt-4o", exact, tiles(85, 170)),
    omni("chatgpt-4o", close, tiles(85, 170)),
    old("gpt-4", exact),
    old("gpt-3.5-turbo", exact),
    old("gpt-35-turbo", exact),  // as Azure writes it
    old("text-embedding-3", exact),
    old("text-embedding-ada-002", exact),
    old("davinci-002", exact),
    old("babbage-002", exact),
    reasoning("o1", 7, tiles(75, 150)),
    reasoning("o3", -1, tiles(75, 150)),
    reasoning("o4-mini", -1, patches(172)),
    reasoning("gpt-oss", 0, {}),
};

// `ft:gpt-4o-mini-2024-07-18:org::id`, `openai/gpt-4o`.
std::string_view bare_name(std::string_view model) noexcept {
  if (const std::size_t slash = model.rfind('/'); slash != model.npos)
    model.remove_prefix(slash + 1);
  if (model.starts_with("ft:")) model.remove_prefix(3);
  return model;
}

// A name goes on with a version or a variant, never with a letter or a digit: gpt-4o is no gpt-4.
bool is_of(std::string_view name, std::string_view prefix) noexcept {
  if (!name.starts_with(prefix)) return false;
  constexpr std::string_view separators = "-.:@";
  return name.size() == prefix.size() || separators.find(name[prefix.size()]) != name.npos;
}

}  // namespace

const ModelFamily* family_of(std::string_view model) noexcept {
  const std::string_view name = bare_name(model);
  for (const ModelFamily& each : families) {
    if (is_of(name, each.prefix)) return &each;
  }
  return nullptr;
}

}  // namespace llmgw::proxy
