// SPDX-License-Identifier: MIT
// One connection, page after page.
#include "collector/reconcile/fetch.hpp"

#include <array>

#include "common/async/timer.hpp"
#include "common/http/client.hpp"
#include "common/json/items.hpp"
#include "common/net/tls.hpp"
#include "common/text/quantity.hpp"

namespace llmgw::collector {
namespace {

constexpr http::Client::Limits limits{.connect = std::chrono::seconds(10),
                                      .all = std::chrono::seconds(60),
                                      .body_most = std::size_t{16} << 20};
constexpr int not_found = 404;

// As long as the server says, else longer each time.
std::chrono::seconds wait_of(const std::string& retry_after, int attempt) {
  const auto said = parse_integer(retry_after);
  constexpr std::uint64_t most = 1'000'000;
  if (said) return std::chrono::seconds(std::min(*said, most));
  return std::chrono::seconds(1 << attempt);
}

std::string reason_of(int status) {
  const std::string text = "status " + std::to_string(status);
  if (status == 401 || status == 403)
    return text + ": the key is not taken; it has to be an admin key of the organisation";
  return text;
}

}  // namespace

class ReportFetch::Connection {
 public:
  Connection(Loop& loop, const ReportSource& source, std::unique_ptr<TlsContext> tls)
      : source_(source),
        tls_(std::move(tls)),
        client_(loop, source.server, tls_.get()),
        pause_(loop),
        bearer_(Secret("Bearer " + std::string(source.key.reveal()))) {}

  // The body; nothing for 404.
  Task<Told<std::optional<std::string>>> get(std::string target) {
    const std::string path = source_.server.path + target;
    std::string reason;
    for (int attempt = 0; attempt < attempts_a_page; ++attempt) {
      const http::Request request = request_for(path);
      const auto answer = co_await client_.request(request, limits);
      std::chrono::milliseconds wait(250 << attempt);
      if (answer.has_error()) {
        reason = answer.error().message();
        if (answer.error() == errc::tls_failed) co_return ReportFault{reason};
      } else if (answer->status == 200) {
        co_return std::optional(answer->body);
      } else if (answer->status == not_found) {
        co_return std::optional<std::string>();
      } else {
        reason = reason_of(answer->status);
        if (answer->status != 429 && answer->status < 500) co_return ReportFault{reason};
        wait = wait_of(answer->retry_after, attempt);
      }
      if (wait > longest_wait)
        co_return ReportFault{reason + ", and a wait of " +
                              std::to_string(wait / std::chrono::seconds(1)) + " s is asked for"};
      if (attempt + 1 < attempts_a_page) co_await pause_.wait(wait);
    }
    co_return ReportFault{reason + ", " + std::to_string(attempts_a_page) + " times"};
  }

 private:
  http::Request request_for(const std::string& path) {
    const bool is_openai = source_.reporter == Reporter::openai;
    fields_ = {{{"anthropic-version", "2023-06-01"}, {"x-api-key", source_.key.reveal()}}};
    http::Request request{.method = "GET", .path = path};
    if (is_openai) {
      request.authorization = bearer_.reveal();
    } else {
      request.fields = fields_;
    }
    return request;
  }

  const ReportSource& source_;
  std::unique_ptr<TlsContext> tls_;
  http::Client client_;
  Timer pause_;
  Secret bearer_;
  std::array<http::OutField, 2> fields_;
};

Task<Told<TheirReport>> ReportFetch::run() {
  std::unique_ptr<TlsContext> tls;
  if (source_.server.tls) {
    auto made = TlsContext::make(source_.ca_pem);
    if (made.has_error()) co_return ReportFault{"no TLS: " + made.error().message()};
    tls = std::move(*made);
  }
  Connection connection(loop_, source_, std::move(tls));
  TheirReport report;
  for (const ReportKind& each : reports_of(source_.reporter, span_, scope_)) {
    const Told<bool> read = co_await read_report(connection, each, report);
    if (read.has_error())
      co_return ReportFault{each.target.substr(0, each.target.find('?')) + ": " +
                            read.error().text};
  }
  co_return report;
}

Task<Told<bool>> ReportFetch::read_report(Connection& connection, const ReportKind& kind,
                                          TheirReport& into) {
  ReportPages pages(span_, settled_);
  std::string page;
  do {
    const std::string target = target_of_page(kind, page);
    const auto body = co_await connection.get(target);
    if (body.has_error()) co_return body.error();
    if (!*body) {
      if (kind.may_be_absent && page.empty()) co_return false;
      co_return ReportFault{"status 404: the server does not know this report"};
    }
    auto next = pages.take(**body);
    if (next.has_error()) co_return next.error();
    page = std::move(next->token);
  } while (!page.empty());
  for (const auto& [day, results] : pages.days()) {
    json_items::JsonElements elements(results);
    for (std::string_view each; elements.next(each);) {
      std::string fault = kind.add(each, day, scope_, into);
      if (!fault.empty()) co_return ReportFault{day_text(day) + ": " + fault};
    }
  }
  co_return true;
}

}  // namespace llmgw::collector
