// SPDX-License-Identifier: MIT
// PURE: whose API a request is made in, by its path, and what of a request the path alone tells.
#pragma once

#include <cstdint>
#include <string_view>

#include "proxy/http/head.hpp"

namespace llmgw::proxy {

/// The dialects that clients speak. `openai` is every path that is no other's.
enum class ClientDialect : std::uint8_t { openai, azure, anthropic, gemini };

struct NativePath {
  ClientDialect dialect = ClientDialect::openai;
  /// The segment that names a model or deployment: a part of the path, percent-encoded as it was
  /// sent. Empty: the path names none, the body may.
  std::string_view model = {};
  /// What is asked of the model: of Gemini what stands behind the colon, of Azure the rest of the
  /// path (`chat/completions`); empty where `model` is.
  std::string_view verb = {};
  /// The verb asks for a stream. With Gemini nothing else does.
  bool is_stream = false;
};

/// `path`: without its query. Case counts, and nothing is decoded. The views are of `path`.
///
/// - anthropic: /v1/messages and all below it;
/// - gemini: a POST to {/v1,/v1beta,/v1alpha}/{models,tunedModels}/NAME:VERB, and all else below
///   /v1beta, /v1alpha, /upload/v1, /upload/v1beta and /upload/v1alpha;
/// - azure: all below /openai;
/// - openai: all others.
///
/// Fine-tuned models of OpenAI hold several colons and come by GET and DELETE, so they are none of
/// Gemini's.
NativePath classify(std::string_view method, std::string_view path) noexcept;

/// The same, and the list of models is Anthropic's where `anthropic-version` says so.
NativePath classify(const http::RequestHead& head) noexcept;

}  // namespace llmgw::proxy
