// SPDX-License-Identifier: MIT
// PURE: the rows about translation that targets, their providers and others have alike.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "common/settings/config_reader.hpp"
#include "common/text/quantity.hpp"
#include "proxy/config/routing.hpp"

namespace llmgw::proxy {

// The word of each for `false` and for `true`.
inline constexpr std::array<std::string_view, 2> cache_words{"none", "auto"};
inline constexpr std::array<std::string_view, 2> schema_words{"json", "openapi"};
inline constexpr std::array<std::string_view, 2> reasoning_output_words{"none", "content"};

inline std::string shown_number(const std::optional<std::uint64_t>& value) {
  return value ? std::to_string(*value) : std::string();
}
inline std::string shown_switch(const std::optional<bool>& value) {
  return value ? std::string(*value ? "true" : "false") : std::string();
}

/// A row of two words. `part_of`: called with an item, yields a reference to the bool, or to the
/// optional one, that it sets.
template <class Item, auto part_of, const std::array<std::string_view, 2>& words>
constexpr Member<Item> word_row(MemberFacts facts) {
  facts.form = {.shape = Form::Shape::word, .words = words};
  return {
      facts,
      [](ConfigReader&, const ConfigValue& of, Item& into) { part_of(into) = of.text == words[1]; },
      [](const Item& from) {
        const std::optional<bool> value = part_of(from);
        return value ? std::string(words[*value ? 1 : 0]) : std::string();
      }};
}

/// The same; of true and false.
template <class Item, auto part_of>
constexpr Member<Item> switch_row(MemberFacts facts) {
  facts.form = {.shape = Form::Shape::boolean};
  return {
      facts,
      [](ConfigReader&, const ConfigValue& of, Item& into) { part_of(into) = of.text == "true"; },
      [](const Item& from) { return shown_switch(part_of(from)); }};
}

/// The same; of a number of tokens.
template <class Item, auto part_of>
constexpr Member<Item> tokens_row(MemberFacts facts) {
  facts.form = {.shape = Form::Shape::number, .least = 1, .most = 1'000'000'000};
  return {facts,
          [](ConfigReader&, const ConfigValue& of, Item& into) {
            part_of(into) = parse_integer(of.text);
          },
          [](const Item& from) { return shown_number(part_of(from)); }};
}

// What providers say for their targets, and targets for themselves. `part_of` yields the
// TranslationSettings.

template <class Item, auto part_of>
constexpr Member<Item> default_max_tokens_row(std::string_view shown) {
  constexpr auto part = [](auto& item) -> auto& { return part_of(item).default_max_tokens; };
  return tokens_row<Item, part>(
      {.name = "default_max_tokens",
       .value = "",
       .meaning =
           "translated to Anthropic: the limit where the client names none; a ceiling, no cost",
       .shown = shown});
}

template <class Item, auto part_of>
constexpr Member<Item> prompt_cache_row(std::string_view value, std::string_view shown) {
  constexpr auto part = [](auto& item) -> auto& { return part_of(item).marks_cache; };
  return word_row<Item, part, cache_words>(
      {.name = "prompt_cache",
       .value = value,
       .meaning = "translated to Anthropic: with `auto` the last block is marked for its cache",
       .shown = shown});
}

template <class Item, auto part_of>
constexpr Member<Item> schema_row(std::string_view value, std::string_view shown) {
  constexpr auto part = [](auto& item) -> auto& { return part_of(item).reduces_schema; };
  return word_row<Item, part, schema_words>(
      {.name = "schema",
       .value = value,
       .meaning = "translated to Gemini: schemas as they are (`json`), or in the narrow form of "
                  "older models (`openapi`)",
       .shown = shown});
}

template <class Item, auto part_of>
constexpr Member<Item> mid_system_row(std::string_view shown) {
  constexpr auto part = [](auto& item) -> auto& { return part_of(item).has_system_turns; };
  return switch_row<Item, part>(
      {.name = "mid_system",
       .value = "",
       .meaning = "translated to Anthropic: whether the model takes system messages between others",
       .shown = shown});
}

/// `part_of` yields the value itself.
template <class Item, auto part_of>
constexpr Member<Item> reasoning_output_row(std::string_view value, std::string_view shown) {
  return word_row<Item, part_of, reasoning_output_words>(
      {.name = "reasoning_output",
       .value = value,
       .meaning = "of translated answers, what the model thought: `content` gives it to clients as "
                  "`reasoning_content`, `none` does not",
       .shown = shown});
}

}  // namespace llmgw::proxy
