"""Views of an invented desk, by which every branch of the digests' templates is walked before the first is sent."""

from dataclasses import replace

from daemon.core.digest.build import daily_view, weekly_view
from daemon.core.figures.daily import OnDuty
from daemon.core.figures.response import NOT_MEASURED, FirstResponse
from daemon.core.figures.samples import quiet_daily, sample_daily, sample_weekly
from daemon.core.figures.weekly import Emergencies, Interruptions
from daemon.core.settings import Settings

SETTINGS = Settings.model_validate(
    {
        "desk": {"name": "Support", "address": "support@desk.example"},
        "pipeline": {"address": "product@desk.example"},
        "people": [
            {"id": "anna", "name": "Anna Berg", "address": "anna@desk.example"},
            {"id": "bo", "name": "Bo Lind", "address": "bo@desk.example"},
        ],
        "teams": [{"id": "core", "name": "Core"}],
    }
)
REPLY = "support+c1aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbb@desk.example"
_DAY, _WEEK = sample_daily(), sample_weekly()

DAILY = (
    daily_view(_DAY, SETTINGS, REPLY),
    daily_view(_DAY, SETTINGS),
    daily_view(quiet_daily(), SETTINGS, REPLY),
    daily_view(
        replace(_DAY, team="core", on_duty=(OnDuty(None, "anna"), OnDuty("core", None)), set_aside_total=9), SETTINGS
    ),
)
WEEKLY = (
    weekly_view(_WEEK, SETTINGS),
    weekly_view(
        replace(
            _WEEK,
            weeks=tuple(replace(week, opened=0, reopened=0, ended=0, injected=0, scheduled=0) for week in _WEEK.weeks),
            first_response=FirstResponse(),
            classify=NOT_MEASURED,
            classify_working=NOT_MEASURED,
            areas=(),
            emergencies=Emergencies(0, 0, (), ()),
            interruptions=Interruptions(0, 0, 0),
            shadow_requests=(),
            lone_areas=(),
            duty=(),
            capacity=(),
        ),
        SETTINGS,
    ),
    weekly_view(replace(_WEEK, weeks=_WEEK.weeks[-1:], team="core", interruptions=Interruptions(2, 0, 0)), SETTINGS),
)
