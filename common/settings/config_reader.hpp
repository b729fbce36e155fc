// SPDX-License-Identifier: MIT
// PURE: ConfigReader: members of the configuration file into structs, by tables of one row a
// member.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/settings/config_document.hpp"
#include "common/settings/config_form.hpp"
#include "common/settings/env.hpp"

namespace llmgw {

class ConfigReader;

/// A name of the file as a message may have it: quoted and bounded where it is none, and hidden
/// where it looks like a key.
std::string shown_name(std::string_view name);

/// One row: what a member is called, what it may be, how it becomes part of a T and how it is
/// shown.
template <class T>
struct Member {
  MemberFacts facts;
  /// Called with a value that has the member's form.
  void (*read)(ConfigReader& reader, const ConfigValue& value, T& into);
  /// As it is set; null where the value's own members are shown.
  std::string (*show)(const T& from) = nullptr;
};

template <class T>
std::vector<MemberFacts> facts_of(std::span<const Member<T>> rows) {
  std::vector<MemberFacts> facts;
  facts.reserve(rows.size());
  for (const auto& row : rows) facts.push_back(row.facts);
  return facts;
}

/// Walks one document. Every fault is noted with its place and the path of the member; reading goes
/// on behind it.
class ConfigReader {
 public:
  /// All of them outlive the reader.
  ConfigReader(const ConfigDocument& document, const Environment& environment,
               const FileReader& read_file)
      : document_(document), environment_(environment), read_file_(read_file) {}

  const ConfigValue& root() const noexcept { return document_.root; }
  const Environment& environment() const noexcept { return environment_; }
  const FileReader& read_file() const noexcept { return read_file_; }

  /// Reads an object by its rows, in their order. `others`: members that are somebody else's.
  template <class T>
  void object(const ConfigValue& value, std::span<const Member<T>> rows, T& into,
              std::span<const std::string_view> others = {}) {
    check_names(value, facts_of(rows), others);
    for (const auto& row : rows) {
      const ConfigMember* last = nullptr;
      const Step step(*this, row.facts.name);
      for (const ConfigMember& each : value.members) {
        if (each.name != row.facts.name) continue;
        last = &each;
        if (has_form(each.value, each.place, row.facts.form)) row.read(*this, each.value, into);
      }
      if (row.show != nullptr) show(last, row.show(into));
    }
  }

  /// Goes to a name or an item within the member that is being read, and back at its own end.
  class Step {
   public:
    Step(ConfigReader& reader, std::string_view name);
    Step(ConfigReader& reader, std::size_t index);
    Step(const Step&) = delete;
    Step& operator=(const Step&) = delete;
    ~Step() { reader_.path_.resize(length_); }

   private:
    ConfigReader& reader_;
    std::size_t length_;
  };

  /// Notes `FILE:LINE:COLUMN: PATH: reason`, the path that of the member being read.
  void fault(const ConfigPlace& place, std::string_view reason);
  /// Notes `FILE:LINE:COLUMN: PATH="value": reason`, for values that are no secret.
  void fault(const ConfigPlace& place, std::string_view value, std::string_view reason);

  /// `FILE:LINE:COLUMN`, for a fault that names another place too.
  std::string text_of(const ConfigPlace& place) const {
    return to_string(place, document_.origin.files);
  }

  /// Shows in one line what is being read, where its members are not shown one by one.
  void show(const ConfigPlace& place, std::string value);
  /// `FILE:LINE`, without the file's folder.
  std::string where(const ConfigPlace& place) const;

  /// What was noted so far.
  std::vector<std::string> take_faults() { return std::exchange(faults_, {}); }
  std::vector<EffectiveMember> take_effective() { return std::exchange(effective_, {}); }

 private:
  void check_names(const ConfigValue& value, const std::vector<MemberFacts>& facts,
                   std::span<const std::string_view> others);
  bool has_form(const ConfigValue& value, const ConfigPlace& place, const Form& form);
  bool has_form_of_one(const ConfigValue& value, const Form& form);
  bool has_right_count(const ConfigValue& value, const ConfigPlace& place, const Form& form);
  bool has_one_of(const ConfigValue& value, const Form& form);
  void show(const ConfigMember* member, std::string value);

  const ConfigDocument& document_;
  const Environment& environment_;
  const FileReader& read_file_;
  std::string path_;
  std::vector<std::string> faults_;
  std::vector<EffectiveMember> effective_;
};

}  // namespace llmgw
