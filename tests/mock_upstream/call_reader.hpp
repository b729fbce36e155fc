// SPDX-License-Identifier: MIT
// PURE: from a request to the call that it is.
#pragma once

#include <string>
#include <string_view>

#include "tests/mock_upstream/call.hpp"

namespace llmgw::mock {

/// What the route says; `number`: running.
Call make_call(const Route& route, std::uint64_t number, const Behaviour& behaviour);

/// A body as JSON; null unless it is an object, and one of a depth that other dialects' bodies
/// have.
Json read_object(const std::string& body, Dialect dialect);

/// Adds what the body says.
void read_call(const Json& body, Call& call);

/// Where X-Mock is not sent, the model's name may say how to behave: `mock:...`, and with other
/// dialects also behind a name that they know, as in `claude-opus-4-6-mock:...`, which is left.
std::string take_wish(Call& call);

}  // namespace llmgw::mock
