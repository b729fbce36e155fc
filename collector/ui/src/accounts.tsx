// SPDX-License-Identifier: MIT
// Accounts: what has no price, what the provider has counted, what the store is, and everything as files.
import { useState } from "preact/hooks";
import { type Prices, type Reconciliation, type StoreFacts } from "./api";
import { awayOf, useAnswers } from "./ask";
import { parameters } from "./data";
import { bytes, compact, integer, named } from "./format";
import type { ViewProps } from "./overview";
import { Away } from "./parts";
import { Beside } from "./reconciliation";
import { iso, moment } from "./span";
import { go, noFilters, toggled } from "./state";

const rate = (value: number | null): string =>
  value === null ? "–" : `$${value.toFixed(6).replace(/(\.\d\d+?)0+$/, "$1")}`;

export function Accounts({ state, span, session, turn, awaySince, onFault }: ViewProps) {
  const isAdmin = session.tenants === null;
  const [keeps, setKeeps] = useState(false); // whether this kind of store has comparisons
  const range = new URLSearchParams({ from: iso(span.from), to: iso(span.to) });
  const asked = useAnswers<{ prices: Prices; store: StoreFacts; reconciliation: Reconciliation }>({
    prices: `/api/v1/prices?${range}`,
    store: isAdmin ? "/api/v1/store" : null,
    reconciliation: isAdmin && keeps ? `/api/v1/reconciliation?${range}` : null,
  }, turn, onFault);
  const { prices, store, reconciliation } = asked.answers;
  if (store && store.keeps_reconciliations !== keeps) setKeeps(store.keeps_reconciliations);
  const away = awayOf(asked);
  const exportPath = (what: string, format: string, more: Record<string, string> = {}) =>
    `/api/v1/export?${parameters(span, state.filters, { what, format, ...more })}`;
  const usage = { bucket: span.bucket, group_by: "tenant,model,provider,app_key" };
  const fact = (name: string, value: string, note?: string) => <div><dt>{name}</dt><dd>{value}{note && <span class="muted"> {note}</span>}</dd></div>;
  const time = (value: string | null): string => value ? moment(Date.parse(value)) : "–";
  // Requests for which nobody reported tokens have no cost whatever the price.
  const unpriced = (prices?.items ?? []).map((each) => ({ ...each, count: each.unpriced_requests - each.no_usage_requests }))
    .filter((each) => each.count > 0).sort((a, b) => b.count - a.count);
  const unreported = (prices?.items ?? []).reduce((sum, each) => sum + Math.min(each.no_usage_requests, each.unpriced_requests), 0);
  return (
    <div class={asked.isLoading && prices ? "view stale" : "view"} aria-busy={asked.isLoading}>
      {away && <Away fault={away} since={awaySince ?? Date.now()} />}
      <div class="pair">
        <section class="card table-card" aria-labelledby="unpriced">
          <div class="table-title"><h2 id="unpriced">Models without a price</h2><span class="note">in this range</span></div>
          {prices && unpriced.length === 0 && <p class="nothing-row">No request in this range has tokens without a cost.</p>}
          {unpriced.length > 0 && (
            <div class="scroll" tabIndex={0} role="region" aria-labelledby="unpriced">
              <table class="rows">
                <thead><tr><th scope="col">Model</th><th scope="col">Provider</th><th scope="col" class="number">Requests</th><th scope="col">Why</th></tr></thead>
                <tbody>
                  {unpriced.slice(0, 50).map((each) => (
                    <tr>
                      <th scope="row"><button class="link cut" type="button" title={named(each.model)} onClick={() => go({ view: "overview", filters: toggled(noFilters(), "model", each.model) })}>{named(each.model)}</button></th>
                      <td><span class="cut">{named(each.provider)}</span></td>
                      <td class="number" title={integer(each.count)}>{compact(each.count)}</td>
                      <td class="muted">{prices?.price_id === null ? "no price table here" : each.has_price_now ? "has a price now" : "not in the price table"}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )}
          {unpriced.length > 50 && <p class="nothing-row muted">and {unpriced.length - 50} more</p>}
          {unreported > 0 && <p class="nothing-row below">{integer(unreported)} more have no cost because nobody reported their tokens: refused, failed or broken off.</p>}
        </section>
        <div class="column">
          {isAdmin && (
            <section class="card facts-card" aria-labelledby="store">
              <h2 id="store">Store</h2>
              {store && (
                <dl class="facts">
                  {fact("Engine", store.engine, `tables of version ${store.schema}`)}
                  {fact("Size", bytes(store.bytes))}
                  {fact("Requests ever stored", integer(store.requests))}
                  {fact("Oldest event kept", time(store.oldest_event))}
                  {fact("Newest event", time(store.newest_event))}
                  {fact("Removed up to", store.floor ? time(store.floor) : "nothing yet")}
                </dl>
              )}
            </section>
          )}
          <section class="card facts-card" aria-labelledby="files">
            <h2 id="files">Files</h2>
            <p class="muted">Of the range and the filters above. A file that was cut short does not download as complete.</p>
            <div class="buttons">
              <a class="button" href={exportPath("usage", "csv", usage)} download>Usage, CSV</a>
              <a class="button" href={exportPath("usage", "json", usage)} download>Usage, JSON</a>
              <a class="button" href={exportPath("events", "csv")} download>Events, CSV</a>
              <a class="button" href={exportPath("events", "ndjson")} download>Events, NDJSON</a>
            </div>
          </section>
        </div>
      </div>
      {reconciliation && <Beside reconciliation={reconciliation} />}
      {prices && (
        <section class="card table-card" aria-labelledby="prices">
          <div class="table-title">
            <h2 id="prices">Prices</h2>
            <span class="note">{prices.price_id ? `table ${prices.price_id}, USD for a million tokens` : "this collector has none"}</span>
          </div>
          {prices.entries.length === 0 ? (
            <p class="nothing-row">Proxies put costs on events by the <code>prices</code> of their <code>GATEWAY_CONFIG</code>. Give the collector the same file to see the table here.</p>
          ) : (
            <div class="scroll" tabIndex={0} role="region" aria-labelledby="prices">
              <table class="rows">
                <thead><tr><th scope="col">Model</th><th scope="col">Provider</th><th scope="col">From</th><th scope="col" class="number">Input</th><th scope="col" class="number">From cache</th><th scope="col" class="number">Output</th></tr></thead>
                <tbody>
                  {(state.all ? prices.entries : prices.entries.slice(0, 12)).map((each) => (
                    <tr title={each.text}>
                      <th scope="row"><span class="cut">{each.model}</span></th><td>{each.provider === "*" ? "any" : each.provider}</td>
                      <td>{each.from ?? "always"}{each.to ? ` to ${each.to}` : ""}</td>
                      <td class="number">{rate(each.input)}</td><td class="number">{rate(each.cached_input)}</td><td class="number">{rate(each.output)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )}
          {prices.entries.length > 12 && <button class="more" type="button" onClick={() => go({ all: !state.all })}>{state.all ? "Show the first 12" : `Show all ${prices.entries.length}`}</button>}
        </section>
      )}
    </div>
  );
}
