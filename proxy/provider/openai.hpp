// SPDX-License-Identifier: MIT
// PURE: OpenAI, and every server that speaks its dialect.
#pragma once

#include <string>

#include "common/http_url.hpp"
#include "proxy/provider/provider.hpp"

namespace llmgw::proxy {

/// Requests pass as they are but for target prefix, Host and Authorization.
class OpenAi final : public Provider {
 public:
  OpenAi(const HttpUrl& base, Secret key);

  std::string_view name() const noexcept override { return "openai"; }
  void prepare(const http::RequestHead& head, std::string& out) const override;
  const UsageReader& usage_reader() const noexcept override;
  void set_key(Secret key) override;

 private:
  void append_credentials(std::string& out) const;

  std::string path_prefix_;
  std::string authority_;
  Secret authorization_;  // `Bearer <key>`
};

}  // namespace llmgw::proxy
