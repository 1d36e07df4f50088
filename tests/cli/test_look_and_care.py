"""Questions to a desk that has lived: list, show, status, outbox and aside, for eyes and as JSON lines."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import CUSTOMER, Triaged

LIST_KEYS = "number kind state verdict class subject reporter owner team area priority links age_seconds"
SHOW_KEYS = "number kind state track verdict class priority area team owner reporter links first_response history"
STATUS_KEYS = "received duplicates tickets follow_ups commands silenced set_aside open outbox first_response"
OUTBOX_KEYS = "id kind ticket to state attempts due answer"
ASIDE_KEYS = "id message_id subject why"
STEERING = set(map(chr, (*range(0x0A), *range(0x0B, 0x20), *range(0x7F, 0xA0))))


@pytest.fixture
def own_copy(lived_in: Path, tmp_path: Path) -> Path:
    """A desk that has lived and may be changed."""
    shutil.copytree(lived_in.parent, tmp_path / "copy")
    return tmp_path / "copy" / "triaged.toml"


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_list_shows_the_open_tickets(lived_in: Path, triaged: Triaged) -> None:
    result = triaged("list", "-c", lived_in)
    assert result.exit_code == 0
    assert "The export is broken since this morning" in result.stdout
    assert CUSTOMER in result.stdout


def test_list_as_json_has_the_keys_that_are_promised(lived_in: Path, triaged: Triaged) -> None:
    records = lines(triaged("list", "--json", "-c", lived_in).stdout)
    assert [record["number"] for record in records] == list(range(1, len(records) + 1))
    for record in records:
        assert list(record)[: len(LIST_KEYS.split())] == LIST_KEYS.split()
    assert records[0]["reporter"] == CUSTOMER
    assert records[0]["age_seconds"] > 0


def test_show_tells_a_ticket_and_its_history(lived_in: Path, triaged: Triaged) -> None:
    result = triaged("show", 1, "-c", lived_in)
    assert result.exit_code == 0
    assert "#1 The export is broken since this morning" in result.stdout
    assert CUSTOMER in result.stdout
    (record,) = lines(triaged("show", 1, "--json", "-c", lived_in).stdout)
    assert list(record)[: len(SHOW_KEYS.split())] == SHOW_KEYS.split()
    assert record["first_response"]["automatic_seconds"] < 30
    assert record["first_response"]["human_seconds"] is None
    assert set(record["history"][0]) == {"at", "who", "what"}
    assert record["history"][0]["at"].endswith("Z")


def test_an_unknown_ticket_is_a_fault_and_a_wrong_number_is_wrong_usage(lived_in: Path, triaged: Triaged) -> None:
    unknown = triaged("show", 999, "-c", lived_in)
    assert (unknown.exit_code, unknown.stdout) == (1, "")
    assert "there is no ticket #999" in unknown.stderr
    assert triaged("show", "one", "-c", lived_in).exit_code == 2
    assert triaged("show", 0, "-c", lived_in).exit_code == 2
    assert triaged("show", "-c", lived_in).exit_code == 2


def test_status_accounts_for_every_message(lived_in: Path, triaged: Triaged) -> None:
    (record,) = lines(triaged("status", "--json", "-c", lived_in).stdout)
    assert list(record)[: len(STATUS_KEYS.split())] == STATUS_KEYS.split()
    accounted = record["tickets"] + record["follow_ups"] + record["commands"] + record["set_aside"]
    assert record["received"] == accounted + sum(record["silenced"].values()) == 4
    assert record["set_aside"] == 1
    assert record["outbox"]["sent"] >= 4  # two acknowledgements, two forwards
    assert record["interruptions_off_duty"] == 0
    assert {"queued", "held", "sent", "unknown", "failed"} <= set(record["outbox"])
    assert list(record["first_response"]) == ["automatic_p50", "automatic_p99", "human_p50"]


def test_status_is_readable(lived_in: Path, triaged: Triaged) -> None:
    result = triaged("status", "-c", lived_in)
    assert result.exit_code == 0
    assert "received     4" in result.stdout
    assert "set aside    1" in result.stdout


def test_outbox_shows_what_left_and_what_the_next_server_said(lived_in: Path, triaged: Triaged) -> None:
    records = lines(triaged("outbox", "--json", "-c", lived_in).stdout)
    assert all(list(record)[: len(OUTBOX_KEYS.split())] == OUTBOX_KEYS.split() for record in records)
    assert {record["state"] for record in records} == {"sent"}
    assert {"ack", "forward"} <= {record["kind"] for record in records}
    assert any(record["to"] == CUSTOMER for record in records)
    assert triaged("outbox", "--waiting", "--json", "-c", lived_in).stdout == ""
    assert "nothing waits" in triaged("outbox", "--waiting", "-c", lived_in).stdout


def test_aside_lists_what_could_not_be_worked(lived_in: Path, triaged: Triaged) -> None:
    (record,) = lines(triaged("aside", "list", "--json", "-c", lived_in).stdout)
    assert list(record)[: len(ASIDE_KEYS.split())] == ASIDE_KEYS.split()
    assert record["message_id"] == "four@evil.example"
    assert "no way" in record["why"]
    assert "poison" in triaged("aside", "list", "-c", lived_in).stdout


def test_aside_shows_the_message_and_gives_its_very_bytes(lived_in: Path, triaged: Triaged) -> None:
    (record,) = lines(triaged("aside", "list", "--json", "-c", lived_in).stdout)
    page = triaged("aside", "show", record["id"], "-c", lived_in)
    assert page.exit_code == 0
    assert "no way" in page.stdout
    raw = triaged("aside", "show", record["id"], "--raw", "-c", lived_in)
    assert b"\x1b]0;title\x07\r\n" in raw.stdout_bytes
    (explained,) = lines(triaged("aside", "show", record["id"], "--json", "-c", lived_in).stdout)
    assert explained["message_id"] == "four@evil.example"
    assert triaged("aside", "show", 999, "-c", lived_in).exit_code == 1


@pytest.mark.parametrize("words", [("list",), ("status",), ("outbox",), ("aside", "list"), ("show", 1)])
@pytest.mark.parametrize("json_too", [(), ("--json",)])
def test_nothing_that_mail_holds_steers_the_terminal(
    words: tuple[object, ...], json_too: tuple[str, ...], lived_in: Path, triaged: Triaged
) -> None:
    output = triaged(*words, *json_too, "-c", lived_in).output
    assert output
    assert not STEERING & set(output)


def test_retry_takes_a_message_up_anew(own_copy: Path, triaged: Triaged) -> None:
    (record,) = lines(triaged("aside", "list", "--json", "-c", own_copy).stdout)
    assert triaged("aside", "retry", record["id"], "-c", own_copy).exit_code == 0
    assert triaged("aside", "list", "--json", "-c", own_copy).stdout == ""
    (status,) = lines(triaged("status", "--json", "-c", own_copy).stdout)
    assert status["set_aside"] == 0
    again = triaged("aside", "retry", record["id"], "-c", own_copy)
    assert again.exit_code == 1
    assert "is set aside" in again.stderr


def test_a_store_that_is_not_there_yet_is_a_fault_that_says_what_to_do(new_desk: Path, triaged: Triaged) -> None:
    result = triaged("status", "-c", new_desk)
    assert result.exit_code == 1
    assert "triaged migrate" in result.stderr
    assert triaged("migrate", "-c", new_desk).exit_code == 0
    assert "up to date" in triaged("migrate", "-c", new_desk).stdout
    assert triaged("status", "-c", new_desk).exit_code == 0
    assert "no open tickets" in triaged("list", "-c", new_desk).stdout


def test_a_store_that_is_none_is_a_fault_in_one_line(new_desk: Path, triaged: Triaged) -> None:
    (new_desk.parent / "triaged.db").write_bytes(b"this is no database, but long enough to be taken for one" * 100)
    for words in (("status",), ("list",), ("migrate",), ("aside", "retry", 1)):
        result = triaged(*words, "-c", new_desk)
        assert result.exit_code == 1
        assert len(result.stderr.splitlines()) == 1
