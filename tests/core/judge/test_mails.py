"""The labelled mails are many, varied, labelled without contradiction, and cut in two by what they say."""

from collections import Counter
from pathlib import Path

import pytest

from store.model.verdict import Tag
from tests.core.judge.mails import FOLDER, LANGUAGES, Share, mails, part


def test_there_are_many_of_many_products_in_six_languages() -> None:
    assert len(mails()) >= 360
    assert len({mail.product for mail in mails()}) >= 30
    assert {mail.language for mail in mails()} == set(LANGUAGES)


def test_every_tag_and_every_language_has_its_part() -> None:
    for counted in (Counter(mail.tag for mail in mails()), Counter(mail.language for mail in mails())):
        assert min(counted.values()) >= 0.08 * len(mails())


def test_no_mail_is_there_twice() -> None:
    assert [text for text, times in Counter(mail.text for mail in mails()).items() if times > 1] == []


@pytest.mark.parametrize(("share", "least"), [(Share.DEV, 0.55), (Share.HELD, 0.35)])
def test_both_shares_hold_every_language_every_tag_and_every_kind(share: Share, least: float) -> None:
    found = part(share)
    assert len(found) >= least * len(mails())
    for name in ("language", "tag", "kind"):
        assert {getattr(mail, name) for mail in found} == {getattr(mail, name) for mail in mails()}


def test_an_emergency_is_what_meets_all_three_clauses_unless_readers_may_differ() -> None:
    clear = [mail for mail in mails() if not mail.ambiguous]
    assert [m.subject for m in clear if (m.tag is Tag.EMERGENCY) != (m.clauses == (True, True, True))] == []


def test_only_what_readers_may_differ_on_leaves_a_clause_open() -> None:
    assert [mail.subject for mail in mails() if None in mail.clauses and not mail.ambiguous] == []


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.toml")), ids=lambda path: path.stem)
def test_a_file_of_mails_stays_short(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 400
