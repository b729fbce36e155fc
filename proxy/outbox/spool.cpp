// SPDX-License-Identifier: MIT
// Writing, reading and removing the files of the spool.
#include "proxy/outbox/spool.hpp"

#include <algorithm>

#include "common/log/log.hpp"

namespace llmgw::proxy {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds disk_retry_interval{1};
constexpr std::uint64_t smallest_file = 64 * 1024;
constexpr std::uint64_t largest_file = 64 * 1024 * 1024;
constexpr std::uint64_t files_of_a_full_spool = 32;
constexpr std::uint64_t looked_into_at_once = 64 * 1024 * 1024;  // a tenth of a second

}  // namespace

Opened<std::unique_ptr<Spool>> Spool::open(const std::string& folder, std::uint64_t most_bytes) {
  auto taken = take_folder(folder);
  if (taken.has_error()) return taken.error();
  std::unique_ptr<Spool> spool(new Spool(folder, most_bytes, std::move(*taken)));
  for (FolderFile& each : list_folder(folder)) {
    spool->next_number_ = each.number + 1;
    Entry& entry = spool->entries_.emplace_back();
    entry.name = std::move(each.name);
    entry.bytes = each.bytes;
  }
  // Done before there is traffic: a busy disk can make any of it take its time.
  std::uint64_t looked_into = 0;
  while (looked_into < looked_into_at_once && spool->look_into_next())
    looked_into = spool->sum_known_bytes();
  if (!spool->begin_file()) return SpoolProblem{"cannot be written; the log says why"};
  return spool;
}

Spool::Spool(std::string folder, std::uint64_t most_bytes, FolderLock lock)
    : folder_(std::move(folder)),
      most_bytes_(most_bytes),
      file_bytes_(std::clamp(most_bytes / files_of_a_full_spool, smallest_file, largest_file)),
      lock_(std::move(lock)) {}

// A spool that is empty leaves nothing behind.
Spool::~Spool() {
  while (!entries_.empty() && entries_.front().file && entries_.front().file->events() == 0)
    erase(entries_.begin());
  if (!entries_.empty() && entries_.back().file && entries_.back().file->events() == 0)
    erase(std::prev(entries_.end()));
}

bool Spool::look_into_next() {
  const auto next = std::find_if(entries_.begin(), entries_.end(),
                                 [](const Entry& entry) { return !entry.is_known; });
  if (next == entries_.end()) return false;
  look_into(next);
  return true;
}

// False if there was nothing to be had from it; it is gone then.
bool Spool::look_into(Entries::iterator entry) {
  const auto state = check_wal(wal_of(path_of(*entry)));
  // A crash before its first append. Pages in the database itself, where none of ours are, come
  // from someone who looked into it with SQLite's own tools: they hold the events then.
  if (state.has_value() && *state == WalState::empty && entry->bytes <= SpoolFile::page_size) {
    erase(entry);
    return false;
  }
  if (state.has_error()) condemn(*entry, state.error().message());
  if (state.has_value() && *state == WalState::damaged) condemn(*entry, "a part is unreadable");
  if (!open_file(*entry)) {
    erase(entry);
    return false;
  }
  entry->is_known = true;
  found_ += entry->file->events();
  if (entry != entries_.begin()) close_file(*entry);
  return true;
}

bool Spool::open_file(Entry& entry) {
  auto opened = SpoolFile::open(path_of(entry), !entry.is_damaged);
  if (opened.has_error()) {
    condemn(entry, opened.error().message());
    return false;
  }
  entry.file = std::move(*opened);
  return true;
}

