"""The error browser: the page holds its data once and safely, and does in a real browser what it says.

The browser is Chromium without a window, driven by Selenium; where one of them is missing those tests are skipped.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from nanocart.corpora.markup import read
from nanocart.eval.browser import Names, content, page
from nanocart.eval.errors import KINDS, errors
from nanocart.schema import LABELS, Document, Mention

if TYPE_CHECKING:
    from selenium.webdriver.remote.webdriver import WebDriver

TEMPLATE = (files("nanocart.eval") / "data" / "errors.html").read_text("utf-8")
EVIL = "</script><img src=x onerror=\"document.title='pwned'\"><!-- &amp; '"


def marked(id: str, text: str, *tail: str) -> Document:
    return read("\n".join([f"id: {id}", "---", text, "---", *tail]))


PAIRS = [
    (
        marked(
            "one",
            "𝛾δ [[T cells|CELL_TYPE t =t]] against [[CD19|CAR_TARGET g =g]]\n"
            "[[Growth|OUTCOME o =o response decreased affirmed]] fell in [[lupus|DISEASE d =d]] and "
            "[[lupus|DISEASE e =d]].",
            "TARGETS t g",
            "RESULTS_IN t o",
            "FINDING outcome=o cell_type=t direction=decreased",
        ),
        marked(
            "one",
            "[[𝛾δ T cells|CELL_TYPE t =t]] against [[CD19|DISEASE g =g]]\n"
            "[[Growth|OUTCOME o =o response increased affirmed]] fell in lupus and [[lupus|DISEASE e =d]].",
            "RESULTS_IN t o",
            "FINDING outcome=o cell_type=t direction=increased",
        ),
    ),
    (marked("two", "Nothing to see."), marked("two", "Nothing to see.")),
    (
        marked("three", f"CD5-targeted [[LNPs|NANOPARTICLE n]] for [[lupus|DISEASE d]]; {EVIL}.", "STUDY in_scope=no"),
        marked("three", f"[[CD5|CAR_TARGET c]]-targeted [[LNPs|NANOPARTICLE n]] for lupus; {EVIL}."),
    ),
]
FOUND = [errors(*pair) for pair in PAIRS]
EXPECTED = [
    ["boundary", "finding differs", "relation missed", "role", "attribute", "missed"],
    [],
    ["scope", "role", "missed"],
]
TOTAL = sum(map(len, EXPECTED))


def data_of(html: str) -> dict[str, Any]:
    [embedded] = re.findall(r'<script type="application/json" id="data">(.*?)</script>', html, re.DOTALL)
    assert "<" not in embedded
    found: dict[str, Any] = json.loads(embedded)
    return found


def test_the_errors_of_these_pages() -> None:
    assert [sorted(one.kind for one in of_document) for of_document in FOUND] == [sorted(one) for one in EXPECTED]


def test_the_page_holds_its_data_once_and_whole() -> None:
    names = Names("gold <b>", "mine", "system:mine")
    html = page(PAIRS, FOUND, names)
    data = data_of(html)
    assert data == json.loads(json.dumps(content(PAIRS, FOUND, names)))
    assert html.count("Nothing to see.") == 1
    assert data["gold"] == "gold <b>"
    assert [one[1] for one in data["documents"]] == [gold.text for gold, _ in PAIRS]


def test_errors_name_their_mentions_by_place() -> None:
    data = content(PAIRS, FOUND, Names("a", "b"))
    every = [(number, one) for number, of_document in enumerate(FOUND) for one in of_document]
    for (number, error), (doc, kind, types, gold, predicted, _, _) in zip(every, data["errors"], strict=True):
        assert (number, error.kind) == (doc, data["kinds"][kind][0])
        assert [data["types"][at] for at in types] == list(error.labels)
        for side, places, at in ((error.gold, gold, 3), (error.predicted, predicted, 4)):
            spans = [data["documents"][doc][at][place] for place in places]
            assert [(a, b, data["types"][label]) for a, b, label in spans] == [(m.start, m.end, m.label) for m in side]
    assert [data["types"].index(label) for label in LABELS] == list(range(len(LABELS)))
    assert data["matrix"][LABELS.index("CAR_TARGET")][LABELS.index("DISEASE")] == 1
    [lupus] = [one for one in data["confusions"] if one[2] == "lupus"]
    assert [data["errors"][at][0] for at in lupus[5]] == [0, 2]


def test_every_kind_has_a_sign_of_its_own() -> None:
    signs = dict(re.findall(r'"([a-z ]+)": "([^"]+)"', TEMPLATE.split("const SIGNS = {")[1].split("};")[0]))
    assert set(signs) == set(KINDS)
    assert len(set(signs.values())) == len(signs)


def test_the_page_asks_the_network_for_nothing() -> None:
    assert "default-src 'none'" in TEMPLATE
    assert not re.search(r"<(?:script|img|link|iframe)[^>]+(?:src|href)=\"(?!data:)", TEMPLATE)
    assert not re.search(r"@import|url\(|fetch\(|XMLHttpRequest|innerHTML|insertAdjacentHTML|document\.write", TEMPLATE)


def corpus(size: int) -> list[tuple[Document, Document]]:
    """Long abstracts in which about every second mention is wrong."""
    pairs = []
    for number in range(size):
        gold, mine = [], []
        for at in range(12):
            name, loss = f"drug-{number}-{at}", f"[[weight loss|OUTCOME o{at} toxicity"
            gold.append(
                f"[[{name} nanoparticles|NANOPARTICLE n{at}]] loaded into [[cells of donor {at}|CELL_TYPE t{at}]]"
            )
            mine.append(f"{name} [[nanoparticles|NANOPARTICLE n{at}]] loaded into cells of donor {at}")
            gold.append(f"made {loss} decreased affirmed]] rarer in [[mice|DISEASE d{at}]].")
            mine.append(f"made {loss} increased affirmed]] rarer in [[mice|CELL_TYPE d{at}]].")
        rows = [f"FINDING outcome=o{at} nanoparticle=n{at}" for at in range(12)]
        links = [f"RESULTS_IN n{at} o{at}" for at in range(12)]
        pairs.append((marked(str(number), " ".join(gold), *rows, *links), marked(str(number), " ".join(mine), *rows)))
    return pairs


@pytest.fixture(scope="module")
def large() -> str:
    pairs = corpus(200)
    return page(pairs, [errors(*pair) for pair in pairs], Names("gold", "mine"))


def test_two_hundred_documents_stay_below_two_megabytes(large: str) -> None:
    data = data_of(large)
    assert len(data["documents"]) == 200
    assert len(data["errors"]) > 6_000
    assert len(large.encode("utf-8")) < 2_000_000


# ---- in a browser


@pytest.fixture(scope="module")
def browser() -> Iterator[WebDriver]:
    webdriver = pytest.importorskip("selenium.webdriver", reason="Selenium is not installed")
    found = [shutil.which("chromium") or shutil.which("google-chrome"), shutil.which("chromedriver")]
    if None in found:
        pytest.skip("Chromium or its driver is not installed")
    options = webdriver.ChromeOptions()
    options.binary_location = found[0]
    for one in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--window-size=1500,1000",
    ):
        options.add_argument(one)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(found[1]))
    yield driver
    driver.quit()


Opened = Callable[..., "Page"]


class Page:
    """The open page, and what a reader does with it."""

    def __init__(self, driver: WebDriver) -> None:
        self.driver = driver

    def keys(self, *keys: str) -> None:
        from selenium.webdriver.common.action_chains import ActionChains

        for one in keys:
            ActionChains(self.driver).send_keys(one).perform()

    def click(self, selector: str) -> None:
        self.driver.find_element("css selector", selector).click()

    def texts(self, selector: str) -> list[str]:
        """The visible text of each element."""
        return [one.text for one in self.driver.find_elements("css selector", selector) if one.is_displayed()]

    def script(self, code: str) -> Any:
        return self.driver.execute_script(f"return {code}")

    @property
    def where(self) -> str:
        return self.texts("#where")[0]

    @property
    def heading(self) -> str:
        return self.texts("#heading")[0]

    @property
    def marked(self) -> list[str]:
        """The words of the current error."""
        return self.script(
            "[...document.querySelectorAll('#text .seg.now')].map((one) => "
            "[...one.childNodes].map((n) => n.className === 'head' ? n.firstChild.data : n.data ?? '').join(''))"
        )

    def count_of(self, kind: str) -> int:
        kinds = list(KINDS)
        return int(self.texts(f"#only-k{kinds.index(kind)}")[0])


@pytest.fixture
def opened(browser: WebDriver, tmp_path: Path) -> Iterator[Opened]:
    def open_(html: str | None = None, address: str = "") -> Page:
        path = tmp_path / "errors.html"
        path.write_text(html or page(PAIRS, FOUND, Names("gold.jsonl", "mine.jsonl", "system:mine")), "utf-8")
        browser.get("about:blank")
        browser.get(f"{path.as_uri()}{address}")
        return Page(browser)

    yield open_
    assert [one for one in browser.get_log("browser") if one["level"] in ("SEVERE", "WARNING")] == []


@pytest.mark.slow
def test_keys_go_through_errors_and_documents(opened: Opened) -> None:
    here = opened()
    assert (here.where, here.heading) == (f"error 1 of {TOTAL}", "one")
    assert here.marked == ["𝛾δ ", "T cells"]
    here.keys("k")
    assert here.where == f"error 1 of {TOTAL}"
    assert here.script("document.getElementById('say').textContent") == "This is the first error."
    here.keys("j", "n", "p")
    assert here.where == f"error 2 of {TOTAL}"
    assert f"Error 2 of {TOTAL}, document one" in here.script("document.getElementById('say').textContent")
    here.keys("]")
    assert (here.where, here.heading) == (f"error 7 of {TOTAL}", "three")  # "two" has no errors
    here.keys("[")
    assert (here.where, here.heading) == (f"error 1 of {TOTAL}", "one")
    assert here.texts("#documents [aria-current]") == ["one\n6"]
    here.click("#document-1")
    assert (here.where, here.heading) == (f"{TOTAL} errors", "two")
    here.keys("j")
    assert (here.where, here.heading) == (f"error 7 of {TOTAL}", "three")


@pytest.mark.slow
def test_filters_by_kind_and_type(opened: Opened) -> None:
    here = opened()
    assert {kind: here.count_of(kind) for kind in ("missed", "role", "boundary", "scope")} == {
        "missed": 2, "role": 2, "boundary": 1, "scope": 1,
    }  # fmt: skip
    here.click(f"#k{list(KINDS).index('role')}")
    assert here.where == "error 1 of 2"
    assert here.marked == ["CD19"]
    assert here.texts("#chosen-words") == ["2 errors: role"]
    assert here.script("document.querySelectorAll('#text .gbad').length") == 1
    assert here.script("[...document.querySelectorAll('#text .gother')].pop().title") == (
        "gold: disease; predicted: nothing"  # errors that are left out do not look right
    )
    here.click(f"#t{LABELS.index('DISEASE')}")
    assert here.where == "error 1 of 1"
    assert here.texts("#cards h3") == ["⇄\nRole · CAR target"]
    assert here.count_of("missed") == 2  # of the chosen type, whatever kinds are chosen
    here.keys("x")
    assert here.where.endswith(f"of {TOTAL}")
    assert here.texts("#chosen") == []
    here.driver.back()
    assert here.where == "error 1 of 1"


@pytest.mark.slow
def test_counts_lead_to_their_examples(opened: Opened) -> None:
    here = opened()
    here.keys("2")
    rows = here.texts("#surface-rows tr")
    assert rows[0] == "2 − missed lupus disease nothing"
    here.click("#surface-rows tr:first-child a")
    assert (here.where, here.heading) == ("error 1 of 2", "one")
    assert here.texts("#chosen-words") == ["2 errors: “lupus” disease → nothing"]
    here.keys("j")
    assert (here.heading, here.marked) == ("three", ["lupus"])
    here.keys("x", "3")
    cells = here.script(
        "[...document.querySelectorAll('#matrix-rows tr')].map((row) => [...row.cells].map((one) => one.textContent))"
    )
    assert cells[LABELS.index("CAR_TARGET")][1 + LABELS.index("DISEASE")] == "1"
    assert cells[LABELS.index("CELL_TYPE")][1 + LABELS.index("CELL_TYPE")] == "0 ↔ 1"
    assert cells[LABELS.index("DISEASE")][-1] == "2"
    here.click(f"#matrix-rows tr:last-child td:nth-child({2 + LABELS.index('CAR_TARGET')}) a")
    assert (here.heading, here.marked) == ("three", ["CD5"])
    assert here.texts("#cards p") == ["the ligand of a particle: LNPs"]


@pytest.mark.slow
def test_both_layers_and_their_tags(opened: Opened) -> None:
    here = opened()
    layers = here.script(
        "[...document.querySelectorAll('#text .seg')]"
        ".map((one) => [one.querySelector('.head').firstChild.data, one.className])"
    )
    by_start = {first: set(classes.split()) for first, classes in layers}
    assert {"p", "pbad"} <= by_start["𝛾"]
    assert "g" not in by_start["𝛾"]
    assert {"g", "p", "gbad", "pbad"} <= by_start["C"]
    tags = here.script("[...document.querySelectorAll('#text .tag')].map((one) => one.textContent)")
    assert {"⇄ TARGET", "⇄ DISEASE", "− DISEASE", "~ OUTCOME"} <= set(tags)
    here.click("#text .seg.gbad.pbad:not(.now)")
    assert here.marked == ["CD19"]
    here.click("#text .seg.gbad.pbad.now")  # the only error there
    assert here.marked == ["CD19"]


@pytest.mark.slow
def test_help_theme_and_single_keys(opened: Opened) -> None:
    from selenium.webdriver.common.keys import Keys

    here = opened()
    here.keys("?")
    assert here.texts("#help h2") == ["Help"]
    here.keys("j")
    assert here.where == f"error 1 of {TOTAL}"
    here.click("#keys")
    here.keys(Keys.ESCAPE)
    assert here.texts("#help h2") == []
    here.keys("j")
    assert here.where == f"error 1 of {TOTAL}"
    background = "getComputedStyle(document.body).backgroundColor"
    shades = []
    for _ in range(3):
        here.click("#theme")
        shades.append((here.texts("#theme")[0], here.script(background)))
    assert [name for name, _ in shades] == ["Theme: light", "Theme: dark", "Theme: system"]
    assert shades[0][1] != shades[1][1]
    dark = {"name": "prefers-color-scheme", "value": "dark"}
    here.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [dark]})
    assert here.script(background) == shades[1][1]
    here.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


@pytest.mark.slow
def test_nothing_of_the_data_becomes_markup(opened: Opened) -> None:
    evil = Document(EVIL, "", EVIL, entities=(Mention("e1", 0, len(EVIL), "OUTCOME", EVIL),))
    bare = evil.without_annotations()
    here = opened(page([(evil, bare)], [errors(evil, bare)], Names(EVIL, EVIL, EVIL)))
    for key in "123?":
        here.keys(key)
        assert here.script("document.querySelectorAll('img').length") == 0
    assert here.script("document.getElementById('heading').textContent") == EVIL
    assert here.script("document.getElementById('predicted-name').textContent") == EVIL
    assert here.driver.title.startswith("nanocart: 1 error of")


@pytest.mark.slow
def test_everything_that_can_be_used_has_a_name_and_ids_are_unique(opened: Opened) -> None:
    here = opened()
    for key in "123":
        here.keys(key)
        seen = "[...document.querySelectorAll('a, button, input')].filter((one) => one.checkVisibility())"
        named = "one.textContent.trim() || one.getAttribute('aria-label') || one.labels?.[0]?.textContent.trim()"
        assert here.script(f"{seen}.filter((one) => !({named})).length") == 0
        ids = here.script("[...document.querySelectorAll('[id]')].map((one) => one.id)")
        assert len(ids) == len(set(ids))
    assert here.script("document.documentElement.lang") == "en"


@pytest.mark.slow
def test_no_errors_and_wrong_addresses(opened: Opened) -> None:
    same = [(gold, gold) for gold, _ in PAIRS]
    here = opened(page(same, [[] for _ in same], Names("a", "b")), "#e=7&k=99&s=w3&v=none&d=2")
    assert (here.where, here.heading) == ("no errors", "three")
    here.keys("j", "]", "2", "3", "x")
    assert here.texts("#matrix h2") == ["Types: gold against predicted"]


@pytest.mark.slow
def test_a_large_page_answers_at_once(opened: Opened, large: str) -> None:
    here = opened(large)
    here.keys("]")
    assert here.heading == "1"
    ten = "const from = performance.now(); for (let i = 0; i < 10; i++) move(1); return performance.now() - from;"
    assert here.script(f"(() => {{ {ten} }})()") < 5_000
    each = len(data_of(large)["errors"]) // 200
    assert here.where.startswith(f"error {each + 11} of")
    held = "(() => { for (let i = 0; i < 250; i++) move(1); })()"  # a key held down: browsers limit changes of address
    here.script(held)
    assert here.where.startswith(f"error {each + 261} of")
    here.keys("2")
    rows = "document.querySelectorAll('#surface-rows tr').length"
    assert here.script(rows) == 200
    here.click("#more")
    assert here.script(rows) > 2_000
    assert here.texts("#more") == []
