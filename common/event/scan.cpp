// SPDX-License-Identifier: MIT
// A loop over members that expects each field where the table has it, and looks it up where it is
// not.
#include "common/event/scan.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "common/event/fields.hpp"
#include "common/event/ids.hpp"
#include "common/json/reader.hpp"
#include "common/text/timestamp.hpp"

namespace llmgw {
namespace {

using event_fields::index_of;
using event_fields::Kind;
using event_fields::table;
using event_fields::Written;
using string_bytes::load;
using string_bytes::ones;

// `,"name":` as words to compare with: what stands between the value before and the value. The
// first field follows the opening brace.
struct Prefix {
  static constexpr std::size_t most_words = 4;
  std::array<std::uint64_t, most_words> bytes{};
  std::array<std::uint64_t, most_words> mask{};
  std::size_t size = 0;

  constexpr explicit Prefix(std::size_t field) {
    add(field == 0 ? '{' : ',');
    add('"');
    for (const char c : table[field].name) add(c);
    add('"');
    add(':');
  }
  constexpr void add(char c) {
    const std::size_t shift = size % 8 * 8;
    bytes[size / 8] |= std::uint64_t{static_cast<unsigned char>(c)} << shift;
    mask[size / 8] |= std::uint64_t{0xff} << shift;
    ++size;
  }
  constexpr std::size_t words() const { return (size + 7) / 8; }
};

using FieldSet = std::uint64_t;
static_assert(table.size() <= 64);

constexpr FieldSet fields_written(Written written) {
  FieldSet fields = 0;
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (table[i].written == written) fields |= FieldSet{1} << i;
  }
  return fields;
}

constexpr FieldSet always = fields_written(Written::always);
constexpr FieldSet since_v1 = fields_written(Written::since_v1);
constexpr FieldSet schema_version = FieldSet{1} << index_of("schema_version");
static_assert(table[index_of("event_id")].kind == Kind::id &&
              std::count_if(table.begin(), table.end(),
                            [](const auto& field) { return field.kind == Kind::id; }) == 1);

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

bool is_timestamp(std::string_view text) {
  return is_usual_timestamp(text) || llmgw::is_timestamp(text);
}

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text), reader_(text) {}

  std::optional<ScannedEvent> scan() {
    if (!text_.starts_with('{')) return std::nullopt;
    const char* at = usual_members(text_.data(), std::make_index_sequence<table.size()>());
    while (at != nullptr) {
      const bool is_first = at == text_.data();
      if (!is_first) at = reader_.blanks(at);
      if (reader_.peek(at) == '}') return finish(at + 1);
      at = is_first ? member(at + 1) : other_member(at);
    }
    return std::nullopt;
  }

 private:
  std::optional<ScannedEvent> finish(const char* end) const {
    if ((seen_ & always) != always) return std::nullopt;
    if ((seen_ & schema_version) != 0 && (seen_ & since_v1) != since_v1) return std::nullopt;
    return ScannedEvent{static_cast<std::size_t>(end - text_.data()), event_id_};
  }

  // The members that stand in the table's order without blanks: straight code, for a loop over
  // fields spends most of its time on branches that were guessed wrong. Stops in front of the first
  // member that is another.
  template <std::size_t... fields>
  const char* usual_members(const char* at, std::index_sequence<fields...>) {
    ((at = at == nullptr ? nullptr : usual_member<fields>(at)), ...);
    return at;
  }

  template <std::size_t field>
  const char* usual_member(const char* at) {
    constexpr Prefix prefix(field);
    if (reader_.remaining(at) < prefix.words() * 8) return at;
    const auto difference = [&]<std::size_t... i>(std::index_sequence<i...>) {
      return (... | ((load<std::uint64_t>(at + i * 8) ^ prefix.bytes[i]) & prefix.mask[i]));
    }(std::make_index_sequence<prefix.words()>());
    if (difference != 0) return at;
    seen_ |= FieldSet{1} << field;
    return value(at + prefix.size, table[field].kind);
  }

  const char* other_member(const char* at) {
    return reader_.peek(at) == ',' ? member(at + 1) : nullptr;
  }

  // A member of any name in any place.
  const char* member(const char* at) {
    std::string_view name;
    at = reader_.key(reader_.blanks(at), name);
    if (at == nullptr || name.find('\\') != std::string_view::npos) return nullptr;
    const bool is_expected = expected_ < table.size() && table[expected_].name == name;
    const std::size_t field = is_expected ? expected_ : index_of(name);
    if (field == table.size()) return reader_.value(at);
    const FieldSet bit = FieldSet{1} << field;
    if ((seen_ & bit) != 0) return nullptr;
    seen_ |= bit;
    expected_ = field + 1;
    return value(at, table[field].kind);
  }

  [[gnu::always_inline]] const char* value(const char* at, Kind kind) {
    const bool is_null = reader_.peek(at) == 'n';
    switch (kind) {
      case Kind::word: return string(at, [](std::string_view text) { return !text.empty(); });
      case Kind::text: return string(at, [](std::string_view) { return true; });
      case Kind::text_or_null:
        if (is_null) return reader_.token(at, "null");
        return string(at, [](std::string_view) { return true; });
      case Kind::id: return id(at);
      case Kind::timestamp: return string(at, is_timestamp);
      case Kind::count_or_null:
        if (is_null) return reader_.token(at, "null");
        return count(at, [](std::uint64_t) { return true; });
      case Kind::count: return count(at, [](std::uint64_t) { return true; });
      case Kind::number_or_null:
        if (is_null) return reader_.token(at, "null");
        return reader_.number(at);
      case Kind::number: return reader_.number(at);
      case Kind::boolean:
        return reader_.peek(at) == 't' ? reader_.token(at, "true") : reader_.token(at, "false");
      case Kind::list: return reader_.peek(at) == '[' ? reader_.value(at) : nullptr;
      case Kind::status:
        return count(at, [](std::uint64_t n) { return n == 0 || (n >= 100 && n <= 599); });
      case Kind::version: return count(at, [](std::uint64_t n) { return n == 1; });
      default: return nullptr;  // a kind that only the full check knows
    }
  }

  template <class Predicate>
  const char* string(const char* at, Predicate is_good) const {
    std::string_view content;
    at = reader_.string(at, content);
    return at != nullptr && is_good(content) ? at : nullptr;
  }

  template <class Predicate>
  const char* count(const char* at, Predicate is_good) const {
    std::uint64_t number = 0;
    at = reader_.count(at, number);
    return at != nullptr && is_good(number) ? at : nullptr;
  }

  // event_id is the only one; that is asserted above.
  const char* id(const char* at) {
    at = reader_.string(at, event_id_);
    return at != nullptr && is_valid_request_id(event_id_) ? at : nullptr;
  }

  std::string_view text_;
  JsonReader<JsonForm::plain> reader_;
  FieldSet seen_ = 0;
  std::size_t expected_ = 0;  // field that would come next in the table's order
  std::string_view event_id_;
};

}  // namespace

std::optional<ScannedEvent> scan_event(std::string_view text) noexcept {
  return Scanner(text).scan();
}

}  // namespace llmgw
