// SPDX-License-Identifier: MIT
// The sentences.
#include "collector/sinks/ndjson/tail_fault.hpp"

#include <string>

namespace llmgw::collector {
namespace {

constexpr const char* describe(tail_fault fault) noexcept {
  switch (fault) {
    case tail_fault::blanks:
      return "behind the last line end of this file stand blanks, which no event leaves there; "
             "nothing was changed: cut them off, or name another file";
    case tail_fault::zeros:
      return "behind the last line end of this file stand zeros, and no event before them; nothing "
             "was changed: cut them off if the file is an event log, or name another file";
    case tail_fault::no_event:
      return "this file ends in an unfinished line that is no piece of an event; nothing was "
             "changed: end or remove that line if the file is an event log, or name another file";
  }
  return "unknown";
}

// Boost's base class keeps its destructor non-virtual on purpose: categories are never deleted.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wnon-virtual-dtor"
class Category final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "llmgw.event_log"; }
  std::string message(int value) const override { return describe(static_cast<tail_fault>(value)); }
};
#pragma GCC diagnostic pop

}  // namespace

const boost::system::error_category& tail_fault_category() noexcept {
  static const Category category;
  return category;
}

}  // namespace llmgw::collector
