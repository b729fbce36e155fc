// SPDX-License-Identifier: MIT
// What values are held to, and what is said of those that do not fit.
#include "common/settings/config_reader.hpp"

#include <algorithm>
#include <iterator>

#include "common/json/escape.hpp"
#include "common/text/quantity.hpp"

namespace llmgw {
namespace {

using Kind = ConfigValue::Kind;
using Shape = Form::Shape;

constexpr std::size_t most_shown = 200;  // bytes of a bad value or name

std::string quoted(std::string_view text) {
  std::string shown;
  append_json_string(bounded(text, most_shown), shown);
  if (text.size() > most_shown) shown += "...";
  return shown;
}

template <class Words>
std::string joined(const Words& words, std::string_view last) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? last : ", ";
    text += words[i];
  }
  return text;
}

std::string_view phrase(Kind kind) {
  switch (kind) {
    case Kind::nothing: return "nothing";
    case Kind::text: return "a value";
    case Kind::list: return "a list";
    case Kind::object: break;
  }
  return "an object";
}

Kind kind_of(Shape shape) {
  switch (shape) {
    case Shape::list:
    case Shape::list_or_object:
    case Shape::one_or_list: return Kind::list;
    case Shape::names:
    case Shape::object:
    case Shape::decimal_or_object: return Kind::object;
    case Shape::text:
    case Shape::word:
    case Shape::boolean:
    case Shape::decimal:
    case Shape::number: break;
  }
  return Kind::text;
}

std::string bound(const Form& form, std::uint64_t value) {
  return form.shape == Shape::decimal ? format_decimal(value, decimal_places)
                                      : std::to_string(value);
}

std::string range(const Form& form) {
  if (form.least == form.most) return bound(form, form.least);
  return bound(form, form.least) + " to " + bound(form, form.most);
}

std::vector<std::string_view> names_of(const std::vector<MemberFacts>& facts) {
  std::vector<std::string_view> names;
  names.reserve(facts.size());
  for (const MemberFacts& each : facts) names.push_back(each.name);
  return names;
}

// The one of two.
Form decimal_of(const Form& form) {
  return {.shape = Shape::decimal, .least = form.least, .most = form.most};
}

Form object_of(const Form& form) { return {.shape = Shape::object, .members = form.members}; }

std::string accepted(const Form& form) {
  switch (form.shape) {
    case Shape::text: return std::string(form.text->accepted);
    case Shape::word: return joined(form.words, " or ");
    case Shape::number: return "an integer, " + range(form);
    case Shape::decimal: return "a number, " + range(form) + ", of up to 6 places behind the point";
    case Shape::decimal_or_object:
      return accepted(decimal_of(form)) + "; or " + accepted(*form.each);
    case Shape::boolean: return "true or false";
    case Shape::one_or_list: return accepted(*form.each) + ", or a list of " + range(form);
    case Shape::list: return "a list of " + range(form);
    case Shape::list_or_object:
      return "a list of " + range(form) + "; or " + accepted(object_of(form));
    case Shape::names: return "an object with a name for each";
    case Shape::object: break;
  }
  return "an object of " + joined(names_of(form.members()), " and ");
}

bool has_member(const ConfigValue& value, std::string_view name) {
  return std::any_of(value.members.begin(), value.members.end(),
                     [name](const ConfigMember& each) { return each.name == name; });
}

}  // namespace

// A key that was put where a name belongs must not reach the log.
std::string shown_name(std::string_view name) {
  if (name.starts_with("sk-") || name.starts_with("gw_live_") || name.starts_with("gw_test_"))
    return "***";
  return name_form.fits(name) ? std::string(name) : quoted(name);
}

ConfigReader::Step::Step(ConfigReader& reader, std::string_view name)
    : reader_(reader), length_(reader.path_.size()) {
  if (length_ > 0) reader_.path_ += '.';
  reader_.path_ += shown_name(name);
}

ConfigReader::Step::Step(ConfigReader& reader, std::size_t index)
    : reader_(reader), length_(reader.path_.size()) {
  reader_.path_ += "[" + std::to_string(index) + "]";
}

void ConfigReader::check_names(const ConfigValue& value, const std::vector<MemberFacts>& facts,
                               std::span<const std::string_view> others) {
  auto known = names_of(facts);
  const auto is_known = [&known](std::string_view name) {
    return std::find(known.begin(), known.end(), name) != known.end();
  };
  std::copy_if(others.begin(), others.end(), std::back_inserter(known),
               [&](std::string_view each) { return !is_known(each); });
  for (const ConfigMember& each : value.members) {
    if (is_known(each.name)) continue;
    fault(each.place, "`" + shown_name(each.name) + "` is not known here; accepted are " +
                          joined(known, " and "));
  }
  for (const MemberFacts& each : facts) {
    if (!each.is_required || has_member(value, each.name)) continue;
    fault(value.place,
          "`" + std::string(each.name) + "` is missing; accepted is " + accepted(each.form));
  }
}

