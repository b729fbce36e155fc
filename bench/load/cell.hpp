// SPDX-License-Identifier: MIT
// Cell: what one command asks to be measured, and what came out.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace llmgw::bench {

/// A command is one line of `name=value` words; a value that is left out keeps its default.
struct Cell {
  enum class Kind : std::uint8_t {
    closed,  ///< each connection asks again as soon as it is answered
    paced,   ///< `rate` requests a second, whatever the answers do
    stream,  ///< paced streams
    idle,    ///< streams that fall silent after one chunk
    events,  ///< batches of metering events for a collector
  };
  Kind kind = Kind::closed;
  std::uint16_t port = 0;
  std::uint32_t connections = 32;
  double warmup = 0.2;         ///< seconds
  double seconds = 1;          ///< measured
  std::uint64_t requests = 0;  ///< in place of time: ends after this many, all of them counted
  std::size_t body = 400;      ///< bytes of a request's body
  std::uint32_t rate = 10'000;
  std::uint32_t chunks = 0;      ///< of one stream; 0: as long as the cell lasts
  double gap = 20;               ///< milliseconds between chunks
  std::uint32_t batch = 100;     ///< events a request
  bool tls = false;              ///< whether the upstream that answers is the one with TLS
  bool hold = false;             ///< once all streams are open: says so and waits for a line
  bool is_anthropic = false;     ///< whether the upstream answers in that dialect
  bool rewritten = false;        ///< the gateway writes bodies anew: their contents are compared
  std::uint16_t status = 0;      ///< of all answers, whose bodies do not count; 0: good ones
  std::string fields;            ///< more fields of each request, `name:value`, separated by `;`
  std::vector<pid_t> processes;  ///< whose processor time is read
};

/// Throws std::runtime_error naming the word that is wrong.
Cell parse_cell(std::string_view line);

/// Counts and times within the measured part.
struct Outcome {
  bool measuring = false;
  std::uint64_t requests = 0;
  std::uint64_t chunks = 0;
  std::uint64_t errors = 0;                ///< over the whole cell
  std::uint64_t left_out = 0;              ///< chunks that the generator was too slow for
  std::vector<std::uint32_t> delays;       ///< ns; of a request, or of a chunk
  std::vector<std::uint32_t> first_bytes;  ///< ns; from a stream's request to its first payload
  double seconds = 0;
  std::int64_t own_cpu = 0;
  std::vector<std::int64_t> cpu;  ///< ns, of each process of the cell

  void note_delay(std::int64_t delay) {
    if (measuring) delays.push_back(static_cast<std::uint32_t>(delay));
  }
};

/// One line of JSON. Sorts the times.
std::string to_json(Outcome& outcome);

}  // namespace llmgw::bench
