"""A message that was kept is kept exactly, once, and for good."""

import asyncio
import signal
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store.model.message import Door, Envelope
from store.store import Store
from tests.store.specimens import ENVELOPE, MINUTE, NOW, raw, take_one

ROOT = Path(__file__).parent.parent.parent

KEEP_AND_DIE = """
import asyncio, os, signal, sys
from store.store import Store
from tests.store.specimens import ENVELOPE, NOW, raw

async def main():
    store = Store.open(sys.argv[1])
    await asyncio.gather(*(store.keep(raw(f"m{n}"), ENVELOPE, NOW) for n in range(20)))
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""


async def test_bytes_and_envelope_come_back_as_they_went_in(store: Store) -> None:
    hostile = bytes(range(256)) * 20 + b"\n\0\r\r\n.\r\n"
    envelope = Envelope("", ("a@desk.example", "b\udcff\0@desk.example"), "::1", Door.LMTP)
    receipt = await store.keep(hostile, envelope, NOW)
    work = await take_one(store)
    assert (work.raw, work.envelope, work.received_at) == (hostile, envelope, NOW)
    assert not receipt.duplicate


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(contents=st.lists(st.binary(max_size=5000), min_size=1, max_size=8))
async def test_every_byte_is_kept(store: Store, contents: list[bytes]) -> None:
    receipts = await asyncio.gather(*(store.keep(content, ENVELOPE, NOW) for content in contents))
    came = [
        sha256(content).digest() for content, receipt in zip(contents, receipts, strict=True) if not receipt.duplicate
    ]
    leased = await store.lease_messages(NOW, 100, MINUTE)
    assert sorted(sha256(work.raw).digest() for work in leased) == sorted(came)


async def test_the_same_message_twice_is_one_message(store: Store) -> None:
    first = await store.keep(raw("a"), ENVELOPE, NOW)
    again = await store.keep(b"Received: by another way\r\n" + raw("a"), ENVELOPE, NOW + 1)
    assert (first.duplicate, again.duplicate) == (False, True)
    assert first.token == again.token
    assert len(await store.lease_messages(NOW + 1, 10, MINUTE)) == 1
    assert (await store.status(NOW)).duplicates == 1


async def test_copies_that_come_at_once_are_one_message(store: Store) -> None:
    receipts = await asyncio.gather(*(store.keep(raw("a"), ENVELOPE, NOW) for _ in range(50)))
    assert sum(not receipt.duplicate for receipt in receipts) == 1
    assert (await store.status(NOW)).duplicates == 49


async def test_the_same_message_id_with_other_content_is_another_message(store: Store) -> None:
    await store.keep(raw("a", "Stolen identifier."), ENVELOPE, NOW)
    receipt = await store.keep(raw("a", "The real one."), ENVELOPE, NOW)
    assert not receipt.duplicate
    assert len(await store.lease_messages(NOW, 10, MINUTE)) == 2


async def test_a_message_without_id_is_known_by_its_content(store: Store) -> None:
    await store.keep(b"Subject: a\r\n\r\none", ENVELOPE, NOW)
    assert (await store.keep(b"Subject: a\r\n\r\none", ENVELOPE, NOW)).duplicate
    assert not (await store.keep(b"Subject: a\r\n\r\ntwo", ENVELOPE, NOW)).duplicate


async def test_an_identifier_longer_than_any_index_holds_is_kept(store: Store) -> None:
    content = b"Message-ID: <" + b"\xc3\xa4\0x" * 20000 + b"@x>\r\n\r\n"
    assert not (await store.keep(content, ENVELOPE, NOW)).duplicate
    assert (await store.keep(content, ENVELOPE, NOW)).duplicate


async def test_a_large_message_is_kept(store: Store) -> None:
    content = raw("large", "x" * 5_000_000)
    await store.keep(content, ENVELOPE, NOW)
    assert (await take_one(store)).raw == content


def test_what_was_kept_survives_the_death_of_the_process(url: str) -> None:
    child = subprocess.run([sys.executable, "-c", KEEP_AND_DIE, url], cwd=ROOT, timeout=60, check=False)
    assert child.returncode == -signal.SIGKILL

    async def count() -> int:
        store = Store.open(url)
        try:
            return len(await store.lease_messages(NOW, 100, MINUTE))
        finally:
            await store.close()

    assert asyncio.run(count()) == 20


async def test_a_cancelled_caller_takes_nobody_along(store: Store) -> None:
    tasks = [asyncio.create_task(store.keep(raw(f"m{n}"), ENVELOPE, NOW)) for n in range(30)]
    await asyncio.sleep(0)
    tasks[7].cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert sum(isinstance(result, BaseException) for result in results) == 1
    with pytest.raises(asyncio.CancelledError):
        raise results[7]  # type: ignore[misc]
