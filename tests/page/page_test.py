# SPDX-License-Identifier: MIT
"""The page in a browser: its figures are those of the events, its states are links, and it says what is wrong."""

import collections
import fractions
import hashlib
import json
import math
import pathlib
import random
import time
import urllib.parse

import pytest

from page import demo
from support import wire
from support.gateway import Collector, Factory, Gateway, chat
from support.process import run, wait_until
from support.reports import KEY, Reports, openai_cost, openai_usage
from support.senders import post

DAY = 86_400_000
NOW = time.time_ns() // 1_000_000
HOSTILE = ["<script>alert(1)</script>", "=HYPERLINK(\"http://evil.example\")", "../../etc/passwd?a=b&c=d#e", "~" * 128,
           "\u202eevil\u200b", "<img src=x onerror=alert(2)>", "%3Cb%3E", "日本語"]


def send(collector: Collector, events: list[dict]) -> None:
    for begin in range(0, len(events), 1_000):
        body = b"".join(json.dumps(each).encode() + b"\n" for each in events[begin:begin + 1_000])
        assert post(collector.address, body).status == 202


def made(count: int, days: float, seed: int = 5) -> list[dict]:
    randomness = random.Random(seed)
    return [demo.event(randomness, NOW - int(randomness.random() * days * DAY), number) for number in range(count)]


def collector_with(factory: Factory, folder: pathlib.Path, events: list[dict], **settings: str) -> Collector:
    collector = factory.collector(STORE_URL=f"sqlite:{folder}/events.db", **settings)
    send(collector, events)
    return collector


# What the page makes of numbers, told once more.
def compact(value: int) -> str:
    if value < 10_000:
        return f"{value:,}"
    for size, letter in ((10**9, "B"), (10**6, "M"), (10**3, "K")):
        if value >= size * 0.9995:
            digits = 2 - len(str(int(value / size + 1e-9))) + 1
            text = f"{value / size:.{max(0, digits)}f}"
            return (text.rstrip("0").rstrip(".") if "." in text else text) + letter
    raise AssertionError(value)


def money(nano: int) -> str:
    """Of a sum, which is rounded to micro-USD."""
    return dollars(round(nano / 1_000) / 1e6)


def dollars(value: float) -> str:
    if value == 0:
        return "$0"
    if value >= 1_000:
        return f"${value:,.0f}"
    if value >= 1:
        return f"${value:.2f}"
    digits = 1
    while value * 10**digits < 10:
        digits += 1
    text = f"{value:.{max(2, digits)}f}"
    while text.endswith("0") and len(text.split(".")[1]) > 2:
        text = text[:-1]
    return f"${text}"


def share(part: float, of: float) -> str:
    value = fractions.Fraction(part / of * 100)  # of what the page rounds
    places = 2 if value < 1 else 1 if value < 10 else 0
    rounded = math.floor(value * 10**places + fractions.Fraction(1, 2)) / 10**places  # halves go up
    return "0%" if value == 0 else f"{rounded:.{places}f}%"


def total(events: list[dict], name: str) -> int:
    return sum(each.get(name) or 0 for each in events)


def tokens(events: list[dict]) -> int:
    return total(events, "prompt_tokens") + total(events, "completion_tokens")


def errors(events: list[dict]) -> int:
    return sum(each["outcome"] != "completed" or each["status_code"] >= 400 for each in events)


