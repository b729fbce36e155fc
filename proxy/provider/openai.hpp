// SPDX-License-Identifier: MIT
// PURE: OpenAI, and every server that speaks its dialect.
#pragma once

#include <string>

#include "common/settings/http_url.hpp"
#include "proxy/provider/provider.hpp"

namespace llmgw::proxy {

/// Requests pass as they are but for target prefix, Host and Authorization; and, should the gateway
/// want it, but for `stream_options.include_usage` of a streamed chat completion.
class OpenAi final : public Provider {
 public:
  OpenAi(const HttpUrl& base, Secret key);

  std::string_view name() const noexcept override { return "openai"; }
  std::size_t prepare(const http::RequestHead& head, std::string& out) const override;
  const UsageReader& usage_reader() const noexcept override;
  void set_key(Secret key) override;

  bool streams_usage_on_demand(const http::RequestHead& head) const noexcept override;
  bool allows_edit(const http::RequestHead& head) const noexcept override;
  std::optional<BodyInsertion> ask_for_usage(std::string_view body) const noexcept override;
  bool may_refuse(int status) const noexcept override;
  bool is_refusal(std::string_view text) const noexcept override;
  std::unique_ptr<StreamFilter> usage_filter(const http::ResponseHead& head) const override;

 private:
  void append_credentials(std::string& out) const;

  std::string path_prefix_;
  std::string authority_;
  Secret authorization_;  // `Bearer <key>`
};

}  // namespace llmgw::proxy
