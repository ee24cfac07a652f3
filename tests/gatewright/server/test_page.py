"""The page, in a real browser without a window and without a network."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from gatewright.core.config import load_settings
from gatewright.server.access import Access
from gatewright.server.app import Serving, create_app
from gatewright.server.opening import open_doors

from .running import TOKEN, Server, running, write_repository

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

BROWSER = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), ""
)
EXAMPLES = Path(__file__).parents[3] / "examples"
VENDING = (EXAMPLES / "vending.md").read_text()
# Where the pictures of docs/ go when they are to be made anew; '' = nowhere.
PICTURES = os.environ.get("GATEWRIGHT_PICTURES", "")
WIDE, NARROW = (1280, 800), (390, 844)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not BROWSER:
        pytest.skip("no Chromium is installed (apt-get install chromium)")
    driver = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with driver.sync_playwright() as play:
        opened = play.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        yield opened
        opened.close()


@contextlib.contextmanager
def serving(folder: Path, model: str) -> Iterator[Server]:
    """A server of its own: a page sees what others began."""
    root = folder / "chip"
    root.mkdir()
    write_repository(root)
    settings = load_settings({"model": model, "cache_dir": folder / "cache"}, environ={})
    opened = open_doors((root,), settings, runs=(folder / "runs",), store=folder / "chat.sqlite")
    app = create_app(Serving(Access(TOKEN), (), folder), opened.doors)
    with contextlib.closing(opened), running(app, opened.end) as address:
        yield Server(address, TOKEN, root)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Server]:
    with serving(tmp_path, "symbolic") as server:
        yield server


class Watched:
    """A page, and everything that it complained of or asked of others than its server."""

    def __init__(self, browser: Browser, served: Server, size: tuple[int, int]) -> None:
        self.complaints: list[str] = []
        context = browser.new_context(viewport={"width": size[0], "height": size[1]})
        context.set_default_timeout(60_000)
        own = urlsplit(served.address).netloc

        def only_ours(route: object, request: object) -> None:
            if urlsplit(request.url).netloc == own:  # type: ignore[attr-defined]
                route.continue_()  # type: ignore[attr-defined]
            else:
                self.complaints.append(f"asked {request.url}")  # type: ignore[attr-defined]
                route.abort()  # type: ignore[attr-defined]

        context.route(lambda url: not url.startswith(("data:", "blob:")), only_ours)
        self.context = context
        self.page = self.tab()

    def tab(self) -> Page:
        page = self.context.new_page()
        page.on(
            "console",
            lambda told: (
                self.complaints.append(told.text) if told.type in ("error", "warning") else None
            ),
        )
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page


def say(page: Page, text: str) -> None:
    page.fill("#say", text)
    page.keyboard.press("Enter")


def keep(page: Page, name: str) -> None:
    if PICTURES:
        page.wait_for_timeout(400)
        page.screenshot(path=f"{PICTURES}/{name}.png")


def test_from_a_specification_to_a_verified_module(browser: Browser, served: Server) -> None:
    watched = Watched(browser, served, WIDE)
    page = watched.page
    page.goto(f"{served.address}/#token={served.token}")
    page.wait_for_selector("#app:not([hidden])")
    assert served.token not in page.url
    assert page.evaluate("document.cookie") == ""
    assert page.evaluate("document.activeElement.id") == "say"

    say(page, VENDING)
    page.wait_for_selector(".card.verdict.pass")
    page.wait_for_selector(".card.approval")
    assert "Verified" in page.inner_text(".card.verdict")
    assert "module vending" in page.inner_text("#bench-body")
    assert served.token not in page.content()

    page.click(".card.verdict >> text=Waveform")
    page.wait_for_selector(".wave canvas")
    names = page.locator(".wave .names b").all_inner_texts()
    assert names[:2] == ["clk", "areset"]
    assert "dispense" in names
    assert not [name for name in names if name.startswith("gw_")]
    drawn = page.evaluate(
        """() => { const c = document.querySelector('.wave canvas');
        const data = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
        return new Set(new Uint32Array(data.buffer)).size; }"""
    )
    assert drawn > 8, "the canvas is empty"
    keep(page, "serve")

    # By the keys alone: the cursor goes from change to change, zoom and pan.
    canvas = page.locator(".wave canvas")
    canvas.focus()
    before = page.inner_text(".wave + * , .tools .mono")
    for key in ("ArrowRight", "ArrowRight", "+", "Shift+ArrowRight", "-", "Home"):
        page.keyboard.press(key)
    assert page.inner_text(".tools .mono") != before

    page.click("#bench-tabs >> text=Schematic")
    page.wait_for_selector(".schematic > div")
    page.wait_for_timeout(200)
    assert page.locator(".schematic > div").bounding_box()["height"] > 40  # type: ignore[index]
    keep(page, "serve-schematic")

    page.click(".card.approval >> text=Approve and write")
    page.wait_for_selector("text=Written:")
    written = [file for file in served.root.rglob("*.sv") if "vending" in file.name]
    assert len(written) == 1
    assert "module vending" in written[0].read_text()
    page.click("#events >> text=Undo")
    page.wait_for_selector("text=Undone:")
    assert not written[0].exists()
    assert watched.complaints == []


def test_a_reload_and_a_second_tab_find_the_conversation(browser: Browser, served: Server) -> None:
    watched = Watched(browser, served, WIDE)
    page = watched.page
    page.goto(f"{served.address}/#token={served.token}")
    page.wait_for_selector("#app:not([hidden])")
    say(page, VENDING)
    page.wait_for_url(re.compile(r"#[0-9a-f]{8,}$"))
    page.reload()
    page.wait_for_selector(".card.verdict.pass")
    page.wait_for_selector(".card.approval")
    assert page.locator(".asked").count() == 1
    assert page.locator(".card.verdict").count() == 1

    other = watched.tab()
    other.goto(page.url)
    other.wait_for_selector(".card.approval")
    other.click(".card.approval >> text=Reject")
    page.wait_for_selector("text=Rejected.")
    other.wait_for_selector("text=Rejected.")
    assert not [file for file in served.root.rglob("*.sv") if "vending" in file.name]

    # A proof says what was proved, and of what.
    page.evaluate(
        """() => fetch(`/api/talks/${location.hash.slice(1)}/use`, {
          method: "POST", headers: { "Content-Type": "application/json" },
          body: JSON.stringify({ tool: "equivalence", arguments: {
            design: ["rtl/counter.sv"], reference: ["rtl/counter.sv"] } }) })"""
    )
    proof = page.locator(".card.verdict >> nth=1")
    proof.wait_for()
    said = proof.inner_text()
    assert "by equivalence, of rtl/counter.sv" in said
    assert "for all inputs at all times" in said and "against rtl/counter.sv" in said
    assert watched.complaints == []


def test_a_telephone(browser: Browser, served: Server) -> None:
    watched = Watched(browser, served, NARROW)
    page = watched.page
    page.goto(f"{served.address}/#token={served.token}")
    page.wait_for_selector("#app:not([hidden])")
    say(page, VENDING)
    page.wait_for_selector(".card.verdict.pass")
    keep(page, "serve-narrow")
    page.click(".card.verdict >> text=Waveform")
    page.wait_for_selector(".wave canvas")
    for view in ("Lists", "Conversation", "Design"):
        page.click(f"#dock >> text={view}")
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= NARROW[0], f"{view} is wider than the screen"
    page.click("#dock >> text=Lists")
    page.click("#rail-tabs >> text=Files")
    page.click("#rail-list >> text=counter.sv")
    page.wait_for_selector("#bench-body .code")
    assert "module counter" in page.inner_text("#bench-body")
    assert watched.complaints == []


def test_the_end_of_a_long_answer_is_in_view(browser: Browser, served: Server) -> None:
    watched = Watched(browser, served, (WIDE[0], 420))
    page = watched.page
    page.goto(f"{served.address}/#token={served.token}")
    page.wait_for_selector("#app:not([hidden])")
    for turn in range(2):
        say(page, "help")
        page.locator("#events .said:has(ul)").nth(turn).wait_for()
        page.wait_for_selector("#stop", state="hidden")
    page.wait_for_timeout(200)  # a few frames
    events = page.locator("#events")
    assert events.evaluate("e => e.scrollHeight - e.clientHeight") > 200
    assert events.evaluate("e => e.scrollHeight - e.clientHeight - e.scrollTop") < 2
    assert watched.complaints == []


def test_what_a_file_says_is_text(browser: Browser, served: Server) -> None:
    evil = "// <img src=x onerror=alert(1)><script>alert(2)</script>"
    wrong = "module e; assign x = ; endmodule"
    (served.root / "rtl" / "evil.sv").write_text(f"{evil}\n{wrong}\n")
    watched = Watched(browser, served, WIDE)
    page = watched.page
    alerts: list[str] = []
    page.on("dialog", lambda dialog: (alerts.append(dialog.message), dialog.dismiss()))
    page.goto(f"{served.address}/#token={served.token}")
    page.wait_for_selector("#app:not([hidden])")
    page.click("#rail-tabs >> text=Files")
    page.click("#rail-list >> text=evil.sv")
    page.wait_for_selector("#bench-body .code")
    assert "<script>alert(2)</script>" in page.inner_text("#bench-body")
    page.click("#bench-body >> text=Check")
    page.wait_for_selector(".code tr.error .mark")
    say(page, "<img src=x onerror=alert(3)> **<b>x</b>** `<script>alert(4)</script>`")
    page.wait_for_selector(".asked")
    page.wait_for_selector("#stop", state="hidden")
    assert page.locator("#events img, #events script, #bench-body img").count() == 0
    assert alerts == []
    assert watched.complaints == []


def test_without_the_token_nothing_is_shown(browser: Browser, served: Server) -> None:
    watched = Watched(browser, served, WIDE)
    page = watched.page
    page.goto(served.address)
    page.wait_for_selector("#door:not([hidden])")
    assert not page.is_visible("#app")
    page.fill("#token", "wrong")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=the token is wrong")
    page.fill("#token", served.token)
    page.keyboard.press("Enter")
    page.wait_for_selector("#app:not([hidden])")
    # The browser itself tells of the two refusals, and of nothing else.
    assert all("401" in complaint for complaint in watched.complaints)


def tool(name: str, **arguments: object) -> str:
    return f"```tool\n{json.dumps({'name': name, 'arguments': arguments})}\n```"


def recorded(folder: Path) -> str:
    """A model that repairs the example's wrong debouncer in two rounds, and then claims more."""
    folder_of = EXAMPLES / "debounce"
    good, bad, spec = ((folder_of / n).read_text() for n in ("good.sv", "bad.sv", "spec.md"))
    ports = [{"name": n, "direction": "input"} for n in ("clk", "reset", "in")]
    contract = tool(
        "show_contract",
        module="debounce",
        ports=[*ports, {"name": "out", "direction": "output"}],
        clock="posedge clk",
        reset="reset, synchronous, active high",
        latency="three samples",
        behaviour="out follows in after three equal samples",
    )
    judgement = {"fault": "design", "location": "line 13", "issue": "two samples are enough for it"}
    answers = [
        "First I look.\n" + tool("verify", design=["bad.sv"], testbench=["testbench.sv"]),
        "It takes the input **too early**.\n" + contract,
        tool("generate", spec=spec, module="debounce", testbench=["testbench.sv"]),
        f"```verilog\n{bad}```",
        json.dumps(judgement | {"why": "count is compared with 1", "fix": "compare it with 2"}),
        f"```verilog\n{good}```",
        "It waits for three equal samples now.",
    ]
    file = folder / "answers.jsonl"
    file.write_text("\n".join(json.dumps({"response": answer}) for answer in answers))
    return f"replay:{file}"


