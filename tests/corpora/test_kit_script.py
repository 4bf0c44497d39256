"""What the script of the annotation page decides, run by node where there is one.

What needs a browser is not tested here.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from nanocart import schema
from nanocart.corpora.standoff import dehydrate, hydrate, sha256
from nanocart.schema import Attributes, Document, Finding, Relation, StudyFacts
from nanocart.text import folded
from tests.corpora.kit_page import LOGIC, NODE, TEXT, TITLE
from tests.strategies import CHARACTERS, documents


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Any]:
    """Runs code behind the page's logic in node; `given` is its data, what it returns comes back."""
    if NODE is None:
        pytest.skip("node is not installed: the page's script is not run")
    folder: Path = tmp_path_factory.mktemp("kit")

    def run(code: str, given: Any = None) -> Any:
        script = folder / "run.js"
        script.write_text(
            f"{LOGIC}\nconst given = JSON.parse(require('fs').readFileSync(0, 'utf8'));\n"
            f"const out = (() => {{{code}}})();\nprocess.stdout.write(JSON.stringify(out ?? null));\n",
            "utf-8",
        )
        done = subprocess.run(
            [str(NODE), str(script)],
            input=json.dumps(given),
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


# Helpers in the page's language: mark the nth "words" of a text, by their words.
HELPERS = """
const text = given.text;
let work = blank();
const did = (made) => { if (made.error) throw new Error(made.error); work = made.work; return made.id; };
const at = (words, nth = 0) => { let i = -1; for (let k = 0; k <= nth; k++) i = text.indexOf(words, i + 1); return i; };
const put = (words, label, nth = 0) => did(mark(text, work, at(words, nth), at(words, nth) + words.length, label));
const said = () => work.entities.map((one) => [surface(text, one), one.label, one.cluster]);
"""


def test_offsets_are_code_points(run: Callable[..., Any]) -> None:
    texts = ["", "a𝛾b", "🧬🧬 e\u0301 γ", TEXT, "".join(CHARACTERS)]
    found = run(
        """return given.map((text) => Array.from({length: [...text].length + 1}, (_, i) => {
             const unit = toUnits(text, i); return [text.slice(0, unit), toPoints(text, unit)]; }));""",
        texts,
    )
    assert found == [[[text[:i], i] for i in range(len(text) + 1)] for text in texts]
    assert run("return [toUnits('a𝛾', 3), toUnits('', 1), toUnits('a', 1)];") == [-1, -1, 1]


@pytest.mark.parametrize(
    ("selected", "snapped"),
    [
        (" (LNPs), ", "LNPs"),
        ("\u00a0T cells.\n", "T cells"),
        ("“CAR-T cells”;", "CAR-T cells"),
        ("4 of 6 (66.7%).", "4 of 6 (66.7%)"),
        ("82%,", "82%"),
        ("-2.1 log,", "-2.1 log"),
        ("- CD8+ ", "CD8+"),
        ("(CAR) T cells", "(CAR) T cells"),
        ("(a) and (b)", "(a) and (b)"),
        ("[(mRNA)]", "mRNA"),
        ("mRNA)", "mRNA"),
        ("e\u0301clat!", "e\u0301clat"),
        ("🧬-", "🧬"),
        ("...", None),
        ("", None),
    ],
)
def test_selections_snap(run: Callable[..., Any], selected: str, snapped: str | None) -> None:
    code = "const span = snap(given, 0, given.length); return span && given.slice(...span);"
    assert run(code, selected) == snapped


def test_a_selection_never_tears_a_character(run: Callable[..., Any]) -> None:
    code = "const s = snap(given, 2, 3); return given.slice(...s);"
    assert run(code, "a🧬b") == "🧬b"[:1]
    assert run("const s = snap(given, 0, 1); return given.slice(...s);", "e\u0301a") == "e\u0301"
    assert run("const s = snap(given, 3, 0); return given.slice(...s);", "abcd") == "abc"


def test_the_page_folds_as_the_package_does(run: Callable[..., Any]) -> None:
    surfaces = [
        *("LNPs", "LNP", "lipid nanoparticles", "Lipid Nanoparticle", "CAR-T cells", "CAR T cell", "CRS", "tumours"),
        *("IFN-γ", "IFN gamma", "TNFα", "CD8⁺ T cells", "metastases", "metastasis", "mice", "viruses", "bodies"),
        *("leukaemia", "normalisation", "naïve T cells", "Crohn's disease", "fibre", "5′-UTR", "≥"),
    ]
    assert run("return given.map(fold);", surfaces) == [" ".join(folded(one)) or one for one in surfaces]


def test_mentions_never_overlap(run: Callable[..., Any]) -> None:
    code = """put('CAR mRNA', 'CARGO');
      const start = at('mRNA reduced');
      return [mark(text, work, start, start + 12, 'OUTCOME').error, mark(text, work, 0, text.length, 'OUTCOME').error,
              mark(text, work, start, start, 'VALUE').error, work.entities.length];"""
    first, second, third, count = run(HELPERS + code, {"text": TEXT})
    assert first.startswith("That would overlap “CAR mRNA” (CARGO).")
    assert second == "A mention stays within one paragraph."
    assert third == "Select words first."
    assert count == 1


def test_the_same_words_are_proposed_as_the_same_thing(run: Callable[..., Any]) -> None:
    code = """put('LNPs', 'NANOPARTICLE'); put('LNPs', 'NANOPARTICLE', 1);
      const long = put('Lipid nanoparticles', 'NANOPARTICLE');
      put('40%', 'VALUE'); put('CAR-T cells', 'CELL_TYPE'); const cells = put('CAR T cells', 'CELL_TYPE');
      const before = said();
      const [lnps] = things(text, work, 'NANOPARTICLE').filter((one) => one.ids.length > 1);
      did(join(text, work, long, lnps.key));
      const joined = things(text, work, 'NANOPARTICLE').length;
      did(join(text, work, cells, null, true));
      return [before, joined, things(text, work, 'CELL_TYPE').length, join(text, work, cells, lnps.key).error];"""
    before, joined, apart, error = run(HELPERS + code, {"text": TEXT})
    assert before == [
        ["CAR-T cells", "CELL_TYPE", "k3"],
        ["Lipid nanoparticles", "NANOPARTICLE", "k2"],
        ["LNPs", "NANOPARTICLE", "k1"],
        ["40%", "VALUE", None],
        ["LNPs", "NANOPARTICLE", "k1"],
        ["CAR T cells", "CELL_TYPE", "k3"],
    ]
    assert (joined, apart) == (1, 2)
    assert error == "Only mentions of one label can be the same thing."


def test_every_other_occurrence_only_when_asked(run: Callable[..., Any]) -> None:
    text = "T\nKilling rose; killing (killing) fell. Skilling. CD19 cd19."
    code = """const one = put('killing', 'OUTCOME');
      did(describe(work, one, 'category', 'cytotoxicity'));
      did(describe(work, one, 'direction', 'increased'));
      const acronym = put('CD19', 'CAR_TARGET');
      const before = work.entities.length, made = markOthers(text, work, one);
      const all = made.work.entities.map((one) => one.attributes);
      return [before, made.count, occurrences(text, work, acronym).length, all];"""
    before, count, acronyms, attributes = run(HELPERS + code, {"text": text})
    assert (before, count, acronyms) == (2, 2, 0)
    assert attributes[0] == attributes[2] == {"category": "cytotoxicity"}, "what one statement says is not copied"


def test_links_follow_the_signatures(run: Callable[..., Any]) -> None:
    code = """const ways = (a, b) => allowed(a, b).filter((way) => way.forward).map((way) => [way.label, a, b]);
      return LABELS.flatMap((a) => LABELS.flatMap((b) => ways(a, b)));"""
    assert sorted(run(code)) == sorted(
        [name, head, tail] for name, (heads, tails) in schema.SIGNATURES.items() for head in heads for tail in tails
    )
    code = """const np = put('LNPs', 'NANOPARTICLE'), again = put('LNPs', 'NANOPARTICLE', 1);
      const cargo = put('CAR mRNA', 'CARGO'), value = put('40%', 'VALUE');
      did(link(text, work, cargo, np));
      const [one] = work.relations;
      const errors = [link(text, work, again, cargo).error, link(text, work, np, value).error];
      return [one.label, one.head === np && one.tail === cargo, ...errors];"""
    label, right_way_round, twice, never = run(HELPERS + code, {"text": TEXT})
    assert (label, right_way_round) == ("CARRIES", True)
    assert twice.startswith("These two are linked already")
    assert never == "No link joins NANOPARTICLE and VALUE."


FULL = """
const np = put('LNPs', 'NANOPARTICLE'), again = put('LNPs', 'NANOPARTICLE', 1), cargo = put('CAR mRNA', 'CARGO');
const outcome = put('tumour growth', 'OUTCOME'), value = put('40%', 'VALUE'), day = put('at day 7', 'QUALIFIER');
const cells = put('CAR T cells', 'CELL_TYPE'), crs = put('CRS', 'OUTCOME'), count = put('2 of 9; 22%', 'VALUE');
const gapsBefore = gaps(text, work).filter((gap) => gap.must).length;
const say = (id, ...words) =>
  ['category', 'direction', 'assertion'].forEach((name, i) => did(describe(work, id, name, words[i])));
say(outcome, 'response', 'decreased', 'affirmed');
say(crs, 'toxicity', 'reported', 'negated');
did(describe(work, day, 'kind', 'time'));
did(link(text, work, np, cargo));
const row = did(begin(work, outcome));
for (const id of [np, cargo, value, day]) did(toggle(work, row, id));
const second = did(begin(work, crs));
for (const id of [cells, np, again, count]) did(toggle(work, second, id));
"""


def test_answers_are_stand_off_documents(run: Callable[..., Any]) -> None:
    code = """const made = follow(text, work); did(made);
      Object.assign(work.study, {kind: 'primary', setting: ['animal'], n: 9, registry: ['NCT1']});
      work.finished = true; work.ms = 90000;
      const lines = answers([given], {[given.id]: work}, {annotator: 'AB', started: '2026-01-01T10:00'});
      return {lines, must: gapsBefore, gaps: gaps(text, work)};"""
    given = {"id": "10.1/a", "title": TITLE, "text": TEXT, "sha256": sha256(TEXT)}
    out = run(HELPERS + FULL + code, given)
    assert (out["must"], out["gaps"]) == (3, [])
    (line,) = out["lines"].splitlines()
    record = json.loads(line)
    assert list(record) == [
        "id", "sha256", "entities", "relations", "findings", "study", "annotator", "started", "minutes",
    ]  # fmt: skip
    assert (record["annotator"], record["started"], record["minutes"]) == ("AB", "2026-01-01T10:00", 1.5)
    assert not [word for word in ("LNP", "mRNA", "tumour", "day", "cells") if word in line], "a word of the text"
    document = hydrate(record, TITLE, TEXT)
    assert document.problems() == []
    assert [(one.id, one.text, one.label, one.cluster) for one in document.entities] == [
        ("e1", "LNPs", "NANOPARTICLE", "c1"),
        ("e2", "CAR mRNA", "CARGO", "c2"),
        ("e3", "tumour growth", "OUTCOME", "c3"),
        ("e4", "40%", "VALUE", None),
        ("e5", "at day 7", "QUALIFIER", None),
        ("e6", "LNPs", "NANOPARTICLE", "c1"),
        ("e7", "CAR T cells", "CELL_TYPE", "c4"),
        ("e8", "CRS", "OUTCOME", "c5"),
        ("e9", "2 of 9; 22%", "VALUE", None),
    ]
    assert document.mention("e3").attributes == Attributes("response", "decreased", "affirmed")
    assert document.mention("e5").attributes == Attributes(kind="time")
    assert document.relations == (
        Relation("r1", "CARRIES", "e1", "e2"),
        Relation("r2", "RESULTS_IN", "e1", "e3"),
        Relation("r3", "VALUE_OF", "e4", "e3"),
        Relation("r4", "QUALIFIES", "e5", "e3"),
        Relation("r5", "RESULTS_IN", "e6", "e8", "negated"),
        Relation("r6", "RESULTS_IN", "e7", "e8", "negated"),
        Relation("r7", "VALUE_OF", "e9", "e8"),
    )
    assert document.findings == (
        Finding("f1", "e3", ("e1",), ("e2",), direction="decreased", value="e4", qualifier=("e5",)),
        Finding("f2", "e8", ("e6",), cell_type=("e7",), assertion="negated", value="e9"),
    )
    assert document.study == StudyFacts("primary", ("animal",), registry=("NCT1",), n=9, in_scope=True)
    keys = list(Document("1", findings=(document.findings[0],)).to_json()["findings"][0])
    assert list(record["findings"][0]) == keys


def test_only_finished_documents_are_answers(run: Callable[..., Any]) -> None:
    code = """const out = {...blank(), finished: true, ms: 6000}; out.study.in_scope = false;
      put('LNPs', 'NANOPARTICLE');
      const works = {[given.id]: work, b: out};
      const all = [given, {id: 'b', text: 'B', sha256: 'x'}, {id: 'c', text: '', sha256: 'y'}];
      const parsed = (jsonl) => jsonl.trim().split('\\n').map((one) => JSON.parse(one));
      const begun = parsed(answers(all, works, {}, true));
      return [parsed(answers(all, works, {})), begun.map((one) => [one.id, one.finished])];"""
    finished, begun = run(HELPERS + code, {"id": "a", "text": TEXT, "sha256": sha256(TEXT)})
    assert finished == [
        {
            "id": "b",
            "sha256": "x",
            "entities": [],
            "relations": [],
            "findings": [],
            "study": {"in_scope": False},
            "minutes": 0.1,
        }
    ]
    assert begun == [["a", False], ["b", True]]


def test_out_of_scope_refuses_marks(run: Callable[..., Any]) -> None:
    code = "work.study.in_scope = false; return mark(text, work, 0, 4, 'CARGO').error;"
    assert "out of scope" in run(HELPERS + code, {"text": TEXT})


def test_saved_answers_are_loaded_again(run: Callable[..., Any]) -> None:
    code = """work.finished = true; const line = answer(given, work), back = restore(given, line);
      return [JSON.stringify(answer(given, back)) === JSON.stringify(line), back.finished, back.entities.length];"""
    given = {"id": "10.1/a", "text": TEXT, "sha256": sha256(TEXT)}
    assert run(HELPERS + FULL + code, given) == [True, True, 9]


@settings(max_examples=15)
@given(one=documents())
def test_any_record_is_loaded_or_refused(run: Callable[..., Any], one: Document) -> None:
    record = dehydrate(one)
    given = {"id": one.id, "text": one.text, "sha256": record["sha256"], "record": record}
    code = "try { return answer(given, restore(given, given.record)); } catch (error) { return String(error.message); }"
    back = run(code, given)
    if isinstance(back, str):
        assert any("\n" in mention.text for mention in one.entities), back
    elif one.study.in_scope is not False:
        read = hydrate(back, one.title, one.text)
        ordered = sorted(one.entities, key=lambda mention: mention.start)
        assert [(m.start, m.end, m.label) for m in read.entities] == [(m.start, m.end, m.label) for m in ordered]
        assert [r.label for r in read.relations] == [r.label for r in one.relations]
        assert [(f.direction, f.assertion) for f in read.findings] == [(f.direction, f.assertion) for f in one.findings]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"sha256": "other"}, "belongs to another version of this text"),
        ({"entities": [{"id": "e1", "start": 0, "end": 9999, "label": "CARGO"}]}, "a span outside the text"),
        ({"entities": [{"id": "e1", "start": 0, "end": 1, "label": "GENE"}]}, "an unknown label: GENE"),
        (
            {"entities": [{"id": f"e{n}", "start": n, "end": 5, "label": "CARGO"} for n in (1, 2)]},
            "overlaps another or spans two paragraphs: 2–5",
        ),
    ],
)
def test_a_wrong_record_says_what_is_wrong(run: Callable[..., Any], change: dict[str, Any], says: str) -> None:
    given = {"id": "1", "text": TEXT, "sha256": sha256(TEXT)}
    code = "try { restore(given.document, given.line); } catch (error) { return error.message; }"
    assert says in run(code, {"document": given, "line": {"id": "1", "sha256": sha256(TEXT), **change}})


