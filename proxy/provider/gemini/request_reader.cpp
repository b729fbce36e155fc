// SPDX-License-Identifier: MIT
// A body of which nothing is wanted.
#include "proxy/provider/gemini/request_reader.hpp"

namespace llmgw::proxy {

constinit const RequestReader gemini_request_reader{.body = {.name = ""}};

}  // namespace llmgw::proxy
