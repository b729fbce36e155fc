// SPDX-License-Identifier: MIT
// A loop over members that expects each field where the table has it, and looks it up where it is
// not.
#include "common/event_scan.hpp"

#include <array>
#include <cstring>

#include "common/event_rules.hpp"
#include "common/ids.hpp"
#include "common/json_cursor.hpp"

namespace llmgw {
namespace {

using event_rules::index_of;
using event_rules::Kind;
using event_rules::Written;
using json_bytes::load;
using json_bytes::ones;
constexpr const auto& rules = event_rules::table;

// `"name":` as words to compare with, so that the usual key costs a few moves.
struct Prefix {
  static constexpr std::size_t words = 4;
  std::array<std::uint64_t, words> bytes{};
  std::array<std::uint64_t, words> mask{};
  std::size_t size = 0;

  constexpr void add(char c) {
    const std::size_t shift = size % 8 * 8;
    bytes[size / 8] |= std::uint64_t{static_cast<unsigned char>(c)} << shift;
    mask[size / 8] |= std::uint64_t{0xff} << shift;
    ++size;
  }
};

constexpr auto prefixes = [] {
  std::array<Prefix, rules.size()> made{};
  for (std::size_t i = 0; i < rules.size(); ++i) {
    made[i].add('"');
    for (const char c : rules[i].name) made[i].add(c);
    made[i].add('"');
    made[i].add(':');
  }
  return made;
}();

using FieldSet = std::uint64_t;
static_assert(rules.size() <= 64);

constexpr FieldSet fields_written(Written written) {
  FieldSet fields = 0;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    if (rules[i].written == written) fields |= FieldSet{1} << i;
  }
  return fields;
}

constexpr FieldSet always = fields_written(Written::always);
constexpr FieldSet since_v1 = fields_written(Written::since_v1);
constexpr FieldSet schema_version = FieldSet{1} << index_of("schema_version");
constexpr std::size_t event_id = index_of("event_id");

// Whether all bytes of the word outside `separators` are digits, and those are as in `expected`.
constexpr bool is_shaped(std::uint64_t word, std::uint64_t separators, std::uint64_t expected) {
  if (((word ^ expected) & separators) != 0) return false;
  const std::uint64_t digits = (word & ~separators) | (ones * '0' & separators);
  // Both the digit and the digit and six have 3 as their upper half.
  return (((digits ^ ones * '0') | ((digits + ones * 6) ^ ones * '0')) & ones * 0xf0) == 0;
}

// `2026-11-23T08:30:00.123Z`, which is what the proxy writes; any other form is checked in full.
bool is_usual_timestamp(std::string_view text) {
  if (text.size() != 24) return false;
  const auto word = [&](std::size_t at) { return load<std::uint64_t>(text.data() + at); };
  constexpr std::uint64_t byte = 0xff;
  constexpr auto at = [](std::size_t i, char c) {
    return std::uint64_t{static_cast<unsigned char>(c)} << i * 8;
  };
  if (!is_shaped(word(0), byte << 32 | byte << 56, at(4, '-') | at(7, '-'))) return false;
  if (!is_shaped(word(8), byte << 16 | byte << 40, at(2, 'T') | at(5, ':'))) return false;
  if (!is_shaped(word(16), byte | byte << 24 | byte << 56, at(0, ':') | at(3, '.') | at(7, 'Z')))
    return false;
  const auto pair = [&](std::size_t i) { return (text[i] - '0') * 10 + (text[i + 1] - '0'); };
  return pair(5) <= 12 && pair(8) <= 31 && pair(11) <= 23 && pair(14) <= 59 && pair(17) <= 60;
}

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text), cursor_(text) {}

  std::optional<ScannedEvent> scan() {
    if (!cursor_.take('{')) return std::nullopt;
    do {
      cursor_.skip_blanks();
      if (!member()) return std::nullopt;
      cursor_.skip_blanks();
    } while (cursor_.take(','));
    if (!cursor_.take('}') || !is_complete()) return std::nullopt;
    return ScannedEvent{static_cast<std::size_t>(cursor_.position() - text_.data()), event_id_};
  }

 private:
  bool is_complete() const {
    if ((seen_ & always) != always) return false;
    return (seen_ & schema_version) == 0 || (seen_ & since_v1) == since_v1;
  }

  bool member() {
    std::size_t field = expected_;
    if (!take_expected_key() && !take_key(field)) return false;
    cursor_.skip_blanks();
    if (field == rules.size()) return cursor_.value();
    const FieldSet bit = FieldSet{1} << field;
    if ((seen_ & bit) != 0) return false;
    seen_ |= bit;
    expected_ = field + 1;
    return value(field);
  }

  bool take_expected_key() {
    if (expected_ == rules.size() || cursor_.remaining() < Prefix::words * 8) return false;
    const Prefix& prefix = prefixes[expected_];
    std::uint64_t difference = 0;
    for (std::size_t i = 0; i < Prefix::words; ++i) {
      const auto word = load<std::uint64_t>(cursor_.position() + i * 8);
      difference |= (word ^ prefix.bytes[i]) & prefix.mask[i];
    }
    if (difference != 0) return false;
    cursor_.skip(prefix.size);
    return true;
  }

  // Any key; `field` becomes the size of the table where nobody knows it.
  bool take_key(std::size_t& field) {
    std::string_view name;
    if (!cursor_.string(name) || name.find('\\') != std::string_view::npos) return false;
    field = index_of(name);
    cursor_.skip_blanks();
    return cursor_.take(':');
  }

  bool value(std::size_t field) {
    std::string_view content;
    std::uint64_t number = 0;
    switch (rules[field].kind) {
      case Kind::word: return cursor_.string(content) && !content.empty();
      case Kind::text: return cursor_.string(content);
      case Kind::text_or_null: return is_null() || cursor_.string(content);
      case Kind::id:
        if (!cursor_.string(content) || !is_valid_request_id(content)) return false;
        if (field == event_id) event_id_ = content;
        return true;
      case Kind::timestamp:
        return cursor_.string(content) &&
               (is_usual_timestamp(content) || event_rules::is_timestamp(content));
      case Kind::count: return cursor_.count(number);
      case Kind::count_or_null: return is_null() || cursor_.count(number);
      case Kind::number: return cursor_.number();
      case Kind::number_or_null: return is_null() || cursor_.number();
      case Kind::boolean: return cursor_.take("true") || cursor_.take("false");
      case Kind::status:
        return cursor_.count(number) && (number == 0 || (number >= 100 && number <= 599));
      case Kind::version: return cursor_.count(number) && number == 1;
      default: return false;  // a rule that only the full check knows
    }
  }

  bool is_null() { return cursor_.peek() == 'n' && cursor_.take("null"); }

  std::string_view text_;
  JsonCursor cursor_;
  FieldSet seen_ = 0;
  std::size_t expected_ = 0;  // field that would come next in the table's order
  std::string_view event_id_;
};

}  // namespace

std::optional<ScannedEvent> scan_event(std::string_view text) noexcept {
  return Scanner(text).scan();
}

}  // namespace llmgw
