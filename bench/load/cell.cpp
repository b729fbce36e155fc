// SPDX-License-Identifier: MIT
// Commands in, results out.
#include "bench/load/cell.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <stdexcept>

namespace llmgw::bench {
namespace {

template <class Number>
Number number(std::string_view text) {
  Number value{};
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) {
    throw std::runtime_error("not a number: " + std::string(text));
  }
  return value;
}

Cell::Kind kind_of(std::string_view name) {
  using Kind = Cell::Kind;
  if (name == "closed") return Kind::closed;
  if (name == "paced") return Kind::paced;
  if (name == "stream") return Kind::stream;
  if (name == "idle") return Kind::idle;
  if (name == "events") return Kind::events;
  throw std::runtime_error("no kind of cell: " + std::string(name));
}

std::vector<pid_t> processes_of(std::string_view list) {
  std::vector<pid_t> found;
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    found.push_back(number<pid_t>(list.substr(0, comma)));
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return found;
}

void set(Cell& cell, std::string_view name, std::string_view value) {
  if (name == "kind") {
    cell.kind = kind_of(value);
  } else if (name == "port") {
    cell.port = number<std::uint16_t>(value);
  } else if (name == "connections") {
    cell.connections = number<std::uint32_t>(value);
  } else if (name == "warmup") {
    cell.warmup = number<double>(value);
  } else if (name == "seconds") {
    cell.seconds = number<double>(value);
  } else if (name == "requests") {
    cell.requests = number<std::uint64_t>(value);
  } else if (name == "body") {
    cell.body = number<std::size_t>(value);
  } else if (name == "rate") {
    cell.rate = number<std::uint32_t>(value);
  } else if (name == "chunks") {
    cell.chunks = number<std::uint32_t>(value);
  } else if (name == "gap") {
    cell.gap = number<double>(value);
  } else if (name == "batch") {
    cell.batch = number<std::uint32_t>(value);
  } else if (name == "tls") {
    cell.tls = number<int>(value) != 0;
  } else if (name == "hold") {
    cell.hold = number<int>(value) != 0;
  } else if (name == "anthropic") {
    cell.is_anthropic = number<int>(value) != 0;
  } else if (name == "rewritten") {
    cell.rewritten = number<int>(value) != 0;
  } else if (name == "status") {
    cell.status = number<std::uint16_t>(value);
  } else if (name == "fields") {
    cell.fields = value;
  } else if (name == "processes") {
    cell.processes = processes_of(value);
  } else {
    throw std::runtime_error("unknown word: " + std::string(name));
  }
}

// The value that `part` of a sorted list does not exceed, in microseconds.
double quantile(const std::vector<std::uint32_t>& sorted, double part) {
  if (sorted.empty()) return 0;
  const auto at = static_cast<std::size_t>(part * static_cast<double>(sorted.size() - 1));
  return sorted[at] / 1000.0;
}

}  // namespace

Cell parse_cell(std::string_view line) {
  Cell cell;
  while (!line.empty()) {
    const std::size_t space = std::min(line.find(' '), line.size());
    const std::string_view word = line.substr(0, space);
    line.remove_prefix(std::min(space + 1, line.size()));
    if (word.empty()) continue;
    const std::size_t equals = word.find('=');
    if (equals == word.npos) throw std::runtime_error("not name=value: " + std::string(word));
    set(cell, word.substr(0, equals), word.substr(equals + 1));
  }
  return cell;
}

std::string to_json(Outcome& outcome) {
  std::sort(outcome.delays.begin(), outcome.delays.end());
  std::sort(outcome.first_bytes.begin(), outcome.first_bytes.end());
  char text[512];
  const int size = std::snprintf(
      text, sizeof text,
      R"({"requests":%llu,"chunks":%llu,"errors":%llu,"left_out":%llu,"seconds":%.6f,"own_cpu_ns":%lld,)"
      R"("p50_us":%.2f,"p99_us":%.2f,"first_p50_us":%.2f,"first_p99_us":%.2f,"cpu_ns":[)",
      static_cast<unsigned long long>(outcome.requests),
      static_cast<unsigned long long>(outcome.chunks),
      static_cast<unsigned long long>(outcome.errors),
      static_cast<unsigned long long>(outcome.left_out), outcome.seconds,
      static_cast<long long>(outcome.own_cpu), quantile(outcome.delays, 0.5),
      quantile(outcome.delays, 0.99), quantile(outcome.first_bytes, 0.5),
      quantile(outcome.first_bytes, 0.99));
  std::string json(text, static_cast<std::size_t>(size));
  for (std::size_t i = 0; i < outcome.cpu.size(); ++i) {
    json.append(i == 0 ? "" : ",").append(std::to_string(outcome.cpu[i]));
  }
  return json.append("]}");
}

}  // namespace llmgw::bench
