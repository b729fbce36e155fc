// SPDX-License-Identifier: MIT
// PURE: a chat completion asked for in OpenAI's dialect and answered in another one: what a dialect
// has to bring for that, and nothing of how any does it.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/text/bounded_string.hpp"
#include "proxy/config/routing.hpp"
#include "proxy/provider/lesson.hpp"
#include "proxy/provider/model_facts.hpp"
#include "proxy/provider/signature_memory.hpp"

namespace llmgw::proxy {

/// What is known of the model that a request is translated for. What stays unsaid is the dialect's
/// own table to tell, by the model's name.
struct TranslationTarget {
  std::string_view model;           ///< what its provider calls it
  std::string_view provider;        ///< its name in the configuration, for messages
  bool drops_unsupported = false;   ///< what binds is left out and named, not refused
  bool shows_reasoning = true;      ///< the client is given what the model thought
  bool marks_cache = false;         ///< the last block is marked for the provider's cache
  bool streams_tool_input = false;  ///< arguments come piece by piece
  bool reduces_schema = false;      ///< schemas in the narrow form of older models
  std::optional<std::uint64_t> default_max_tokens = {};  ///< where the client names none
  std::optional<std::uint64_t> max_output_tokens = {};   ///< the most that the model takes
  std::optional<ReasoningForm> reasoning = {};
  std::optional<bool> has_sampling = {};      ///< takes temperature, top_p, top_k
  std::optional<bool> has_forced_tools = {};  ///< takes a choice of tools that forces a call
  ModelFacts facts = {};                      ///< what the provider says, where the rest does not
  std::optional<bool> has_system_turns = {};  ///< takes system messages between the others
  std::string_view api_version = {};          ///< for addresses; empty: the usual one
  Learnt learnt = {};                         ///< from refusals of it
  std::optional<Lesson> lesson = {};          ///< from the refusal of this same request
  TenantSignatures signatures = {};           ///< that its client may have lost
};

/// The request as the provider is to get it. The same bytes yield the same bytes, always, but for
/// signatures that are remembered.
struct TranslatedRequest {
  std::string body;
  /// What was left out, by the client's names, each once, in the order in which it was met.
  std::vector<std::string> dropped;
  bool is_stream = false;
  bool wants_usage = false;              ///< the client asked for a chunk of usage
  bool is_max_tokens_defaulted = false;  ///< the limit is not the client's
  std::uint64_t max_tokens = 0;          ///< the limit; 0: of no matter
  bool has_stand_in = false;             ///< for a signature that is lost, or that was refused
  bool may_have_stand_in = false;  ///< in place of signatures that are the client's, or missing
};

/// Why a request cannot be translated: 400, in OpenAI's form.
struct TranslationRefusal {
  std::string_view code;  ///< `unsupported_parameter`, `unsupported_value`, `invalid_value`
  std::string param;      ///< the member's path, as `messages[2].tool_call_id`
  std::string message;    ///< names all that stands in the way, and holds no text of the request
};

using RequestTranslation = std::variant<TranslatedRequest, TranslationRefusal>;

/// An error in OpenAI's form.
struct TranslatedError {
  int status = 502;
  std::string type;
  std::string code;                                  ///< empty: null
  std::string message;                               ///< at most 4 KB
  std::string param = {};                            ///< empty: null
  std::string upstream_type;                         ///< the provider's own word for it
  std::string request_id = {};                       ///< the provider's, where its body tells one
  std::optional<std::uint64_t> retry_after_ms = {};  ///< where its body tells it
  /// What the upstream said, in its head or its stream; 0: nothing, it is what it did.
  int upstream_status = 0;
};

/// `{"error":{...},"upstream":{...}}`; without a line break.
std::string to_json(const TranslatedError& error, std::string_view provider);

/// What is told of every answer, whatever the provider says.
struct AnswerTerms {
  std::string_view provider;    ///< its name in the configuration
  std::string_view model;       ///< for answers that name none
  std::string_view request_id;  ///< the gateway's
  std::int64_t created = 0;     ///< seconds since 1970
  bool wants_usage = false;     ///< a last chunk of it
  bool shows_reasoning = true;
  bool input_includes_cache = false;  ///< the provider's count of the prompt does
  TenantSignatures signatures = {};   ///< where those that the client may lose are kept
};

/// What an answer holds that a chat completion has no place for, and that is left out of it.
enum class SkippedKind : std::uint8_t {
  server_tool,     ///< a tool of the provider's own: its call, or what came of it
  citation,        ///< where a text is from
  grounding,       ///< what a search of the provider's found
  code_execution,  ///< code that the provider ran, or what came of it
  other,           ///< a kind that is not known
};
inline constexpr std::size_t skipped_kind_count = 5;
inline constexpr std::array<std::string_view, skipped_kind_count> skipped_kind_words{
    "server_tool", "citation", "grounding", "code_execution", "other"};

/// How often that happened.
struct SkippedCounts {
  std::array<std::uint32_t, skipped_kind_count> kinds = {};

