// SPDX-License-Identifier: MIT
// Small parts that views have alike.
import type { ComponentChildren } from "preact";
import { type Fault, type Session } from "./api";
import { integer, none } from "./format";
import { clock } from "./span";

export function Notice({ tone = "plain", title, children, isLive = false }: {
  tone?: "plain" | "bad" | "warn"; title: string; children?: ComponentChildren; isLive?: boolean;
}) {
  return <div class={`notice ${tone}`} role={isLive ? "status" : undefined}><strong>{title}</strong><div>{children}</div></div>;
}

/** The store or the collector is away: since when, and what is safe. */
export function Away({ fault, since }: { fault: Fault; since: number }) {
  const what = fault.status === 0 ? "The collector cannot be reached"
    : fault.code === "query_timeout" ? "The answer took too long"
      : fault.code === "overloaded" ? "Too many questions wait" : "The store cannot be read";
  return (
    <Notice tone="bad" title={`${what}, since ${clock(since)}`} isLive>
      {fault.code === "query_timeout" ? "Ask for a shorter range, or filter. "
        : "Nothing is lost meanwhile: proxies keep their events and send them again. "}
      Asked again every few seconds; what is shown is from before.
    </Notice>
  );
}

export function Sparkline({ values }: { values: (number | null)[] }) {
  const known = values.map((each) => each ?? 0);
  const largest = Math.max(...known, 0);
  if (known.length < 2 || largest <= 0) return <svg class="spark" aria-hidden="true" />;
  const points = known.map((each, index) =>
    `${(index / (known.length - 1) * 100).toFixed(1)} ${(27 - each / largest * 24).toFixed(1)}`);
  return (
    <svg class="spark" viewBox="0 0 100 28" preserveAspectRatio="none" aria-hidden="true">
      <path class="area" d={`M0 28L${points.join("L")}L100 28Z`} />
      <path class="line" d={`M${points.join("L")}`} />
    </svg>
  );
}

/** How it changed: `isBad` says which way is the wrong one. A share changes by points: a part of a part says nothing. */
export function Delta({ now, was, wasText, isBad = "none", isShare = false }: {
  now: number | null; was: number | null; wasText: string; isBad?: "up" | "none"; isShare?: boolean;
}) {
  if (now === null || was === null) return <span class="delta muted">no earlier figure</span>;
  if (was === 0 && !isShare) return <span class="delta muted">{now === 0 ? "as before" : "none before"}</span>;
  const change = isShare ? now - was : now / was - 1;
  const size = Math.abs(change);
  const percent = (size * 100).toFixed(isShare || size < 0.1 ? 1 : 0);
  const text = isShare ? `${percent} points` : size >= 9.995 ? `${integer(size + 1)}×` : `${percent}%`;
  const way = size < 0.0005 ? "flat" : change > 0 ? "up" : "down";
  const tone = isBad === "up" && way !== "flat" ? (way === "up" ? "bad" : "good") : "muted";
  return (
    <span class={`delta ${tone}`} title={`${wasText} in the range before`}>
      <span aria-hidden="true">{way === "up" ? "↑" : way === "down" ? "↓" : "="}</span>
      <span class="sr">{way === "up" ? "up" : way === "down" ? "down" : ""}</span>{" "}
      {way === "flat" ? "as before" : <>{text} <span class="was">from {wasText}</span></>}
    </span>
  );
}

export function Figure({ label, value, title, children, values, isLoading }: {
  label: string; value: string; title?: string | undefined; children?: ComponentChildren;
  values?: (number | null)[]; isLoading: boolean;
}) {
  return (
    <div class="card figure">
      <dt>{label}</dt>
      <dd>
        <span class={`value${value === none && isLoading ? " waiting" : ""}`} title={title}>{value === none && isLoading ? "" : value}</span>
        <div class="below">{children}</div>
      </dd>
      {values && <Sparkline values={values} />}
    </div>
  );
}

export function Choice<T extends string>({ label, of, names, value, onChange }: {
  label: string; of: readonly T[]; names: Record<T, string>; value: T; onChange: (value: T) => void;
}) {
  return (
    <div class="choice" role="group" aria-label={label}>
      {of.map((each) => (
        <button type="button" aria-pressed={each === value} onClick={() => onChange(each)}>{names[each]}</button>
      ))}
    </div>
  );
}

/** What to do to have a first event here. */
export function FirstSteps({ session }: { session: Session }) {
  const host = location.hostname.includes(":") ? `[${location.hostname.replace(/[[\]]/g, "")}]` : location.hostname;
  const lines = [
    `COLLECTOR_URL=http://${host}:${session.events_port} UPSTREAM_OPENAI_API_KEY=sk-... llm-proxy &`,
    "curl http://127.0.0.1:8080/v1/chat/completions -H 'Authorization: Bearer my-app' \\",
    "  -H 'Content-Type: application/json' -d '{\"model\":\"gpt-4o-mini\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}'",
  ];
  return (
    <section class="card empty">
      <h2>No events yet</h2>
      <p>The first call through a proxy that sends its events here shows up within a second. With this collector's address:</p>
      <pre tabIndex={0}><code>{lines.join("\n")}</code></pre>
    </section>
  );
}
