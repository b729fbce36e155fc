// SPDX-License-Identifier: MIT
// Live: events as they are stored, and one of them in full.
import { useEffect, useRef, useState } from "preact/hooks";
import { ask, type Event, type Events, type Fault, type Value } from "./api";
import { compact, dollars, duration, integer, named, none } from "./format";
import { FirstSteps } from "./parts";
import type { ViewProps } from "./overview";
import { clock, moment } from "./span";
import { go, hasFilters, noFilters, type State } from "./state";

interface Summary { requests: number; errors: number; prompt_tokens: number; completion_tokens: number; cost_nano_usd: number }

const most = 200; // rows
const seconds = 60; // of the little chart

const text = (event: Event, name: string): string => typeof event[name] === "string" ? event[name] as string : "";
const number = (event: Event, name: string): number | null => typeof event[name] === "number" ? event[name] as number : null;
const keyOf = (event: Event): string => text(event, "event_id") || `${text(event, "request_id")} ${text(event, "ts")}`;

type Link = "connecting" | "live" | "cut";

function filterQuery(state: State): URLSearchParams {
  const query = new URLSearchParams();
  for (const [name, values] of Object.entries(state.filters)) for (const value of values) query.append(name, value);
  return query;
}

function useLive(state: State, onFault: (fault: Fault) => void) {
  const [events, setEvents] = useState<Event[]>([]);
  const [link, setLink] = useState<Link>("connecting");
  const [skipped, setSkipped] = useState(0);
  const [summaries, setSummaries] = useState<Summary[]>([]);
  const [isLoaded, setIsLoaded] = useState(false);
  const pausing = useRef(state.paused);
  const held = useRef<Event[]>([]);
  const query = filterQuery(state).toString();

  const add = (fresh: Event[], isNewer: boolean) => setEvents((old) => {
    const known = new Set(old.map(keyOf));
    const added = fresh.filter((each) => !known.has(keyOf(each)));
    return (isNewer ? [...added.reverse(), ...old] : [...old, ...added]).slice(0, most);
  });

  useEffect(() => {
    pausing.current = state.paused;
    if (!state.paused && held.current.length > 0) add(held.current.splice(0), true);
  }, [state.paused]);

  useEffect(() => {
    setEvents([]);
    setSkipped(0);
    setSummaries([]);
    setIsLoaded(false);
    held.current = [];
    const abort = new AbortController();
    let source: EventSource | null = null;
    let again = 0;
    let waiting: Event[] = [];
    let frame = 0;
    const flush = () => {
      frame = 0;
      const fresh = waiting;
      waiting = [];
      if (pausing.current) held.current = [...held.current, ...fresh].slice(-most);
      else add(fresh, true);
    };
    const load = () => ask<Events>(`/api/v1/events?${query}${query ? "&" : ""}limit=50`, abort.signal)
      .then((answer) => { add(answer.items, false); setIsLoaded(true); }, (fault: Fault) => { if (!abort.signal.aborted) onFault(fault); });
    const connect = () => {
      source = new EventSource(`/api/v1/live${query ? `?${query}` : ""}`);
      source.onopen = () => { setLink("live"); load(); };
      source.onerror = () => {
        setLink("cut");
        // A stream that was refused is given up by the browser: ask why, and try again.
        if (source?.readyState === EventSource.CLOSED) {
          ask("/api/v1/session", abort.signal).catch((fault: Fault) => { if (!abort.signal.aborted) onFault(fault); });
          again = setTimeout(connect, 3_000);
        }
      };
      source.addEventListener("event", (message) => {
        waiting.push(JSON.parse((message as MessageEvent<string>).data) as Event);
        frame ||= requestAnimationFrame(flush);
      });
      source.addEventListener("skipped", (message) => {
        const { skipped: count } = JSON.parse((message as MessageEvent<string>).data) as { skipped: number };
        setSkipped((old) => old + count);
      });
      source.addEventListener("summary", (message) => {
        const summary = JSON.parse((message as MessageEvent<string>).data) as Summary;
        setSummaries((old) => [...old, summary].slice(-seconds));
      });
    };
    connect();
    return () => {
      abort.abort();
      source?.close();
      clearTimeout(again);
      cancelAnimationFrame(frame);
    };
  }, [query]);
  return { events, link, skipped, summaries, isLoaded, heldCount: state.paused ? held.current.length : 0 };
}

