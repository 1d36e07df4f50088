"""When a digest is due: once a local day, whatever the clocks of that day do, and late rather than never."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.core.desk.clock.moment import Moment
from daemon.core.digest.due import daily_due, day_of, is_members, readers, week_of, weekly_due
from daemon.core.roster.roster import build
from daemon.core.settings import Settings
from store.model.message import Address

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca")

MOMENTS = st.integers(0, 360 * 24 * 60).map(lambda n: datetime(2026, 1, 2, tzinfo=UTC) + timedelta(minutes=n))


def settings(zone: str = "UTC", daily: str = "09:00", weekly: str = "mon 09:00", **digest: object) -> Settings:
    return Settings.model_validate(
        {
            "desk": {"address": "support@desk.test", "timezone": zone},
            "pipeline": {"address": "product@desk.test"},
            "people": [{"id": "bob", "name": "Bob", "address": "Bob@desk.test"}],
            "digest": {"daily": daily, "weekly": weekly, "team": ["t@d.test"], "stakeholders": ["s@d.test"]} | digest,
        }
    )


ROSTER = build(settings(), 0.0)


def at(declared: Settings, now: datetime) -> Moment:
    return Moment(declared, ROSTER, now.timestamp())


@given(
    st.sampled_from(ZONES),
    st.sampled_from(["00:00", "02:30", "09:00", "23:59"]),
    MOMENTS,
)
def test_every_local_day_has_one_digest_however_often_one_looks(zone: str, time: str, start: datetime) -> None:
    declared = settings(zone, time)
    moments = [start + timedelta(minutes=20 * n) for n in range(3 * 72)]
    keys = list(dict.fromkeys(one.key for now in moments for one in daily_due(at(declared, now))))
    days = [date.fromisoformat(key.rpartition("/")[2]) for key in keys]
    assert days == [days[0] + timedelta(days=n) for n in range(len(days))]
    assert 3 <= len(days) <= 4


@given(st.sampled_from(ZONES), MOMENTS)
def test_a_digest_never_comes_before_its_time_and_is_named_by_its_day(zone: str, now: datetime) -> None:
    declared = settings(zone)
    moment = at(declared, now)
    (one,) = daily_due(moment)
    assert one.at <= moment.now < one.at + 90_000
    local = datetime.fromtimestamp(one.at, ZoneInfo(zone))
    assert one.key == f"digest-daily/{day_of(one, declared)}" == f"digest-daily/{local.date()}"


def test_the_weekly_report_is_about_the_week_that_is_over() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    for weekly, now in (("mon 09:00", (23, 9, 1)), ("fri 16:00", (27, 20, 0))):
        declared = settings("Europe/Berlin", weekly=weekly)
        (one,) = weekly_due(at(declared, datetime(2026, 11, *now, tzinfo=berlin)))
        assert week_of(one, declared) == date(2026, 11, 16)
    early = datetime(2026, 11, 23, 8, 59, tzinfo=berlin)
    assert weekly_due(at(settings("Europe/Berlin"), early)) == ()


@pytest.mark.parametrize("due", [daily_due, weekly_due])
def test_without_readers_nothing_is_due(due: object) -> None:
    assert callable(due)
    declared = settings(team=[], stakeholders=[])
    assert due(at(declared, datetime(2026, 11, 23, 10, tzinfo=UTC))) == ()


def test_everybody_gets_one_and_only_members_may_act() -> None:
    declared = settings()
    assert readers(("Bob@desk.test", "list@desk.test", "bob@DESK.test")) == (
        Address("", "Bob@desk.test"),
        Address("", "list@desk.test"),
    )
    assert is_members(Address("", "bob@desk.TEST"), declared)
    assert not is_members(Address("", "list@desk.test"), declared)
