"""`triaged import`: an old mailbox is brought along once, whatever comes between, and nobody hears of it."""

import json
import os
import signal
import subprocess
import sys
import time
from email.utils import formatdate
from pathlib import Path
from threading import Event, Thread

import pytest

from store.reader import Reader
from tests.cli.conftest import Triaged

THEN = 1_136_214_245.0  # 2 January 2006
DAY = 86400.0
MANY = 2000
POSTMARK = b"From maria@shop.example Mon Jan  2 15:04:05 2006\n"
CUSTOMER, DESK = "maria@shop.example", "help@acme.example"
KEYS = ("received", "duplicates", "tickets", "follow_ups", "set_aside")


def mail(name: str, at: float, sender: str = CUSTOMER, to: str = DESK, answers: str = "") -> bytes:
    reply = f"In-Reply-To: <{answers}@x.test>\n" if answers else ""
    head = f"From: {sender}\nTo: {to}\nSubject: {name}\nMessage-ID: <{name}@x.test>\nDate: {formatdate(at)}\n{reply}"
    return f"{head}\nThe export is broken since {name}, we cannot send our bills.\n".encode()


CONVERSATION = (  # the file is not in the order of time, and the answer's clock is wrong
    mail("three", THEN + 2 * DAY, answers="answer"),
    mail("answer", THEN - DAY, DESK, CUSTOMER, "one"),
    mail("one", THEN),
    mail("other", THEN + DAY, "jonas@werk.example"),
)


def mbox(path: Path, *mails: bytes) -> Path:
    path.write_bytes(b"".join(POSTMARK + raw + b"\n" for raw in mails))
    return path


@pytest.fixture
def desk(new_desk: Path) -> Path:
    text = new_desk.read_text("utf-8")
    address = next(line for line in text.splitlines() if line.startswith("address = "))
    new_desk.write_text(text.replace(address, f'address = "{DESK}"', 1), "utf-8")
    return new_desk


def summary(triaged: Triaged, desk: Path, *paths: object) -> dict[str, object]:
    result = triaged("import", "-c", desk, "--json", *paths)
    assert result.exit_code == 0, result.output
    return dict(json.loads(result.stdout))


def status(triaged: Triaged, desk: Path) -> dict[str, object]:
    return dict(json.loads(triaged("status", "-c", desk, "--json").stdout))


def reader(desk: Path) -> Reader:
    return Reader(f"sqlite:///{desk.parent}/triaged.db")


def test_a_conversation_comes_along_as_one_ended_ticket(triaged: Triaged, desk: Path, tmp_path: Path) -> None:
    said = summary(triaged, desk, mbox(tmp_path / "old.mbox", *CONVERSATION), "--judge-days", 20_000)
    assert {key: said[key] for key in ("read", "kept", "tickets", "follow_ups", "duplicates", "set_aside")} == {
        "read": 4, "kept": 4, "tickets": 2, "follow_ups": 2, "duplicates": 0, "set_aside": 0,
    }  # fmt: skip
    with reader(desk) as store:
        first = store.tickets(ended=True)[0]
        assert (first.opened_at, first.ended_at, first.reporter) == (THEN, THEN + 2 * DAY, CUSTOMER)
        assert store.tickets(ended=False) == ()
        assert store.outbox(everything=True) == ()
    figures = status(triaged, desk)
    assert figures["received"] == 4 == sum(int(str(figures[k])) for k in ("tickets", "follow_ups", "set_aside"))
    assert "2 judged anew, none changed" in triaged("definition", "test", "-c", desk).output


def test_readers_are_begun_anew_where_a_fork_would_take_along_a_threads_locks(
    triaged: Triaged, desk: Path, tmp_path: Path
) -> None:
    over = Event()
    other = Thread(target=over.wait)
    other.start()
    try:
        assert summary(triaged, desk, mbox(tmp_path / "old.mbox", *CONVERSATION))["kept"] == 4
    finally:
        over.set()
        other.join()


def test_what_is_older_than_half_a_year_has_no_verdict(triaged: Triaged, desk: Path, tmp_path: Path) -> None:
    new = mail("new", time.time() - DAY, "lena@studio.example")
    summary(triaged, desk, mbox(tmp_path / "old.mbox", *CONVERSATION, new))
    assert "1 judged anew" in triaged("definition", "test", "-c", desk).output
    with reader(desk) as store:
        assert [one.verdict is None for one in store.tickets(ended=True)] == [True, True, False]


def test_a_second_time_it_is_all_there(triaged: Triaged, desk: Path, tmp_path: Path) -> None:
    old = mbox(tmp_path / "old.mbox", *CONVERSATION)
    summary(triaged, desk, old)
    before = status(triaged, desk)
    again = summary(triaged, desk, old)
    assert (again["before"], again["read"]) == (4, 0)
    assert status(triaged, desk) == before
    grown = summary(triaged, desk, mbox(tmp_path / "old.mbox", *CONVERSATION, mail("new", THEN + 9 * DAY)))
    assert (grown["read"], grown["duplicates"], grown["tickets"]) == (5, 4, 1)


