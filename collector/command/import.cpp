// SPDX-License-Identifier: MIT
// A block of lines is a batch: checked as a request's, stored in one transaction.
#include "collector/command/import.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <csignal>

#include "collector/command/line_file.hpp"
#include "collector/command/report.hpp"
#include "collector/ingest_decode.hpp"
#include "collector/sinks/registry.hpp"

namespace llmgw::collector {
namespace {

class Import {
 public:
  Import(std::string name, Sink& sink) : name_(std::move(name)), sink_(sink) {}

  int run(Result<LineFile> opened) {
    if (opened.has_error()) return fail(opened.error().message());
    LineFile file = std::move(*opened);
    for (;;) {
      auto lines = file.next();
      if (lines.has_error()) return fail(reason_of(lines.error()));
      if (lines->empty()) break;
      if (!store(*lines)) return failure_status;
    }
    if (!store_last(file.torn())) return failure_status;
    tell(name_ + ": " + std::to_string(stored_.fresh) + " events stored, " +
         std::to_string(stored_.duplicates) + " stored before, " + std::to_string(stored_.too_old) +
         " older than what was removed");
    return 0;
  }

 private:
  static std::string reason_of(const boost::system::error_code& fault) {
    if (fault == errc::malformed_message) return "damaged, or cut short";
    if (fault == errc::body_too_large) return "a line is longer than 64 MB";
    return fault.message();
  }

  int fail(const std::string& reason) const {
    complain(name_ + ": " + reason);
    return failure_status;
  }

  bool store(const std::string& lines) {
    auto batch = decode_event_lines(lines, lines_before_);
    if (batch.has_error()) {
      fail(batch.error().text + "; nothing of it and the lines around it was stored");
      return false;
    }
    for (const char each : lines) lines_before_ += each == '\n' ? 1 : 0;
    return write(*batch);
  }

  // An event that lacks only its line end is one; anything else is the piece of one, which was
  // never acknowledged.
  bool store_last(const std::string& line) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) return true;
    const auto batch = decode_event_lines(line, lines_before_);
    if (batch) return write(*batch);
    tell(name_ + ": line " + std::to_string(lines_before_ + 1) +
         " is torn and was left out, as it was never acknowledged");
    return true;
  }

  bool write(const Batch& batch) {
    if (batch.lines.empty()) return true;
    const Batch* const batches[] = {&batch};
    const auto outcome = sink_.write(batches);
    if (outcome.has_error()) {
      fail("the store takes nothing: " + outcome.error().message());
      return false;
    }
    stored_.fresh += outcome->fresh;
    stored_.duplicates += outcome->duplicates;
    stored_.too_old += outcome->too_old;
    return true;
  }

  std::string name_;
  Sink& sink_;
  Stored stored_;
  std::size_t lines_before_ = 0;
};

}  // namespace

int run_import(std::span<const char* const> rest, const Config& config) {
  constexpr std::string_view from_stdin = "--from-stdin";
  for (const std::string_view each : rest) {
    if (!each.starts_with('-') || each == from_stdin) continue;
    complain("import: unknown option " + std::string(each));
    return bad_usage_status;
  }
  if (rest.empty()) {
    complain("import: needs files, or --from-stdin");
    return bad_usage_status;
  }
  std::signal(SIGXFSZ, SIG_IGN);
  auto store = open_store(store_url(config), config);
  if (store.has_error()) {
    complain("STORE_URL=" + config.store_url + ": " + store.error().message());
    return failure_status;
  }
  for (const std::string_view each : rest) {
    const bool is_stdin = each == from_stdin;
    Import import(is_stdin ? "standard input" : std::string(each), *store->sink);
    const int status = import.run(is_stdin ? LineFile::on_descriptor(Descriptor(dup(STDIN_FILENO)))
                                           : LineFile::open(std::string(each)));
    if (status != 0) return status;
  }
  return 0;
}

}  // namespace llmgw::collector
