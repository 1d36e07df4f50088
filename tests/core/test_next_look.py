"""When the team next goes through what is new: at the time of the digest, on a working day, strictly ahead."""

from datetime import UTC, datetime

import pytest

from daemon.core.desk.words import next_look
from daemon.core.settings import Settings
from tests.core.commanding import SETTINGS


@pytest.fixture
def settings() -> Settings:
    changed = {"desk": {"timezone": "Europe/Berlin"}, "digest": {"daily": "09:00"}, "duty": {"days": "mon-fri"}}
    parts = {name: getattr(SETTINGS, name).model_copy(update=update) for name, update in changed.items()}
    return SETTINGS.model_copy(update=parts)


@pytest.mark.parametrize(
    ("now", "look"),
    [
        ("2025-11-03T07:59:59.9", "2025-11-03T08:00"),  # a Monday, in winter an hour behind Berlin
        ("2025-11-03T08:00:00", "2025-11-04T08:00"),
        ("2025-11-03T08:00:59.9", "2025-11-04T08:00"),
        ("2025-11-07T08:01:00", "2025-11-10T08:00"),  # after Friday's
        ("2025-07-01T06:59:00", "2025-07-01T07:00"),
    ],
)
def test_the_next_look_is_strictly_ahead_and_on_a_working_day(settings: Settings, now: str, look: str) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert next_look(settings, moment.timestamp()) == datetime.fromisoformat(look).replace(tzinfo=UTC)


def test_desks_of_one_minute_each_have_their_own(settings: Settings) -> None:
    now = datetime(2025, 11, 3, 7, 30, tzinfo=UTC).timestamp()
    early = settings.model_copy(update={"digest": settings.digest.model_copy(update={"daily": "08:45"})})
    assert (next_look(settings, now) - next_look(early, now)).total_seconds() == 15 * 60
