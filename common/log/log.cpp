// SPDX-License-Identifier: MIT
// spdlog behind the interface of log.hpp; the only file that includes it.
#include "common/log/log.hpp"

#define SPDLOG_LEVEL_NAMES \
  { "TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL", "OFF" }
#include <poll.h>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <memory>

#include "common/json/escape.hpp"
#include "common/text/timestamp.hpp"

namespace llmgw::log {
namespace {

constexpr std::array<std::string_view, 4> level_names{"debug", "info", "warn", "error"};

spdlog::level::level_enum to_spdlog(Level level) noexcept {
  switch (level) {
    case Level::debug: return spdlog::level::debug;
    case Level::info: return spdlog::level::info;
    case Level::warn: return spdlog::level::warn;
    case Level::error: break;
  }
  return spdlog::level::err;
}

// The logger is ours alone: no registry, no background thread, no queue.
struct State {
  std::unique_ptr<spdlog::logger> logger;
  Format format;
};

State make_state(Level level, Format format) {
  spdlog::sink_ptr sink;
  if (format == Format::text) {
    sink = std::make_shared<spdlog::sinks::stderr_color_sink_mt>();  // coloured on a terminal only
  } else {
    sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  }
  auto logger = std::make_unique<spdlog::logger>("llmgw", std::move(sink));
  logger->set_formatter(std::make_unique<spdlog::pattern_formatter>(
      format == Format::text ? "%Y-%m-%dT%H:%M:%S.%eZ %^%-5l%$ %v" : "%v",
      spdlog::pattern_time_type::utc, "\n"));
  logger->set_level(to_spdlog(level));
  logger->flush_on(spdlog::level::trace);
  // By default spdlog reports a write that failed on stderr, which is what has just failed.
  logger->set_error_handler([](const std::string&) {});
  return {std::move(logger), format};
}

State& state() {
  static State current = make_state(Level::info, Format::json);
  return current;
}

template <class Number>
void append_number(Number value, std::string& out) {
  std::array<char, 32> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  out.append(digits.data(), end);
}

struct ScalarWriter {
  std::string& out;

  void operator()(std::int64_t value) const { append_number(value, out); }
  void operator()(std::uint64_t value) const { append_number(value, out); }
  void operator()(bool value) const { out += value ? "true" : "false"; }
  void operator()(double value) const {
    if (std::isfinite(value)) {
      append_number(value, out);
    } else {
      out += "null";  // JSON has no word for it
    }
  }
  void operator()(std::string_view value) const { append_json_string(value, out); }
};

std::string json_line(Level level, std::string_view message, Fields fields) {
  std::array<char, timestamp_size> time;
  write_timestamp(std::chrono::system_clock::now(), time.data());
  std::string line = R"({"ts":")";
  line.append(time.data(), time.size());
  line += R"(","level":")";
  line += level_names[static_cast<std::size_t>(level)];
  line += R"(","msg":)";
  append_json_string(message, line);
  for (const Field& field : fields) {
    line += ',';
    append_json_string(field.key(), line);
    line += ':';
    std::visit(ScalarWriter{line}, field.value());
  }
  return line += '}';
}

// Bare where that can be read back by eye, else quoted; line breaks never reach the terminal.
void append_text(std::string_view text, std::string& out, bool is_message) {
  const auto needs_quotes = [is_message](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f || (!is_message && (c == ' ' || c == '"' || c == '='));
  };
  bool is_bare = is_message || !text.empty();
  for (const char c : text) is_bare = is_bare && !needs_quotes(c);
  if (is_bare) {
    out += text;
  } else {
    append_json_string(text, out);
  }
}

std::string text_line(std::string_view message, Fields fields) {
  std::string line;
  append_text(message, line, true);
  for (const Field& field : fields) {
    line += ' ';
    line += field.key();
    line += '=';
    if (const auto* text = std::get_if<std::string_view>(&field.value())) {
      append_text(*text, line, false);
    } else {
      std::visit(ScalarWriter{line}, field.value());
    }
  }
  return line;
}

}  // namespace

void configure(Level level, Format format) { state() = make_state(level, format); }

bool is_enabled(Level level) noexcept { return state().logger->should_log(to_spdlog(level)); }

void write(Level level, std::string_view message, Fields fields) noexcept {
  try {
    if (!is_enabled(level)) return;
    const std::string line = state().format == Format::json ? json_line(level, message, fields)
                                                            : text_line(message, fields);
    state().logger->log(to_spdlog(level), spdlog::string_view_t(line.data(), line.size()));
  } catch (...) {
    // A line lost for want of memory must not take the traffic with it.
  }
}

bool write_at_once(Level level, std::string_view message, Fields fields) noexcept {
  // A pipe that says yes has room for PIPE_BUF bytes; what is broken takes the line, and loses it.
  pollfd stderr_state{STDERR_FILENO, POLLOUT, 0};
  if (is_enabled(level) && ::poll(&stderr_state, 1, 0) == 0) return false;
  write(level, message, fields);
  return true;
}

}  // namespace llmgw::log