function Beat({ summaries }: { summaries: Summary[] }) {
  const padded = [...new Array<Summary | null>(seconds - summaries.length).fill(null), ...summaries];
  const largest = Math.max(...summaries.map((each) => each.requests), 1);
  return (
    <svg class="beat" viewBox={`0 0 ${seconds * 4} 40`} preserveAspectRatio="none" role="img" aria-label="Requests in each of the last 60 seconds">
      {padded.map((each, index) => {
        const height = each ? each.requests / largest * 38 : 0;
        const bad = each ? each.errors / largest * 38 : 0;
        return <>
          <rect class="base" x={index * 4} y="39" width="3" height="1" />
          {height > 0 && <rect class="ok" x={index * 4} y={40 - height} width="3" height={height} />}
          {bad > 0 && <rect class="bad" x={index * 4} y={40 - bad} width="3" height={bad} />}
        </>;
      })}
    </svg>
  );
}

export function Outcome({ event }: { event: Event }) {
  const status = number(event, "status_code") ?? 0;
  const outcome = text(event, "outcome");
  const isGood = status >= 200 && status < 400 && (outcome === "completed" || outcome === "");
  return (
    <span class={`outcome ${isGood ? "good" : "bad"}`}>
      <span class="status">{status === 0 ? "no answer" : status}</span>
      {!isGood && outcome && outcome !== "completed" && <span class="muted cut">{outcome.replaceAll("_", " ")}</span>}
    </span>
  );
}

function Row({ event, isOpen, onOpen }: { event: Event; isOpen: boolean; onOpen: () => void }) {
  const id = text(event, "event_id");
  const [prompt, completion] = [number(event, "prompt_tokens"), number(event, "completion_tokens")];
  const cost = number(event, "cost_nano_usd");
  const time = Date.parse(text(event, "ts"));
  const model = text(event, "model") || text(event, "request_model");
  return (
    <tr class={isOpen ? "open" : ""} data-event={id || undefined} onClick={id ? onOpen : undefined}>
      <th scope="row" class="time">{id ? <button class="link" type="button" aria-expanded={isOpen} title={moment(time)}>{clock(time)}</button> : clock(time)}</th>
      <td><Outcome event={event} /></td>
      <td><span class="cut" title={named(text(event, "tenant"))}>{named(text(event, "tenant"))}</span></td>
      <td><span class="cut" title={named(model)}>{named(model)}</span></td>
      <td class="number">{prompt === null ? none : integer(prompt)}</td>
      <td class="number">{completion === null ? none : integer(completion)}</td>
      <td class="number">{duration(number(event, "latency_ms"))}</td>
      <td class="number wide-only">{duration(number(event, "ttft_ms"))}</td>
      <td class="number">{cost === null ? none : dollars(cost / 1e9)}</td>
    </tr>
  );
}

const shownValue = (value: Value): string => value === null ? "null" : typeof value === "string" ? (value === "" ? "\"\"" : named(value)) : JSON.stringify(value);
const partNames: Record<string, string> = {
  input: "Input", cached_input: "Input from the cache", cache_write_5m: "Written to the cache, 5 min",
  cache_write_1h: "Written to the cache, 1 h", output: "Output",
};

function Details({ id, onFault }: { id: string; onFault: (fault: Fault) => void }) {
  const [event, setEvent] = useState<Event | null>(null);
  const [fault, setFault] = useState("");
  const close = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    const abort = new AbortController();
    setFault("");
    ask<Event>(`/api/v1/events/${encodeURIComponent(id)}`, abort.signal).then(setEvent, (refused: Fault) => {
      if (abort.signal.aborted) return;
      setEvent(null);
      setFault(refused.message);
      onFault(refused);
    });
    return () => abort.abort();
  }, [id]);
  useEffect(() => close.current?.focus(), [id]);
  const parts = event?.["cost_parts"];
  const cost = event ? number(event, "cost_nano_usd") : null;
  return (
    <aside class="card details" aria-label="One event" onKeyDown={(key) => { if (key.key === "Escape") go({ event: "" }); }}>
      <div class="table-title">
        <h2>Event</h2>
        {event && <Outcome event={event} />}
        <button ref={close} class="quiet close" type="button" aria-label="Close" onClick={() => go({ event: "" })}>
          <svg viewBox="0 0 10 10" aria-hidden="true"><path d="M2 2l6 6M8 2l-6 6" /></svg>
        </button>
      </div>
      {fault && <p class="muted">{fault}</p>}
      {event && cost !== null && (
        <dl class="parts">
          {parts && typeof parts === "object" && !Array.isArray(parts) && Object.entries(parts).map(([name, value]) => (
            <div><dt>{partNames[name] ?? name}</dt><dd class="number">{dollars(Number(value) / 1e9)}</dd></div>
          ))}
          <div class="sum"><dt>Cost</dt><dd class="number">{dollars(cost / 1e9)}</dd></div>
          {text(event, "price") && <p class="muted small">{text(event, "price")}</p>}
        </dl>
      )}
      {event && (
        <dl class="fields">
          {Object.entries(event).filter(([name]) => name !== "cost_parts" && name !== "price").map(([name, value]) => (
            <div><dt>{name}</dt><dd class={value === null ? "muted" : ""}>{shownValue(value)}</dd></div>
          ))}
        </dl>
      )}
    </aside>
  );
}

