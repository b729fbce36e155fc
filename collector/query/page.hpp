// SPDX-License-Identifier: MIT
// Page: sends the files of the page, which are the same for everybody.
#pragma once

#include "collector/ui/page_files.hpp"
#include "common/http/endpoint_exchange.hpp"

namespace llmgw::collector {

/// GET and HEAD, with what the browser is told to keep from its side.
Task<void> send_page_file(http::EndpointExchange& exchange, const PageFile& file);

}  // namespace llmgw::collector
