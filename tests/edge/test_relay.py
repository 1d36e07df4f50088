"""The way out, against servers that answer in every way a server can."""

import asyncio

import pytest

from daemon.edge.relay import Waits
from daemon.edge.relay.smarthost import SMALL
from store.model.outbox import Answer, Delivery
from tests.edge.cutting import way_to
from tests.edge.relaying import RAW, a_mail, always, relay_to, sent
from tests.edge.scripted import CLOSE, EHLO, HANG, RESET, Script, serving


async def test_a_mail_is_accepted_by_the_servers_250() -> None:
    script = Script()
    assert await sent(script) == Answer(Delivery.ACCEPTED, "250 2.0.0 kept")
    assert script.commands == [
        "EHLO desk.example",
        f"MAIL FROM:<d@desk.example> SIZE={len(RAW)}",
        "RCPT TO:<ada@customer.example>",
        "DATA",
        "QUIT",
    ]


async def test_dots_that_begin_a_line_are_doubled_on_the_wire() -> None:
    script = Script()
    await sent(script, a_mail(raw=b".first\r\n" + RAW))
    assert script.contents == [b"..first\r\n" + RAW.replace(b"\r\n.", b"\r\n..")]


PIPELINING = (*EHLO[:-1], "250-ENHANCEDSTATUSCODES", "250 PIPELINING")


@pytest.mark.parametrize("ehlo", [pytest.param(EHLO, id="one by one"), pytest.param(PIPELINING, id="all at once")])
@pytest.mark.parametrize(
    ("replies", "expected"),
    [
        pytest.param({".": "451 4.3.0 later"}, Delivery.DEFERRED, id="4yz to the dot"),
        pytest.param({".": "421 4.3.2 going down"}, Delivery.DEFERRED, id="421 to the dot"),
        pytest.param({".": "554 5.6.0 spam"}, Delivery.REFUSED, id="5yz to the dot"),
        pytest.param({".": CLOSE}, Delivery.UNCLEAR, id="closed after the dot"),
        pytest.param({".": RESET}, Delivery.UNCLEAR, id="reset after the dot"),
        pytest.param({".": HANG}, Delivery.UNCLEAR, id="no answer to the dot"),
        pytest.param({".": "grmbl"}, Delivery.UNCLEAR, id="garbage to the dot"),
        pytest.param({".": "354 what?"}, Delivery.UNCLEAR, id="a reply to the dot that is none"),
        pytest.param({"RCPT": "550 5.1.1 no such user"}, Delivery.REFUSED, id="no such user"),
        pytest.param({"RCPT": "450 4.2.0 greylisted"}, Delivery.DEFERRED, id="greylisted"),
        pytest.param({"RCPT": "421 too many"}, Delivery.DEFERRED, id="421 in the dialog"),
        pytest.param({"RCPT": CLOSE}, Delivery.DEFERRED, id="closed in the dialog"),
        pytest.param({"RCPT": HANG}, Delivery.DEFERRED, id="silent in the dialog"),
        pytest.param({"RCPT": "no way"}, Delivery.DEFERRED, id="garbage in the dialog"),
        pytest.param({"RCPT": "554 5.7.1 <a@b>: Relay access denied"}, Delivery.UNREADY, id="relaying is denied"),
        pytest.param({"RCPT": "530 5.7.0 log in first"}, Delivery.UNREADY, id="login wanted at RCPT"),
        pytest.param({"MAIL": "530 5.7.0 log in first"}, Delivery.UNREADY, id="login wanted"),
        pytest.param({"MAIL": "553 5.7.1 not your address"}, Delivery.UNREADY, id="our sender is refused"),
        pytest.param({"MAIL": "552 5.3.4 too big"}, Delivery.REFUSED, id="too large"),
        pytest.param({"MAIL": "452 4.3.1 disk full"}, Delivery.DEFERRED, id="server out of space"),
        pytest.param({"DATA": "451 not now"}, Delivery.DEFERRED, id="4yz to DATA"),
        pytest.param({"DATA": "554 no"}, Delivery.REFUSED, id="5yz to DATA"),
        pytest.param({"DATA": "250 what?"}, Delivery.DEFERRED, id="a reply to DATA that is none"),
        pytest.param({"CONNECT": "421 busy"}, Delivery.DEFERRED, id="busy"),
        pytest.param({"CONNECT": "554 go away"}, Delivery.UNREADY, id="banned"),
        pytest.param({"CONNECT": CLOSE}, Delivery.DEFERRED, id="closed at once"),
        pytest.param({"EHLO": "550 no", "HELO": "550 no"}, Delivery.UNREADY, id="EHLO and HELO refused"),
    ],
)
async def test_every_way_to_answer_is_a_value(
    replies: dict[str, str], expected: Delivery, ehlo: tuple[str, ...]
) -> None:
    answer = await sent(Script(dict(replies), ehlo))
    assert answer.delivery is expected, answer
    assert answer.text


