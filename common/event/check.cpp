// SPDX-License-Identifier: MIT
// Checking an event while it is parsed: a table of fields, no document tree, no copy of unknown
// parts.
#include "common/event/check.hpp"

#include <bitset>
#include <cstdint>
#include <optional>

#include <nlohmann/json.hpp>

#include "common/event/fields.hpp"
#include "common/event/ids.hpp"
#include "common/text/timestamp.hpp"

namespace llmgw {
namespace {

using event_fields::index_of;
using event_fields::Kind;
using event_fields::table;
using event_fields::Written;

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
    case Kind::list: return "must be an array";
    case Kind::status: return "must be a status code, or 0";
    case Kind::version: return "must be 1";
  }
  return "is not acceptable";
}

// What is stored has to be readable to others, whose parsers go deeper by calling themselves.
constexpr std::size_t deepest = 100;
constexpr std::size_t schema_version = index_of("schema_version");
constexpr std::size_t event_id = index_of("event_id");

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
  bool start_array(std::size_t) { return accept({Kind::list}, true) && descend(); }
  bool end_object() { return ascend(); }
  bool end_array() { return ascend(); }

  bool key(std::string& name) {
    if (depth_ != 1) return true;
    field_ = index_of(name);
    if (field_ == table.size()) return true;
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
    for (std::size_t i = 0; i < table.size(); ++i) {
      const bool is_needed =
          table[i].written == Written::always || (is_v1 && table[i].written == Written::since_v1);
      if (is_needed && !seen_.test(i))
        return EventFault{std::string(table[i].name) + ": is missing"};
    }
    return std::move(event_);
  }

 private:
  bool is_kind(Kind kind) const {
    return depth_ == 1 && field_ < table.size() && table[field_].kind == kind;
  }

  // A value has come: whether the field it belongs to takes this type and content.
  bool accept(std::initializer_list<Kind> kinds, bool is_good) {
    if (depth_ == 0) return refuse("not a JSON object");
    if (depth_ > 1 || field_ == table.size()) return true;
    for (const Kind kind : kinds) {
      if (is_good && table[field_].kind == kind) return true;
    }
    return refuse(std::string(table[field_].name) + ": " +
                  std::string(expectation(table[field_].kind)));
  }

  bool refuse(std::string text) {
    fault_ = EventFault{std::move(text)};
    return false;
  }
  bool descend() {
    return ++depth_ <= deepest || refuse("nested more than " + std::to_string(deepest) + " deep");
  }
  bool ascend() {
    --depth_;
    return true;
  }

  std::size_t depth_ = 0;
  std::size_t field_ = table.size();  // of the last key; table.size(): one we do not know
  std::bitset<table.size()> seen_;
  std::optional<EventFault> fault_;
  CheckedEvent event_;
};

}  // namespace

boost::system::result<CheckedEvent, EventFault> validate_event(std::string_view json) {
  // The parser takes a NUL between tokens for the end of its input, and would overlook the rest.
  if (const std::size_t nul = json.find('\0'); nul != std::string_view::npos)
    return EventFault{"not valid JSON at byte " + std::to_string(nul + 1)};
  Checker checker;
  nlohmann::json::sax_parse(json.begin(), json.end(), &checker);
  return checker.finish();
}

}  // namespace llmgw