def test_figures_are_those_of_the_events(factory: Factory, tmp_path: pathlib.Path, visit):
    events = made(1_200, 6.9)
    seen = visit(collector_with(factory, tmp_path, events))
    page = seen.open("/?range=7d")
    seen.settle()
    since = demo.stamp((NOW // DAY - 6) * DAY)
    inside = [each for each in events if each["ts"] >= since]
    assert seen.figure("Spend") == money(total(inside, "cost_nano_usd"))
    assert seen.figure("Requests") == compact(len(inside))
    assert seen.figure("Errors") == share(errors(inside), len(inside))
    assert seen.figure("Tokens") == compact(tokens(inside))
    unpriced = sum("cost_nano_usd" not in each for each in inside)
    assert page.get_by_text(f"{compact(unpriced)} requests without a price").is_visible()

    by_model = collections.defaultdict(list)
    for each in inside:
        by_model[each["model"]].append(each)
    costs = {name: total(group, "cost_nano_usd") for name, group in by_model.items()}
    priced = sorted((name for name in costs if name != "llama-3.3-70b"), key=lambda name: -costs[name])
    rows = {row[0]: row[1:] for row in seen.table("section[aria-labelledby=who] table")[1:]}
    assert list(rows)[:len(priced)] == priced
    for name, group in by_model.items():
        spend, part, requests, failed, used = rows[name][:5]
        assert spend.rstrip("*") == ("–" if name == "llama-3.3-70b" else money(costs[name])), name
        assert requests == compact(len(group)) and used == compact(tokens(group))
        assert failed == share(errors(group), len(group))
        if costs[name] > sum(costs.values()) / 100:
            assert part == share(costs[name], sum(costs.values()))
    assert rows["Total"][0] == money(sum(costs.values()))

    head, *days = seen.table("#chart-spend table")
    assert len(days) == 7 and head[1:] == priced[:8] + (["Other"] if len(priced) > 8 else [])
    for row in days:
        day = time.strftime("%Y-%m-%d", time.strptime(row[0].removesuffix(", so far"), "%a, %d %b %Y"))
        for name, cell in zip(head[1:9], row[1:9]):
            assert cell == money(sum(each.get("cost_nano_usd", 0) for each in by_model[name] if each["ts"][:10] == day)), (day, name)
    head, *days = seen.table("#chart-tokens table")
    cached = total(inside, "cached_tokens")
    assert head == ["Time", "Input", "Input from the cache", "Output"]
    assert page.locator("#chart-tokens .legend").inner_text().split("\n")[-1] == compact(total(inside, "completion_tokens"))
    assert compact(cached) in page.locator("#chart-tokens .legend").inner_text()


def test_every_state_is_an_address(filled: Collector, visit):
    seen = visit(filled)
    page = seen.open("/")
    seen.settle()
    states = [page.url]

    def step(act, part: str) -> None:
        act()
        page.wait_for_url(f"**{part}*")
        states.append(page.url)

    step(lambda: page.get_by_role("button", name="7 d", exact=True).click(), "range=7d")
    step(lambda: page.locator("#chart-spend").get_by_role("button", name="Tenant").click(), "by=tenant")
    step(lambda: page.get_by_role("button", name="Tokens", exact=True).click(), "sort=tokens")
    step(lambda: page.locator("#chart-status").get_by_role("button", name="Table").click(), "table=status")
    step(lambda: page.get_by_role("button", name="research", exact=True).click(), "tenant=research")
    step(lambda: page.get_by_role("link", name="Latency & errors").click(), "/latency")
    step(lambda: page.get_by_role("button", name="First byte").click(), "kind=ttft")
    assert page.get_by_role("button", name="Remove Tenant research").is_visible()
    page.reload()
    seen.settle()
    assert page.get_by_role("button", name="First byte").get_attribute("aria-pressed") == "true"
    assert page.get_by_role("heading", name="Time to first byte per day").is_visible()
    for address in reversed(states[:-1]):
        page.go_back()
        page.wait_for_url(address)
    seen.settle()
    assert page.get_by_role("button", name="30 d").get_attribute("aria-pressed") == "true"
    page.go_forward()
    page.wait_for_url(states[1])
    assert page.title() == "Overview – LLM-Gateway"
    other = visit(filled)  # who is given the link sees the same
    again = other.open(states[5].removeprefix(seen.origin))
    other.settle()
    assert again.locator("#chart-status table.figures").is_visible()
    assert [row[0] for row in other.table("section[aria-labelledby=who] table")[1:]] == ["research", "Total"]


def test_ranges_of_ones_own(filled: Collector, visit):
    seen = visit(filled, zone="Asia/Kathmandu")
    page = seen.open("/")
    seen.settle()
    page.get_by_role("button", name="Custom").click()
    begin, end = demo.stamp(NOW - 20 * DAY)[:10], demo.stamp(NOW - 11 * DAY)[:10]
    page.get_by_label("From").fill(begin)
    page.get_by_label("to, inclusive").fill(end)
    page.get_by_role("button", name="Show", exact=True).click()
    page.wait_for_url("**range=custom**")
    seen.settle()
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(page.url).query)
    assert query["from"] == [f"{begin}T00:00:00.000Z"] and query["to"] == [demo.stamp((NOW // DAY - 10) * DAY)]
    assert len(seen.table("#chart-spend table")) == 11
    plot = page.locator("#chart-spend .u-over").bounding_box()
    page.mouse.move(plot["x"] + plot["width"] * 0.25, plot["y"] + 50)
    page.mouse.down()
    page.mouse.move(plot["x"] + plot["width"] * 0.45, plot["y"] + 60, steps=4)
    page.mouse.up()
    page.wait_for_url(lambda url: urllib.parse.parse_qs(urllib.parse.urlsplit(url).query)["from"] > query["from"])


def test_names_are_text_whatever_they_are(factory: Factory, tmp_path: pathlib.Path, visit):
    events = made(160, 6)
    for number, each in enumerate(events):
        each["tenant"] = HOSTILE[number % len(HOSTILE)]
        each["model"] = HOSTILE[number // 8 % len(HOSTILE)]
        if number % 3 == 0:
            each.pop("cost_nano_usd", None)
    collector = collector_with(factory, tmp_path, events)
    seen = visit(collector)
    shown = [name.replace("\u202e", "<U+202E>").replace("\u200b", "<U+200B>") for name in HOSTILE]
    page = seen.open("/?by=tenant")
    seen.settle()
    rows = [row[0] for row in seen.table("section[aria-labelledby=who] table")[1:-1]]
    assert sorted(rows) == sorted(shown)
    assert sorted(seen.table("#chart-spend table")[0][1:]) == sorted(shown)
    for name, text in zip(HOSTILE, shown):
        page.goto(seen.origin + "/?by=tenant&" + urllib.parse.urlencode({"tenant": name}))
        seen.settle()
        assert seen.figure("Requests") == "20", name
        page.get_by_role("button", name=f"Remove Tenant {text}", exact=True).click()
        page.wait_for_url(lambda url: "tenant=" not in url.replace("by=tenant", ""))
    for view in ("/latency", "/accounts", "/live"):
        page.goto(seen.origin + view)
        seen.settle()
        page.get_by_text("<script>alert(1)</script>").first.wait_for()
        assert seen.sideways() <= 0
    page.goto(seen.origin + f"/live?event={urllib.parse.quote(events[3]['event_id'])}")
    page.locator(".details .fields").wait_for()
    assert "~" * 128 in page.locator(".details .fields").inner_text().replace("\n", "")
    page.get_by_role("button", name="Tenant").click()
    assert sorted(page.locator(".popover label").all_inner_texts()) == sorted(shown)
    with page.expect_download() as download:
        page.goto(seen.origin + "/?by=tenant")
        seen.settle()
        page.get_by_role("link", name="CSV").click()
    text = pathlib.Path(download.value.path()).read_text()
    assert "'=HYPERLINK" in text and "\n=HYPERLINK" not in text


def live_gateway(factory: Factory, folder: pathlib.Path) -> Gateway:
    prices = folder / "prices.yaml"
    prices.write_text("version: 1\nprices: [{provider: '*', model: 'gpt-4o*', input: 2.5, cached_input: 1.25, output: 10}]\n")
    mock = factory.mock()
    collector = factory.collector(STORE_URL=f"sqlite:{folder}/events.db", GATEWAY_CONFIG=str(prices))
    return Gateway(factory.proxy(mock.url, collector.url, GATEWAY_CONFIG=str(prices)), collector, mock)


def call(gateway: Gateway, tenant: str, **more: object) -> None:
    fields = gateway.fields(f"live-{tenant}-{time.monotonic_ns()}") + [("X-LLM-Tenant", tenant)]
    assert gateway.proxy.ask("POST", "/v1/chat/completions", fields, chat(**more)).status == 200


def test_a_call_is_seen_within_a_second(factory: Factory, tmp_path: pathlib.Path, visit):
    gateway = live_gateway(factory, tmp_path)
    seen = visit(gateway.collector)
    page = seen.open("/live")
    page.get_by_text("No events yet").wait_for()
    page.locator(".link-state.live").wait_for()
    for number in range(3):
        call(gateway, f"team-{number}")
        answered = time.monotonic()
        page.get_by_role("cell", name=f"team-{number}").wait_for()
        took = time.monotonic() - answered
        assert took <= 1, took
    seen.until("[...document.querySelectorAll('.live-figures dd')].some(each => each.textContent !== '0')")
    assert [row[2] for row in seen.table("table.events")[1:]] == ["team-2", "team-1", "team-0"]

    page.get_by_role("button", name="Pause").click()
    page.wait_for_url("**paused=1")
    call(gateway, "team-paused")
    page.get_by_text("1 wait").wait_for()
    assert page.get_by_role("cell", name="team-paused").count() == 0
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("cell", name="team-paused").wait_for()

    page.get_by_role("row").filter(has_text="team-1").click()
    page.locator(".details .parts").wait_for()
    [stored] = [each for each in wire.ask(gateway.collector.query, "GET", "/api/v1/events", [("Host", "localhost")], host=False)
                .json()["items"] if each["tenant"] == "team-1"]
    parts = page.locator(".details .parts").inner_text().split("\n")
    assert parts[parts.index("Cost") + 1] == dollars(stored["cost_nano_usd"] / 1e9) and "Input" in parts and "Output" in parts
    assert "model=gpt-4o*" in parts[-1]
    for name in stored:
        assert page.locator(".details dt", has_text=name).count() >= 1, name
    page.keyboard.press("Escape")
    page.locator(".details").wait_for(state="detached")
    assert "event=" not in page.url
    page.go_back()
    page.locator(".details").wait_for()

    page.goto(seen.origin + "/live?tenant=team-0")
    page.get_by_role("cell", name="team-0").wait_for()
    assert [row[2] for row in seen.table("table.events")[1:]] == ["team-0"]
    call(gateway, "team-2")
    call(gateway, "team-0")
    seen.until("document.querySelectorAll('table.events tbody tr').length === 2")


def test_many_events_are_counted(factory: Factory, tmp_path: pathlib.Path, visit):
    collector = collector_with(factory, tmp_path, made(3, 1))
    seen = visit(collector)
    page = seen.open("/live")
    page.locator(".link-state.live").wait_for()
    send(collector, made(700, 0.001, seed=8))
    page.get_by_text("skipped", exact=False).wait_for()
    wait_until(lambda: page.locator(".live-state .warn-text").inner_text() == "650 skipped", "the count")


def test_a_collector_that_is_away_and_back(factory: Factory, tmp_path: pathlib.Path, visit):
    events = made(300, 5)
    first = collector_with(factory, tmp_path, events)
    address = f"127.0.0.1:{first.query[1]}"
    seen = visit(first)
    page = seen.open("/?range=7d")
    seen.settle()
    spend = seen.figure("Spend")
    live = visit(first)
    live.open("/live")
    live.page.locator(".link-state.live").wait_for()
    seen.may_fail = live.may_fail = True
    first.daemon.stop()
    live.page.get_by_text("Cut off, connecting again").wait_for()
    page.get_by_role("button", name="30 d").click()
    page.get_by_text("The collector cannot be reached, since").wait_for()
    assert page.get_by_text("proxies keep their events").is_visible()
    assert seen.figure("Spend") == spend  # what was there stays
    second = factory.collector(STORE_URL=f"sqlite:{tmp_path}/events.db", QUERY_LISTEN_ADDR=address)
    page.get_by_text("cannot be reached").wait_for(state="detached")
    live.page.locator(".link-state.live").wait_for()
    late = made(1, 0, seed=9)[0] | {"tenant": "after-the-restart"}
    send(second, [late])
    live.page.get_by_role("cell", name="after-the-restart").wait_for()
    seen.settle()
    assert seen.figure("Requests") in ("300", "301")


def test_a_store_that_cannot_be_read(filled: Collector, visit):
    seen = visit(filled)
    seen.may_fail = True
    page = seen.open("/")
    seen.settle()
    spend = seen.figure("Spend")
    body = json.dumps({"error": {"message": "The store cannot be read.", "type": "gateway_error", "param": None,
                                 "code": "store_unavailable"}})
    page.route("**/api/v1/usage*", lambda route: route.fulfill(status=503, body=body, content_type="application/json"))
    page.get_by_role("button", name="90 d").click()
    page.get_by_text("The store cannot be read, since").wait_for()
    assert seen.figure("Spend") == spend
    page.unroute("**/api/v1/usage*")
    page.get_by_text("The store cannot be read").wait_for(state="detached")
    seen.settle()
    assert seen.figure("Spend") != spend


def test_a_store_that_takes_nothing(factory: Factory, tmp_path: pathlib.Path, visit):
    collector = collector_with(factory, tmp_path, made(20, 2), STORE_MAX="1MB")
    padded = [each | {"padding": "x" * 2_000} for each in made(3_000, 2, seed=6)]
    statuses = set()
    while 503 not in statuses:
        body = b"".join(json.dumps(padded.pop()).encode() + b"\n" for _ in range(100))
        statuses.add(post(collector.address, body).status)
    seen = visit(collector)
    page = seen.open("/")
    page.get_by_text("Events cannot be stored, since").wait_for()
    seen.settle()
    assert seen.figure("Requests") != "0"  # what is there can be looked at
    assert not seen.axe()


def test_what_an_empty_store_says(factory: Factory, tmp_path: pathlib.Path, visit):
    collector = collector_with(factory, tmp_path, [])
    seen = visit(collector)
    page = seen.open("/")
    page.get_by_role("heading", name="No events yet").wait_for()
    lines = page.locator("pre").inner_text().split("\n")
    assert len(lines) == 3 and f"COLLECTOR_URL=http://127.0.0.1:{collector.address[1]} " in lines[0]
    assert not seen.axe()
    old = made(1, 0)[0] | {"ts": demo.stamp(NOW - 50 * DAY), "event_id": demo.event_id(NOW - 50 * DAY, 1)}
    send(collector, [old])
    page.goto(seen.origin + "/latency")
    page.get_by_role("heading", name="Nothing in this range").wait_for()
    page.get_by_role("button", name="Go there").click()
    page.wait_for_url("**range=custom**")
    seen.settle()
    page.goto(seen.origin + "/?tenant=nobody")
    page.get_by_role("heading", name="Nothing fits").wait_for()
    page.get_by_role("button", name="Clear the filters").click()
    page.get_by_role("heading", name="Nothing in this range").wait_for()


def test_no_money_where_nothing_has_a_price(factory: Factory, tmp_path: pathlib.Path, visit):
    events = [{name: value for name, value in each.items() if name not in ("cost_nano_usd", "price_id")} for each in made(50, 3)]
    seen = visit(collector_with(factory, tmp_path, events))
    page = seen.open("/?range=7d")
    seen.settle()
    assert page.get_by_text("No costs: none of these requests has a price").is_visible()
    assert page.get_by_role("heading", name="Tokens per day").count() == 2
    assert "$" not in page.locator("main").inner_text()
    page.goto(seen.origin + "/accounts?range=7d")
    seen.settle()
    assert page.get_by_text("no price table here").first.is_visible()


def line(token: str, scope: str) -> str:
    return f"{token} sha256:{hashlib.sha256(token.encode()).hexdigest()} {scope}\n"


def test_login(factory: Factory, tmp_path: pathlib.Path, visit):
    tokens = tmp_path / "tokens"
    tokens.write_text(line("all-of-it", "admin") + line("own", "tenant=search,ci"))
    events = made(400, 6)
    collector = collector_with(factory, tmp_path, events, QUERY_TOKENS_FILE=str(tokens))
    seen = visit(collector)
    seen.may_fail = True
    page = seen.open("/?range=7d")
    page.get_by_label("Query token").wait_for()
    assert not seen.axe()
    page.get_by_label("Query token").fill("wrong")
    page.keyboard.press("Enter")
    page.get_by_text("This token is not known here.").wait_for()
    for _ in range(10):
        page.get_by_role("button", name="Log in").click()
        page.locator("button:not([disabled])", has_text="Log in").wait_for()
    page.get_by_text("Too many tokens that are not valid").wait_for()
    page.get_by_label("Query token").fill("own")
    page.keyboard.press("Enter")
    seen.settle()
    assert "range=7d" in page.url
    since = demo.stamp((NOW // DAY - 6) * DAY)
    mine = [each for each in events if each["tenant"] in ("search", "ci") and each["ts"] >= since]
    assert seen.figure("Requests") == compact(len(mine))
    assert page.evaluate("document.cookie") == ""
    page.get_by_role("button", name="Tenant", exact=True).first.click()
    page.locator(".popover label").first.wait_for()
    assert sorted(page.locator(".popover label").all_inner_texts()) == ["ci", "search"]
    page.goto(seen.origin + "/?tenant=research")
    page.get_by_text("That was refused").wait_for()
    page.goto(seen.origin + "/accounts")
    seen.settle()
    assert page.get_by_role("heading", name="Store").count() == 0
    page.goto(seen.origin + "/live")
    page.locator(".link-state.live").wait_for()
    send(collector, [made(1, 0, seed=seed)[0] | {"tenant": tenant, "event_id": demo.event_id(NOW, 900 + seed)}
                     for seed, tenant in enumerate(("research", "search", "research"))])
    seen.until("document.querySelectorAll('.live-figures dd')[0].textContent !== '0'")
    assert {row[2] for row in seen.table("table.events")[1:]} <= {"search", "ci"}
    page.get_by_role("button", name="Log out").click()
    page.get_by_label("Query token").fill("all-of-it")
    page.keyboard.press("Enter")
    page.get_by_role("cell", name="research").first.wait_for()
    page.reload()
    page.get_by_role("cell", name="research").first.wait_for()
    page.get_by_role("link", name="Overview").click()
    seen.settle()
    page.goto(seen.origin + "/?by=tenant")
    page.get_by_role("button", name="research", exact=True).wait_for()
    page.get_by_role("button", name="Log out").click()
    page.get_by_label("Query token").fill("own")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="search", exact=True).wait_for()
    assert "research" not in page.locator("body").inner_text()  # of what the one before has seen nothing is left
    seen.settle()
    assert "research" not in page.locator("body").inner_text()
    tokens.write_text(line("another", "admin"))
    fields = [("Host", "localhost"), ("Authorization", "Bearer another")]
    wait_until(lambda: wire.ask(collector.query, "GET", "/api/v1/usage", fields, host=False).status == 200, "the new token")
    page.reload()
    page.get_by_label("Query token").wait_for()  # the session ended with its token


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/", "/latency?kind=ttft", "/live", "/accounts", "/?range=24h&by=tenant&table=spend&tenant=search"])
def test_nothing_is_in_anyones_way(filled: Collector, visit, path: str, scheme: str):
    for width in (1280, 320):
        seen = visit(filled, width=width, scheme=scheme)
        seen.open(path)
        seen.settle()
        assert seen.sideways() <= 0, width
        assert not seen.axe(), width


def test_charts_are_read_with_the_keyboard(filled: Collector, visit):
    seen = visit(filled)
    page = seen.open("/?range=7d")
    seen.settle()
    frame = page.locator("#chart-spend .plot-frame")
    frame.focus()
    page.keyboard.press("End")
    rows = seen.table("#chart-spend table")
    said = frame.locator("[aria-live=polite]")
    wait_until(lambda: said.count() == 1 and said.inner_text().startswith(rows[-1][0]), "the last day")
    page.keyboard.press("ArrowLeft")
    wait_until(lambda: said.inner_text().startswith(rows[-2][0] + ": "), "the day before")
    for name, value in zip(rows[0][1:], rows[-2][1:]):
        assert value in ("–", "$0") or f"{name} {value}" in said.inner_text()
    page.locator("#chart-spend").get_by_role("button", name="Table").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**table=spend*")
    page.get_by_role("button", name="Model", exact=True).first.focus()
    page.keyboard.press("Enter")
    page.get_by_label("Model: begins with").fill("claude")
    seen.until("document.querySelectorAll('.popover label').length === 2")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.wait_for_url("**model=claude*")
    page.keyboard.press("Escape")
    page.locator(".popover").wait_for(state="detached")
    assert page.evaluate("document.activeElement.textContent").startswith("Model")


def test_all_of_it_is_small_and_quick(filled: Collector, visit):
    seen = visit(filled)
    session = seen.context.new_cdp_session(seen.page)
    session.send("Network.enable")
    sizes: list[int] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    seen.open("/")
    seen.settle()
    seen.page.wait_for_timeout(200)  # for what the debugger has still to tell
    assert len(sizes) > 10 and sum(sizes) <= 100_000, sizes


def test_the_scheme_is_kept(filled: Collector, visit):
    seen = visit(filled, scheme="light")
    page = seen.open("/accounts")
    seen.settle()
    page.get_by_role("button", name="Dark scheme").click()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.reload()
    seen.settle()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.get_by_role("button", name="Light scheme").click()
    assert page.evaluate("localStorage.theme") == "system"


def test_beside_the_bill(factory: Factory, tmp_path: pathlib.Path, visit):
    day = NOW // DAY - 5
    name = "gpt-4o<script>alert(1)</script>"
    usual = made(1, 0)[0] | {"provider": "openai", "ts": demo.stamp(day * DAY), "status_code": 200, "outcome": "completed",
                             "prompt_tokens": 1_000, "completion_tokens": 100, "total_tokens": 1_100, "cached_tokens": 0,
                             "cost_nano_usd": 2_000_000_000, "price_id": "5f0c1a9e7d31"}
    collector = collector_with(factory, tmp_path, [
        usual | {"model": model, "event_id": demo.event_id(day * DAY, number)}
        for number, model in enumerate(("gpt-5", "gpt-5-mini", "gpt-4.1", name))])
    key = tmp_path / "admin-key"
    key.write_text(KEY)
    with Reports() as reports:
        for model in ("gpt-5-2025-08-07", "gpt-5-mini", "gpt-4.1"):
            requests = 2 if model == "gpt-4.1" else 1
            reports.put("completions", day, openai_usage(model, requests, 1_000 * requests, 100 * requests))
            reports.put("costs", day, openai_cost(f"{model}, input", 2 * requests))
        done = run("llm-collector", "reconcile", "--provider", "openai", "--from", demo.stamp(day * DAY)[:10], "--to",
                   demo.stamp((day + 3) * DAY)[:10], STORE_URL=f"sqlite:{tmp_path}/events.db", RECONCILE_KEY_FILE=str(key),
                   RECONCILE_BASE_URL=reports.url)
    assert done.returncode == 3, done
    seen = visit(collector)
    page = seen.open("/accounts?range=7d")
    seen.settle()
    page.get_by_role("heading", name="Beside the provider's bill").wait_for()
    assert page.get_by_text("one day differs").is_visible()
    rows = [[cell for cell in row] for row in seen.table("table.beside")[1:]]
    assert [row[0] for row in rows[:2]] == [demo.stamp((day + 2) * DAY)[:10], demo.stamp((day + 1) * DAY)[:10]]
    assert rows[0][2] == "nothing on either side"
    differing = {row[2]: row for row in rows[2:4]}
    assert set(differing) == {"gpt-4.1", name}
    assert differing["gpt-4.1"][3:5] == ["we have less", "requests, prompt tokens, completion tokens, cost"]
    assert differing["gpt-4.1"][5] == "1 ours, / 2 theirs" and differing["gpt-4.1"][7] == "$2.00 ours, / $4.00 theirs"
    assert differing[name][3] == "we have more" and "and 2 models that match" in rows[4][2]
    assert not seen.axe()
    narrow = visit(collector, width=390, height=800)
    narrow.open("/accounts?range=7d")
    narrow.settle()
    narrow.page.get_by_role("heading", name="Beside the provider's bill").wait_for()
    assert narrow.sideways() <= 0
