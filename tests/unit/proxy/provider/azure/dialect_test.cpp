// SPDX-License-Identifier: MIT
// Azure's two forms of addresses, out of OpenAI's and its own, and back.
#include "proxy/provider/azure/dialect.hpp"

#include <gtest/gtest.h>

#include "proxy/provider/openai/dialect.hpp"
#include "tests/unit/proxy/provider/target_of.hpp"

namespace llmgw::proxy {
namespace {

const TargetPlace classic{.prefix = "", .model = "gpt4o-eu", .api_version = "2024-10-21"};
const TargetPlace version_1{.prefix = "/p"};

std::string in_classic(std::string_view target) {
  EXPECT_TRUE(azure_dialect.has_target(classic, target)) << target;
  return target_of(azure_dialect, classic, target);
}

std::string in_version_1(std::string_view target) {
  EXPECT_TRUE(azure_dialect.has_target(version_1, target)) << target;
  return target_of(azure_dialect, version_1, target);
}

TEST(AzureDialect, NamesTheDeploymentInTheClassicForm) {
  for (const std::string verb :
       {"chat/completions", "completions", "embeddings", "audio/transcriptions",
        "audio/translations", "audio/speech", "images/generations", "images/edits"}) {
    EXPECT_EQ(in_classic("/v1/" + verb),
              "/openai/deployments/gpt4o-eu/" + verb + "?api-version=2024-10-21");
  }
  EXPECT_EQ(in_classic("/v1/files/f?limit=2"), "/openai/files/f?limit=2&api-version=2024-10-21");
  EXPECT_EQ(in_classic("/v1/batches"), "/openai/batches?api-version=2024-10-21");
  EXPECT_EQ(in_classic("/v1/chat/completions?api-version=x&a=1"),
            "/openai/deployments/gpt4o-eu/chat/completions?api-version=x&a=1");
}

TEST(AzureDialect, PutsItsRootBeforeTheFormV1) {
  EXPECT_EQ(in_version_1("/v1/chat/completions?a"), "/p/openai/v1/chat/completions?a");
  EXPECT_EQ(in_version_1("/v1/models/m"), "/p/openai/v1/models/m");
}

TEST(AzureDialect, TakesAnAddressThatHoldsTheRoot) {
  EXPECT_EQ(target_of(azure_dialect, {.prefix = "/openai"}, "/v1/responses"),
            "/openai/v1/responses");
  EXPECT_EQ(target_of(azure_dialect, {.prefix = "/x/openai"}, "/openai/v1/responses"),
            "/x/openai/v1/responses");
  EXPECT_EQ(target_of(azure_dialect, {.prefix = "/myopenai"}, "/v1/responses"),
            "/myopenai/openai/v1/responses");
}

TEST(AzureDialect, LeavesTargetsOfItsOwnClientsAsTheyAre) {
  for (const std::string target :
       {"/openai/deployments/gpt-4o/chat/completions?api-version=2023-05-15",
        "/openai/v1/responses", "/openai/files?api-version=1",
        "/openai/deployments/a%20b/embeddings"}) {
    EXPECT_EQ(target_of(azure_dialect, {.prefix = "", .api_version = "9"}, target), target);
    EXPECT_EQ(target_of(azure_dialect, {.prefix = ""}, target), target);
  }
}

TEST(AzureDialect, PutsAnotherDeploymentInPlaceOfTheClients) {
  EXPECT_EQ(in_classic("/openai/deployments/gpt-4o/chat/completions?api-version=1"),
            "/openai/deployments/gpt4o-eu/chat/completions?api-version=1");
  EXPECT_EQ(in_classic("/openai/v1/responses?x"), "/openai/v1/responses?x");
}

TEST(AzureDialect, HasNothingForOtherApisOrModelsThatAreNoDeployments) {
  for (const auto target : {"/v1/messages", "/v1beta/models/m:generateContent",
                            "/v1/models/m:generateContent", "/upload/v1beta/files", "*"}) {
    EXPECT_FALSE(azure_dialect.has_target(classic, target)) << target;
    EXPECT_FALSE(azure_dialect.has_target(version_1, target)) << target;
  }
  for (const auto model : {"", ".", "..", "a/b", "../x", "a b", "a%2e", "a?b", "\xc3\xa9"}) {
    const TargetPlace place{.prefix = "", .model = model, .api_version = "1"};
    EXPECT_FALSE(azure_dialect.has_target(place, "/v1/chat/completions")) << model;
    EXPECT_TRUE(azure_dialect.has_target(place, "/v1/files")) << model;
    const std::string target = target_of(azure_dialect, place, "/v1/embeddings");
    EXPECT_EQ(target.find(".."), target.npos) << target;
  }
}

TEST(AzureDialect, ItsRefusalsAndUsageAreOpenAis) {
  EXPECT_EQ(azure_dialect.meaning_of(400), StatusMeaning::may_be_refusal);
  EXPECT_EQ(azure_dialect.meaning_of(404), StatusMeaning::final);
  EXPECT_EQ(&azure_dialect.usage, &openai_dialect.usage);
  EXPECT_EQ(azure_dialect.usage_edit, openai_dialect.usage_edit);
}

// Azure's clients are served by OpenAI as well.
TEST(OpenAiDialect, HasWhatAzuresClientsAskFor) {
  const TargetPlace place{.prefix = "/p"};
  const auto in_openai = [&](std::string_view target) {
    return target_of(openai_dialect, place, target);
  };
  EXPECT_EQ(in_openai("/openai/deployments/d/chat/completions?api-version=1"),
            "/p/v1/chat/completions");
  EXPECT_EQ(in_openai("/openai/deployments/d/embeddings?a=1&api-version=1&b"),
            "/p/v1/embeddings?a=1&b");
  EXPECT_EQ(in_openai("/openai/v1/responses?x=1"), "/p/v1/responses?x=1");
  EXPECT_EQ(in_openai("/openai/files?api-version=1"), "/p/v1/files");
  EXPECT_EQ(in_openai("/v1/chat/completions?api-version=1"),
            "/p/v1/chat/completions?api-version=1");
}

}  // namespace
}  // namespace llmgw::proxy
