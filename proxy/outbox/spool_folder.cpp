// SPDX-License-Identifier: MIT
// Files and their names.
#include "proxy/outbox/spool_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <stdexcept>

namespace llmgw::proxy {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view prefix = "events-";
constexpr std::string_view suffix = ".db";
constexpr std::size_t digits = 10;
constexpr const char* log_suffix = "-wal";
constexpr const char* journal_suffix = "-journal";  // of a file that was being made

SpoolProblem problem(std::string text, int code) {
  return {std::move(text) + ": " + std::strerror(code)};
}

std::uint64_t number_in(std::string_view name) noexcept {
  if (!name.starts_with(prefix) || !name.ends_with(suffix)) return 0;
  name.remove_prefix(prefix.size());
  name.remove_suffix(suffix.size());
  std::uint64_t number = 0;
  const auto [end, fault] = std::from_chars(name.data(), name.data() + name.size(), number);
  return fault == std::errc() && end == name.data() + name.size() ? number : 0;
}

std::uint64_t size_of(const fs::path& path) {
  std::error_code code;
  const auto size = fs::file_size(path, code);
  return code ? 0 : size;
}

}  // namespace

FolderLock::~FolderLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void throw_exception_from_error(const SpoolProblem& problem, const boost::source_location&) {
  throw std::runtime_error(problem.text);
}

Opened<FolderLock> take_folder(const std::string& folder) {
  std::error_code code;
  if (fs::create_directories(folder, code))
    fs::permissions(folder, fs::perms::owner_all, code);
  else if (code)
    return problem("cannot be made", code.value());
  const std::string path = folder + "/lock";
  // A link there would be somebody else's work: the folder may be one that others can write to.
  const int descriptor = ::open(path.c_str(), O_CREAT | O_RDWR | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (descriptor < 0) return problem("cannot be written", errno);
  FolderLock lock(descriptor);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) return lock;
  if (errno == EWOULDBLOCK)
    return SpoolProblem{"in use by another proxy; each needs a folder of its own"};
  return problem("cannot be locked", errno);
}

std::vector<FolderFile> list_folder(const std::string& folder) {
  std::vector<FolderFile> files;
  std::error_code code;
  for (const auto& each : fs::directory_iterator(folder, code)) {
    std::string name = each.path().filename().string();
    const std::uint64_t number = number_in(name);
    if (number == 0) continue;
    const std::uint64_t bytes = size_of(each.path()) + size_of(each.path().string() + log_suffix);
    files.push_back({number, std::move(name), bytes});
  }
  std::sort(files.begin(), files.end(),
            [](const FolderFile& a, const FolderFile& b) { return a.number < b.number; });
  return files;
}

std::string file_name(std::uint64_t number) {
  const std::string text = std::to_string(number);
  std::string name(prefix);
  if (text.size() < digits) name.append(digits - text.size(), '0');
  return name.append(text).append(suffix);
}

void remove_file(const std::string& path) {
  std::error_code ignored;
  // The log first, which holds the events: what a crash in between leaves is an empty file.
  for (const char* part : {log_suffix, journal_suffix, ""}) fs::remove(path + part, ignored);
}

void set_file_aside(const std::string& folder, const std::string& name) {
  std::error_code ignored;
  const std::string aside = folder + "/damaged-" + name.substr(prefix.size());
  for (const char* part : {"", log_suffix})
    fs::rename(folder + '/' + name + part, aside + part, ignored);
}

}  // namespace llmgw::proxy