def test_what_hangs_on_a_mention_goes_with_it(run: Callable[..., Any]) -> None:
    code = """did(follow(text, work));
      const without = remove(work, outcome), other = relabel(text, work, np, 'CARGO');
      return [without.lost, without.work.findings.length, other.lost, other.work.findings[0].nanoparticle,
              gaps(text, other.work).filter((gap) => gap.must).map((gap) => gap.says)];"""
    lost, rows, relabelled, slot, must = run(HELPERS + FULL + code, {"text": TEXT})
    assert (lost, rows) == ("3 links and 1 finding", 1)
    assert (relabelled, slot) == ("2 links", [])
    assert must == ["Finding 1 has no agent (particle or cells)"]


def test_the_nearest_mention_fills_a_slot(run: Callable[..., Any]) -> None:
    text = "LNPs heal.\nFirst, LNPs came. LNPs cut growth; LNPs stayed. LNPs left. Nothing about death."
    code = """for (let i = 0; i < 5; i++) put('LNPs', 'NANOPARTICLE', i); const [one] = things(text, work);
      const [growth, death] = [put('growth', 'OUTCOME'), put('death', 'OUTCOME')];
      return [growth, death].map((id) => one.ids.indexOf(nearest(text, work, one.key, id)));"""
    assert run(HELPERS + code, {"text": text}) == [3, 4]


