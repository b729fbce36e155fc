// SPDX-License-Identifier: MIT
// Three spellings inside each other: of a text in a list, of a parameter, of an URL.
#include "collector/clickhouse/server_query.hpp"

namespace llmgw::collector {
namespace {

// Parameters are written as cells of TabSeparated are.
std::string escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '\0': out += "\\0"; break;
      case '\b': out += "\\b"; break;
      case '\f': out += "\\f"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      case '\'': out += "\\'"; break;
      case '\\': out += "\\\\"; break;
      default: out += c;
    }
  }
  return out;
}

template <class Each>
std::string list_of(std::size_t size, Each&& each) {
  std::string list = "[";
  for (std::size_t i = 0; i < size; ++i) {
    if (i > 0) list += ',';
    list += each(i);
  }
  return list + "]";
}

}  // namespace

void append_percent_encoded(std::string_view text, std::string& out) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  for (const char c : text) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == '~';
    if (is_plain) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += digits[byte >> 4];
    out += digits[byte & 0xf];
  }
}

void ServerQuery::append(std::string_view prefix, std::string_view name, std::string_view value) {
  arguments_.append("&").append(prefix).append(name).append("=");
  append_percent_encoded(value, arguments_);
}

ServerQuery& ServerQuery::set(std::string_view setting, std::string_view value) {
  append("", setting, value);
  return *this;
}

ServerQuery& ServerQuery::set(std::string_view setting, std::int64_t value) {
  return set(setting, std::string_view(std::to_string(value)));
}

ServerQuery& ServerQuery::with(std::string_view parameter, std::string_view value) {
  append("param_", parameter, escaped(value));
  return *this;
}

ServerQuery& ServerQuery::with(std::string_view parameter, std::int64_t value) {
  append("param_", parameter, std::to_string(value));
  return *this;
}

ServerQuery& ServerQuery::with(std::string_view parameter, std::span<const std::int64_t> values) {
  append("param_", parameter,
         list_of(values.size(), [values](std::size_t i) { return std::to_string(values[i]); }));
  return *this;
}

ServerQuery& ServerQuery::with(std::string_view parameter, std::span<const std::string> values) {
  append("param_", parameter, list_of(values.size(), [values](std::size_t i) {
           return "'" + escaped(values[i]) + "'";
         }));
  return *this;
}

std::string ServerQuery::target(std::string_view database, bool has_rows) const {
  std::string target = "/?database=";
  append_percent_encoded(database, target);
  target += arguments_;
  if (!has_rows) return target;
  target += "&query=";
  append_percent_encoded(sql_, target);
  return target;
}

}  // namespace llmgw::collector
