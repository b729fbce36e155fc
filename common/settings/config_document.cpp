// SPDX-License-Identifier: MIT
// Listing, reading and laying together.
#include "common/settings/config_document.hpp"

#include <algorithm>
#include <iterator>
#include <map>

#include "common/settings/yaml_text.hpp"
#include "common/system/sha256.hpp"

namespace llmgw {
namespace {

bool is_config_name(std::string_view path) {
  return path.ends_with(".yaml") || path.ends_with(".yml") || path.ends_with(".json");
}

std::string_view name_of(std::string_view path) { return path.substr(path.rfind('/') + 1); }

/// Gathers the document file by file.
class Gatherer {
 public:
  explicit Gatherer(ConfigDocument& document) : document_(document) {}

  void add(const std::string& path, const FileReader& read) {
    const std::size_t number = document_.origin.files.size();
    document_.origin.files.push_back(path);
    const auto content = read(path);
    if (!content) return fault({number, 0, 0}, "cannot be read: " + content.error().message());
    digest(path, *content);

    std::vector<YamlFault> faults;
    ConfigValue value = read_yaml(*content, number, faults);
    const bool is_whole = faults.empty();
    for (const YamlFault& each : faults) fault(each.place, each.reason);
    if (value.kind == ConfigValue::Kind::nothing) return;
    if (value.kind == ConfigValue::Kind::object) return merge(std::move(value));
    if (is_whole) fault(value.place, "the file must hold an object, whose members are sections");
  }

  // As `sha256sum FILE` and `sha256sum FILES | sha256sum` have it.
  std::string hash() const {
    return document_.origin.files.size() == 1 ? last_digest_ : sha256_hex(digests_);
  }

 private:
  void digest(std::string_view path, std::string_view content) {
    last_digest_ = sha256_hex(content);
    digests_.append(last_digest_).append("  ").append(name_of(path)).append("\n");
  }

  void merge(ConfigValue value) {
    auto& known = document_.root.members;
    for (ConfigMember& member : value.members) {
      const auto [found, is_first] = first_of_name_.try_emplace(member.name, known.size());
      ConfigMember* const first = is_first ? nullptr : &known[found->second];
      const bool is_elsewhere = !is_first && first->place.file != member.place.file;
      if (is_elsewhere && joins(*first, member)) {
        std::ranges::move(member.value.items, std::back_inserter(first->value.items));
        continue;
      }
      if (is_elsewhere && member.name != "version")
        fault(member.place, "this section is defined twice; first in " +
                                to_string(first->place, document_.origin.files));
      known.push_back(std::move(member));
    }
  }

  static bool joins(const ConfigMember& first, const ConfigMember& more) {
    return more.name == joined_section && first.value.kind == ConfigValue::Kind::list &&
           more.value.kind == ConfigValue::Kind::list;
  }

  void fault(const ConfigPlace& place, const std::string& reason) {
    document_.faults.lines.push_back(to_string(place, document_.origin.files) + ": " + reason);
  }

  ConfigDocument& document_;
  std::string last_digest_;
  std::string digests_;
  std::map<std::string, std::size_t, std::less<>> first_of_name_;  // numbers of the root's members
};

}  // namespace

ConfigDocument read_config_document(const std::string& path, const FileReader& read,
                                    const FileLister& list) {
  ConfigDocument document;
  document.root.kind = ConfigValue::Kind::object;
  document.origin.path = path;
  if (path.empty()) return document;
  const auto fault = [&](const std::string& reason) {
    document.faults.lines.push_back(std::string(gateway_config_variable.name) + "=\"" + path +
                                    "\": " + reason);
  };
  auto files = list(path);
  if (!files) {
    fault("cannot be read: " + files.error().message());
    return document;
  }
  const bool is_file = files->size() == 1 && files->front() == path;
  if (!is_file)
    std::erase_if(*files, [](const std::string& each) { return !is_config_name(each); });
  if (files->empty()) fault("the folder holds no file that ends in .yaml, .yml or .json");
  Gatherer gatherer(document);
  for (const std::string& each : *files) gatherer.add(each, read);
  document.origin.hash = gatherer.hash();
  return document;
}

std::string to_string(const ConfigPlace& place, const std::vector<std::string>& files) {
  std::string text = place.file < files.size() ? files[place.file] : std::string();
  if (place.line > 0) text += ":" + std::to_string(place.line) + ":" + std::to_string(place.column);
  return text;
}

}  // namespace llmgw
