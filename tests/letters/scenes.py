"""Digests of every sort of day and week, and what strangers may do to them."""

from dataclasses import replace

from daemon.core.digest.build import daily_view, weekly_view
from daemon.core.digest.samples import REPLY, SETTINGS
from daemon.core.digest.view import Daily, Weekly
from daemon.core.figures.daily import Part
from daemon.core.figures.samples import quiet_daily, sample_daily, sample_weekly
from daemon.core.figures.weekly import AreaTrend, DutyLoad, LoneArea, ShadowRequest
from daemon.letters import TRIED

HOSTILE = (
    "x" * 500,
    "\u202eevil\u2066 <img src=http://evil.test/x.png onerror=alert(1)>",
    "<script>alert(1)</script><style>*{display:none}</style>",
    "شكرا جزيلا 12 على التقرير (#7)",
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft kaputt",
    "🚨🚨🚨 一切都坏了，无法登录，请尽快修复，谢谢" * 4,
    "'" * 500,
    "",
)
DAY, WEEK = sample_daily(), sample_weekly()


def huge_day() -> Daily:
    """A morning on which everything is full, and every subject is an attack."""
    line = DAY.lines[0]
    parts = []
    for part in DAY.parts:
        lines = [
            replace(
                line,
                ticket=10_000 + n,
                section=part.section,
                subject=HOSTILE[n % len(HOSTILE)],
                reporter="'" * 60,
                owner="anna",
                area="<billing> & 'invoices'",
                team="core",
                priority="p1",
                age_seconds=3600.0 * n**2,
            )
            for n in range(50)
        ]
        parts.append(Part(part.section, tuple(lines), 12_345))
    aside = tuple(replace(DAY.set_aside[0], subject=words, why=words) for words in HOSTILE)
    return daily_view(replace(DAY, parts=tuple(parts), set_aside=aside, set_aside_total=431), SETTINGS, REPLY)


def huge_week() -> Weekly:
    """A week with numbers of many digits, and many areas with long names."""
    weeks = tuple(
        replace(
            week,
            open=tuple((state, 97 * n + 13 * k) for k, (state, _) in enumerate(week.open)),
            opened=1234 + n,
            ended=987,
        )
        for n, week in enumerate(WEEK.weeks)
    )
    areas = tuple(AreaTrend(f"Rechnungsstellung-{n}", 90 - n, tuple(range(n, n + 12)), 12.0) for n in range(40))
    alone = tuple(LoneArea(f"Zahlungsverkehrsabwicklung {n}", "anna", n) for n in range(1, 9))
    duty = tuple(DutyLoad(f"Maximiliane-Friederike {n}", 0.5 * n, 3 * n, n) for n in range(40))
    shadows = tuple(ShadowRequest(f"somebody-{n}@elsewhere.example", 99) for n in range(40))
    return weekly_view(
        replace(WEEK, weeks=weeks, areas=areas, lone_areas=alone, duty=duty, shadow_requests=shadows), SETTINGS
    )


SCENES: dict[str, tuple[str, Daily | Weekly]] = {
    "daily": ("digest-daily", TRIED["digest-daily"][0]),
    "daily-news": ("digest-daily", TRIED["digest-daily"][1]),
    "daily-quiet": ("digest-daily", daily_view(quiet_daily(), SETTINGS, REPLY)),
    "daily-huge": ("digest-daily", huge_day()),
    "weekly": ("digest-weekly", TRIED["digest-weekly"][0]),
    "weekly-quiet": ("digest-weekly", TRIED["digest-weekly"][1]),
    "weekly-huge": ("digest-weekly", huge_week()),
}
