// SPDX-License-Identifier: MIT
// Classes of SQLSTATE (appendix A of PostgreSQL's manual).
#include "collector/postgres/postgres_fault.hpp"

#include <array>
#include <string>

namespace llmgw::collector {
namespace {

constexpr std::array<std::string_view, postgres_fault_kinds> kind_names{
    "lost", "timeout", "conflict", "standby", "full", "refused"};

// What is met, and what people look for; longer ones stand first.
constexpr std::array<std::pair<std::string_view, std::string_view>, 25> meanings{{
    {"22021", "a text that is not in its encoding"},
    {"25006", "it cannot be written to"},
    {"25P02", "a statement of the transaction had failed"},
    {"25P03", "the transaction was left idle for too long"},
    {"28000", "the user may not log in"},
    {"28P01", "the password is wrong"},
    {"3D000", "there is no such database"},
    {"40001", "in the way of another transaction"},
    {"40P01", "a deadlock with another transaction"},
    {"42501", "the user lacks a right"},
    {"42P01", "a table is missing"},
    {"42703", "a column is missing"},
    {"53100", "its disk is full"},
    {"53200", "it is out of memory"},
    {"53300", "it has too many connections"},
    {"55P03", "a lock was not to be had in time"},
    {"57P01", "it is being stopped"},
    {"57P02", "it has crashed"},
    {"57P03", "it is starting or stopping"},
    {"08", "the connection failed"},
    {"22", "it does not take a value"},
    {"23", "a rule of its tables was broken"},
    {"42", "its tables are not those of this program"},
    {"53", "it lacks a resource"},
    {"58", "it has a fault of its own"},
}};

constexpr int base = 36;

int digit_of(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'Z') return c - 'A' + 10;
  return -1;
}

int number_of(std::string_view sqlstate) noexcept {
  int number = 0;
  if (sqlstate.size() != 5) return 0;
  for (const char each : sqlstate) {
    if (digit_of(each) < 0) return 0;
    number = number * base + digit_of(each);
  }
  return number;
}

std::string text_of(int number) {
  std::string text(5, '0');
  for (auto each = text.rbegin(); each != text.rend(); ++each, number /= base)
    *each = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[number % base];
  return text;
}

// See common/error.cpp on the destructor.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wnon-virtual-dtor"
class Category final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "postgres"; }
  std::string message(int value) const override {
    const std::string state = text_of(value);
    for (const auto& [code, meaning] : meanings)
      if (state.starts_with(code))
        return "PostgreSQL: " + std::string(meaning) + " (" + state + ")";
    return "PostgreSQL: error " + state;
  }
};
#pragma GCC diagnostic pop

}  // namespace

const boost::system::error_category& postgres_category() noexcept {
  static const Category category;
  return category;
}

boost::system::error_code postgres_fault(std::string_view sqlstate) noexcept {
  if (sqlstate == "57014" || sqlstate == "55P03" || sqlstate == "25P03") return errc::timed_out;
  const int number = number_of(sqlstate);
  return {number == 0 ? number_of(lost_state) : number, postgres_category()};
}

PostgresFault postgres_fault_kind(const boost::system::error_code& fault) noexcept {
  if (fault == errc::timed_out) return PostgresFault::timeout;
  if (fault == errc::not_resolved) return PostgresFault::lost;
  if (fault.category() != postgres_category()) return PostgresFault::refused;
  const std::string state = text_of(fault.value());
  if (state == "25006") return PostgresFault::standby;
  if (state == "40001" || state == "40P01") return PostgresFault::conflict;
  if (state.starts_with("08") || state.starts_with("57P")) return PostgresFault::lost;
  if (state.starts_with("53")) return PostgresFault::full;
  return PostgresFault::refused;
}

std::string_view name(PostgresFault kind) noexcept {
  return kind_names[static_cast<std::size_t>(kind)];
}

}  // namespace llmgw::collector