async def test_a_refused_null_sender_stops_only_that_mail() -> None:
    answer = await sent(Script({"MAIL": "550 no null sender here"}), a_mail(mail_from=""))
    assert answer.delivery is Delivery.REFUSED


async def test_nobody_listening_is_deferred() -> None:
    script = Script()
    async with serving(script):
        relay = relay_to(script)
    assert (await relay.send(a_mail(), always)).delivery is Delivery.DEFERRED


async def test_an_old_server_that_knows_only_helo_is_served() -> None:
    script = Script({"EHLO": "502 what?"})
    assert (await sent(script)).delivery is Delivery.ACCEPTED
    assert "MAIL FROM:<d@desk.example>" in script.commands


# --- the final dot ---------------------------------------------------------------------------------------------------


async def test_the_attempt_is_recorded_after_354_and_before_the_dot() -> None:
    script = Script()
    seen: list[tuple[str, int]] = []

    async def record() -> bool:
        await asyncio.sleep(0.05)
        seen.append((script.commands[-1], len(script.contents)))
        return True

    assert (await sent(script, before_dot=record)).delivery is Delivery.ACCEPTED
    assert seen == [("DATA", 0)]


async def test_a_lost_lease_abandons_the_mail_without_its_dot() -> None:
    script = Script()

    async def lost() -> bool:
        return False

    answer = await sent(script, before_dot=lost)
    await asyncio.sleep(0.05)
    assert answer.delivery is Delivery.DEFERRED
    assert script.contents == []
    assert script.unfinished


async def test_a_refused_recipient_is_never_recorded_as_an_attempt() -> None:
    async def never() -> bool:
        raise AssertionError("asked before there was anything to record")

    assert (await sent(Script({"RCPT": "550 no"}), before_dot=never)).delivery is Delivery.REFUSED


