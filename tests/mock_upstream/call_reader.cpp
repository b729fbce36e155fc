// SPDX-License-Identifier: MIT
// Route, body and model.
#include "tests/mock_upstream/call_reader.hpp"

#include <algorithm>

#include "tests/mock_upstream/native.hpp"

namespace llmgw::mock {

Call make_call(const Route& route, std::uint64_t number, const Behaviour& behaviour) {
  Call call{
      route.endpoint.value_or(Endpoint::chat), number, {}, behaviour, route.dialect, route.array};
  call.prompt.model = route.model;
  call.prompt.stream = route.stream;
  call.page = route.page;
  return call;
}

Json read_object(const std::string& body, Dialect dialect) {
  constexpr int most_depth = 256;  // checks follow the body down, one call a level
  int depth = 0;
  const auto look = [&depth](int at_depth, Json::parse_event_t, Json&) {
    depth = std::max(depth, at_depth);
    return depth <= most_depth;
  };
  Json json =
      is_native(dialect) ? Json::parse(body, look, false) : Json::parse(body, nullptr, false);
  return json.is_object() && depth <= most_depth ? json : Json();
}

void read_call(const Json& body, Call& call) {
  if (is_native(call.dialect)) {
    call.prompt = read_native_prompt(call, body);
    return;
  }
  const std::string deployment = call.prompt.model;
  call.prompt = read_prompt(call.endpoint, body);
  if (!deployment.empty()) call.prompt.model = deployment;
}

std::string take_wish(Call& call) {
  constexpr std::string_view prefix = "mock:";
  std::string& model = call.prompt.model;
  const std::size_t at = is_native(call.dialect) ? model.find(prefix) : 0;
  if (at == model.npos || !std::string_view(model).substr(at).starts_with(prefix)) return {};
  std::string wish = model.substr(at + prefix.size());
  if (at > 0) model.resize(model[at - 1] == '-' ? at - 1 : at);
  return wish;
}

}  // namespace llmgw::mock
