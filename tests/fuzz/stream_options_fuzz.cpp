// SPDX-License-Identifier: MIT
// The body editor against a full parse: which bodies are edited, and what they are then.
#include "proxy/provider/openai/stream_options.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "common/json/reader.hpp"
#include "tests/fuzz/pieces.hpp"

namespace llmgw::proxy {
namespace {

using nlohmann::json;

// Follows a parse and notes what the editor has to go by.
struct Facts : nlohmann::json_sax<json> {
  bool streams = false;
  bool is_doubtful = false;  // no object, or one with options, or with another `stream`
  bool is_too_deep = false;
  bool number_too_large = false;

  bool null() override { return value(false); }
  bool boolean(bool is_true) override { return value(is_true); }
  bool number_integer(number_integer_t) override { return value(false); }
  bool number_unsigned(number_unsigned_t) override { return value(false); }
  bool number_float(number_float_t, const string_t&) override { return value(false); }
  bool string(string_t&) override { return value(false); }
  bool binary(binary_t&) override { return value(false); }
  bool start_object(std::size_t) override { return open(true); }
  bool start_array(std::size_t) override { return open(false); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t& name) override {
    if (depth_ != 1) return true;
    is_stream_ = name == "stream";
    is_doubtful = is_doubtful || name == "stream_options";
    return true;
  }
  bool parse_error(std::size_t, const std::string&,
                   const nlohmann::detail::exception& ex) override {
    number_too_large = ex.id == 406;
    return false;
  }

 private:
  bool value(bool is_true) {
    if (depth_ == 0) is_doubtful = true;
    if (depth_ != 1 || !is_stream_) return true;
    streams = true;
    is_doubtful = is_doubtful || !is_true;
    return true;
  }
  bool open(bool is_object) {
    value(false);
    if (depth_ == 0) is_doubtful = !is_object;
    is_too_deep = is_too_deep || ++depth_ > JsonReader<JsonForm::any>::deepest + 1;
    return true;
  }
  bool close() {
    --depth_;
    return true;
  }

  std::size_t depth_ = 0;
  bool is_stream_ = false;
};

// What the parser checks within strings, and the editor does not: UTF-8, bare control characters,
// and halves of surrogate pairs.
bool may_have_odd_strings(std::string_view body) {
  if (body.find("\\ud") != body.npos || body.find("\\uD") != body.npos) return true;
  return std::any_of(body.begin(), body.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x80 || byte < 0x20;
  });
}

void check(const std::string& body) {
  const auto place = place_for_usage_option(body);
  std::string edited = body;
  if (place) {
    fuzz::require(*place <= body.size());
    edited.insert(*place, usage_option);
  }
  if (body.find('\0') != body.npos) return;  // an end to the parser
  Facts facts;
  const bool is_json = json::sax_parse(body, &facts);
  const bool has_mark = body.starts_with("\xef\xbb\xbf");
  if (!is_json) {
    fuzz::require(!place || facts.number_too_large || may_have_odd_strings(body));
    return;
  }
  const bool is_expected = facts.streams && !facts.is_doubtful && !facts.is_too_deep && !has_mark;
  fuzz::require(place.has_value() == is_expected);
  if (!place) return;
  json expected = json::parse(body);
  expected["stream_options"] = {{"include_usage", true}};
  fuzz::require(json::parse(edited, nullptr, false) == expected);
}

}  // namespace
}  // namespace llmgw::proxy

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  llmgw::proxy::check(text);
  llmgw::proxy::check(R"({"stream":true,)" + text + "}");
  return 0;
}
