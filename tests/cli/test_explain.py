"""`triaged explain`: single files, mbox, maildir and standard input, with the keys that are promised."""

import json
import mailbox
import os
import pty
import re
import subprocess
import sys
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.cli.files import messages
from tests.cli.conftest import AWAY, BROKEN, POISON, WISH, Triaged
from tests.corpora import CORPORA

KEYS = """
    file message_id subject from to cc reply_to date text new_text quoted attachments automatic acknowledge bounce
    in_reply_to references forwarded command verdict defects
""".split()  # noqa: SIM905 - read beside the page that promises them


LINES = st.one_of(
    st.sampled_from([b"\n", b"From a Sat Nov 21 09:00:00 2026\n", b"From: a\n", b">From x\n", b"From\n"]),
    st.binary(max_size=30).map(lambda line: line.replace(b"\n", b"") + b"\n"),
)


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder without any configuration."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TRIAGED_CONFIG", raising=False)
    return tmp_path


def explained(triaged: Triaged, *paths: object, **more: object) -> list[dict[str, Any]]:
    result = triaged("explain", "--json", *paths, **more)
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_one_message_is_one_object_with_every_key_in_order(elsewhere: Path, triaged: Triaged) -> None:
    (elsewhere / "a.eml").write_bytes(BROKEN)
    (record,) = explained(triaged, "a.eml")
    assert list(record) == KEYS
    assert record["file"] == "a.eml"
    assert record["from"] == {"name": "", "address": "maria@shop.example"}
    assert record["date"] == "2026-11-21T09:00:00+00:00"
    assert record["automatic"] == {"kind": "none", "reasons": []}
    assert record["acknowledge"]["allowed"] is True
    assert record["verdict"]["tag"] == "emergency"
    assert set(record["verdict"]["clauses"]) == {"technical", "existing", "stopping"}
    for clause in record["verdict"]["clauses"].values():
        for evidence in clause["evidence"]:
            assert list(evidence) == ["text", "start", "end", "rule", "weight", "part"]


def test_automatic_mail_is_not_acknowledged(elsewhere: Path, triaged: Triaged) -> None:
    (elsewhere / "a.eml").write_bytes(AWAY)
    (record,) = explained(triaged, "a.eml")
    assert record["automatic"]["kind"] == "auto-reply"
    assert record["acknowledge"]["allowed"] is False


@pytest.mark.parametrize("raw", [b"", b"\x00\xff" * 500, b'{"a": 1}', b"\n\n\n", b"From "])
def test_a_file_that_is_no_message_is_still_an_object_with_defects(
    raw: bytes, elsewhere: Path, triaged: Triaged
) -> None:
    (elsewhere / "a.eml").write_bytes(raw)
    (record,) = explained(triaged, "a.eml")
    assert list(record) == KEYS
    assert record["defects"]


def test_standard_input_is_a_file_named_by_a_dash(triaged: Triaged) -> None:
    (record,) = explained(triaged, "-", input=WISH)
    assert record["file"] == "-"
    assert record["subject"] == "Idea"


def test_a_file_that_is_not_there_is_a_fault_and_the_others_are_explained(elsewhere: Path, triaged: Triaged) -> None:
    (elsewhere / "a.eml").write_bytes(BROKEN)
    result = triaged("explain", "--json", "none.eml", "a.eml")
    assert result.exit_code == 1
    assert len(result.stdout.splitlines()) == 1
    assert "none.eml: no such file" in result.stderr
    assert triaged("explain").exit_code == 2


def test_an_mbox_is_all_its_messages(elsewhere: Path, triaged: Triaged) -> None:
    box = mailbox.mbox(elsewhere / "box")
    for raw in (BROKEN, WISH, AWAY):
        box.add(raw)
    box.close()
    records = explained(triaged, "box")
    assert [record["file"] for record in records] == ["box#0", "box#1", "box#2"]
    assert [record["subject"] for record in records][1:] == ["Idea", "Out of office"]


def test_an_mbox_of_one_message_is_called_by_its_name(elsewhere: Path, triaged: Triaged) -> None:
    (elsewhere / "box").write_bytes(b"From maria@shop.example Sat Nov 21 09:00:00 2026\n" + BROKEN)
    assert [record["file"] for record in explained(triaged, "box")] == ["box"]


def test_a_file_named_eml_is_one_message_whatever_it_begins_with(elsewhere: Path, triaged: Triaged) -> None:
    postmark = b"From maria@shop.example Sat Nov 21 09:00:00 2026\n"
    (elsewhere / "a.eml").write_bytes(postmark + BROKEN + b"\n" + postmark + WISH)
    (record,) = explained(triaged, "a.eml")
    assert record["file"] == "a.eml"
    assert "mbox-line" in record["defects"]


