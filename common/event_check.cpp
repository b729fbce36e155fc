// SPDX-License-Identifier: MIT
// Checking an event while it is parsed: a table of fields, no document tree, no copy of unknown
// parts.
#include "common/event_check.hpp"

#include <array>
#include <bitset>
#include <cstdint>
#include <optional>

#include <nlohmann/json.hpp>

#include "common/ids.hpp"

namespace llmgw {
namespace {

enum class Kind : std::uint8_t {
  word,
  text,
  text_or_null,
  id,
  timestamp,
  count,
  count_or_null,
  number,
  number_or_null,
  boolean,
  status,
  version,
};

constexpr std::string_view expectation(Kind kind) {
  switch (kind) {
    case Kind::word: return "must be a string that is not empty";
    case Kind::text: return "must be a string";
    case Kind::text_or_null: return "must be a string or null";
    case Kind::id: return "must be a string of 1 to 128 characters of A-Z a-z 0-9 . _ -";
    case Kind::timestamp: return "must be an RFC 3339 time such as 2026-11-23T08:30:00.123Z";
    case Kind::count: return "must be an integer from 0";
    case Kind::count_or_null: return "must be an integer from 0 or null";
    case Kind::number: return "must be a number from 0";
    case Kind::number_or_null: return "must be a number from 0 or null";
    case Kind::boolean: return "must be true or false";
    case Kind::status: return "must be a status code, or 0";
    case Kind::version: return "must be 1";
  }
  return "is not acceptable";
}

// Who always writes a field: every gateway, those that write schema_version 1, or nobody.
enum class Written : std::uint8_t { always, since_v1, sometimes };

struct FieldRule {
  std::string_view name;
  Kind kind;
  Written written;
};

// Outcome and usage_source are open lists on purpose: a word that a newer proxy adds must not make
// an older collector refuse, and so lose, its events.
constexpr std::array<FieldRule, 27> rules{{
    {"request_id", Kind::word, Written::always},
    {"tenant", Kind::word, Written::always},
    {"app_key", Kind::text_or_null, Written::sometimes},
    {"provider", Kind::word, Written::always},
    {"model", Kind::text, Written::always},
    {"prompt_tokens", Kind::count_or_null, Written::since_v1},
    {"completion_tokens", Kind::count_or_null, Written::since_v1},
    {"total_tokens", Kind::count_or_null, Written::since_v1},
    {"latency_ms", Kind::number, Written::always},
    {"status_code", Kind::status, Written::always},
    {"ts", Kind::timestamp, Written::always},
    {"schema_version", Kind::version, Written::sometimes},
    {"event_id", Kind::id, Written::since_v1},
    {"request_model", Kind::text, Written::since_v1},
    {"endpoint", Kind::word, Written::since_v1},
    {"stream", Kind::boolean, Written::since_v1},
    {"outcome", Kind::word, Written::since_v1},
    {"usage_source", Kind::word, Written::since_v1},
    {"cached_tokens", Kind::count_or_null, Written::since_v1},
    {"reasoning_tokens", Kind::count_or_null, Written::since_v1},
    {"ttft_ms", Kind::number_or_null, Written::since_v1},
    {"upstream_request_id", Kind::text_or_null, Written::since_v1},
    {"request_bytes", Kind::count, Written::since_v1},
    {"response_bytes", Kind::count, Written::since_v1},
    {"captured_bytes", Kind::count, Written::since_v1},
    {"capture_truncated", Kind::boolean, Written::since_v1},
    {"finish_reason", Kind::text_or_null, Written::since_v1},
}};

constexpr std::size_t index_of(std::string_view name) {
  std::size_t index = 0;
  while (index < rules.size() && rules[index].name != name) ++index;
  return index;
}

constexpr std::size_t schema_version = index_of("schema_version");
constexpr std::size_t event_id = index_of("event_id");

// Shape of an RFC 3339 time with any fraction and offset (section 5.6), the ranges of its parts
// roughly.
bool is_timestamp(std::string_view text) {
  constexpr std::string_view shape = "dddd-dd-ddTdd:dd:dd";
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto matches = [&](std::string_view part, std::string_view pattern) {
    if (part.size() != pattern.size()) return false;
    for (std::size_t i = 0; i < part.size(); ++i) {
      if (pattern[i] == 'd' ? !is_digit(part[i]) : part[i] != pattern[i]) return false;
    }
    return true;
  };
  if (!matches(text.substr(0, shape.size()), shape)) return false;
  if (text.substr(5, 2) > "12" || text.substr(8, 2) > "31" || text.substr(11, 2) > "23")
    return false;
  if (text.substr(14, 2) > "59" || text.substr(17, 2) > "60") return false;
  text.remove_prefix(shape.size());
  if (text.starts_with('.')) {
    const auto end = std::min(text.find_first_not_of("0123456789", 1), text.size());
    if (end == 1) return false;
    text.remove_prefix(end);
  }
  return text == "Z" || matches(text, "+dd:dd") || matches(text, "-dd:dd");
}

// Receives the parser's events; false from any of them ends the parse with fault_ set.
class Checker {
 public:
  using Json = nlohmann::json;