async def test_a_connection_lost_while_the_attempt_is_recorded_is_no_unclear_end() -> None:
    script = Script()
    async with serving(script):
        relay = relay_to(script)

        async def slow() -> bool:
            relay_line = script_writers.pop()
            relay_line.transport.abort()
            await asyncio.sleep(0.1)
            return True

        script_writers: list[asyncio.StreamWriter] = []
        talk = script._talk

        async def remember(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            script_writers.append(writer)
            await talk(reader, writer)

        script._talk = remember  # type: ignore[method-assign]
        answer = await relay.send(a_mail(), slow)
        await relay.close()
    assert answer.delivery is Delivery.DEFERRED


async def test_a_failing_record_closes_the_connection_and_is_heard() -> None:
    script = Script()

    async def failing() -> bool:
        raise RuntimeError("the store is gone")

    async with serving(script):
        relay = relay_to(script, connections=1)
        with pytest.raises(RuntimeError, match="store is gone"):
            await relay.send(a_mail(), failing)
        assert (await relay.send(a_mail(), always)).delivery is Delivery.ACCEPTED
        await relay.close()
    assert script.connections == 2


async def test_cancelling_closes_the_connection_and_frees_its_place() -> None:
    script = Script({".": [HANG, "250 fine"]})
    async with serving(script):
        relay = relay_to(script, Waits(dot=60.0), connections=1)
        task = asyncio.create_task(relay.send(a_mail(), always))
        while not script.contents:
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (await relay.send(a_mail(), always)).delivery is Delivery.ACCEPTED
        await relay.close()


# --- several commands at once (RFC 2920) -----------------------------------------------------------------------------


async def test_where_the_server_offers_it_envelope_and_data_are_said_at_once() -> None:
    script = Script({"MAIL": HANG}, PIPELINING)
    async with serving(script):
        relay = relay_to(script)
        assert (await relay.send(a_mail(), always)).delivery is Delivery.DEFERRED
        while not script.unread:
            await asyncio.sleep(0.01)
        assert script.unread.split(b"\r\n") == [b"RCPT TO:<ada@customer.example>", b"DATA", b""]
        await relay.close()


async def test_a_recipient_that_is_refused_keeps_the_connection_where_data_is_refused_too() -> None:
    script = Script({"RCPT": ["250 ok", "550 no", "250 ok"], "DATA": ["354 go on", "503 no", "354 go on"]}, PIPELINING)
    async with serving(script):
        relay = relay_to(script)
        answers = [await relay.send(a_mail(n), always) for n in range(3)]
        await relay.close()
    assert [a.delivery for a in answers] == [Delivery.ACCEPTED, Delivery.REFUSED, Delivery.ACCEPTED]
    assert script.connections == 1
    assert len(script.contents) == 2


async def test_a_server_that_wants_content_for_a_refused_recipient_gets_none() -> None:
    script = Script({"RCPT": ["550 no", "250 ok"]}, PIPELINING)
    async with serving(script):
        relay = relay_to(script)
        answers = [await relay.send(a_mail(n), always) for n in range(2)]
        await relay.close()
    assert [a.delivery for a in answers] == [Delivery.REFUSED, Delivery.ACCEPTED]
    assert script.connections == 2
    assert len(script.contents) == 1


@pytest.mark.parametrize("stale", [CLOSE, "421 idle too long"])
async def test_a_stale_connection_costs_no_attempt_when_all_is_said_at_once(stale: str) -> None:
    script = Script({"MAIL": ["250 ok", stale, "250 ok"]}, PIPELINING)
    async with serving(script):
        relay = relay_to(script)
        answers = [await relay.send(a_mail(n), always) for n in range(2)]
        await relay.close()
    assert [a.delivery for a in answers] == [Delivery.ACCEPTED, Delivery.ACCEPTED]
    assert script.connections == 2


async def test_a_reply_that_nobody_asked_for_ends_the_connection() -> None:
    script = Script({".": ["250 kept\r\n250 and again", "250 kept"]})
    async with serving(script):
        relay = relay_to(script)
        answers = [await relay.send(a_mail(n), always) for n in range(2)]
        await relay.close()
    assert [a.delivery for a in answers] == [Delivery.ACCEPTED, Delivery.ACCEPTED]
    assert script.connections == 2


@pytest.mark.parametrize("octets", [100, SMALL, 4 * SMALL])
async def test_a_content_of_any_size_arrives_whole(octets: int) -> None:
    script = Script(ehlo=PIPELINING)
    raw = RAW + b"x" * 70 + b"\r\n" + b"line\r\n" * (octets // 6)
    assert (await sent(script, a_mail(raw=raw))).delivery is Delivery.ACCEPTED
    assert [content.replace(b"\r\n..", b"\r\n.") for content in script.contents] == [raw]


# --- connections -----------------------------------------------------------------------------------------------------


async def test_a_connection_is_kept_alive_and_used_again() -> None:
    script = Script({"RCPT": ["250 ok", "550 no", "250 ok"]})
    async with serving(script):
        relay = relay_to(script)
        answers = [await relay.send(a_mail(n), always) for n in range(3)]
        await relay.close()
    assert [a.delivery for a in answers] == [Delivery.ACCEPTED, Delivery.REFUSED, Delivery.ACCEPTED]
    assert script.connections == 1
    assert "RSET" in script.commands


async def test_no_more_connections_than_allowed() -> None:
    script = Script()
    async with serving(script):
        relay = relay_to(script, connections=3)
        answers = await asyncio.gather(*(relay.send(a_mail(n), always) for n in range(40)))
        await relay.close()
    assert {a.delivery for a in answers} == {Delivery.ACCEPTED}
    assert len(script.contents) == 40
    assert script.most_open <= 3


@pytest.mark.parametrize("stale", [CLOSE, "421 idle too long"])
async def test_a_kept_connection_that_went_stale_costs_no_attempt(stale: str) -> None:
    script = Script({"MAIL": ["250 ok", stale, "250 ok"]})
    async with serving(script):
        relay = relay_to(script)
        answers = [await relay.send(a_mail(n), always) for n in range(2)]
        await relay.close()
    assert [a.delivery for a in answers] == [Delivery.ACCEPTED, Delivery.ACCEPTED]
    assert script.connections == 2


async def test_a_connection_is_not_used_again_after_lying_idle() -> None:
    script = Script()
    async with serving(script):
        relay = relay_to(script, Waits(idle=0.0))
        for n in range(2):
            await relay.send(a_mail(n), always)
        await relay.close()
    assert script.connections == 2


async def test_a_connection_is_changed_after_a_hundred_mails() -> None:
    script = Script()
    async with serving(script):
        relay = relay_to(script)
        for n in range(101):
            await relay.send(a_mail(n), always)
        await relay.close()
    assert script.connections == 2


async def test_what_a_dead_line_did_not_take_never_arrives_once_it_was_given_up() -> None:
    script = Script(ehlo=("250-scripted", "250 8BITMIME"))
    async with serving(script), way_to(script.port) as way:
        relay = relay_to(script, port=way.port)

        async def dying() -> bool:
            way.die()
            return True

        answer = await relay.send(a_mail(raw=b"X: y\r\n\r\n" + (b"x" * 900 + b"\r\n") * 33_000), dying)
        assert answer == Answer(Delivery.UNCLEAR, "no answer to the final dot: no reply in time")
        way.revive()
        async with asyncio.timeout(10):
            while way.open:
                await asyncio.sleep(0.01)
        assert script.contents == []
        await relay.close()


async def test_a_kept_line_that_goes_dead_costs_its_time_and_no_attempt() -> None:
    script = Script()
    async with serving(script), way_to(script.port) as way:
        relay = relay_to(script, port=way.port)
        assert (await relay.send(a_mail(), always)).delivery is Delivery.ACCEPTED
        way.die()
        way.replace()
        assert (await relay.send(a_mail(2), always)).delivery is Delivery.ACCEPTED
        await relay.close()
    assert len(script.contents) == 2
    assert way.connections == 2
