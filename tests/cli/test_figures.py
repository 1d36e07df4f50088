"""`report`, `digest` and `list`: the same numbers in words, as JSON and as tickets."""

import asyncio
import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from store.migrate import migrate
from store.store import Store
from tests.cli.conftest import Triaged
from tests.store import half_year

CONFIG = """
[desk]
address = "help@desk.test"
timezone = "Europe/Berlin"
[pipeline]
address = "pipeline@team.test"
[duty]
people = ["anna"]
[[people]]
id = "anna"
name = "Anna"
address = "anna@team.test"
[[people]]
id = "bo"
name = "Bo"
address = "bo@team.test"
"""
WEEK, MONDAY = "2026-W43", date(2026, 10, 19)
SUNDAY = MONDAY + timedelta(6)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A desk that has half a year behind it; not to be changed."""
    folder = tmp_path_factory.mktemp("half-year")
    (folder / "triaged.toml").write_text(CONFIG, "utf-8")
    url = f"sqlite:///{folder}/triaged.db"
    migrate(url)

    async def live() -> None:
        store = Store.open(url)
        await half_year.write(store)
        await store.close()

    asyncio.run(live())
    return folder / "triaged.toml"


def records(triaged: Triaged, *words: object) -> list[dict[str, Any]]:
    result = triaged(*words, "--json")
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_each_number_of_a_report_is_a_list(desk: Path, triaged: Triaged) -> None:
    def listed(*words: object) -> int:
        return len(records(triaged, "list", "--all", *words, "-c", desk))

    (report,) = records(triaged, "report", "--week", WEEK, "-c", desk)
    this = report["weeks"][-1]
    assert report["monday"] == MONDAY.isoformat()
    assert this["opened"] == listed("--week", WEEK) == listed("--since", MONDAY, "--until", SUNDAY) > 0
    assert this["ended"] == listed("--week", WEEK, "--event", "ended") > 0
    for state, many in this["open"].items():
        assert many == listed("--state", state, "--at", SUNDAY)
    for area in report["areas"]:
        assert area["reports"] == listed("--kind", "report", "--area", area["area"] or "-", "--week", WEEK)
    assert report["emergencies"]["paged"] == listed("--judged", "emergency", "--week", WEEK)
    assert len(report["emergencies"]["missed"]) == listed("--event", "missed", "--week", WEEK)
    assert report["interruptions"]["total"] == listed("--event", "called", "--week", WEEK)
    for person in report["duty"]:
        assert person["solved"] == listed("--event", "solved", "--owner", person["person"], "--week", WEEK)


def test_each_number_of_the_accounting_line_is_a_list_of_messages(desk: Path, triaged: Triaged) -> None:
    def listed(*words: object) -> list[dict[str, Any]]:
        return records(triaged, "list", "--messages", *words, "--week", WEEK, "-c", desk)

    (report,) = records(triaged, "report", "--week", WEEK, "-c", desk)
    books = report["accounting"]
    assert books["received"] == len(listed("all")) > 0
    assert books["tickets"] == len(listed("ticket")) > 0
    assert books["commands"] == len(listed("command")) > 0
    assert books["follow_ups"] == len(listed("follow-up"))
    assert listed("silenced") == listed("list") == listed("waiting") == []
    assert {one["ticket"] for one in listed("ticket")} == {
        one["number"] for one in records(triaged, "list", "--all", "--week", WEEK, "-c", desk)
    }
    shown = triaged("list", "--messages", "all", "--week", WEEK, "-c", desk)
    assert shown.exit_code == 0
    assert "command" in shown.stdout


def test_lists_are_narrowed_by_what_a_ticket_is_now(desk: Path, triaged: Triaged) -> None:
    everything = records(triaged, "list", "--all", "-c", desk)
    assert len(everything) == len(half_year.PASTS)
    for option, key, value in (
        ("--kind", "kind", "feature"),
        ("--state", "state", "investigating"),
        ("--tag", "verdict", "problem"),
        ("--class", "class", "config"),
        ("--area", "area", "billing"),
        ("--owner", "owner", "anna"),
        ("--reporter", "reporter", "c3@customer.example"),
    ):
        found = records(triaged, "list", "--all", option, value, "-c", desk)
        assert found == [{**one, "age_seconds": now["age_seconds"]} for one, now in zip(
            [one for one in everything if one[key] == value], found, strict=True)]  # fmt: skip
        assert found
    assert all(one["area"] is None for one in records(triaged, "list", "--all", "--area", "-", "-c", desk))


@pytest.mark.parametrize("words", [("report",), ("digest",), ("digest", "--weekly"), ("report", "--week", "2020-W01")])
def test_figures_are_shown_and_fit(words: tuple[str, ...], desk: Path, triaged: Triaged) -> None:
    result = triaged(*words, "-c", desk, env={"COLUMNS": "80"})
    assert result.exit_code == 0, result.output
    assert "received" in result.stdout or words[0] == "digest"
    assert max(map(len, result.stdout.splitlines())) <= (80 if words[0] == "digest" else 120)


def test_a_digest_of_a_day_that_is_over_lists_what_was_open_then(desk: Path, triaged: Triaged) -> None:
    (digest,) = records(triaged, "digest", "--day", "2026-10-20", "-c", desk)
    due = datetime(2026, 10, 20, 9, tzinfo=ZoneInfo("Europe/Berlin")).timestamp()
    lines = [line for part in digest["parts"] for line in part["lines"]]
    states = {one.number: one.state_at(due) for one in half_year.PASTS}
    assert lines
    assert all(line["state"] == states[line["ticket"]] for line in lines)
    assert [line["line"] for line in lines] == list(range(1, len(lines) + 1))
    assert not records(triaged, "digest", "--day", "2020-01-01", "-c", desk)[0]["parts"][0]["lines"]


def test_a_digest_is_written_as_a_page(desk: Path, triaged: Triaged, tmp_path: Path) -> None:
    page = tmp_path / "digest.html"
    assert triaged("digest", "--day", "2026-11-16", "--html", page, "-c", desk).exit_code == 0
    assert "<html" in page.read_text("utf-8")
    assert triaged("digest", "--weekly", "--html", page, "-c", desk).exit_code == 0
    assert "Support" in page.read_text("utf-8")


@pytest.mark.parametrize(
    "words",
    [
        ("report", "--week", "soon"),
        ("digest", "--day", "tomorrow"),
        ("list", "--since", "1"),
        ("list", "--state", "x"),
    ],
)
def test_what_is_no_day_or_week_is_wrong_usage(words: tuple[str, ...], desk: Path, triaged: Triaged) -> None:
    result = triaged(*words, "-c", desk)
    assert result.exit_code == 2
    assert result.output.strip()
