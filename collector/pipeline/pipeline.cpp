// SPDX-License-Identifier: MIT
// Group commit: gather what waits, have it written, answer, again.
#include "collector/pipeline/pipeline.hpp"

#include <utility>

#include "common/log.hpp"

namespace llmgw::collector {

Task<Result<void>> Pipeline::store(Batch batch) {
  Entry entry{.batch = std::move(batch), .done = {}};
  waiting_.push_back(&entry);
  if (!writing_) write_next();
  co_return co_await entry.done;
}

void Pipeline::write_next() {
  group_ = std::exchange(waiting_, {});
  pieces_.clear();
  fresh_.clear();
  for (Entry* each : group_) gather(*each);
  writing_ = true;
  begun_at_ = std::chrono::steady_clock::now();
  if (pieces_.empty()) {  // duplicates alone; answered later all the same, so that nothing recurses
    loop_.post([this] { finish({}); });
    return;
  }
  writer_.submit([this] {
    const Result<void> outcome = sink_.write(pieces_);
    loop_.post([this, outcome] { finish(outcome); });
  });
}

// Every earlier group is stored or has failed by now, so an id is either known, or in this group,
// or new.
void Pipeline::gather(Entry& entry) {
  const std::string_view text = entry.batch.text;
  std::size_t begin = 0;
  std::size_t end = 0;
  const auto take = [&] {
    if (begin < end) pieces_.push_back(text.substr(begin, end - begin));
  };
  for (const Batch::Line& line : entry.batch.lines) {
    const bool is_fresh =
        !line.key || (!recent_.contains(*line.key) && fresh_.insert(*line.key).second);
    if (!is_fresh) {
      take();
      begin = line.end;
    } else {
      ++entry.fresh;
    }
    end = line.end;
  }
  take();
}

void Pipeline::finish(Result<void> outcome) {
  const std::vector<Entry*> group = std::exchange(group_, {});
  if (!pieces_.empty()) note_health(outcome);
  if (outcome) {
    for (const EventKey& each : fresh_) recent_.insert(each);
    for (const Entry* each : group) {
      counts_.accepted += each->fresh;
      counts_.duplicates += each->batch.lines.size() - each->fresh;
    }
  }
  writing_ = false;
  if (!waiting_.empty()) write_next();  // before the answers, so that the disk is not kept waiting
  for (Entry* each : group) each->done.set(outcome);
}

void Pipeline::note_health(const Result<void>& outcome) {
  if (outcome) {
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun_at_;
    counts_.write_seconds.observe(took.count());
    for (const std::string_view piece : pieces_) counts_.bytes += piece.size();
    if (!std::exchange(healthy_, true)) log::info("events are stored again");
    return;
  }
  ++counts_.failed_writes;
  // Said once: clients try again, and a full disk must not fill the log as well.
  if (std::exchange(healthy_, false))
    log::error("events cannot be stored", {{"reason", outcome.error().message()}});
}

Task<bool> Pipeline::is_ready() {
  if (healthy_) co_return true;
  OneShot<bool> answer;
  writer_.submit([this, &answer] {
    const bool is_good = sink_.check().has_value();
    loop_.post([&answer, is_good] { answer.set(is_good); });
  });
  co_return co_await answer;
}

void Pipeline::reopen() {
  writer_.submit([this] {
    const Result<void> outcome = sink_.reopen();
    if (outcome) {
      log::info("event log reopened");
    } else {
      log::error("event log not reopened", {{"reason", outcome.error().message()}});
    }
  });
}

}  // namespace llmgw::collector
