"""Every letter in a real Chromium, on a phone and on a desk, by day and by night: whole, legible, and alone."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from daemon.core.digest.build import daily_view, weekly_view
from daemon.core.digest.samples import REPLY, SETTINGS
from daemon.core.digest.view import Daily, Weekly
from daemon.core.figures.daily import Part
from daemon.core.figures.samples import quiet_daily, sample_daily, sample_weekly
from daemon.core.figures.weekly import AreaTrend, DutyLoad, LoneArea, ShadowRequest
from daemon.core.mail.letter import Words
from daemon.letters import NAMES, SAMPLES, TRIED, Letters
from store.model.changes import Said
from store.model.message import Attachment
from store.model.verdict import Clause, Evidence
from tests.letters.browser import CHROMIUM, SHADES, WIDTHS, Screen, Shade, Sight, open_screen

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")

LETTERS = Letters()
CUT_AT = 100_000  # octets; a large provider shows no more than 102 KB of a message
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
    shadows = tuple(ShadowRequest(f"somebody-{n}@elsewhere.example", "mail", 99) for n in range(40))
    return weekly_view(
        replace(WEEK, weeks=weeks, areas=areas, lone_areas=alone, duty=duty, shadow_requests=shadows), SETTINGS
    )


SCENES: dict[str, tuple[str, Daily | Weekly | Words]] = {
    "daily": ("digest-daily", TRIED["digest-daily"][0]),
    "daily-news": ("digest-daily", TRIED["digest-daily"][1]),
    "daily-quiet": ("digest-daily", daily_view(quiet_daily(), SETTINGS, REPLY)),
    "daily-huge": ("digest-daily", huge_day()),
    "weekly": ("digest-weekly", TRIED["digest-weekly"][0]),
    "weekly-quiet": ("digest-weekly", TRIED["digest-weekly"][1]),
    "weekly-huge": ("digest-weekly", huge_week()),
}


SAID = (Said("mine", 12), Said("help", 12, words=("mine", "bug [p0-p3]"), lines=("you have it", "a defect")))
TEXT = "Good morning,\n\nsince the update nobody can export an invoice: error 500.\n\nKind regards\nAda"
ORDINARY = replace(SAMPLES[1], excerpt=TEXT, said=SAID, reason="550 no such user")
ATTACK = replace(
    ORDINARY,
    subject=HOSTILE[0],
    reporter_name=HOSTILE[1],
    reporter_address="x" * 200 + "@customer.example",
    excerpt="\n".join(HOSTILE),
    text="\n".join(HOSTILE),
    reason="\n".join(HOSTILE),
    recipient="y" * 200,
    clauses=(Clause("technical", True, (Evidence(HOSTILE[0], 0, 9, "r", 1.0),)),),
    questions=HOSTILE[:3],
    attachments=(Attachment(HOSTILE[0], "text/plain", 2048, None, ""),),
    said=(Said("unknown", 12, HOSTILE[0], HOSTILE[0], 7, (HOSTILE[0],), HOSTILE),),
)


def faults(sight: Sight, language: str) -> dict[str, object]:
    """Return everything that should not be."""
    seen: dict[str, object] = {name: getattr(sight, name) for name in Sight.__slots__ if name != "language"}
    seen["language"] = "" if sight.language == language else sight.language
    return {name: what for name, what in seen.items() if what}


@pytest.fixture(scope="module")
def screen() -> Iterator[Screen]:
    with open_screen() as screen:
        yield screen


@pytest.mark.parametrize("shade", SHADES)
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(
    ("scene", "language"), [*((scene, "de") for scene in SCENES), ("daily", "en"), ("weekly", "en")]
)
def test_a_digest_is_whole_and_legible(scene: str, language: str, width: int, shade: Shade, screen: Screen) -> None:
    letter = LETTERS.write(SCENES[scene][0], language, SCENES[scene][1])
    assert faults(screen.show(letter.html, f"{scene}-{language}", width, shade), language) == {}


@pytest.mark.parametrize("scene", ["daily", "weekly"])
def test_a_client_that_drops_the_style_sheet_shows_the_same_by_day(scene: str, screen: Screen) -> None:
    html = LETTERS.write(SCENES[scene][0], "en", SCENES[scene][1]).html
    for shade in SHADES:
        sight = screen.show(html, f"{scene}-unstyled", 360, shade, styled=False)
        assert faults(sight, "en") == {}


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("name", NAMES)
def test_every_letter_is_whole_and_legible(name: str, language: str, screen: Screen) -> None:
    for scene, words in (("", ORDINARY), ("attack", ATTACK)):
        html = LETTERS.write(name, language, words).html
        for shade in SHADES:
            sight = screen.show(html, f"{name}-{language}", 360, shade, keep=not scene)
            assert faults(sight, language) == {}, (scene, shade)


@pytest.mark.parametrize("language", ["en", "de"])
def test_no_digest_is_so_long_that_a_provider_cuts_it(language: str) -> None:
    for scene in ("daily-huge", "weekly-huge"):
        letter = LETTERS.write(SCENES[scene][0], language, SCENES[scene][1])
        assert len(letter.html.encode()) < CUT_AT
