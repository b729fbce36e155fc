// SPDX-License-Identifier: MIT
// One strict pass over the body; the place is behind the last member's value.
#include "proxy/provider/openai/stream_options.hpp"

#include "common/text/bounded_string.hpp"
#include "proxy/metering/json_scalar.hpp"
#include "proxy/provider/json_cursor.hpp"

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
  JsonCursor cursor(body);
  if (!cursor.take('{')) return std::nullopt;
  bool streams = false;
  std::size_t place = 0;
  do {
    std::string_view raw;
    std::string_view value;
    if (!cursor.take_text(raw) || !cursor.take(':') || !cursor.take_value(value))
      return std::nullopt;
    place = cursor.offset();
    const Key key(raw);
    if (key == options_key) return std::nullopt;
    if (!(key == "stream")) continue;
    if (value != "true") return std::nullopt;
    streams = true;
  } while (cursor.take(','));
  if (!cursor.take('}') || !cursor.take_end() || !streams) return std::nullopt;
  return place;
}

}  // namespace llmgw::proxy
