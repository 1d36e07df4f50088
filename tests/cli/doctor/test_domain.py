"""The desk's domain in the DNS, asked of a real server: what is there, what is missing, and what to do about it."""

from collections.abc import AsyncIterator

import pytest

from daemon.cli.doctor.domain import domain_seen, is_reserved, mail_hosts
from daemon.core.settings import Settings
from daemon.edge.dns import Dns
from tests.names import Names, open_names

DOMAIN = "team.test"


def settings(listen: str = "127.0.0.1:8025") -> Settings:
    desk = {"address": f"help@{DOMAIN}"}
    return Settings.model_validate({"desk": desk, "smtp": {"listen": listen}, "pipeline": {"address": "p@team.test"}})


@pytest.fixture
async def names() -> AsyncIterator[Names]:
    async with open_names() as names:
        names.others[DOMAIN, "MX"] = ("10 mx.team.test.",)
        names.others["mx.team.test", "A"] = ("127.0.0.1",)
        names.records[DOMAIN] = ("v=spf1 mx -all", "some other text")
        names.records["s1._domainkey.team.test"] = ("v=DKIM1; k=rsa; p=AAAA",)
        names.records["_dmarc.team.test"] = ("v=DMARC1; p=reject",)
        yield names


async def said(names: Names, *selectors: str, listen: str = "127.0.0.1:8025") -> list[tuple[str, str]]:
    door = Dns((("127.0.0.1", names.port),), 0.5)
    return list(await domain_seen(settings(listen), door, selectors))


async def test_a_domain_that_has_everything_is_right(names: Names) -> None:
    assert await said(names, "s1") == [
        ("ok", "MX of team.test: mx.team.test"),
        ("ok", "SPF: v=spf1 mx -all"),
        ("ok", "DKIM: a key at s1._domainkey.team.test"),
        ("ok", "DMARC: v=DMARC1; p=reject"),
    ]


async def test_a_domain_without_anything_is_told_what_to_add(names: Names) -> None:
    names.others.clear()
    names.records.clear()
    levels = dict.fromkeys(words.partition(":")[0] + "/" + level for level, words in await said(names))
    assert list(levels) == ["MX/fault", "SPF/note", "DKIM/note", "DMARC/note"]


@pytest.mark.parametrize(
    ("hosts", "level", "words"),
    [
        (("0 .",), "fault", "takes no mail"),
        (("10 gone.team.test.",), "fault", "gone.team.test has no address"),
        (("10 mx.team.test.", "20 gone.team.test."), "note", "gone.team.test has no address"),
    ],
)
async def test_an_mx_that_leads_nowhere_is_seen(names: Names, hosts: tuple[str, ...], level: str, words: str) -> None:
    names.others[DOMAIN, "MX"] = hosts
    assert any(found == level and words in told for found, told in await said(names))


async def test_the_best_host_comes_first_and_a_bare_address_serves_as_one(names: Names) -> None:
    names.others[DOMAIN, "MX"] = ("20 second.team.test.", "5 first.team.test.", "100 third.team.test.")
    door = Dns((("127.0.0.1", names.port),), 0.5)
    assert await mail_hosts(DOMAIN, door) == ("first.team.test", "second.team.test", "third.team.test")
    del names.others[DOMAIN, "MX"]
    names.others[DOMAIN, "A"] = ("127.0.0.1",)
    assert await mail_hosts(DOMAIN, door) == (DOMAIN,)


@pytest.mark.parametrize(("address", "level"), [("127.0.0.1", "ok"), ("192.0.2.7", "note")])
async def test_a_door_that_is_open_to_the_world_is_what_the_mx_leads_to(names: Names, address: str, level: str) -> None:
    names.others["mx.team.test", "A"] = (address,)
    told = await said(names, listen="0.0.0.0:25")
    assert next(found for found, words in told if "this machine" in words) == level
    assert not any("this machine" in words for _, words in await said(names))


@pytest.mark.parametrize(
    ("name", "texts", "level", "words"),
    [
        (DOMAIN, ("v=spf1 mx -all", "v=spf1 a -all"), "fault", "2 records"),
        (DOMAIN, ("v=spf1 +all",), "fault", "lets everybody write"),
        (DOMAIN, ("v=spf10 mx",), "note", "SPF: none"),
        ("s1._domainkey.team.test", ("v=DKIM1; p=",), "fault", "holds no key"),
        ("s1._domainkey.team.test", (), "fault", "no records"),
        ("_dmarc.team.test", ("v=DMARC1; p=none", "v=DMARC1; p=reject"), "fault", "2 records"),
    ],
)
async def test_a_record_that_does_not_count_is_seen(
    names: Names, name: str, texts: tuple[str, ...], level: str, words: str
) -> None:
    names.records[name] = texts
    assert any(found == level and words in told for found, told in await said(names, "s1"))


async def test_a_policy_of_the_domain_above_counts(names: Names) -> None:
    names.records["_dmarc.test"] = ("v=DMARC1; p=reject",)
    del names.records["_dmarc.team.test"]
    assert (
        "note",
        'DMARC: none; add a TXT record at _dmarc.team.test, such as "v=DMARC1; p=quarantine"',
    ) in await said(names)


async def test_without_an_answer_nothing_is_called_wrong(names: Names) -> None:
    names.silent = True
    told = await said(names, "s1")
    assert {level for level, _ in told} == {"note"}
    assert "no answer about team.test" in told[0][1]


@pytest.mark.parametrize(
    ("domain", "reserved"),
    [("acme.example", True), ("mail.EXAMPLE.org", True), ("desk.test.", True), ("example.de", False), ("a.com", False)],
)
def test_names_for_examples_are_not_asked_for(domain: str, reserved: bool) -> None:
    assert is_reserved(domain) is reserved
