// SPDX-License-Identifier: MIT
// Numbers are copied as they are written.
#include "proxy/provider/gemini/generation_config.hpp"

#include <charconv>
#include <cstdint>
#include <optional>

#include "common/json/scalar.hpp"
#include "proxy/provider/chat/json_items.hpp"
#include "proxy/provider/chat/options.hpp"
#include "proxy/provider/gemini/json_out.hpp"
#include "proxy/provider/gemini/thinking.hpp"

namespace llmgw::proxy::gemini {
namespace {

using chat::ChatParam;

class ConfigWriter {
 public:
  ConfigWriter(const GeminiRequestTerms& terms, std::string& out) noexcept
      : terms_(terms), request_(terms.request), losses_(terms.losses), out_(out) {}

  bool write() {
    if (!write_limit()) return false;
    write_sampling();
    if (!write_stops() || !write_candidates() || !write_seed()) return false;
    write_penalties();
    write_logprobs();
    return write_format() && write_modalities();
  }

 private:
  void copy(ChatParam param, std::string_view key) {
    if (request_.has(param)) append_member(key, request_[param], out_);
  }

  bool write_limit();
  void write_sampling();
  bool write_stops();
  bool write_candidates();
  bool write_seed();
  void write_penalties();
  void write_logprobs();
  bool write_format();
  bool write_schema(std::string_view schema);
  bool write_modalities();

  const GeminiRequestTerms& terms_;
  const chat::ChatRequest& request_;
  chat::Losses& losses_;
  std::string& out_;
};

bool ConfigWriter::write_limit() {
  std::optional<std::int64_t> limit;
  if (!chat::read_max_tokens(request_, losses_, limit)) return false;
  if (limit) append_member("maxOutputTokens", std::to_string(*limit), out_);
  return true;
}

void ConfigWriter::write_sampling() {
  constexpr std::pair<ChatParam, std::string_view> params[] = {
      {ChatParam::temperature, "temperature"},
      {ChatParam::top_p, "topP"},
      {ChatParam::top_k, "topK"},
  };
  for (const auto& [param, key] : params) {
    if (terms_.traits.has_sampling) {
      copy(param, key);
    } else if (request_.has(param)) {
      losses_.drop(chat::name_of(param));
    }
  }
}

bool ConfigWriter::write_stops() {
  constexpr std::size_t most = 5;
  std::string stops = "[";
  std::size_t count = 0;
  const auto take = [&](std::string_view inside) {
    if (inside.empty()) return losses_.drop("stop");
    ++count;
    begin_element(stops);
    ((stops += '"') += inside) += '"';
  };
  if (!chat::each_stop(request_, losses_, take)) return false;
  if (count > most) {
    losses_.refuse_value("stop");
  } else if (count > 0) {
    append_member("stopSequences", stops += ']', out_);
  }
  return true;
}

bool ConfigWriter::write_candidates() {
  if (!request_.has(ChatParam::n)) return true;
  const auto count = parse_count(request_[ChatParam::n]);
  if (!count || *count == 0) return losses_.reject("n", "has to be a whole number from 1");
  append_member("candidateCount", std::to_string(*count), out_);
  return true;
}

// Gemini's is of 32 bits; cut down to those it would be another one.
bool ConfigWriter::write_seed() {
  const std::string_view seed = request_[ChatParam::seed];
  if (seed.empty()) return true;
  if (seed.find_first_of(".eE") != seed.npos)
    return losses_.reject("seed", "has to be a whole number");
  std::int32_t value = 0;
  const auto read = std::from_chars(seed.data(), seed.data() + seed.size(), value);
  if (read.ec != std::errc()) {
    losses_.refuse_value("seed");
  } else {
    append_member("seed", seed, out_);
  }
  return true;
}

void ConfigWriter::write_penalties() {
  constexpr std::pair<ChatParam, std::string_view> params[] = {
      {ChatParam::presence_penalty, "presencePenalty"},
      {ChatParam::frequency_penalty, "frequencyPenalty"},
  };
  for (const auto& [param, key] : params) {
    if (terms_.traits.has_penalties) {
      copy(param, key);
    } else if (request_.has(param)) {
      losses_.refuse(chat::name_of(param));
    }
  }
}

void ConfigWriter::write_logprobs() {
  if (!request_.has(ChatParam::logprobs) && !request_.has(ChatParam::top_logprobs)) return;
  append_member("responseLogprobs", "true", out_);
  copy(ChatParam::top_logprobs, "logprobs");
}

bool ConfigWriter::write_format() {
  using Kind = chat::ResponseFormat::Kind;
  chat::ResponseFormat format;
  if (!chat::read_response_format(request_, losses_, format)) return false;
  if (format.kind == Kind::text) return true;
  append_text_member("responseMimeType", "application/json", out_);
  return format.kind == Kind::json_object || write_schema(format.schema);
}

bool ConfigWriter::write_schema(std::string_view schema) {
  if (!terms_.target.reduces_schema) {
    begin_member("responseJsonSchema", out_);
    append_json_schema(schema, out_);
    return true;
  }
  begin_member("responseSchema", out_);
  const SchemaFault fault = terms_.reducer.append(schema, out_);
  return fault == SchemaFault::none ||
         losses_.reject("response_format.json_schema.schema", words_of(fault));
}

// Text alone goes without saying.
bool ConfigWriter::write_modalities() {
  bool has_text = false;
  bool has_image = false;
  chat::JsonElements elements(request_[ChatParam::modalities]);
  for (std::string_view each; elements.next(each);) {
    if (!chat::inside_of(each)) return losses_.reject("modalities", "has to hold strings");
    const bool is_text = chat::is_string(each, "text");
    const bool is_image = chat::is_string(each, "image");
    has_text = has_text || is_text;
    has_image = has_image || is_image;
    if (!is_text && !is_image) losses_.refuse(chat::name_of(ChatParam::modalities));
  }
  if (has_image)
    append_member("responseModalities", has_text ? R"(["TEXT","IMAGE"])" : R"(["IMAGE"])", out_);
  return true;
}

}  // namespace

bool append_generation_config(std::string_view thinking_config, const GeminiRequestTerms& terms,
                              std::string& out) {
  const std::size_t begin = out.size();
  begin_member("generationConfig", out);
  out += '{';
  const std::size_t empty = out.size();
  if (!ConfigWriter(terms, out).write()) return false;
  append_thinking(thinking_config, terms, out);
  if (out.size() == empty) {
    out.resize(begin);
  } else {
    out += '}';
  }
  return true;
}

}  // namespace llmgw::proxy::gemini