export function LiveView({ state, session, onFault }: ViewProps) {
  const { events, link, skipped, summaries, isLoaded, heldCount } = useLive(state, onFault);
  const recent = summaries.slice(-10);
  const rate = (of: (summary: Summary) => number): number | null =>
    recent.length > 0 ? recent.reduce((sum, each) => sum + of(each), 0) / recent.length : null;
  const perSecond = (value: number | null): string => value === null ? none : value === 0 ? "0" : value < 10 ? value.toFixed(1) : compact(value);
  const linkText = link === "live" ? (state.paused ? "Paused" : "Live") : link === "cut" ? "Cut off, connecting again" : "Connecting";
  const isEmpty = isLoaded && events.length === 0 && heldCount === 0;
  return (
    <div class={state.event ? "view live with-details" : "view live"}>
      <section class="card live-head" aria-label="Now">
        <div class="live-state">
          <span class={`link-state ${link}${state.paused ? " paused" : ""}`} role="status"><span class="dot" aria-hidden="true" />{linkText}</span>
          <button class="button" type="button" aria-pressed={state.paused} onClick={() => go({ paused: !state.paused })}>{state.paused ? "Go on" : "Pause"}</button>
          {heldCount > 0 && <span class="note">{heldCount === most ? `the last ${most} wait` : `${heldCount} wait`}</span>}
          {skipped > 0 && <span class="note warn-text" title="More than 50 a second: counted, not shown">{integer(skipped)} skipped</span>}
        </div>
        <dl class="live-figures" title="Of the last 10 seconds">
          <div><dt>Requests / s</dt><dd>{perSecond(rate((each) => each.requests))}</dd></div>
          <div><dt>Errors / s</dt><dd>{perSecond(rate((each) => each.errors))}</dd></div>
          <div><dt>Tokens / s</dt><dd>{perSecond(rate((each) => each.prompt_tokens + each.completion_tokens))}</dd></div>
        </dl>
        <Beat summaries={summaries} />
      </section>
      <div class="live-body">
        {isEmpty && !hasFilters(state.filters) ? <FirstSteps session={session} /> : (
          <section class="card table-card" aria-labelledby="events">
            <div class="table-title">
              <h2 id="events">Events</h2>
              <span class="note">newest first{events.length === most ? `, the last ${most}` : ""}</span>
            </div>
            <div class="scroll" tabIndex={0} role="region" aria-labelledby="events">
              <table class="rows events">
                <thead>
                  <tr>
                    <th scope="col">Time</th><th scope="col">Outcome</th><th scope="col">Tenant</th><th scope="col">Model</th>
                    <th scope="col" class="number">Input</th><th scope="col" class="number">Output</th>
                    <th scope="col" class="number">Latency</th><th scope="col" class="number wide-only">First byte</th><th scope="col" class="number">Cost</th>
                  </tr>
                </thead>
                <tbody>
                  {events.map((each) => {
                    const id = text(each, "event_id");
                    return <Row key={keyOf(each)} event={each} isOpen={id !== "" && id === state.event} onOpen={() => go({ event: id === state.event ? "" : id })} />;
                  })}
                </tbody>
              </table>
            </div>
            {isEmpty && <p class="nothing-row">Nothing that fits the filters yet. <button class="link" type="button" onClick={() => go({ filters: noFilters() })}>Clear them</button></p>}
          </section>
        )}
        {state.event && <Details id={state.event} onFault={onFault} />}
      </div>
    </div>
  );
}