def test_a_model_that_errs_first(browser: Browser, tmp_path: Path) -> None:
    with serving(tmp_path, recorded(tmp_path)) as served:
        for name in ("bad.sv", "testbench.sv"):
            (served.root / name).write_text((EXAMPLES / "debounce" / name).read_text())
        watched = Watched(browser, served, WIDE)
        page = watched.page
        page.goto(f"{served.address}/#token={served.token}")
        page.wait_for_selector("#app:not([hidden])")
        say(page, "why does bad.sv fail?")
        page.wait_for_selector(".card.verdict.pass")
        page.wait_for_selector("text=It waits for three equal samples now.")
        assert "148 wrong" in page.inner_text(".card.verdict.fail")
        assert page.locator(".run li.fail").count() == 1
        assert "judge: two samples are enough for it" in page.inner_text("#events")
        assert page.locator(".run.busy").count() == 0

        # The waveform of the failed check, at the first difference.
        page.click(".card.verdict.fail >> text=Waveform")
        page.wait_for_selector(".wave canvas")
        page.click("#bench-body .tools >> text=First difference")
        assert "clk" in page.locator(".wave .names b").all_inner_texts()
        assert page.inner_text("#bench-body .tools .mono") == "cursor 110 s"

        # What changed from the first round to the second.
        page.select_option("#bench-bar select", label="round 2: pass")
        page.click("#bench-tabs >> text=Changes")
        page.select_option("#bench-body select", label="round 1: fail")
        assert page.inner_text("tr.del .text").strip() == "else if (count == 1) begin"
        assert page.inner_text("tr.add .text").strip() == "else if (count == 2) begin"
        assert watched.complaints == []


