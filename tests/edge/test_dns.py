"""The door to the DNS, against a real server: one record or nothing, in time, and kept for a while."""

import asyncio
import time
from collections.abc import AsyncIterator

import dns.rcode
import pytest

from daemon.edge.dns import KEPT_AT_MOST, Dns
from tests.names import Names, open_names

NAME = "s1._domainkey.team.test"


@pytest.fixture
async def names() -> AsyncIterator[Names]:
    async with open_names() as names:
        names.records[NAME] = ("v=DKIM1; p=AAAA",)
        yield names


class Clock:
    """A clock that stands until it is put forward."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def door(names: Names, timeout: float = 2.0, clock: Clock | None = None) -> Dns:
    return Dns((("127.0.0.1", names.port),), timeout, clock or Clock())


async def test_the_text_of_a_name(names: Names) -> None:
    assert await door(names).text(NAME) == "v=DKIM1; p=AAAA"


async def test_a_long_text_comes_in_pieces_and_is_joined(names: Names) -> None:
    names.records[NAME] = ("v=DKIM1; p=" + "A" * 700,)
    assert await door(names).text(NAME) == names.records[NAME][0]


@pytest.mark.parametrize("texts", [(), ("v=DKIM1; p=AAAA", "v=DKIM1; p=BBBB")])
async def test_none_and_several_are_nothing(names: Names, texts: tuple[str, ...]) -> None:
    names.records[NAME] = texts
    assert await door(names).text(NAME) is None


async def test_a_name_that_does_not_exist_is_nothing(names: Names) -> None:
    assert await door(names).text("no.team.test") is None


@pytest.mark.parametrize("code", [dns.rcode.SERVFAIL, dns.rcode.REFUSED, dns.rcode.FORMERR])
async def test_a_server_in_trouble_knows_nothing(names: Names, code: dns.rcode.Rcode) -> None:
    names.broken = code
    assert await door(names, 0.3).text(NAME) is None


@pytest.mark.parametrize("junk", [b"", b"x", b"\0" * 600])
async def test_junk_is_no_answer(names: Names, junk: bytes) -> None:
    names.junk, names.silent = junk, True
    assert await door(names, 0.3).text(NAME) is None


async def test_a_server_that_says_nothing_is_not_waited_for_long(names: Names) -> None:
    names.silent = True
    begun = time.monotonic()
    assert await door(names, 0.3).text(NAME) is None
    assert 0.25 < time.monotonic() - begun < 4  # a resolver that is not told waits five seconds


async def test_no_server_at_all_is_nothing() -> None:
    assert await Dns((("127.0.0.1", 1),), 0.3).text(NAME) is None


@pytest.mark.parametrize("name", ["", ".", "a..b", "x" * 64 + ".test", "a." * 200 + "test", "ä._domainkey.ß", "\ud800"])
async def test_a_name_that_is_none_is_nothing(names: Names, name: str) -> None:
    assert await door(names, 0.3).text(name) is None


async def test_an_answer_is_kept_for_its_time_to_live(names: Names) -> None:
    clock = Clock()
    asking = door(names, clock=clock)
    await asking.text(NAME)
    clock.now = 299
    await asking.text(NAME)
    assert names.asked == [NAME]
    clock.now = 301
    await asking.text(NAME)
    assert names.asked == [NAME, NAME]


@pytest.mark.parametrize(("ttl", "seconds"), [(0, 60), (86400, 3600)])
async def test_no_answer_is_kept_for_too_short_or_too_long(names: Names, ttl: int, seconds: int) -> None:
    names.ttl, clock = ttl, Clock()
    asking = door(names, clock=clock)
    for clock.now in (0, seconds - 1, seconds + 1):
        await asking.text(NAME)
    assert names.asked == [NAME, NAME]


async def test_that_nothing_is_known_is_kept_for_a_minute(names: Names) -> None:
    clock = Clock()
    asking = door(names, clock=clock)
    for clock.now in (0, 59, 61):
        assert await asking.text("no.team.test") is None
    assert names.asked == ["no.team.test"] * 2


async def test_what_is_kept_does_not_grow_without_end(names: Names) -> None:
    asking = door(names)
    await asyncio.gather(*(asking.text(f"a{n}.team.test") for n in range(KEPT_AT_MOST + 10)))
    assert len(asking._kept) == KEPT_AT_MOST
    assert len(names.asked) == KEPT_AT_MOST + 10
