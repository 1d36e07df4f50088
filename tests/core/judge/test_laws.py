"""What holds for every text whatsoever."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.core.triage.definition import Definition, read
from daemon.core.triage.tokens import LONGEST, fold, tokens_of
from store.model.verdict import Part, Tag
from tests.core.judge.desk import SHIPPED, outcome, shipped, verdict

ROOT = Path(__file__).parents[3]
REPORTS = (
    "Nobody can log in since this morning.",
    "The checkout does not load, our customers cannot pay.",
    "Der Server ist ausgefallen, nichts geht mehr.",
    "Le site est en panne, impossible de commander.",
    "No puedo entrar en mi cuenta.",
    "Ik kan niet meer inloggen.",
    "O aplicativo trava sempre que abro um pedido.",
)
WORDS = """
    i we the server can't cannot not no down error if would crash fixed again works please how all my data gone . , ? !
    nicht mehr geht kann kein wenn ne pas plus peux no puedo se cierra não consigo niet kan werkt 无法 登录 > - 2 GB
"""
words = st.sampled_from([*WORDS.split(), "\n", "\n\n"])
texts = st.one_of(st.text(max_size=300), st.lists(words, max_size=60).map(" ".join))


@pytest.fixture(autouse=True, scope="module")
def _read_before_the_clock_runs() -> None:
    shipped()


@given(subject=texts, text=texts)
def test_every_quote_is_literally_in_the_message(subject: str, text: str) -> None:
    made = verdict(subject, text)
    for evidence in (evidence for clause in made.clauses for evidence in clause.evidence):
        source = subject if evidence.part is Part.SUBJECT else text
        assert source[evidence.start : evidence.end] == evidence.text
        assert evidence.text.strip()


@given(subject=texts, text=texts)
def test_an_emergency_quotes_a_malfunction_and_a_stop(subject: str, text: str) -> None:
    made = verdict(subject, text)
    if made.tag is Tag.EMERGENCY:
        technical, existing, stopping = made.clauses
        assert technical.holds
        assert stopping.holds
        assert existing.holds is not False
        assert any(evidence.weight > 0 for evidence in technical.evidence)
        assert any(evidence.weight > 0 for evidence in stopping.evidence)
        assert not made.unsure


@given(text=texts)
def test_the_same_text_has_the_same_verdict(text: str) -> None:
    assert verdict("", text) == verdict("", text)


@given(text=texts, report=st.sampled_from(REPORTS))
def test_saying_that_it_is_over_never_raises_the_score(text: str, report: str) -> None:
    before = verdict("", f"{text}. {report}").score
    after = verdict("", f"{text}. {report} Everything has been resolved in the meantime.").score
    assert after <= before or outcome("", f"{text}. {report} Everything has been resolved in the meantime.") != "page"


@pytest.mark.parametrize("report", REPORTS)
def test_what_pages_does_not_when_it_is_over(report: str) -> None:
    assert outcome("", report) == "page"
    assert outcome("Resolved: " + report, report) not in {"page", "ask"}


@given(text=st.text(max_size=500))
def test_folding_keeps_every_place(text: str) -> None:
    assert len(fold(text)) == len(text)
    found = tokens_of(text)
    for word, start, end in zip(found.words, found.starts, found.ends, strict=True):
        assert word
        assert 0 <= start < end <= len(text)


@given(text=texts)
def test_decomposed_accents_and_capitals_change_nothing_of_the_tag(text: str) -> None:
    assert verdict("", text.upper().lower()).tag == verdict("", text.lower()).tag or not text.isascii()


def test_only_the_beginning_of_a_long_text_is_read() -> None:
    long = "All is well here. " * 400
    assert len(long) > LONGEST
    assert verdict("", long + REPORTS[0]).tag is not Tag.EMERGENCY


HOSTILE = (
    "can not " * 500,
    "no " * 1300,
    "if " * 1300 + "?",
    "'" * 4000,
    "a'" * 2000,
    "n't " * 1000,
    "\n> " * 1300,
    "é\u0301" * 2000,
    "无法" * 2000,
    "is " * 1300 + "down",
    "." * 4000,
    "x" * 4000,
    "\x00\ud800 can't log in " * 200,
    "kann keine " * 360,
)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_costs_no_more_than_a_few_milliseconds(text: str) -> None:
    verdict("", text)
    start = time.process_time()
    verdict(text, text * 50)
    assert time.process_time() - start < 0.25


def test_a_verdict_is_the_same_to_the_byte_in_every_process() -> None:
    script = (
        "from tests.core.judge.desk import verdict\n"
        "from tests.core.judge.test_laws import REPORTS\n"
        "print([verdict(text, text) for text in REPORTS])"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", script],
            cwd=ROOT,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "4242")
    }
    assert len(outputs) == 1
    assert outputs.pop().strip()


def test_a_definition_laid_out_otherwise_judges_the_same_under_the_same_hash() -> None:
    text = SHIPPED.read_text("utf-8")
    again = read("# a comment more\n" + text)
    assert isinstance(again, Definition)
    assert again.hash == shipped().hash
    changed = read(text.replace("page = ", "page = 1"))
    assert isinstance(changed, Definition)
    assert changed.hash != shipped().hash


def test_the_shipped_definition_is_small_enough_to_be_read() -> None:
    assert SHIPPED.stat().st_size < 272_000
    assert json.dumps(shipped().sentence)