def test_borders_move_by_words_and_letters(run: Callable[..., Any]) -> None:
    code = """const id = put('CAR mRNA', 'CARGO'), seen = [];
      const now = () => surface(text, byId(work.entities, id));
      const move = (...how) => { did(nudge(text, work, id, ...how)); seen.push(now()); };
      move('end', 1, true); move('end', -1, true); move('start', 1, true); move('start', -1, true);
      move('end', -1, false);
      put('reduced', 'OUTCOME'); did(nudge(text, work, id, 'end', 1, true));
      return [...seen, nudge(text, work, id, 'end', 1, true).error];"""
    *seen, error = run(HELPERS + code, {"text": TEXT})
    assert seen == ["CAR mRNA reduced", "CAR mRNA", "mRNA", "CAR mRNA", "CAR mRN"]
    assert error.startswith("That would overlap “reduced”")


def test_a_file_of_documents_is_checked(run: Callable[..., Any]) -> None:
    code = "const {rows, problems} = lines(given); return [rows.length, problems, faults(rows)];"
    good = json.dumps({"id": "1", "text": "A\u2028b", "sha256": "x"}, ensure_ascii=False)
    assert run(code, f"\ufeff{good}\n\n") == [1, [], []]
    assert run(code, f"{good}\n{good}\n[]\n{{\n" + '{"id": "2"}') == [
        3, ["line 3 is no JSON object", "line 4 is no JSON object"],
        ["document 1 is there twice", "document 3 lacks id, text or sha256"],
    ]  # fmt: skip
    assert run(code, "") == [0, [], ["there is no document in it"]]


def test_a_set_of_documents_has_a_name_of_its_own(run: Callable[..., Any]) -> None:
    code = """const sets = [[['1', 'a']], [['1', 'b']], [['2', 'a']], [['1', 'a'], ['2', 'b']]];
      return new Set(sets.map((set) => setName(set.map(([id, sha256]) => ({id, sha256}))))).size;"""
    assert run(code) == 4
