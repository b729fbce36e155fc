// SPDX-License-Identifier: MIT
// The store beside the providers' own reports: what differs, day by day.
import type { Compared, ComparedDay, Counted, Reconciliation, Verdict } from "./api";
import { compact, integer, money, named, none } from "./format";
import { moment } from "./span";

const words: Record<Verdict, string> = {
  match: "match", explained: "explained", ours_less: "we have less", ours_more: "we have more", unsettled: "not settled yet",
  no_data: "no report",
};
const meanings: Record<Verdict, string> = {
  match: "No difference but for the tolerance",
  explained: "Requests without reported tokens, or that broke off, may be all of the difference",
  ours_less: "Traffic past the gateway, or events that were lost",
  ours_more: "Another project, another server of the same dialect, or counted twice",
  unsettled: "The day is younger than 48 hours: its report may still change",
  no_data: "The provider says nothing of this day",
};
const isDrift = (verdict: Verdict): boolean => verdict === "ours_less" || verdict === "ours_more" || verdict === "no_data";
const tone = (verdict: Verdict): string => isDrift(verdict) ? "bad" : verdict === "match" ? "good" : "";

/** What is out of tolerance, as a reader calls it. */
const figureNames: Record<string, string> = {
  requests: "requests", prompt_tokens: "prompt tokens", cached_tokens: "cached tokens", cache_write_tokens: "cache writes",
  completion_tokens: "completion tokens", cost: "cost",
};

const tokens = (of: Counted): number => of.prompt_tokens + of.completion_tokens;

function Sides({ ours, theirs, text }: { ours: number | null; theirs: number | null; text: (value: number) => string }) {
  const show = (value: number | null): string => value === null ? none : text(value);
  const exact = (value: number | null): string => value === null ? "not told" : integer(value);
  return (
    <td class="number" title={`ours ${exact(ours)}, theirs ${exact(theirs)}`}>
      {show(ours)} <span class="muted"><span class="sr">ours, </span><span aria-hidden="true">/</span> {show(theirs)}<span class="sr"> theirs</span></span>
    </td>
  );
}

function Row({ day, item, isFirst }: { day: ComparedDay; item: Compared; isFirst: boolean }) {
  const why = item.because.map((each) => figureNames[each] ?? each).join(", ");
  const note = [`${item.ours.no_usage_requests} without usage`, `${item.ours.aborted_requests} broken off`,
    `${item.ours.unpriced_requests} without a price`].join(", ");
  return (
    <tr>
      <th scope="row">{isFirst ? day.day : <span class="sr">{day.day}</span>}</th>
      <td>{isFirst && named(day.provider)}</td>
      <td title={[...item.ours.models, ...item.theirs.models].map(named).join(", ")}><span class="cut">{named(item.model)}</span></td>
      <td><span class={`outcome ${tone(item.verdict)}`} title={`${meanings[item.verdict]}. Ours: ${note}`}><span class="status">{words[item.verdict]}</span></span></td>
      <td class="muted">{why}</td>
      <Sides ours={item.ours.requests} theirs={item.theirs.requests} text={compact} />
      <Sides ours={tokens(item.ours)} theirs={tokens(item.theirs)} text={compact} />
      <Sides ours={item.ours.cost_micro_usd} theirs={item.theirs.cost_micro_usd} text={money} />
    </tr>
  );
}

/** A day without a difference is one row, whatever its models. */
function Day({ day }: { day: ComparedDay }) {
  const differing = day.items.filter((each) => each.verdict !== "match");
  const matching = day.items.length - differing.length;
  if (differing.length === 0) {
    return (
      <tr>
        <th scope="row">{day.day}</th>
        <td>{named(day.provider)}{day.scope && <span class="muted"> {named(day.scope)}</span>}</td>
        <td class="muted" colSpan={6}>{day.items.length === 0 ? "nothing on either side" : <><span class="outcome good"><span class="status">match</span></span> {matching === 1 ? named(day.items[0]!.model) : `all ${matching} models`}</>}</td>
      </tr>
    );
  }
  return (
    <>
      {differing.map((each, index) => <Row day={day} item={each} isFirst={index === 0} />)}
      {matching > 0 && <tr><th scope="row"><span class="sr">{day.day}</span></th><td /><td class="muted" colSpan={6}>and {matching === 1 ? "one model that matches" : `${matching} models that match`}</td></tr>}
    </>
  );
}

const most = 40; // days

export function Beside({ reconciliation }: { reconciliation: Reconciliation }) {
  const days = reconciliation.items;
  const drifting = days.filter((each) => isDrift(each.verdict)).length;
  const newest = days.reduce((last, each) => each.fetched_at > last ? each.fetched_at : last, "");
  return (
    <section class="card table-card" aria-labelledby="beside">
      <div class="table-title">
        <h2 id="beside">Beside the provider's bill</h2>
        {days.length > 0 && <span class={drifting > 0 ? "note bad-text" : "note"}>{drifting === 0 ? "nothing that needs a look" : drifting === 1 ? "one day differs" : `${drifting} days differ`}, looked at {moment(Date.parse(newest))}</span>}
      </div>
      {days.length === 0 ? (
        <p class="nothing-row">Nothing in this range was held against a report of its provider. <code>llm-collector reconcile --provider openai</code> does it, with an admin key of the organisation.</p>
      ) : (
        <div class="scroll" tabIndex={0} role="region" aria-labelledby="beside">
          <table class="rows beside">
            <thead>
              <tr>
                <th scope="col">Day, UTC</th><th scope="col">Provider</th><th scope="col">Model</th><th scope="col">Verdict</th><th scope="col">Differs in</th>
                <th scope="col" class="number">Requests</th><th scope="col" class="number">Tokens</th><th scope="col" class="number">Cost</th>
              </tr>
            </thead>
            <tbody>{days.slice(0, most).map((each) => <Day day={each} />)}</tbody>
          </table>
        </div>
      )}
      {days.length > 0 && <p class="nothing-row below muted">Ours / theirs; the figures in full are in the title of each cell.{days.length > most && ` And ${days.length - most} days more: choose a shorter range.`}</p>}
    </section>
  );
}