def test_a_maildir_with_folders(triaged: Triaged, desk: Path, tmp_path: Path) -> None:
    root = tmp_path / "Maildir"
    for folder, raw in zip(("cur", "new", ".Sent/cur", ".Sub.Deep/new"), CONVERSATION, strict=True):
        (root / folder).mkdir(parents=True)
        (root / folder / "1.a:2,S").write_bytes(raw)
    (root / "tmp").mkdir()
    (root / "tmp" / "half").write_bytes(b"From: half")
    (root / "cur" / "2.empty:2,S").write_bytes(b"")
    said = summary(triaged, desk, root)
    assert (said["read"], said["tickets"], said["follow_ups"], said["set_aside"]) == (5, 2, 2, 1)
    assert "no header" in triaged("aside", "list", "-c", desk).output


@pytest.mark.parametrize("days", [0, 14])
def test_what_nobody_answered_lately_may_stay_open(triaged: Triaged, desk: Path, tmp_path: Path, days: int) -> None:
    now = time.time()
    old = mbox(
        tmp_path / "old.mbox",
        mail("waits", now - DAY),
        mail("answered", now - 2 * DAY, "jonas@werk.example"),
        mail("answer", now - DAY, DESK, "jonas@werk.example", "answered"),
        mail("long ago", now - 20 * DAY, "lena@studio.example"),
    )
    assert summary(triaged, desk, old, "--open-days", days)["open"] == bool(days)
    with reader(desk) as store:
        assert [one.reporter for one in store.tickets(ended=False)] == [CUSTOMER] * bool(days)


def test_dates_that_cannot_be(triaged: Triaged, desk: Path, tmp_path: Path) -> None:
    raw = mail("one", THEN + 90 * 365 * DAY)
    summary(triaged, desk, mbox(tmp_path / "old.mbox", raw))
    with reader(desk) as store:
        assert store.tickets(ended=True)[0].opened_at == THEN


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("gone", None, "there is no such file"),
        ("empty", b"", "is empty"),
        ("text", b"Dear diary\n", "is no mbox"),
        ("zeros", b"\0" * 5000, "is no mbox"),
        ("line", b"x" * 5_000_000, "is no mbox"),
    ],
)
def test_what_is_no_mailbox(
    triaged: Triaged, desk: Path, tmp_path: Path, name: str, content: bytes | None, words: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    result = triaged("import", "-c", desk, mbox(tmp_path / "good.mbox", *CONVERSATION), tmp_path / name)
    assert result.exit_code == 1
    assert f"{tmp_path / name}: {words}" in result.stderr
    assert not (desk.parent / "triaged.db").exists()  # nothing is brought along by halves


def test_a_folder_without_mail(triaged: Triaged, desk: Path, tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    result = triaged("import", "-c", desk, tmp_path / "plain")
    assert (result.exit_code, "no maildir" in result.stderr) == (1, True)


def test_odd_messages_stop_nobody(triaged: Triaged, desk: Path, tmp_path: Path) -> None:
    odd = (
        b"Subject: nul \0 and \xff\n\n\0\0\0\n",
        b"Subject: long\n\n" + b"y" * 3_000_000 + b"\n",
        b"X: " + b"z" * 200_000 + b"\n\n",
        b"From: a@b.example\nContent-Type: multipart/mixed; boundary=x\n\n--x\n",
        mail("last", THEN)[:-30],
    )
    assert summary(triaged, desk, mbox(tmp_path / "old.mbox", *odd))["kept"] == 5


def test_an_interruption_loses_and_doubles_nothing(triaged: Triaged, desk: Path, tmp_path: Path) -> None:
    mails = [mail(f"m{n}", THEN + n * 60, f"c{n % 50}@shop.example") for n in range(MANY)]
    old = mbox(tmp_path / "old.mbox", *mails)
    statuses = []
    for attempt in range(3):
        with _importing(desk, old) as process:
            _wait_for(desk, attempt * MANY // 4 + 1, process)
            process.send_signal(signal.SIGKILL if attempt == 1 else signal.SIGINT)
            _, words = process.communicate(timeout=60)
            statuses.append(process.returncode)
            if attempt == 0:
                assert "the same command goes on from there" in words
    assert statuses[:2] == [130, -signal.SIGKILL]
    said = summary(triaged, desk, old)
    assert int(str(said["before"])) + int(str(said["read"])) == MANY
    figures = status(triaged, desk)
    assert (figures["received"], figures["duplicates"], figures["tickets"]) == (MANY, 0, MANY)
    with reader(desk) as store:
        assert [one.number for one in store.tickets(ended=True)] == list(range(1, MANY + 1))


def _importing(desk: Path, old: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "daemon", "import", "-c", str(desk), str(old)],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        stderr=subprocess.PIPE,
        text=True,
    )


def _wait_for(desk: Path, many: int, process: subprocess.Popen[str]) -> None:
    """Wait until so many messages were brought along, or it is all done."""
    for _ in range(3000):
        if process.poll() is not None:
            return
        if (desk.parent / "triaged.db").exists():
            try:
                with reader(desk) as store:
                    if store.count_tickets() >= many:
                        return
            except Exception:
                pass
        time.sleep(0.02)
    raise AssertionError("nothing is brought along")
