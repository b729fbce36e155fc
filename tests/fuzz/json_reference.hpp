// SPDX-License-Identifier: MIT
// A slow and plain way to the wanted values of a JSON document, over a full parse, as an oracle.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "common/event/metering_event.hpp"
#include "common/json/scalar.hpp"
#include "common/json/shape.hpp"
#include "common/json/value.hpp"
#include "common/text/bounded_string.hpp"

namespace llmgw::fuzz {

/// A reported value as metering uses it.
struct Found {
  std::uint8_t tag = 0;
  JsonKind kind = JsonKind::null;
  std::string text;                   ///< bounded; of a measured text its size
  std::optional<std::int64_t> count;  ///< of a number
  bool operator==(const Found&) const = default;
};

struct Document {
  std::vector<Found> found;
  bool is_sound = false;  ///< it is JSON: nothing else was to be found
};

/// Follows the description through the parser's events.
class WantedValues : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit WantedValues(const JsonKey& root) : key_(&root) {}
  std::vector<Found> take() { return std::move(found_); }

  bool null() override { return scalar(JsonKind::null); }
  bool boolean(bool value) override { return scalar(value ? JsonKind::yes : JsonKind::no); }
  bool number_integer(number_integer_t value) override { return number(std::to_string(value)); }
  bool number_unsigned(number_unsigned_t value) override { return number(std::to_string(value)); }
  bool number_float(number_float_t, const string_t& spelt) override { return number(spelt); }
  bool string(string_t& value) override {
    if (is_wanted()) {
      const BoundedString<max_event_text> bounded(value);
      found_.push_back({key_->tag, JsonKind::text,
                        key_->measured ? std::to_string(value.size()) : std::string(bounded.view()),
                        std::nullopt});
    }
    return behind_value();
  }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return enter(false); }
  bool start_array(std::size_t) override { return enter(true); }
  bool end_object() override { return leave(); }
  bool end_array() override { return leave(); }
  bool key(string_t& name) override {
    const JsonKey* const holder = holders_.back().key;
    key_ = holder != nullptr && holder->object != nullptr ? holder->object->find(name) : nullptr;
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception&) override {
    return false;
  }

 private:
  struct Holder {
    const JsonKey* key;
    bool is_array;
  };

  // A lone text or number is no document that describes itself.
  bool is_wanted() const { return !holders_.empty() && key_ != nullptr && key_->tag != 0; }
  bool scalar(JsonKind kind) {
    if (is_wanted()) found_.push_back({key_->tag, kind, "", std::nullopt});
    return behind_value();
  }
  bool number(const std::string& spelt) {
    if (is_wanted()) found_.push_back({key_->tag, JsonKind::number, "", parse_count(spelt)});
    return behind_value();
  }
  bool enter(bool is_array) {
    if (key_ != nullptr && key_->tag != 0)
      found_.push_back(
          {key_->tag, is_array ? JsonKind::array : JsonKind::object, "", std::nullopt});
    holders_.push_back({key_, is_array});
    key_ = is_array && key_ != nullptr ? key_->element : nullptr;
    return true;
  }
  bool leave() {
    holders_.pop_back();
    return behind_value();
  }
  bool behind_value() {
    const bool in_array = !holders_.empty() && holders_.back().is_array;
    const JsonKey* const holder = in_array ? holders_.back().key : nullptr;
    key_ = holder != nullptr ? holder->element : nullptr;
    return true;
  }

  const JsonKey* key_;
  std::vector<Holder> holders_;
  std::vector<Found> found_;
};

/// What a scan of `json` has to report. Of a text that is not JSON: what stands well before its
/// fault; a scan may report more.
inline Document read_document(std::string_view json, const JsonKey& root) {
  WantedValues values(root);
  Document document;
  document.is_sound = nlohmann::json::sax_parse(json.begin(), json.end(), &values);
  document.found = values.take();
  // The last one may touch the fault: `1x` is a number and something behind it, or no number.
  if (!document.is_sound && !document.found.empty()) document.found.pop_back();
  return document;
}

}  // namespace llmgw::fuzz
