// SPDX-License-Identifier: MIT
// Costs are never made up here: parts are told where their sum is what was stored.
#include "collector/query/priced.hpp"

#include <algorithm>
#include <charconv>

#include "collector/query/format.hpp"
#include "collector/query/object_text.hpp"
#include "common/text/timestamp.hpp"
#include "pricing/cost.hpp"
#include "pricing/price_text.hpp"

namespace llmgw::collector {
namespace {

const EventField* field_of(const StoredEvent& event, std::string_view name) {
  const auto found = std::find_if(event.fields.begin(), event.fields.end(),
                                  [name](const EventField& each) { return each.name == name; });
  const bool is_there = found != event.fields.end() && found->kind != EventField::Kind::null;
  return is_there ? &*found : nullptr;
}

std::string_view text_of(const StoredEvent& event, std::string_view name) {
  const EventField* const field = field_of(event, name);
  const bool is_text = field != nullptr && field->kind == EventField::Kind::text;
  return is_text ? std::string_view(field->value) : std::string_view();
}

std::optional<std::uint64_t> count_of(const StoredEvent& event, std::string_view name) {
  const EventField* const field = field_of(event, name);
  if (field == nullptr || field->kind != EventField::Kind::json) return std::nullopt;
  std::uint64_t count = 0;
  const std::string& value = field->value;
  const auto [end, fault] = std::from_chars(value.data(), value.data() + value.size(), count);
  if (fault != std::errc() || end != value.data() + value.size()) return std::nullopt;
  return count;
}

TokenCounts tokens_of(const StoredEvent& event) {
  return {.prompt = count_of(event, "prompt_tokens"),
          .completion = count_of(event, "completion_tokens"),
          .total = count_of(event, "total_tokens"),
          .cached = count_of(event, "cached_tokens"),
          .reasoning = count_of(event, "reasoning_tokens"),
          .cache_write = count_of(event, "cache_write_tokens"),
          .cache_write_1h = count_of(event, "cache_write_1h_tokens")};
}

std::string entry_json(const pricing::Price& price) {
  ObjectText object;
  object.text("provider", price.provider);
  object.text("model", price.model);
  const auto day = [&object](std::string_view name, const std::optional<pricing::Day>& value) {
    value ? object.text(name, pricing::format_day(*value)) : object.json(name, "null");
  };
  day("from", price.days.from);
  day("to", price.days.to);
  for (std::size_t i = 0; i < pricing::token_kind_count; ++i) {
    const auto& rate = price.base.rates[i];
    object.json(pricing::token_kind_words[i], rate ? pricing::format_decimal(*rate) : "null");
  }
  object.text("text", pricing::to_string(price));
  return object.finish();
}

std::string item_json(const UsageRow& row, const pricing::PricesPointer& prices, pricing::Day day) {
  ObjectText object;
  const std::string provider = row.is_rest ? "other" : row.groups[0];
  const std::string model = row.is_rest ? "other" : row.groups[1];
  object.text("provider", provider);
  object.text("model", model);
  object.number("requests", row.sums.of(Sum::requests));
  object.number("unpriced_requests", row.sums.of(Sum::unpriced));
  object.number("no_usage_requests", row.sums.of(Sum::no_usage));
  object.number("prompt_tokens", row.sums.of(Sum::prompt_tokens));
  object.number("completion_tokens", row.sums.of(Sum::completion_tokens));
  const bool has_entry = prices && prices->find({{}, provider}, model, day) != nullptr;
  object.truth("has_price_now", has_entry);
  return object.finish();
}

}  // namespace

void add_cost_parts(const pricing::Prices& prices, StoredEvent& event) {
  const auto cost = count_of(event, "cost_nano_usd");
  const auto time = parse_timestamp(text_of(event, "ts"));
  if (!cost || !time || text_of(event, "price_id") != prices.id()) return;
  const std::string_view target = text_of(event, "target");
  const pricing::Spent spent{
      .tenant = text_of(event, "tenant"),
      .provider = {target.substr(0, target.find('/')), text_of(event, "provider")},
      .model = text_of(event, "model"),
      .request_model = text_of(event, "request_model"),
      .tokens = tokens_of(event),
      .service_tier = text_of(event, "service_tier"),
      .day = std::chrono::floor<std::chrono::days>(*time)};
  const pricing::Cost found = pricing::cost_of(prices, spent);
  const auto parts = pricing::cost_parts_of(prices, spent);
  const bool is_same = found.nano_usd && static_cast<std::uint64_t>(*found.nano_usd) == *cost;
  if (!is_same || !parts || found.price == nullptr) return;
  ObjectText object;
  for (std::size_t i = 0; i < parts->size(); ++i)
    if ((*parts)[i] != 0) object.number(pricing::token_kind_words[i], (*parts)[i]);
  event.fields.push_back({"cost_parts", object.finish()});
  event.fields.push_back({"price", pricing::to_string(*found.price), EventField::Kind::text});
}

std::string prices_json(const Span& span, std::span<const UsageRow> rows,
                        const pricing::PricesPointer& prices, std::int64_t now) {
  const auto today = std::chrono::floor<std::chrono::days>(
      std::chrono::sys_time<std::chrono::milliseconds>(std::chrono::milliseconds(now)));
  ObjectText object;
  object.text("from", time_text(span.from));
  object.text("to", time_text(span.to));
  object.text("currency", "USD");
  prices ? object.text("price_id", prices->id()) : object.json("price_id", "null");
  std::vector<std::string> items;
  for (const UsageRow& each : rows)
    if (each.sums.of(Sum::unpriced) > 0) items.push_back(item_json(each, prices, today));
  object.json("items", list_of(std::span<const std::string>(items),
                               [](const std::string& each) { return each; }));
  const auto entries = prices ? prices->all() : std::span<const pricing::Price>();
  object.json("entries", list_of(entries, entry_json));
  return object.finish();
}

}  // namespace llmgw::collector
