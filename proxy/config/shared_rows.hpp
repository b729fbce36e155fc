// SPDX-License-Identifier: MIT
// PURE: the rows that the defaults, models and routes have alike.
#pragma once

#include <string>
#include <string_view>

#include "proxy/config/provider_limits.hpp"
#include "proxy/config/translation_rows.hpp"

namespace llmgw::proxy {

/// `part_of`: called with an item, yields a reference to the settings in it that the row is about.
template <class Item, auto part_of>
constexpr Member<Item> unsupported_row(std::string_view value, std::string_view shown) {
  return {{.name = "on_unsupported",
           .value = value,
           .meaning =
               "of a translated request, what a target cannot honour though it binds: `reject` it, "
               "or `drop` and name it",
           .form = {.shape = Form::Shape::word, .words = unsupported_words},
           .shown = shown},
          [](ConfigReader&, const ConfigValue& of, Item& into) {
            part_of(into).drops_unsupported = of.text == unsupported_words.back();
          },
          [](const Item& from) {
            return std::string(unsupported_words[part_of(from).drops_unsupported ? 1 : 0]);
          }};
}

/// The words for `false` and for `true`.
inline constexpr std::array<std::string_view, 2> prefer_words{"weight", "native"};

/// The same.
template <class Item, auto part_of>
constexpr Member<Item> prefer_row() {
  constexpr auto part = [](auto& item) -> auto& { return part_of(item).prefers_native; };
  return word_row<Item, part, prefer_words>(
      {.name = "prefer",
       .value = "weight",
       .meaning = "whose turn it is: by `weight` alone, or with `native` first targets that take "
                  "the request as it is, and then those that it is translated for"});
}

/// The same.
template <class Item, auto part_of>
constexpr Member<Item> retry_row(std::string_view shown) {
  return {{.name = "retry",
           .value = "",
           .meaning = "when another target is asked in place of one that failed",
           .form = {.shape = Form::Shape::object, .members = retry_members},
           .shown = shown},
          [](ConfigReader& reader, const ConfigValue& of, Item& into) {
            read_retry(reader, of, part_of(into).retry);
          }};
}

}  // namespace llmgw::proxy
