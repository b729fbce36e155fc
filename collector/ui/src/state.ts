// SPDX-License-Identifier: MIT
// What is shown, as the address says it: every state is a link, and the back button goes back.
import { useEffect, useState } from "preact/hooks";
import { type Dimension, dimensions } from "./api";

export const views = ["overview", "latency", "live", "accounts"] as const;
export type View = typeof views[number];
export const viewNames: Record<View, string> = {
  overview: "Overview", latency: "Latency & errors", live: "Live", accounts: "Accounts",
};

export const ranges = ["24h", "7d", "30d", "90d", "month", "custom"] as const;
export type Range = typeof ranges[number];
export const sorts = ["cost", "requests", "tokens", "errors", "name"] as const;
export type Sort = typeof sorts[number];

export interface State {
  view: View;
  range: Range;
  from: string; // of a range of one's own: instants of UTC hours
  to: string;
  filters: Record<Dimension, string[]>;
  by: Dimension;
  sort: Sort;
  all: boolean; // rows of the table
  kind: "latency" | "ttft";
  tables: string[]; // charts that are shown as tables
  paused: boolean;
  event: string; // that is open
}

const one = <T extends string>(value: string | null, of: readonly T[], fallback: T): T =>
  of.find((each) => each === value) ?? fallback;

const instant = (text: string | null): string => {
  const time = text === null ? NaN : Date.parse(text);
  return Number.isNaN(time) ? "" : new Date(time).toISOString();
};

export function read(location: { pathname: string; search: string }): State {
  const query = new URLSearchParams(location.search);
  const from = instant(query.get("from"));
  const to = instant(query.get("to"));
  const range = one(query.get("range"), ranges, "30d");
  return {
    view: one(location.pathname.slice(1), views, "overview"),
    range: range === "custom" && !(from && to && from < to) ? "30d" : range,
    from,
    to,
    filters: Object.fromEntries(dimensions.map((each) => [each, query.getAll(each)])) as State["filters"],
    by: one(query.get("by"), dimensions, "model"),
    sort: one(query.get("sort"), sorts, "cost"),
    all: query.has("all"),
    kind: one(query.get("kind"), ["latency", "ttft"] as const, "latency"),
    tables: query.getAll("table"),
    paused: query.has("paused"),
    event: query.get("event") ?? "",
  };
}

export function write(state: State): string {
  const query = new URLSearchParams();
  if (state.range !== "30d") query.set("range", state.range);
  if (state.range === "custom") {
    query.set("from", state.from);
    query.set("to", state.to);
  }
  for (const each of dimensions) for (const value of state.filters[each]) query.append(each, value);
  if (state.by !== "model") query.set("by", state.by);
  if (state.sort !== "cost") query.set("sort", state.sort);
  if (state.all) query.set("all", "1");
  if (state.kind !== "latency") query.set("kind", state.kind);
  for (const each of state.tables) query.append("table", each);
  if (state.paused) query.set("paused", "1");
  if (state.event) query.set("event", state.event);
  const text = query.toString();
  return (state.view === "overview" ? "/" : `/${state.view}`) + (text ? `?${text}` : "");
}

const changed = new EventTarget();

/** Goes on from what the address says now. */
export function go(patch: Partial<State>): void {
  const target = write({ ...read(location), ...patch });
  if (target !== location.pathname + location.search) history.pushState(null, "", target);
  changed.dispatchEvent(new CustomEvent("change"));
}

export function useAddress(): State {
  const [state, set] = useState(() => read(location));
  useEffect(() => {
    const update = () => set(read(location));
    addEventListener("popstate", update);
    changed.addEventListener("change", update);
    return () => {
      removeEventListener("popstate", update);
      changed.removeEventListener("change", update);
    };
  }, []);
  return state;
}

/** The filter without, or with, one more value. */
export function toggled(filters: State["filters"], of: Dimension, value: string): State["filters"] {
  const has = filters[of].includes(value);
  return { ...filters, [of]: has ? filters[of].filter((each) => each !== value) : [...filters[of], value] };
}

export const noFilters = (): State["filters"] => ({ tenant: [], model: [], provider: [], app_key: [] });
export const hasFilters = (filters: State["filters"]): boolean =>
  dimensions.some((each) => filters[each].length > 0);
