// SPDX-License-Identifier: MIT
// PURE: the body of a request taken apart into events, each of them checked.
#pragma once

#include <boost/system/result.hpp>
#include <string>

#include "collector/sinks/batch.hpp"

namespace llmgw::collector {

/// The first bad event: `line 3: latency_ms: must be a number from 0`.
struct DecodeFault {
  std::string text;
};

/// Reads one JSON object, a JSON array of objects or NDJSON, told apart by their content: `[` opens
/// an array; an object that ends on its first line begins NDJSON; any other is one object over
/// several lines. Empty lines are skipped, an empty array is a batch of none, an empty body a
/// fault.
///
/// The bytes of each event become one line as they are; only white space between tokens is dropped
/// where it holds line ends. Numbers keep their spelling. A body of nothing but such lines is not
/// copied: it becomes the batch's text.
boost::system::result<Batch, DecodeFault> decode_events(std::string body);

/// The same of a piece of an event log: NDJSON and nothing else, each line an event or blank.
/// `lines_before`: how many stand before it in the file, for the fault.
boost::system::result<Batch, DecodeFault> decode_event_lines(std::string lines,
                                                             std::size_t lines_before);

}  // namespace llmgw::collector