  void add(SkippedKind kind) noexcept { ++kinds[static_cast<std::size_t>(kind)]; }
  std::uint32_t operator[](SkippedKind kind) const noexcept {
    return kinds[static_cast<std::size_t>(kind)];
  }
};

/// What an answer says beside what its client is told. Of several choices, of the first.
struct AnswerFacts {
  BoundedString<64> native_finish_reason = {};  ///< the provider's word for why it stopped, in
                                                ///< full or cut; empty: none yet
  std::string_view finish_reason = {};          ///< what the client is told for it, a constant
  bool is_at_max_tokens = false;  ///< it stopped because the request's limit was reached
  SkippedCounts skipped = {};
  std::optional<std::uint64_t> server_tool_requests = {};  ///< of all the provider's own tools
};

/// One stream of events. Is shown each payload byte of it once, in order and in any split, and
/// appends what the client is to get to `out`. Holds one event at a time and no text.
class StreamTranslation {
 public:
  virtual ~StreamTranslation() = default;

  enum class State : std::uint8_t {
    waiting,  ///< nothing yet that the client could be shown; the head may still be held back
    failed,   ///< an error before all output: see error(); nothing was appended
    open,     ///< output has begun
    broken,   ///< an error was appended: nothing will follow, and no [DONE]
    ended,    ///< all of it, and [DONE], was appended
  };

  virtual State pass(std::string_view payload, std::string& out) = 0;
  /// The body is over; `is_whole`: not cut off. `code`: why it was cut (`upstream_aborted`,
  /// `upstream_timeout`). Without the end that the dialect demands an error is appended.
  virtual State finish(bool is_whole, std::string_view code, std::string& out) = 0;
  /// With State::failed and State::broken.
  virtual const TranslatedError& error() const noexcept = 0;
  /// As far as it has come.
  virtual const AnswerFacts& facts() const noexcept = 0;
};

/// An answer that is no stream.
struct TranslatedAnswer {
  std::string body;
  AnswerFacts facts = {};
};

/// A constant of a dialect.
class Translation {
 public:
  /// `body`: a request to /v1/chat/completions, whole.
  virtual RequestTranslation translate(std::string_view body,
                                       const TranslationTarget& target) const = 0;
  /// Appends the target, below the provider's prefix.
  virtual void append_target(std::string& out, const TranslationTarget& target,
                             bool is_stream) const = 0;
  /// `most_event`: bytes of one event, beyond which the stream is broken.
  virtual std::unique_ptr<StreamTranslation> stream(const AnswerTerms& terms,
                                                    std::size_t most_event) const = 0;
  /// Nothing if `body` is no answer of this dialect.
  virtual std::optional<TranslatedAnswer> answer(std::string_view body,
                                                 const AnswerTerms& terms) const = 0;
  /// Of an answer whose status is not 2xx.
  virtual TranslatedError error(int status, std::string_view body) const = 0;
  /// Of an answer whose status is 2xx, if its body says that it failed; nothing if it does not.
  virtual std::optional<TranslatedError> error_in_answer(std::string_view body) const = 0;
  /// How a request that was refused so is to be translated once more; nothing where that is the
  /// answer. `sent` is what became of it for `target`. A request is never refused so without end.
  virtual std::optional<Lesson> lesson(const TranslatedError& error,
                                       const TranslationTarget& target,
                                       const TranslatedRequest& sent) const = 0;

 protected:
  ~Translation() = default;
};

}  // namespace llmgw::proxy