  bool null() {
    return accept({Kind::text_or_null, Kind::count_or_null, Kind::number_or_null}, true);
  }
  bool boolean(bool) { return accept({Kind::boolean}, true); }
  bool number_integer(Json::number_integer_t value) {
    return value >= 0 ? number_unsigned(static_cast<Json::number_unsigned_t>(value))
                      : accept({}, false);
  }
  bool number_unsigned(Json::number_unsigned_t value) {
    if (is_kind(Kind::version)) return accept({Kind::version}, value == 1);
    if (is_kind(Kind::status))
      return accept({Kind::status}, value == 0 || (value >= 100 && value <= 599));
    return accept({Kind::count, Kind::count_or_null, Kind::number, Kind::number_or_null}, true);
  }
  bool number_float(Json::number_float_t value, const std::string&) {
    return accept({Kind::number, Kind::number_or_null}, value >= 0);
  }
  bool string(std::string& value) {
    if (is_kind(Kind::id)) {
      if (!is_valid_request_id(value)) return accept({}, false);
      if (field_ == event_id) event_.event_id = value;
      return accept({Kind::id}, true);
    }
    if (is_kind(Kind::timestamp)) return accept({Kind::timestamp}, is_timestamp(value));
    if (is_kind(Kind::word)) return accept({Kind::word}, !value.empty());
    return accept({Kind::text, Kind::text_or_null}, true);
  }
  bool binary(Json::binary_t&) { return accept({}, false); }
  bool start_object(std::size_t) {
    return depth_ == 0 ? descend() : accept({}, false) && descend();
  }
  bool start_array(std::size_t) { return accept({}, false) && descend(); }
  bool end_object() { return ascend(); }
  bool end_array() { return ascend(); }

  bool key(std::string& name) {
    if (depth_ != 1) return true;
    field_ = llmgw::index_of(name);
    if (field_ == rules.size()) return true;
    if (seen_.test(field_)) return refuse(name + ": appears twice");
    seen_.set(field_);
    return true;
  }
  bool parse_error(std::size_t position, const std::string&, const Json::exception&) {
    return refuse("not valid JSON at byte " + std::to_string(position));
  }

  boost::system::result<CheckedEvent, EventFault> finish() {
    if (fault_) return std::move(*fault_);
    const bool is_v1 = seen_.test(schema_version);
    for (std::size_t i = 0; i < rules.size(); ++i) {
      const bool is_needed =
          rules[i].written == Written::always || (is_v1 && rules[i].written == Written::since_v1);
      if (is_needed && !seen_.test(i))
        return EventFault{std::string(rules[i].name) + ": is missing"};
    }
    return std::move(event_);
  }

 private:
  bool is_kind(Kind kind) const {
    return depth_ == 1 && field_ < rules.size() && rules[field_].kind == kind;
  }

  // A value has come: whether the field it belongs to takes this type and content.
  bool accept(std::initializer_list<Kind> kinds, bool is_good) {
    if (depth_ == 0) return refuse("not a JSON object");
    if (depth_ > 1 || field_ == rules.size()) return true;
    for (const Kind kind : kinds) {
      if (is_good && rules[field_].kind == kind) return true;
    }
    return refuse(std::string(rules[field_].name) + ": " +
                  std::string(expectation(rules[field_].kind)));
  }

  bool refuse(std::string text) {
    fault_ = EventFault{std::move(text)};
    return false;
  }
  bool descend() {
    ++depth_;
    return true;
  }
  bool ascend() {
    --depth_;
    return true;
  }

  std::size_t depth_ = 0;
  std::size_t field_ = rules.size();  // of the last key; rules.size(): one we do not know
  std::bitset<rules.size()> seen_;
  std::optional<EventFault> fault_;
  CheckedEvent event_;
};

}  // namespace

boost::system::result<CheckedEvent, EventFault> validate_event(std::string_view json) {
  Checker checker;
  nlohmann::json::sax_parse(json.begin(), json.end(), &checker);
  return checker.finish();
}

}  // namespace llmgw