bool Spool::append(std::string_view lines, std::size_t events) {
  if (disk_fails_ && Clock::now() < next_try_) return false;
  // Once full it takes nothing until room was made: else small batches would slip in behind larger
  // ones that were dropped, each with a line in the log.
  if (is_full_ && !made_room_ && sum_bytes() > most_bytes_ / 2) return false;
  if (sum_bytes() + SpoolFile::cost(lines.size()) > most_bytes_) {
    made_room_ = false;
    if (!std::exchange(is_full_, true))
      log::warn("spool is full, new events are dropped", {{"folder", folder_}});
    return false;
  }
  SpoolFile* const file = file_to_write();
  if (file == nullptr) return false;
  const Result<void> kept = file->append(lines, events);
  if (kept.has_error()) {
    if (kept.error() == errc::malformed_message) writing_ = false;
    note_disk_failure(kept.error().message());
    return false;
  }
  if (disk_fails_ || is_full_) log::info("spool takes events again", {{"folder", folder_}});
  disk_fails_ = is_full_ = false;
  bytes_.set(sum_bytes());
  return true;
}

SpoolFile* Spool::file_to_write() {
  if (writing_ && entries_.back().file->bytes() >= file_bytes_) {
    writing_ = false;
    if (entries_.size() > 1) close_file(entries_.back());
  }
  if (!writing_ && !begin_file()) return nullptr;
  return entries_.back().file.get();
}

bool Spool::begin_file() {
  Entry entry;
  entry.name = file_name(next_number_);
  entry.is_known = true;
  auto opened = SpoolFile::open(path_of(entry));
  if (opened.has_error()) {
    remove_file(path_of(entry));
    note_disk_failure(opened.error().message());
    return false;
  }
  ++next_number_;
  entry.file = std::move(*opened);
  entries_.push_back(std::move(entry));
  writing_ = true;
  bytes_.set(sum_bytes());
  return true;
}

void Spool::read(Batch& batch, const BatchBounds& bounds) {
  while (!entries_.empty()) {
    const auto front = entries_.begin();
    if (!front->is_known && !look_into(front)) continue;
    if (!front->file && !open_file(*front)) {
      erase(front);
      continue;
    }
    const Result<void> done = front->file->read(batch, bounds);
    if (!batch.is_empty()) return;
    if (done.has_error()) {
      condemn(*front, done.error().message());
    } else if (is_written(*front)) {
      return;
    }
    erase(front);
  }
}

void Spool::acknowledge() {
  const auto front = entries_.begin();
  front->file->acknowledge();
  // One that is still written is worth keeping for more, up to a point: events that are delivered
  // should not stay on disk.
  const bool keep = is_written(*front) && front->file->bytes() < file_bytes_ / 8;
  if (front->file->events() == 0 && !keep) erase(front);
  bytes_.set(sum_bytes());
}

bool Spool::is_written(const Entry& entry) const noexcept {
  return writing_ && &entry == &entries_.back();
}

void Spool::close_file(Entry& entry) noexcept {
  entry.events = entry.file->events();
  entry.bytes = entry.file->bytes();
  entry.file.reset();
}

void Spool::condemn(Entry& entry, std::string_view reason) {
  if (std::exchange(entry.is_damaged, true)) return;
  set_aside_.add();
  log::error("spool file is damaged; what can be read is delivered, the file is set aside",
             {{"file", path_of(entry)}, {"reason", reason}});
}

void Spool::erase(Entries::iterator entry) {
  if (is_written(*entry)) writing_ = false;
  if (entry->file) close_file(*entry);
  if (entry->is_known) lost_ += entry->events;
  if (entry->is_damaged) {
    set_file_aside(folder_, entry->name);
  } else {
    remove_file(path_of(*entry));
  }
  entries_.erase(entry);
  made_room_ = true;
  bytes_.set(sum_bytes());
}

void Spool::note_disk_failure(std::string_view reason) {
  next_try_ = Clock::now() + disk_retry_interval;
  if (!std::exchange(disk_fails_, true))
    log::error("spool cannot be written", {{"folder", folder_}, {"reason", reason}});
}

std::uint64_t Spool::sum_known_bytes() const noexcept {
  std::uint64_t sum = 0;
  for (const Entry& each : entries_) sum += each.is_known ? each.bytes : 0;
  return sum;
}

std::uint64_t Spool::sum_bytes() const noexcept {
  std::uint64_t sum = 0;
  for (const Entry& each : entries_) sum += each.file ? each.file->bytes() : each.bytes;
  return sum;
}

}  // namespace llmgw::proxy
