"""Every letter in a real Chromium, on a phone and on a desk, by day and by night: whole, legible, and alone."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from daemon.letters import NAMES, SAMPLES
from store.model.changes import Said
from store.model.message import Attachment
from store.model.verdict import Clause, Evidence
from tests.desk import shipped_letters
from tests.letters.browser import CHROMIUM, SHADES, WIDTHS, Screen, Shade, Sight, open_screen
from tests.letters.scenes import HOSTILE, SCENES

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")

LETTERS = shipped_letters()
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
