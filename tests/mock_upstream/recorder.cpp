// SPDX-License-Identifier: MIT
// Making and writing the lines.
#include "tests/mock_upstream/recorder.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "common/log/log.hpp"
#include "tests/mock_upstream/base64.hpp"

namespace llmgw::mock {
namespace {

using Json = nlohmann::ordered_json;

bool is_utf8(std::string_view bytes) {
  try {
    static_cast<void>(Json(bytes).dump());
    return true;
  } catch (const Json::type_error&) {
    return false;
  }
}

}  // namespace

Recorder::~Recorder() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<void> Recorder::open(const std::string& path) {
  descriptor_ = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor_ < 0) return errc::io_failed;
  return {};
}

void Recorder::request(const http::EndpointHead& head, std::string_view body,
                       std::uint64_t connection) {
  if (descriptor_ < 0) return;
  Json fields = Json::array();
  for (const http::EndpointField& each : head.fields)
    fields.push_back(Json::array({each.name, each.value}));
  Json line = {{"method", head.method}, {"target", head.target}, {"fields", std::move(fields)}};
  const bool text = is_utf8(body);
  line["body"] = text ? std::string(body) : encode_base64(body);
  if (!text) line["encoding"] = "base64";
  line["connection"] = connection;
  write_line(line.dump(-1, ' ', false, Json::error_handler_t::replace));
}

void Recorder::closed(std::uint64_t connection, bool early) {
  if (descriptor_ < 0) return;
  write_line(Json({{"closed", connection}, {"early", early}}).dump());
}

void Recorder::write_line(std::string line) {
  line += '\n';
  const std::lock_guard lock(mutex_);
  for (std::string_view rest = line; !rest.empty();) {
    const auto count = ::write(descriptor_, rest.data(), rest.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return log::error("record not written");
    rest.remove_prefix(static_cast<std::size_t>(count));
  }
}

}  // namespace llmgw::mock
