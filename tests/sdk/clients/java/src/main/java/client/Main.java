// SPDX-License-Identifier: MIT
package client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.openai.core.ObjectMappers;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** The protocol of tests/sdk/clients/README.md: a line in, a line out. */
public final class Main {
    static final JsonMapper MAPPER = ObjectMappers.jsonMapper();

    public static void main(String[] arguments) throws IOException {
        var answers = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        System.setOut(System.err); // whatever a library says is not part of the protocol
        var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (var line = lines.readLine(); line != null; line = lines.readLine()) {
            answers.println(MAPPER.writeValueAsString(answer(MAPPER.readTree(line))));
        }
    }

    private static ObjectNode answer(JsonNode request) {
        var answer = MAPPER.createObjectNode();
        try {
            answer.put("ok", true).set("result", result(request));
        } catch (Exception fault) { // whatever it is, the runner wants to read it
            answer.removeAll();
            answer.put("ok", false).put("error", fault.toString());
        }
        return answer;
    }

    private static JsonNode result(JsonNode request) throws Exception {
        var name = request.get("case").asText();
        if (name.equals("version")) {
            var sdk = com.openai.client.OpenAIClient.class.getPackage().getImplementationVersion();
            return MAPPER.createObjectNode().put("sdk", sdk).put("language", "Java " + Runtime.version());
        }
        return Calls.make(request);
    }
}
