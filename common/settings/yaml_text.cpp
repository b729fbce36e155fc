// SPDX-License-Identifier: MIT
// The events of the YAML parser, gathered into values.
#include "common/settings/yaml_text.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <optional>
#include <sstream>
#include <utility>

namespace llmgw {
namespace {

using YAML::Mark;

/// Builds the values of one document. What ends the reading is thrown, as the parser throws too:
/// nothing else stops it.
class Builder final : public YAML::EventHandler {
 public:
  Builder(std::size_t file, std::vector<YamlFault>& faults) : file_(file), faults_(faults) {
    root_.kind = ConfigValue::Kind::object;
  }

  ConfigValue take() { return std::move(root_); }

  // The parser names the first line or column where the end of the text came too early.
  ConfigPlace place_of_fault(const Mark& mark) const {
    const ConfigPlace place = place_of(mark);
    const bool lies_before =
        std::pair(place.line, place.column) < std::pair(last_.line, last_.column);
    return lies_before ? last_ : place;
  }

  ConfigPlace place_of(const Mark& mark) const {
    return {file_, std::max(mark.line, 0) + 1, std::max(mark.column, 0) + 1};
  }

  void OnDocumentStart(const Mark& mark) override {
    if (std::exchange(has_begun_, true))
      throw YAML::ParserException(mark, "a second document in one file is not accepted");
  }
  void OnDocumentEnd() override {}

  void OnNull(const Mark& mark, YAML::anchor_t anchor) override {
    check(mark, "?", anchor);
    add(mark, ConfigValue::Kind::nothing);
  }

  void OnAlias(const Mark& mark, YAML::anchor_t) override { refuse_alias(mark); }

  void OnScalar(const Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    check(mark, tag, anchor);
    if (takes_name()) {
      name_ = ConfigMember{text, place_of(mark), {}};
      return;
    }
    ConfigValue& value = add(mark, ConfigValue::Kind::text);
    value.text = text;
    value.is_quoted = tag == "!";
  }

  void OnSequenceStart(const Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    enter(mark, tag, anchor, ConfigValue::Kind::list);
  }
  void OnSequenceEnd() override { open_.pop_back(); }

  void OnMapStart(const Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    enter(mark, tag, anchor, ConfigValue::Kind::object);
  }
  void OnMapEnd() override { open_.pop_back(); }

 private:
  [[noreturn]] static void refuse_alias(const Mark& mark) {
    throw YAML::ParserException(mark, "anchors and aliases are not accepted");
  }

  static void check(const Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    if (anchor != YAML::NullAnchor) refuse_alias(mark);
    if (tag != "?" && tag != "!" && !tag.empty())
      throw YAML::ParserException(mark, "tags are not accepted");
  }

  bool takes_name() const {
    return !open_.empty() && open_.back()->kind == ConfigValue::Kind::object && !name_;
  }

  void enter(const Mark& mark, const std::string& tag, YAML::anchor_t anchor,
             ConfigValue::Kind kind) {
    check(mark, tag, anchor);
    if (open_.size() == most_yaml_depth)
      throw YAML::ParserException(
          mark, "nested deeper than " + std::to_string(most_yaml_depth) + " levels");
    open_.push_back(&add(mark, kind));
  }

  // The pointers in open_ stay good: only the innermost object or list grows.
  ConfigValue& add(const Mark& mark, ConfigValue::Kind kind) {
    if (takes_name())
      throw YAML::ParserException(mark,
                                  "a name must be a text; or the end of an object is missing");
    ConfigValue value;
    value.kind = kind;
    value.place = last_ = place_of(mark);
    if (open_.empty()) return root_ = std::move(value);
    ConfigValue& owner = *open_.back();
    if (owner.kind == ConfigValue::Kind::list) return owner.items.emplace_back(std::move(value));
    ConfigMember member = std::move(*name_);
    name_.reset();
    member.value = std::move(value);
    note_if_twice(owner, member);
    return owner.members.emplace_back(std::move(member)).value;
  }

  void note_if_twice(const ConfigValue& owner, const ConfigMember& member) {
    const auto same = [&member](const ConfigMember& each) { return each.name == member.name; };
    const auto first = std::find_if(owner.members.begin(), owner.members.end(), same);
    if (first == owner.members.end()) return;
    faults_.push_back({member.place, "this name stands here twice; first in line " +
                                         std::to_string(first->place.line)});
  }

  std::size_t file_;
  std::vector<YamlFault>& faults_;
  ConfigValue root_;
  std::vector<ConfigValue*> open_;
  std::optional<ConfigMember> name_;
  ConfigPlace last_{file_};  // of what was read last
  bool has_begun_ = false;
};

// A message of the parser may have a character of the text at its end.
std::string in_one_line(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return text;
}

}  // namespace

ConfigValue read_yaml(std::string_view text, std::size_t file, std::vector<YamlFault>& faults) {
  Builder builder(file, faults);
  if (text.size() > most_yaml_bytes) {
    faults.push_back({{file, 1, 1}, "the file is larger than 1MB"});
    return builder.take();
  }
  // With a line break at its end the parser takes a quote that is never closed.
  text = text.substr(0, text.find_last_not_of("\r\n") + 1);
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const YAML::Exception& fault) {
    faults.push_back({builder.place_of_fault(fault.mark), in_one_line(fault.msg)});
  }
  return builder.take();
}

}  // namespace llmgw
