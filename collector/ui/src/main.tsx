// SPDX-License-Identifier: MIT
// The page: who looks, which view, and when figures are asked anew.
import { render } from "preact";
import { useCallback, useEffect, useState } from "preact/hooks";
import "uplot/dist/uPlot.min.css";
import "./style.css";
import { Accounts } from "./accounts";
import { ask, Fault, logOut, type Session } from "./api";
import { forget } from "./ask";
import { FilterBar } from "./filters";
import { named } from "./format";
import { LatencyView } from "./latency";
import { LiveView } from "./live";
import { Login } from "./login";
import { Mark } from "./mark";
import { Overview } from "./overview";
import { Notice } from "./parts";
import { clock, moment, spanOf } from "./span";
import { go, type State, useAddress, type View, viewNames, views, write } from "./state";
import { switchTheme, useTheme } from "./theme";

const calm = 30_000; // between two times that figures are asked
const again = 3_000; // while the collector or its store is away

function Head({ state, session, onLeave }: { state: State; session: Session | null; onLeave: () => void }) {
  const isDark = useTheme() === "dark";
  const link = (view: View) => ({ ...state, view, event: "", paused: false, all: false, tables: [] });
  return (
    <header class="head">
      <a class="brand" href="/" onClick={(event) => { event.preventDefault(); go(link("overview")); }}><Mark /><span>LLM-Gateway</span></a>
      <nav aria-label="Views">
        {views.map((each) => (
          <a href={write(link(each))} aria-current={state.view === each ? "page" : undefined}
            onClick={(event) => {
              if (event.metaKey || event.ctrlKey || event.shiftKey) return;
              event.preventDefault();
              go(link(each));
            }}>{each === "latency" ? <>Latency<span class="wide-word"> &amp; errors</span></> : viewNames[each]}</a>
        ))}
      </nav>
      <div class="head-end">
        {session?.tenants && <span class="note cut scope" title={session.tenants.map(named).join(", ")}>{session.tenants.length === 1 ? named(session.tenants[0] ?? "") : `${session.tenants.length} tenants`}</span>}
        <button class="quiet icon" type="button" aria-label={isDark ? "Light scheme" : "Dark scheme"} title={isDark ? "Light scheme" : "Dark scheme"} onClick={switchTheme}>
          <svg viewBox="0 0 16 16" aria-hidden="true">{isDark
            ? <path d="M8 1.5v1.6M8 12.9v1.6M1.5 8h1.6M12.9 8h1.6M3.4 3.4l1.1 1.1M11.5 11.5l1.1 1.1M3.4 12.6l1.1-1.1M11.5 4.5l1.1-1.1M11 8a3 3 0 1 1-6 0 3 3 0 0 1 6 0z" />
            : <path d="M13.5 9.6A5.8 5.8 0 0 1 6.4 2.5a5.8 5.8 0 1 0 7.1 7.1z" />}</svg>
        </button>
        {session?.login && <button class="quiet" type="button" onClick={onLeave}>Log out</button>}
      </div>
    </header>
  );
}

function Page() {
  const state = useAddress();
  const [session, setSession] = useState<Session | null>(null);
  const [fault, setFault] = useState<Fault | null>(null);
  const [awaySince, setAwaySince] = useState<number | null>(null);
  const [turn, setTurn] = useState(0);
  const [now, setNow] = useState(() => Date.now());

  const enter = useCallback(() => {
    ask<Session>("/api/v1/session").then((found) => {
      setSession(found);
      setFault(null);
      setAwaySince(null);
    }, (refused: Fault) => {
      setFault(refused);
      if (refused.isAway) setAwaySince((since) => since ?? Date.now());
    });
  }, []);
  useEffect(enter, []);

  const onFault = useCallback((refused: Fault) => {
    if (refused.status === 401) {
      forget();
      setSession(null);
      setFault(refused);
    } else if (refused.isAway) {
      setAwaySince((since) => since ?? Date.now());
      setNeedsCare(true);
    }
  }, []);
  // A view whose store is away is asked again soon; each turn begins with the hope that it is back.
  const [needsCare, setNeedsCare] = useState(false);
  useEffect(() => {
    const isAway = needsCare || (fault?.isAway ?? false);
    const next = () => {
      if (document.hidden) return;
      setNow(Date.now());
      setNeedsCare(false);
      if (session) setTurn((old) => old + 1);
      else if (isAway) enter();
    };
    const timer = setTimeout(next, isAway ? again : calm);
    document.addEventListener("visibilitychange", next);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", next);
    };
  }, [turn, needsCare, session, fault]);
  useEffect(() => {
    document.title = `${viewNames[state.view]} – LLM-Gateway`;
  }, [state.view]);
  useEffect(() => {
    const timer = setTimeout(() => { if (!needsCare) setAwaySince(null); }, again + 2_000);
    return () => clearTimeout(timer);
  }, [turn, needsCare]);

  // Whether the store takes events is told with who looks; what is wrong with asking, the views find out.
  useEffect(() => {
    if (turn > 0 && session) ask<Session>("/api/v1/session").then(setSession, onFaultOfSession);
  }, [turn]);
  const onFaultOfSession = (refused: Fault) => { if (refused.status === 401) onFault(refused); };

  const leave = () => {
    forget();
    logOut().catch(() => undefined).then(() => {
      setSession(null);
      setFault(new Fault(401, "invalid_token", ""));
    });
  };

  if (!session && fault?.status === 401) return <Login onDone={enter} />;
  if (!session && fault && !fault.isAway) {
    return (
      <main class="door">
        <section class="card"><Mark /><h1>Not from here</h1><p>{fault.message}</p>
          <p class="muted small">{fault.code === "host_not_allowed" ? "Open it by the address that its operator gave, or by 127.0.0.1 on the machine itself." : fault.code}</p></section>
      </main>
    );
  }
  if (!session) {
    return <main class="door">{fault && <Notice tone="bad" title="The collector cannot be reached" isLive>Asked again every few seconds{awaySince ? `, since ${clock(awaySince)}` : ""}. Proxies keep their events meanwhile.</Notice>}</main>;
  }
  const span = spanOf(state, now);
  const view = { state, span, session, turn, awaySince, onFault };
  return (
    <>
      <a class="skip" href="#main">To the figures</a>
      <Head state={state} session={session} onLeave={leave} />
      <FilterBar state={state} span={span} />
      <main id="main" tabIndex={-1}>
        <h1 class="sr">{viewNames[state.view]}</h1>
        {session.not_stored_since && (
          <Notice tone="bad" title={`Events cannot be stored, since ${moment(Date.parse(session.not_stored_since))}`} isLive>
            Nothing is lost meanwhile: proxies keep their events and send them again. The collector's log has the reason.
          </Notice>
        )}
        {state.view === "overview" && <Overview {...view} />}
        {state.view === "latency" && <LatencyView {...view} />}
        {state.view === "live" && <LiveView {...view} />}
        {state.view === "accounts" && <Accounts {...view} />}
      </main>
      <footer class="foot"><span>LLM-Gateway {session.version}</span><span>Answers as of {clock(now)}</span></footer>
    </>
  );
}

render(<Page />, document.getElementById("page")!);
