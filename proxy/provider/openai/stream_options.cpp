// SPDX-License-Identifier: MIT
// One strict pass over the body; the place is behind the last member's value.
#include "proxy/provider/openai/stream_options.hpp"

#include "common/json/reader.hpp"
#include "common/json/scalar.hpp"
#include "common/text/bounded_string.hpp"

namespace llmgw::proxy {
namespace {

constexpr std::string_view options_key = "stream_options";

// A key that may be spelt with escapes. One that does not fit is none of ours.
class Key {
 public:
  explicit Key(std::string_view raw) noexcept {
    if (raw.find('\\') == raw.npos) {
      plain_ = raw;
      return;
    }
    append_unescaped(raw, unescaped_);
    plain_ = unescaped_.view();
  }
  Key(const Key&) = delete;
  Key& operator=(const Key&) = delete;
  bool operator==(std::string_view name) const noexcept { return plain_ == name; }

 private:
  std::string_view plain_;
  BoundedString<32> unescaped_;
};

}  // namespace

std::optional<std::size_t> place_for_usage_option(std::string_view body) noexcept {
  const JsonReader<JsonForm::any> reader(body);
  bool streams = false;
  const char* place = nullptr;
  const char* at = reader.token(reader.blanks(reader.begin()), '{');
  while (at != nullptr) {
    JsonMember member;
    place = reader.member(reader.blanks(at), member);
    if (place == nullptr) return std::nullopt;
    const Key key(member.key);
    if (key == options_key) return std::nullopt;
    if (key == "stream") {
      if (member.value != "true") return std::nullopt;
      streams = true;
    }
    at = reader.token(reader.blanks(place), ',');
  }
  if (!streams) return std::nullopt;
  const char* const end = reader.token(reader.blanks(place), '}');
  if (end == nullptr || reader.remaining(reader.blanks(end)) > 0) return std::nullopt;
  return reader.offset(place);
}

}  // namespace llmgw::proxy
