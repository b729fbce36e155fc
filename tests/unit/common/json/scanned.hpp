// SPDX-License-Identifier: MIT
// What a scan finds in a document, kept and as text.
#pragma once

#include <span>
#include <string>

#include "common/json/pattern.hpp"
#include "common/json/scanner.hpp"
#include "tests/unit/common/json/random_json.hpp"

namespace llmgw {

inline std::string to_text(std::span<const JsonValue> values) {
  std::string text;
  for (const JsonValue& each : values) {
    text += std::to_string(each.tag) + '/' + std::to_string(static_cast<int>(each.kind)) + '/' +
            std::string(each.raw);
    if (each.count) text += '/' + std::to_string(*each.count);
    text += '\n';
  }
  return text;
}

struct Scanned {
  JsonFinds finds;
  bool is_done = false;
};

inline Scanned scan(std::string_view document) {
  JsonScanner scanner;
  scanner.begin(root);
  Scanned scanned;
  while (const auto value = scanner.next(document)) scanned.finds.add(*value);
  scanned.is_done = scanner.is_done();
  return scanned;
}

}  // namespace llmgw
