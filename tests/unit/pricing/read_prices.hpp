// SPDX-License-Identifier: MIT
// Prices from a text as the configuration file has it.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "pricing/sections.hpp"

namespace llmgw::pricing {

struct ReadPrices {
  PriceSettings settings = {};
  PricesPointer prices = {};
  std::vector<std::string> faults = {};
  std::vector<EffectiveMember> effective = {};
};

inline ReadPrices read_prices_of(const std::string& yaml) {
  static const auto sections = pricing::sections<ReadPrices, &ReadPrices::settings>();
  const FileReader read = [&](const std::string&) -> Result<std::string> { return yaml; };
  const FileLister list = [](const std::string& path) -> Result<std::vector<std::string>> {
    return std::vector<std::string>{path};
  };
  const ConfigDocument document = read_config_document("etc/f.yaml", read, list);
  ReadPrices result;
  for (const std::string& each : document.faults.lines) result.faults.push_back(each);
  const Environment environment(Environment::Map{});
  ConfigReader reader(document, environment, read);
  reader.object(document.root, std::span<const Member<ReadPrices>>(sections), result);
  result.prices = finish_prices(reader, result.settings);
  for (std::string& each : reader.take_faults()) result.faults.push_back(std::move(each));
  result.effective = reader.take_effective();
  return result;
}

/// The table of a text without faults.
inline PricesPointer prices_of(const std::string& yaml) {
  ReadPrices read = read_prices_of(yaml);
  EXPECT_EQ(read.faults, std::vector<std::string>{}) << yaml;
  EXPECT_NE(read.prices, nullptr) << yaml;
  return read.prices;
}

inline Day day(std::string_view text) {
  const auto found = parse_day(text);
  if (!found) ADD_FAILURE() << text;
  return found.value_or(Day{});
}

}  // namespace llmgw::pricing
