// SPDX-License-Identifier: MIT
// Finding where the line begins, and judging it by its bytes and by the line before it.
#include "collector/sinks/ndjson/torn_line.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include "collector/sinks/ndjson/file_calls.hpp"
#include "collector/sinks/ndjson/tail_fault.hpp"
#include "common/event/check.hpp"
#include "common/json/nesting.hpp"
#include "common/log/log.hpp"

namespace llmgw::collector {
namespace {

constexpr std::size_t npos = std::string_view::npos;
constexpr off_t longest_event = 16 << 20;  // a longer line is looked at no further
constexpr std::string_view beginning = "{\"request_id\":";

// Where the last whole line ends in a file of `length` bytes.
Result<off_t> whole_lines(int file, off_t length) {
  std::array<char, 64 * 1024> block;
  while (length > 0) {
    const off_t begin = std::max<off_t>(length - static_cast<off_t>(block.size()), 0);
    const std::span part(block.data(), static_cast<std::size_t>(length - begin));
    const auto got = read_at(file, part, begin);
    if (!got) return got.error();
    const std::size_t found = std::string_view(part.data(), *got).rfind('\n');
    if (found != npos) return begin + static_cast<off_t>(found) + 1;
    length = begin;
  }
  return 0;
}

// The bytes from `begin` to `end`, of more than longest_event one more than that.
Result<std::string> read_line(int file, off_t begin, off_t end) {
  std::string line(static_cast<std::size_t>(std::min(end - begin, longest_event + 1)), '\0');
  const auto got = read_at(file, line, begin);
  if (!got) return got.error();
  line.resize(*got);
  return line;
}

// Whether the last of the whole lines that end there is an event.
bool is_event_before(int file, off_t end) {
  if (end == 0) return false;
  const Result<off_t> begin = whole_lines(file, end - 1);
  if (!begin || end - *begin > longest_event) return false;
  const Result<std::string> line = read_line(file, *begin, end);
  return line && validate_event(*line);
}

// Behind the object that the text begins with; npos where the text ends first.
std::size_t end_of_object(std::string_view text) {
  JsonNesting nesting;
  const char* const end = nesting.skip(text.data() + 1, text.data() + text.size());
  return nesting.is_open() ? npos : static_cast<std::size_t>(end - text.data());
}

// What keeps the bytes of the file from `begin` on from being the piece of an event.
std::optional<tail_fault> find_fault(std::string_view text, bool is_behind_event, LogSign sign) {
  if (text.find_first_not_of(" \t\r") == npos) return tail_fault::blanks;
  const bool may_be_log = is_behind_event || sign == LogSign::event_or_beginning;
  const auto fault_unless = [](bool is_good) {
    return is_good ? std::nullopt : std::optional(tail_fault::no_event);
  };
  text = text.substr(0, text.find('\0'));
  if (text.empty()) return is_behind_event ? std::nullopt : std::optional(tail_fault::zeros);
  if (text.front() != '{' || text.size() > longest_event || !may_be_log)
    return tail_fault::no_event;
  if (const std::size_t end = end_of_object(text); end != npos)
    return fault_unless(end == text.size() && validate_event(text));
  const std::size_t shorter = std::min(text.size(), beginning.size());
  return fault_unless(is_behind_event || text.substr(0, shorter) == beginning.substr(0, shorter));
}

}  // namespace

Result<void> cut_torn_line(int file, const std::string& path, LogSign sign) {
  const auto status = regular_file(file);
  if (!status) return {};
  const Result<off_t> whole = whole_lines(file, status->st_size);
  if (whole.has_error()) return whole.error();
  if (*whole == status->st_size) return {};
  const Result<std::string> line = read_line(file, *whole, status->st_size);
  if (line.has_error()) return line.error();
  if (const auto fault = find_fault(*line, is_event_before(file, *whole), sign)) return *fault;
  if (ftruncate(file, *whole) != 0) return system_error(errno);
  log::warn("torn last line cut off", {{"path", path}, {"bytes", status->st_size - *whole}});
  return {};
}

}  // namespace llmgw::collector
