// SPDX-License-Identifier: MIT
// Leaving out what was stored lately, and keeping account of what is stored.
#include "collector/sinks/ndjson/ndjson_sink.hpp"

#include <unistd.h>

#include <cerrno>
#include <utility>

#include "common/log/log.hpp"
#include "common/system/secure_random.hpp"

namespace llmgw::collector {
namespace {

HashSecret new_secret() {
  SecureRandom random;
  return {random.next(), random.next()};
}

Result<std::unique_ptr<EventLog>> open_log(std::string_view path, LogSync sync) {
  if (!path.empty()) return EventLog::open(std::string(path), sync);
  const int output = dup(STDOUT_FILENO);
  if (output < 0) return system_error(errno);
  return EventLog::on_descriptor(output, sync);
}

}  // namespace

Result<Store> open_ndjson(std::string_view path, LogSync sync) {
  auto log = open_log(path, sync);
  if (log.has_error()) return log.error();
  auto sink = std::make_unique<NdjsonSink>(std::move(*log));
  NdjsonSink* const opened = sink.get();
  return Store{
      .sink = std::move(sink),
      .on_hangup = [opened] { opened->reopen(); },
      .add_metrics =
          [opened](std::vector<Metric>& metrics) {
            metrics.push_back({"llmgw_collector_recent_event_ids",
                               "Event ids remembered to find duplicates.",
                               MetricKind::gauge,
                               {{{}, static_cast<double>(opened->recent_ids())}}});
          },
  };
}

NdjsonSink::NdjsonSink(std::unique_ptr<EventLog> log, std::size_t remember)
    : log_(std::move(log)), recent_(remember, new_secret()) {
  take_up(remember);
}

void NdjsonSink::take_up(std::size_t most) {
  for (const EventKey& each : log_->recall(most)) recent_.insert(each);
  recent_count_.set(recent_.size());
  log::info("ids of stored events taken up", {{"events", recent_.size()}});
  keep_ids_if_asked();
}

Result<Stored> NdjsonSink::write(std::span<const Batch* const> batches) {
  pieces_.clear();
  added_.clear();
  Stored stored;
  for (const Batch* each : batches) gather(*each, stored);
  const Result<void> written = pieces_.empty() ? Result<void>() : log_->append(pieces_);
  if (written.has_error()) {
    for (const EventKey& each : added_) recent_.erase(each);
  }
  recent_count_.set(recent_.size());
  keep_ids_if_asked();
  if (written.has_error()) return written.error();
  return stored;
}

// Every earlier write has stored its events or has failed by now, so an id is either known, or in
// these batches already, or new.
void NdjsonSink::gather(const Batch& batch, Stored& stored) {
  constexpr std::size_t look_ahead = 16;
  const std::string_view text = batch.text;
  const std::vector<Batch::Line>& lines = batch.lines;
  std::size_t begin = 0;
  std::size_t end = 0;
  const auto take = [&] {
    if (begin == end) return;
    pieces_.push_back(text.substr(begin, end - begin));
    stored.bytes += end - begin;
  };
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i + look_ahead < lines.size()) recent_.prefetch(lines[i + look_ahead].key);
    const Batch::Line& line = lines[i];
    if (line.key.is_none()) {
      ++stored.fresh;
    } else if (recent_.insert(line.key)) {
      added_.push_back(line.key);
      ++stored.fresh;
    } else {
      ++stored.duplicates;
      take();
      begin = line.end;
    }
    end = line.end;
  }
  take();
}

void NdjsonSink::reopen() {
  const Result<void> outcome = log_->reopen();
  if (outcome) {
    log::info("event log reopened");
  } else {
    log::error("event log not reopened", {{"reason", outcome.error().message()}});
  }
  keep_ids_if_asked();
}

// Never during a write: whether the ids of its events are stored is not known yet.
void NdjsonSink::keep_ids_if_asked() {
  if (log_->wants_keys()) log_->keep(recent_.keys());
}

}  // namespace llmgw::collector
