// SPDX-License-Identifier: MIT
// The category `store` and its messages.
#include "collector/store/store_fault.hpp"

#include <string>

namespace llmgw::collector {
namespace {

std::string_view describe(StoreFault fault) noexcept {
  switch (fault) {
    case StoreFault::newer_schema: return "a newer llm-collector has changed its tables";
    case StoreFault::foreign_file: return "it is a database of another program";
    case StoreFault::migration_needed:
      return "its tables are of an older llm-collector; `llm-collector migrate` changes them";
    case StoreFault::migration_changed:
      return "its tables were changed by another llm-collector than this one";
    case StoreFault::in_use: return "another collector uses it";
    case StoreFault::old_server: return "PostgreSQL 13 or newer is needed";
    case StoreFault::other_encoding: return "its encoding is not UTF8";
  }
  return "unknown fault";
}

// See common/error.cpp on the destructor.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wnon-virtual-dtor"
class Category final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "store"; }
  std::string message(int value) const override {
    return std::string(describe(static_cast<StoreFault>(value)));
  }
};
#pragma GCC diagnostic pop

}  // namespace

boost::system::error_code make_error_code(StoreFault fault) noexcept {
  static const Category category;
  return {static_cast<int>(fault), category};
}

}  // namespace llmgw::collector