bool ConfigReader::has_form(const ConfigValue& value, const ConfigPlace& place, const Form& form) {
  if (value.kind == Kind::nothing) {
    fault(place, "has no value; accepted is " + accepted(form));
    return false;
  }
  if (form.shape == Shape::one_or_list && value.kind == Kind::text)
    return has_form(value, place, *form.each);
  if (form.shape == Shape::decimal_or_object && value.kind == Kind::text)
    return has_form(value, place, decimal_of(form));
  if (form.shape == Shape::decimal_or_object && value.kind == Kind::object)
    return has_form(value, place, *form.each);
  if (form.shape == Shape::list_or_object && value.kind == Kind::object)
    return has_form(value, place, object_of(form));
  if (value.kind != kind_of(form.shape)) {
    fault(value.place, "is " + std::string(phrase(value.kind)) + "; accepted is " + accepted(form));
    return false;
  }
  if (value.kind == Kind::text) return has_form_of_one(value, form);
  if (!has_right_count(value, place, form)) return false;
  if (form.shape == Shape::object) return has_one_of(value, form);
  return true;
}

bool ConfigReader::has_form_of_one(const ConfigValue& value, const Form& form) {
  bool fits = false;
  if (form.shape == Shape::text) {
    fits = form.text->fits(value.text);
  } else if (form.shape == Shape::word) {
    fits = std::find(form.words.begin(), form.words.end(), value.text) != form.words.end();
  } else if (form.shape == Shape::boolean) {
    fits = !value.is_quoted && (value.text == "true" || value.text == "false");
  } else if (!value.is_quoted) {
    const auto number = form.shape == Shape::decimal ? parse_decimal(value.text, decimal_places)
                                                     : parse_integer(value.text);
    fits = number && *number >= form.least && *number <= form.most;
  }
  // A key may stand where the name of its variable or of its file belongs.
  if (fits) return true;
  if (form.shape == Shape::text) {
    fault(value.place, "not " + accepted(form));
  } else {
    fault(value.place, value.text, "not " + accepted(form));
  }
  return false;
}

// Items are checked one by one, names and what they name too.
bool ConfigReader::has_right_count(const ConfigValue& value, const ConfigPlace& place,
                                   const Form& form) {
  if (form.shape == Shape::object) return true;
  const std::size_t count = value.kind == Kind::list ? value.items.size() : value.members.size();
  if (count < form.least || count > form.most) {
    fault(place, "holds " + std::to_string(count) + "; accepted are " + range(form));
    return false;
  }
  bool is_good = true;
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    const Step step(*this, i);
    is_good &= has_form(value.items[i], value.items[i].place, *form.each);
  }
  for (const ConfigMember& each : value.members) {
    if (!form.text->fits(each.name)) {
      fault(each.place,
            "`" + shown_name(each.name) + "` is not a name: " + std::string(form.text->accepted));
      is_good = false;
    }
    const Step step(*this, each.name);
    is_good &= has_form(each.value, each.place, *form.each);
  }
  return is_good;
}

bool ConfigReader::has_one_of(const ConfigValue& value, const Form& form) {
  if (form.one_of.empty()) return true;
  const auto count = std::count_if(form.one_of.begin(), form.one_of.end(),
                                   [&](auto name) { return has_member(value, name); });
  if (count == 1) return true;
  fault(value.place, "needs exactly one of " + joined(form.one_of, " and "));
  return false;
}

void ConfigReader::fault(const ConfigPlace& place, std::string_view reason) {
  std::string line = to_string(place, document_.origin.files) + ": ";
  if (!path_.empty()) line.append(path_).append(": ");
  faults_.push_back(line.append(reason));
}

void ConfigReader::fault(const ConfigPlace& place, std::string_view value,
                         std::string_view reason) {
  std::string line = to_string(place, document_.origin.files) + ": " + path_ + "=";
  faults_.push_back(line.append(quoted(value)).append(": ").append(reason));
}

void ConfigReader::show(const ConfigPlace& place, std::string value) {
  effective_.push_back({path_, std::move(value), where(place)});
}

std::string ConfigReader::where(const ConfigPlace& place) const {
  const std::string& file = document_.origin.files[place.file];
  return file.substr(file.rfind('/') + 1) + ":" + std::to_string(place.line);
}

void ConfigReader::show(const ConfigMember* member, std::string value) {
  effective_.push_back(
      {path_, std::move(value), member != nullptr ? where(member->place) : "default"});
}

}  // namespace llmgw