def test_a_waveform_of_the_repository(browser: Browser, served: Server) -> None:
    changes = "\n".join(f'#{10 * n}\n{n % 2}!\nb{n:04b} "' for n in range(12))
    head = "$timescale 1ns $end $scope module tb $end $var wire 1 ! clk $end "
    (served.root / "seen.vcd").write_text(
        f'{head}$var wire 4 " count [3:0] $end $upscope $end $enddefinitions $end\n{changes}\n'
    )
    watched = Watched(browser, served, WIDE)
    page = watched.page
    page.goto(f"{served.address}/#token={served.token}")
    page.wait_for_selector("#app:not([hidden])")
    page.click("#rail-tabs >> text=Files")
    page.click("#rail-list >> text=seen.vcd")
    page.wait_for_selector(".wave canvas")
    assert page.locator(".wave .names b").all_inner_texts() == ["clk", "count"]
    page.locator(".wave canvas").focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    assert page.inner_text(".tools .mono") == "cursor 50 ns"
    assert page.locator(".wave .names output").all_inner_texts() == ["1", "5"]
    assert watched.complaints == []


def test_a_simulation_without_end_is_stopped(browser: Browser, served: Server) -> None:
    (served.root / "spin.sv").write_text(
        "module spin(input clk, input [7:0] n, output reg [7:0] y);\n  integer i;\n"
        "  always @(posedge clk) begin\n    y = n;\n"
        "    for (i = 0; i < 100000000; i = i + 1) y = y + 8'd3;\n  end\nendmodule\n"
    )
    watched = Watched(browser, served, WIDE)
    page = watched.page
    page.goto(f"{served.address}/#token={served.token}")
    page.wait_for_selector("#app:not([hidden])")
    page.click("#rail-tabs >> text=Files")
    page.click("#rail-list >> text=spin.sv")
    page.click("#bench-tabs >> text=Waveform")
    page.click("#bench-body >> text=Stop")
    page.wait_for_selector("#bench-body >> text=stopped")
    # Its turn is free again, and nothing of it keeps the next one.
    page.click("#bench-tabs >> text=Code")
    page.click("#bench-body >> text=Check")
    page.wait_for_selector("#bench-body >> text=no fault found")
    assert watched.complaints == []


def test_runs_of_eval_are_looked_at(browser: Browser, served: Server, tmp_path: Path) -> None:
    from gatewright.eval.answers import AnswerKind, Origins
    from gatewright.eval.manifest import Manifest, write_manifest

    run = tmp_path / "runs" / "nightly"
    run.mkdir(parents=True)
    origins = Origins(AnswerKind.AGENT, model="symbolic")
    write_manifest(
        run, Manifest("0", "starter", "0" * 64, "", ("and_gate",), 1, ("hardened",), origins)
    )
    watched = Watched(browser, served, WIDE)
    page = watched.page
    page.goto(f"{served.address}/#token={served.token}")
    page.wait_for_selector("#app:not([hidden])")
    page.click("#rail-tabs >> text=Runs")
    page.click("#rail-list >> text=nightly")
    report = page.frame_locator("iframe.report")
    report.locator("text=and_gate").first.wait_for()
    page.click("text=Back to the design")
    assert page.locator("iframe").count() == 0
    assert watched.complaints == []
