// SPDX-License-Identifier: MIT
// AnswerWriter: sends one answer in the framing that the behaviour asks for, whole or cut short.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tests/mock_upstream/behaviour.hpp"
#include "tests/mock_upstream/head_fields.hpp"
#include "tests/mock_upstream/visit.hpp"

namespace llmgw::mock {

/// All functions yield false once the client is gone.
class AnswerWriter {
 public:
  /// `call` outlives the writer.
  AnswerWriter(http::EndpointExchange& exchange, Visit& visit, const Call& call)
      : exchange_(exchange),
        visit_(visit),
        behaviour_(call.behaviour),
        head_fields_(call),
        array_(call.array) {}

  /// An interim response.
  Task<bool> interim(int status);
  /// A whole answer in the behaviour's framing, or its first `cut` bytes.
  Task<bool> plain(int status, std::string_view body);

  // A stream: chunked, or until close where that is asked for.
  Task<bool> start_stream();
  Task<bool> send(std::string_view bytes);
  Task<bool> finish();

 private:
  using Fields = std::vector<http::OutField>;
  Fields stream_fields() const;
  std::string head_text(int status, const Fields& fields, std::string_view framing) const;
  Task<bool> start(int status, Fields fields);
  bool until_close() const noexcept { return behaviour_.framing == PlainFraming::close; }

  http::EndpointExchange& exchange_;
  Visit& visit_;
  const Behaviour& behaviour_;
  HeadFields head_fields_;
  bool array_;
};

}  // namespace llmgw::mock
