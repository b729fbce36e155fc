// SPDX-License-Identifier: MIT
// event-page: what is published of the event's fields, written from their table.
//   event-page schema|table
// tools/event_page puts it into docs/event.schema.json and docs/events.md.
#include <cstdio>
#include <string>
#include <string_view>

#include "tests/event_page/page.hpp"

int main(int argc, char** argv) {
  const std::string_view what = argc == 2 ? argv[1] : "";
  if (what != "schema" && what != "table") {
    std::fputs("usage: event-page schema|table\n", stderr);
    return 2;
  }
  const std::string text = what == "schema" ? llmgw::event_schema() : llmgw::event_table();
  std::fputs(text.c_str(), stdout);
}
