// SPDX-License-Identifier: MIT
// PURE: which provider a request is meant for, told by its method, path and fields.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/http/endpoint_head.hpp"
#include "tests/mock_upstream/page.hpp"
#include "tests/mock_upstream/prompt.hpp"

namespace llmgw::mock {

enum class Dialect : std::uint8_t { openai, azure, anthropic, gemini };
inline constexpr std::size_t dialect_count = 4;

/// As billing and --help spell it.
std::string_view name_of(Dialect dialect) noexcept;

struct Route {
  Dialect dialect = Dialect::openai;
  std::optional<Endpoint> endpoint;  ///< none: of OpenAI's, a list or a path that is not there
  std::string model;                 ///< of the path, percent-coding undone
  bool stream = false;               ///< the path asks for it
  bool array = false;                ///< and for JSON in pieces instead of events
  PageWish page;                     ///< of a list of models
};

Route route_of(const http::EndpointHead& head);

/// Whether the query has this parameter; its value in `value`, as written.
bool find_parameter(std::string_view target, std::string_view name, std::string& value);

}  // namespace llmgw::mock
