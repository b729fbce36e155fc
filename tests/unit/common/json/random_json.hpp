// SPDX-License-Identifier: MIT
// A description of what is wanted, and documents made at random that hold some of it.
#pragma once

#include <nlohmann/json.hpp>
#include <random>
#include <string>

#include "common/json/shape.hpp"

namespace llmgw {

// a (1), b.c (2), b.d.e (3), list[].f (4), list[].g.c (2), whole (5) and whole.x (6), grid[][] (7)
constexpr JsonKey d_keys[] = {{.name = "e", .tag = 3}};
constexpr JsonShape d_shape(d_keys);
constexpr JsonKey b_keys[] = {{.name = "c", .tag = 2}, {.name = "d", .object = &d_shape}};
constexpr JsonShape b_shape(b_keys);
constexpr JsonKey item_keys[] = {{.name = "f", .tag = 4}, {.name = "g", .object = &b_shape}};
constexpr JsonShape item_shape(item_keys);
constexpr JsonKey item{.name = "", .object = &item_shape};
constexpr JsonKey whole_keys[] = {{.name = "x", .tag = 6}};
constexpr JsonShape whole_shape(whole_keys);
constexpr JsonKey cell{.name = "", .tag = 7};
constexpr JsonKey row{.name = "", .element = &cell};
constexpr JsonKey root_keys[] = {{.name = "a", .tag = 1},
                                 {.name = "b", .object = &b_shape},
                                 {.name = "list", .element = &item},
                                 {.name = "whole", .tag = 5, .object = &whole_shape},
                                 {.name = "grid", .element = &row}};
constexpr JsonShape root_shape(root_keys);
constexpr JsonKey root{.name = "", .object = &root_shape};

class RandomJson {
 public:
  explicit RandomJson(unsigned seed) : random_(seed) {}

  nlohmann::json document() {
    nlohmann::json object = nlohmann::json::object();
    fill(object, 0);
    return object;
  }

  // Spelt compact, pretty, or with non-ASCII as escapes.
  std::string spell(const nlohmann::json& document) {
    const int indentation[] = {-1, -1, 0, 2, 9};
    return document.dump(indentation[pick(5)], pick(2) == 0 ? ' ' : '\t', pick(2) == 0);
  }

  unsigned pick(unsigned below) { return static_cast<unsigned>(random_() % below); }

 private:
  void fill(nlohmann::json& object, unsigned depth) {
    for (unsigned n = depth == 0 ? 8 : pick(6); n > 0; --n) object[key()] = value(depth + 1);
  }

  std::string key() {
    const char* const keys[] = {"a",    "b",     "c",    "d", "e",     "f",  "g",
                                "list", "whole", "grid", "x", "\"a\"", "a\\"};
    return keys[pick(13)];
  }

  std::string text() {
    const char* const parts[] = {"\"", "\\", "a",  "{",      "}",          "[",       "]",
                                 ":",  ",",  "\n", "\u00e4", "\U0001f600", "\"a\":1", " "};
    std::string result;
    for (unsigned n = pick(12); n > 0; --n) result += parts[pick(14)];
    if (pick(10) == 0) result += std::string(pick(100), 'y');
    return result;
  }

  nlohmann::json value(unsigned depth) {
    switch (pick(depth > 6 ? 6 : 9)) {
      case 0: return nullptr;
      case 1: return pick(2) == 0;
      case 2: return pick(100000);
      case 3: return -1.5 * pick(1000);
      case 4:
      case 5: return text();
      case 6: {
        nlohmann::json list = nlohmann::json::array();
        for (unsigned n = pick(5); n > 0; --n) list.push_back(value(depth + 1));
        return list;
      }
      default: {
        nlohmann::json object = nlohmann::json::object();
        fill(object, depth);
        return object;
      }
    }
  }

  std::mt19937 random_;
};

}  // namespace llmgw