def test_a_maildir_is_all_its_messages(elsewhere: Path, triaged: Triaged) -> None:
    folder = mailbox.Maildir(elsewhere / "mail")
    for raw in (BROKEN, WISH):
        folder.add(raw)
    assert {record["subject"] for record in explained(triaged, "mail")} > {"Idea"}


def test_a_folder_of_single_files_is_read_in_the_order_of_their_names(elsewhere: Path, triaged: Triaged) -> None:
    for name, raw in (("b.eml", WISH), ("a.eml", BROKEN), ("c.txt", AWAY)):
        (elsewhere / name).write_bytes(raw)
    assert [record["file"] for record in explained(triaged, elsewhere)] == [f"{elsewhere}/a.eml", f"{elsewhere}/b.eml"]


def test_the_text_of_a_message_never_cuts_an_mbox(elsewhere: Path) -> None:
    postmark = b"From maria@shop.example Sat Nov 21 09:00:00 2026\n"
    first = b"Subject: one\n\nFrom the start it was 10:00 in 2026\n\nFrom here on\n\n" + postmark + b"no field\n"
    second = b"Subject: two\n\nat the end\n>From us\n>>From them\n"
    (elsewhere / "box").write_bytes(postmark + first + b"\n" + postmark + second + b"\n")
    found = [message.raw for message in messages("box")]
    assert found == [first, second.replace(b">From us", b"From us").replace(b">>From", b">From")]


@given(st.lists(st.lists(LINES, max_size=8).map(b"".join).map(lambda text: b"Subject: x\n\n" + text), min_size=1))
def test_what_is_kept_in_an_mbox_comes_out_again(raws: list[bytes]) -> None:
    with NamedTemporaryFile() as file:
        for raw in raws:
            escaped = re.sub(rb"^(>*From )", rb">\1", raw, flags=re.MULTILINE)
            file.write(b"From a@b.example Sat Nov 21 09:00:00 2026\n" + escaped + b"\n")
        file.flush()
        assert [message.raw for message in messages(file.name)] == raws


def test_an_mbox_with_windows_line_ends_is_cut_too(elsewhere: Path) -> None:
    postmark = b"From maria@shop.example Sat Nov 21 09:00:00 2026\r\n"
    (elsewhere / "box").write_bytes(postmark + BROKEN + b"\r\n" + postmark + WISH + b"\r\n")
    assert [message.raw for message in messages("box")] == [BROKEN, WISH]


def test_the_page_shows_the_words_that_decided(elsewhere: Path, triaged: Triaged) -> None:
    (elsewhere / "a.eml").write_bytes(BROKEN)
    (record,) = explained(triaged, "a.eml")
    page = triaged("explain", "a.eml").stdout
    clauses = record["verdict"]["clauses"]
    quoted = {max(clause["evidence"], key=lambda e: abs(e["weight"]))["text"] for clause in clauses.values()}
    assert len(quoted) > 1
    for words in ("The export is broken", record["verdict"]["tag"], *clauses, *(f'"{text}"' for text in quoted)):
        assert words in page


def test_nothing_that_mail_holds_steers_the_terminal(elsewhere: Path, triaged: Triaged) -> None:
    (elsewhere / "a.eml").write_bytes(POISON + b"\xc2\x9b31m \xe2\x80\xaeright to left\r\n")
    for output in (triaged("explain", "a.eml").output, triaged("explain", "--json", "a.eml").output):
        assert not set(output) & {"\x1b", "\x07", "\x9b", "\u202e", "\x00"}


def test_a_desk_knows_its_own_mail(elsewhere: Path, new_desk: Path, triaged: Triaged) -> None:
    (elsewhere / "a.eml").write_bytes(BROKEN.replace(b"maria@shop.example", b"support@example.org", 1))
    (record,) = explained(triaged, "a.eml", "-c", new_desk)
    assert record["automatic"]["kind"] == "own"
    assert not (new_desk.parent / "triaged.key").exists()
    assert not (new_desk.parent / "triaged.db").exists()


def test_a_faulty_configuration_is_told_and_nothing_explained(elsewhere: Path, triaged: Triaged) -> None:
    (elsewhere / "a.eml").write_bytes(BROKEN)
    (elsewhere / "triaged.toml").write_text("[desk]\n", "utf-8")
    result = triaged("explain", "a.eml")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "desk.address: is missing" in result.stderr


