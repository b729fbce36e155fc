// SPDX-License-Identifier: MIT
// The door: a token for a session.
import { useState } from "preact/hooks";
import { type Fault, logIn } from "./api";
import { Mark } from "./mark";

export function Login({ onDone }: { onDone: () => void }) {
  const [token, setToken] = useState("");
  const [fault, setFault] = useState("");
  const [isBusy, setIsBusy] = useState(false);
  const submit = (event: Event) => {
    event.preventDefault();
    if (isBusy || !token.trim()) return;
    setIsBusy(true);
    setFault("");
    logIn(token.trim()).then(onDone, (refused: Fault) => {
      setIsBusy(false);
      setFault(refused.status === 401 ? "This token is not known here."
        : refused.status === 429 ? "Too many tokens that are not valid were tried. Wait a minute." : refused.message);
    });
  };
  return (
    <main class="door">
      <form class="card" onSubmit={submit}>
        <Mark />
        <h1>LLM-Gateway</h1>
        <p class="muted">Usage, costs and latency of what went through this gateway.</p>
        <label for="token">Query token</label>
        <input id="token" type="password" autocomplete="current-password" spellcheck={false} autofocus value={token}
          aria-invalid={fault !== ""} aria-describedby="token-fault" onInput={(event) => setToken(event.currentTarget.value)} />
        <p id="token-fault" class="bad-text" role="alert">{fault}</p>
        <button class="main" type="submit" disabled={isBusy || !token.trim()}>Log in</button>
        <p class="muted small"><code>llm-collector token NAME --scope admin</code> makes one.</p>
      </form>
    </main>
  );
}
