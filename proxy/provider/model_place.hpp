// SPDX-License-Identifier: MIT
// PURE: where in the body of a request the model stands, so that exactly that can be changed.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace llmgw::proxy {

struct ModelPlace {
  std::string_view text;  ///< of the body: between the quotes of a string, or a whole form field
  bool is_json = true;

  /// The model's name as it has to stand there.
  std::string spell(std::string_view model) const;
};

/// Of a JSON object the member `model` at top level, of multipart/form-data (RFC 7578) the field of
/// that name. `content_type`: of the request; whatever it says but the latter, the body may be
/// JSON. Nothing where the body is neither, where there is no such text, and where there is more
/// than one, or another one that differs from it in case alone: servers would not agree on which
/// counts.
std::optional<ModelPlace> place_of_model(std::string_view body, std::string_view content_type);

/// Whether `content_type` names multipart/form-data.
bool is_form_data(std::string_view content_type) noexcept;

}  // namespace llmgw::proxy
