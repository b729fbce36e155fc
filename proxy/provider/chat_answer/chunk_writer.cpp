// SPDX-License-Identifier: MIT
// The key order is that of OpenAI's own chunks.
#include "proxy/provider/chat_answer/chunk_writer.hpp"

#include "proxy/provider/chat_answer/json_copy.hpp"

namespace llmgw::proxy::chat_answer {

ChunkWriter::ChunkWriter(const AnswerTerms& terms)
    : model_(terms.model), request_id_(terms.request_id), terms_(terms) {
  terms_.provider = {};
  terms_.model = model_;
  terms_.request_id = request_id_;
  name({});
}

void ChunkWriter::name(const AnswerNames& names) {
  head_ = "data: ";
  append_answer_head("chat.completion.chunk", names, terms_, head_);
}

void ChunkWriter::begin_delta(std::size_t choice, std::string& out) const {
  out += head_;
  out += R"({"index":)";
  append_count(choice, out);
  out += R"(,"delta":{)";
}

void ChunkWriter::end_delta(std::string& out, std::string_view logprobs) const {
  out += R"(},"logprobs":)";
  out += logprobs;
  out += R"(,"finish_reason":null})";
  end_chunk(out);
}

void ChunkWriter::append_finish(std::size_t choice, std::string_view reason,
                                std::string_view native, std::string& out) const {
  begin_delta(choice, out);
  out += R"(},"logprobs":null,"finish_reason":")";
  out += reason;
  out += R"(","native_finish_reason":)";
  append_text_or_null(native, out);
  out += '}';
  end_chunk(out);
}

// Where usage was asked for, every chunk has the member.
void ChunkWriter::end_chunk(std::string& out) const {
  out += terms_.wants_usage ? "],\"usage\":null}\n\n" : "]}\n\n";
}

void ChunkWriter::append_end(const ChatUsage& usage, std::string& out) const {
  if (terms_.wants_usage && !usage.is_empty()) {
    out += head_;
    out += R"(],"usage":)";
    append_usage(usage, out);
    out += "}\n\n";
  }
  out += "data: [DONE]\n\n";
}

}  // namespace llmgw::proxy::chat_answer