@pytest.mark.corpus
@pytest.mark.skipif(CORPORA is None, reason="the corpora are not beside this checkout")
def test_every_mbox_of_the_corpora_is_cut_as_its_suite_counts() -> None:
    assert CORPORA is not None
    counts = {path.name: sum(1 for _ in messages(str(path))) for path in CORPORA.glob("*/corpus/*.mbox")}
    assert counts["httpd-users-2020-07.mbox"] == 108
    assert counts["commits_ponymail_apache_org_2016-06.mbox"] == 82
    assert counts["httpd-users-200606-part.mbox"] == 12


@pytest.mark.corpus
@pytest.mark.skipif(CORPORA is None, reason="the corpora are not beside this checkout")
def test_whatever_others_have_collected_can_be_explained(triaged: Triaged) -> None:
    assert CORPORA is not None
    paths = [*sorted((CORPORA / "hazards").rglob("*.eml")), *sorted((CORPORA / "robustness").rglob("*.eml"))][:200]
    assert len(paths) > 50
    records = explained(triaged, *paths)
    assert [record["file"] for record in records] == [str(path) for path in paths]
    page = triaged("explain", *paths)
    assert page.exit_code == 0
    assert "\x1b" not in page.output


def test_the_commands_of_a_reply_are_named_in_order(elsewhere: Path, triaged: Triaged) -> None:
    body = b"\r\n\r\nMine!\r\nschedule fri\r\nI look at it.\r\n"
    (elsewhere / "a.eml").write_bytes(BROKEN.partition(b"\r\n\r\n")[0] + body)
    (record,) = explained(triaged, "a.eml")
    assert record["command"] == {
        "verbs": [{"verb": "mine", "arguments": []}, {"verb": "schedule", "arguments": ["2026-11-27"]}],
        "text": "I look at it.",
    }
    assert "mine, then schedule 2026-11-27" in triaged("explain", "a.eml").stdout


def test_a_command_that_is_not_understood_is_quoted_with_what_is_near(elsewhere: Path, triaged: Triaged) -> None:
    (elsewhere / "a.eml").write_bytes(BROKEN.partition(b"\r\n\r\n")[0] + b"\r\n\r\n#clsoe\r\n")
    (record,) = explained(triaged, "a.eml")
    assert record["command"] == {"error": "I do not know this word: #clsoe", "nearest": ["close"]}
    assert "perhaps: close" in triaged("explain", "a.eml").stdout


def test_only_text_is_no_command_and_a_machine_never_gives_one(elsewhere: Path, triaged: Triaged) -> None:
    (elsewhere / "a.eml").write_bytes(BROKEN)
    (elsewhere / "b.eml").write_bytes(AWAY.replace(b"I am away.", b"mine"))
    assert [record["command"] for record in explained(triaged, "a.eml", "b.eml")] == [None, None]


def test_on_a_terminal_each_quoted_span_has_the_colour_of_its_clause(elsewhere: Path) -> None:
    raw = BROKEN.replace(b"Subject: The export is broken", b"Subject: Help, the export is broken")
    (elsewhere / "a.eml").write_bytes(raw)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "TERM": "xterm", "COLUMNS": "100"}
    ours, theirs = pty.openpty()
    subprocess.run(
        [sys.executable, "-m", "daemon", "explain", "a.eml"], stdout=theirs, env=environment, timeout=60, check=True
    )
    os.close(theirs)
    page = os.read(ours, 1 << 16).decode()
    os.close(ours)
    colours = {"technical": "36", "existing": "34", "stopping": "35"}
    done = subprocess.run(
        [sys.executable, "-m", "daemon", "explain", "--json", "a.eml"],
        env=environment, capture_output=True, timeout=60, check=True,
    )  # fmt: skip
    clauses = json.loads(done.stdout)["verdict"]["clauses"]
    quoted = [(name, e["text"]) for name, clause in clauses.items() for e in clause["evidence"]]
    assert quoted
    for name, text in quoted:
        assert f'\x1b[{colours[name]}m"{text}"\x1b[0m' in page  # beside its clause
    body = page.rpartition("stopping")[2]
    heaviest = max((e for c in clauses.values() for e in c["evidence"]), key=lambda e: abs(e["weight"]))
    where = page if heaviest["text"] in raw.decode().partition("\r\n\r\n")[0] else body
    assert re.search(rf"\x1b\[1;3[456]m{re.escape(heaviest['text'])}", where)  # and in its place
