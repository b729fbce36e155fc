// SPDX-License-Identifier: MIT
// Of when, and of whom: the bar above the views.
import { useEffect, useRef, useState } from "preact/hooks";
import { ask, type Dimension, dimensionNames, dimensions } from "./api";
import { named } from "./format";
import { Choice } from "./parts";
import { day, iso, type Span, spanText, zone } from "./span";
import { go, hasFilters, noFilters, type Range, ranges, type State, toggled } from "./state";

const rangeNames: Record<Range, string> = {
  "24h": "24 h", "7d": "7 d", "30d": "30 d", "90d": "90 d", month: "Month", custom: "Custom",
};

function CustomRange({ span, onClose }: { span: Span; onClose: () => void }) {
  const [from, setFrom] = useState(iso(span.from).slice(0, 10));
  const [until, setUntil] = useState(iso(span.end - 1).slice(0, 10));
  const isGood = from !== "" && until !== "" && from <= until;
  const apply = (event: Event) => {
    event.preventDefault();
    if (!isGood) return;
    go({ range: "custom", from: iso(Date.parse(from)), to: iso(Date.parse(until) + day) });
    onClose();
  };
  return (
    <form class="custom" onSubmit={apply}>
      <label>From <input type="date" value={from} max={until} onInput={(event) => setFrom(event.currentTarget.value)} /></label>
      <label>to, inclusive <input type="date" value={until} min={from} onInput={(event) => setUntil(event.currentTarget.value)} /></label>
      <button class="main" type="submit" disabled={!isGood}>Show</button>
      <span class="note">UTC days</span>
    </form>
  );
}

function Values({ of, state, onClose }: { of: Dimension; state: State; onClose: () => void }) {
  const [prefix, setPrefix] = useState("");
  const [values, setValues] = useState<string[] | null>(null);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  useEffect(() => {
    const abort = new AbortController();
    const query = new URLSearchParams({ field: of, prefix, limit: "50" });
    ask<{ items: string[] }>(`/api/v1/values?${query}`, abort.signal)
      .then((answer) => setValues(answer.items), () => { if (!abort.signal.aborted) setValues([]); });
    return () => abort.abort();
  }, [of, prefix]);
  const chosen = state.filters[of];
  const listed = [...chosen, ...(values ?? []).filter((each) => !chosen.includes(each))];
  return (
    <div class="popover" onKeyDown={(event) => { if (event.key === "Escape") onClose(); }}>
      <input ref={input} type="search" placeholder="Begins with…" aria-label={`${dimensionNames[of]}: begins with`} value={prefix}
        onInput={(event) => setPrefix(event.currentTarget.value)} />
      <div class="values" role="group" aria-label={dimensionNames[of]}>
        {values !== null && listed.length === 0 && <p class="muted">None</p>}
        {listed.map((each) => (
          <label key={each} title={named(each)}>
            <input type="checkbox" checked={chosen.includes(each)}
              onChange={() => go({ filters: toggled(state.filters, of, each) })} />
            <span class="cut">{named(each)}</span>
          </label>
        ))}
        {values !== null && values.length === 50 && <p class="muted">The first 50; type to find others.</p>}
      </div>
    </div>
  );
}

function FilterButton({ of, state, isOpen, onOpen }: { of: Dimension; state: State; isOpen: boolean; onOpen: (is: boolean) => void }) {
  const place = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!isOpen) return;
    const outside = (event: globalThis.Event) => {
      if (!place.current?.contains(event.target as Node)) onOpen(false);
    };
    addEventListener("pointerdown", outside);
    addEventListener("focusin", outside);
    return () => {
      removeEventListener("pointerdown", outside);
      removeEventListener("focusin", outside);
    };
  }, [isOpen]);
  const count = state.filters[of].length;
  return (
    <div class="filter" ref={place}>
      <button ref={button} class="pick" type="button" aria-expanded={isOpen} onClick={() => onOpen(!isOpen)}>
        {dimensionNames[of]}{count > 0 && <span class="count">{count}</span>}
        <svg viewBox="0 0 10 6" aria-hidden="true"><path d="M1 1l4 4 4-4" /></svg>
      </button>
      {isOpen && <Values of={of} state={state} onClose={() => { onOpen(false); button.current?.focus(); }} />}
    </div>
  );
}

export function FilterBar({ state, span }: { state: State; span: Span }) {
  const [open, setOpen] = useState<Dimension | "range" | null>(null);
  const hasRange = state.view !== "live";
  return (
    <div class="bar">
      <div class="bar-row">
        {hasRange && <Choice label="Range" of={ranges} names={rangeNames} value={state.range}
          onChange={(range) => {
            if (range === "custom") setOpen(open === "range" ? null : "range");
            else { setOpen(null); go({ range }); }
          }} />}
        <div class="filters" role="group" aria-label="Filters">
          {(["tenant", "model", "provider", "app_key"] as const).map((each) => (
            <FilterButton of={each} state={state} isOpen={open === each} onOpen={(is) => setOpen((now) => is ? each : now === each ? null : now)} />
          ))}
        </div>
        {hasRange && <span class="note span">{spanText(span)}<span class="zone"> · {span.bucket === "hour" ? `hours in ${zone()}` : "UTC days"}</span></span>}
      </div>
      {open === "range" && <CustomRange span={span} onClose={() => setOpen(null)} />}
      {hasFilters(state.filters) && (
        <ul class="chips" aria-label="Chosen">
          {dimensions.flatMap((of) => state.filters[of].map((value) => (
            <li key={of + value}>
              <button type="button" title={named(value)} aria-label={`Remove ${dimensionNames[of]} ${named(value)}`} onClick={() => go({ filters: toggled(state.filters, of, value) })}>
                <span class="muted">{dimensionNames[of]}</span> <span class="cut">{named(value)}</span>
                <svg viewBox="0 0 10 10" aria-hidden="true"><path d="M2 2l6 6M8 2l-6 6" /></svg>
              </button>
            </li>
          )))}
          <li><button class="quiet" type="button" onClick={() => go({ filters: noFilters() })}>Clear all</button></li>
        </ul>
      )}
    </div>
  );
}
