"""The door's conversation: what it offers, in which order it obeys, and whose mail it takes."""

import asyncio
import smtplib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.core.settings import Desk
from store.model.message import Door
from tests.edge.doorstep import BEGIN, DESK, HEAD, Caller, House, on_both_loops, open_house


async def greeted(house: House) -> Caller:
    caller = await house.call()
    await caller.say(b"EHLO c.test")
    return caller


async def answer_to_recipient(path: str, desk: Desk = DESK) -> tuple[str, House]:
    async with open_house(desk=desk) as house:
        caller = await house.call(greet=False)
        await caller.hear()
        await caller.say(b"EHLO c.test", b"MAIL FROM:<a@b.test> SMTPUTF8")
        answer = await caller.say(f"RCPT TO:{path}".encode())
        await caller.say(b"DATA", HEAD + b".")
        await caller.hang_up()
        return answer, house


@on_both_loops
async def test_a_mail_from_the_standard_library_arrives_with_its_envelope() -> None:
    def send(port: int) -> None:
        with smtplib.SMTP("127.0.0.1", port) as client:
            client.sendmail("Cust@Customer.Test", ["support@HD.test", "sales@hd.test"], b"Subject: x\r\n\r\n.dot\r\n")

    async with open_house() as house:
        await asyncio.to_thread(send, house.listener.port)
    ((raw, envelope),) = house.kept
    assert raw == b"Subject: x\r\n\r\n.dot\r\n"
    assert envelope.mail_from == "Cust@customer.test"
    assert envelope.rcpt_to == ("support@hd.test", "sales@hd.test")
    assert (envelope.peer, envelope.door) == ("127.0.0.1", Door.SMTP)


@on_both_loops
async def test_the_greeting_lists_what_is_offered_and_nothing_else() -> None:
    async with open_house(max_bytes=65536) as house:
        caller = await house.call()
        caller.writer.write(b"EHLO c.test\r\n")
        offered = [line[4:] for line in await caller.hear()]
        await caller.hang_up()
    limits = ["SIZE 65536", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES", "LIMITS RCPTMAX=100"]
    assert offered == ["hd.test", "PIPELINING", *limits, "HELP"]


async def test_the_answer_after_the_dot_names_the_receipt() -> None:
    async with open_house() as house:
        caller = await greeted(house)
        assert await caller.send(HEAD + b"x") == "250 2.0.0 Kept as a1b2c3"
        await caller.hang_up()


async def test_a_pipelined_group_is_answered_in_order() -> None:
    async with open_house() as house:
        caller = await house.call()
        heard = await caller.pour(BEGIN + b"DATA\r\n" + HEAD + b"x\r\n.\r\nNOOP\r\nQUIT\r\n")
    assert [line[:3] for line in heard] == ["250", "250", "250", "354", "250", "250", "221"]
    assert house.kept[0][0] == HEAD + b"x\r\n"


async def test_many_mails_travel_on_one_connection() -> None:
    async with open_house() as house:
        caller = await greeted(house)
        for number in range(150):
            assert (await caller.send(HEAD + b"%d" % number)).startswith("250")
        await caller.hang_up()
    assert [raw for raw, _ in house.kept] == [HEAD + b"%d\r\n" % number for number in range(150)]


@pytest.mark.parametrize(
    ("commands", "answer"),
    [
        ([b"MAIL FROM:<a@b.test>"], "503 5.5.1"),
        ([b"EHLO"], "501 5.5.4"),
        ([b"EHLO c", b"RCPT TO:<support@hd.test>"], "503 5.5.1"),
        ([b"EHLO c", b"DATA"], "503 5.5.1"),
        ([b"EHLO c", b"MAIL FROM:<a@b.test>", b"DATA"], "503 5.5.1"),
        ([b"EHLO c", b"MAIL FROM:<a@b.test>", b"MAIL FROM:<a@b.test>"], "503 5.5.1"),
        ([b"EHLO c", b"MAIL FROM:<a@b.test>", b"RSET", b"RCPT TO:<support@hd.test>"], "503 5.5.1"),
        ([b"EHLO c", b"MAIL FROM:<a@b.test>", b"EHLO c", b"MAIL FROM:<a@b.test>"], "250 2.1.0"),
        ([b"HELO c", b"MAIL FROM:<a@b.test>"], "250 2.1.0"),
        ([b"HELO c", b"MAIL FROM:<a@b.test> SIZE=10"], "555 5.5.4"),
        ([b"EHLO c", b"mail from: <a@b.test> size=10 body=8bitmime"], "250 2.1.0"),
        ([b"EHLO c", b"MAIL FROM:<a@b.test> BODY=BINARYMIME"], "555 5.5.4"),
        ([b"EHLO c", b"MAIL FROM:<a@b.test> AUTH=<>"], "555 5.5.4"),
        ([b"EHLO c", b"MAIL FROM:<a@b.test> SIZE=99999999999"], "552 5.3.4"),
        ([b"EHLO c", b"MAIL FROM:a@b.test"], "553 5.1.7"),
        ([b"EHLO c", b"MAIL <a@b.test>"], "501 5.5.4"),
        ([b"EHLO c", b"MAIL FROM:<@relay.test:a@b.test>"], "553 5.1.7"),
        ([b"EHLO c", b"MAIL FROM:<a b@c.test>"], "553 5.1.7"),
        ([b"EHLO c", "MAIL FROM:<jörg@käse.test>".encode()], "553 5.6.7"),
        ([b"EHLO c", "MAIL FROM:<jörg@käse.test> SMTPUTF8".encode()], "250 2.1.0"),
        ([b"EHLO c", b"MAIL FROM:<j\xf6rg@k.test> SMTPUTF8"], "500 5.5.2"),
        ([b"EHLO c", b"VRFY support"], "252 2.1.5"),
        ([b"EHLO c", b"VRFY nobody"], "252 2.1.5"),
        ([b"EHLO c", b"EXPN list"], "502 5.5.1"),
        ([b"EHLO c", b"AUTH PLAIN AGEAYg=="], "502 5.5.1"),
        ([b"EHLO c", b"STARTTLS"], "502 5.5.1"),
        ([b"EHLO c", b"LHLO c"], "500 5.5.1"),
        ([b"EHLO c", b"XCLIENT ADDR=1.2.3.4"], "500 5.5.1"),
        ([b"EHLO c", b""], "500 5.5.1"),
        ([b"EHLO c", b"NOOP\0"], "500 5.5.2"),
        ([b"EHLO c", b"NOOP\rQUIT"], "500 5.5.2"),
        ([b"HELP"], "214 2.0.0"),
        ([b"QUIT now"], "501 5.5.4"),
        ([b"QUIT"], "221 2.0.0"),
    ],
)
async def test_each_command_has_its_answer(commands: list[bytes], answer: str) -> None:
    async with open_house() as house:
        caller = await house.call()
        assert (await caller.say(*commands)).startswith(answer)
        await caller.hang_up()


async def test_a_command_that_ends_in_a_bare_line_feed_is_no_command() -> None:
    async with open_house() as house:
        caller = await house.call()
        heard = await caller.pour(b"EHLO c.test\nMAIL FROM:<a@b.test>\nQUIT\r\n")
    assert [line[:9] for line in heard] == ["500 5.5.2", "500 5.5.2", "221 2.0.0"]


@pytest.mark.parametrize(
    ("given_sender", "kept"),
    [
        (b"<>", ""),
        (b'<"john doe"@Customer.Test>', '"john doe"@customer.test'),
        (b"<;touch${IFS}/tmp/pwn;>", ";touch${IFS}/tmp/pwn;"),
        (b"<postmaster>", "postmaster"),
        (b"<bounces+user=hd.test=x@" + b"list." * 20 + b"test>", "bounces+user=hd.test=x@" + "list." * 20 + "test"),
    ],
)
async def test_a_report_is_taken_from_a_sender_nobody_can_answer(given_sender: bytes, kept: str) -> None:
    async with open_house() as house:
        caller = await greeted(house)
        await caller.say(b"MAIL FROM:" + given_sender, b"RCPT TO:<support@hd.test>", b"DATA")
        assert (await caller.say(HEAD + b".")).startswith("250")
        await caller.hang_up()
    assert house.kept[0][1].mail_from == kept


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("<support@hd.test>", "support@hd.test"),
        ("<SUPPORT@HD.TEST>", "SUPPORT@hd.test"),
        ("<help@other.test>", "help@other.test"),
        ("<support+anything@hd.test>", "support+anything@hd.test"),
        ("<Support+c1MARK.x=y@Hd.Test>", "Support+c1MARK.x=y@hd.test"),
        ("<support+t1-0000000000000000@hd.test>", "support+t1-0000000000000000@hd.test"),
        ("<help+wrong+again@other.test>", "help+wrong+again@other.test"),
        ("<postmaster>", "postmaster@hd.test"),
        ("<PostMaster>", "postmaster@hd.test"),
        ("<postmaster@other.test>", "postmaster@other.test"),
    ],
)
async def test_the_desks_own_addresses_are_taken_with_any_tag(path: str, kept: str) -> None:
    answer, house = await answer_to_recipient(path)
    assert answer == "250 2.1.5 Recipient OK"
    assert house.kept[0][1].rcpt_to == (kept,)


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("<nobody@hd.test>", "550 5.1.1"),
        ("<supporter@hd.test>", "550 5.1.1"),
        ("<support-x@hd.test>", "550 5.1.1"),
        ("<support@other.test>", "550 5.1.1"),
        ("<support@sub.hd.test>", "550 5.1.1"),
        ("<postmaster@elsewhere.test>", "550 5.1.1"),
        ("<victim@victim.test>", "550 5.1.1"),
        ('<"victim@victim.test"@hd.test>', "553 5.1.3"),
        ('<"support"@hd.test>', "553 5.1.3"),
        ("<victim%victim.test@hd.test>", "553 5.1.3"),
        ("<victim.test!support@hd.test>", "553 5.1.3"),
        ("<support+x%victim.test@hd.test>", "553 5.1.3"),
        ("<support+a@victim.test@hd.test>", "553 5.1.3"),
        ("<@hd.test:support@hd.test>", "553 5.1.3"),
        ("<support+a..b@hd.test>", "553 5.1.3"),
        ("<support>", "553 5.1.3"),
        ("<>", "553 5.1.3"),
        ("support@hd.test", "553 5.1.3"),
        ("<support@hd.test> NOTIFY=NEVER", "555 5.5.4"),
    ],
)
async def test_other_addresses_and_relay_tricks_are_refused(path: str, answer: str) -> None:
    heard, house = await answer_to_recipient(path)
    assert heard.startswith(answer)
    assert not house.kept


async def test_a_desk_whose_own_address_has_the_tag_sign_in_it_is_reached() -> None:
    answer, _ = await answer_to_recipient("<help+desk@hd.test>", Desk(address="help+desk@hd.test"))
    assert answer.startswith("250")


async def test_a_right_tag_and_a_wrong_one_cannot_be_told_apart() -> None:
    answers = {(await answer_to_recipient(f"<support+{tag}@hd.test>"))[0] for tag in ("c1right", "wrong", "x" * 40)}
    assert len(answers) == 1


async def test_the_hundred_and_first_recipient_is_put_off_and_the_rest_delivered() -> None:
    async with open_house() as house:
        caller = await greeted(house)
        await caller.say(b"MAIL FROM:<a@b.test>")
        heard = [await caller.say(b"RCPT TO:<support+%d@hd.test>" % number) for number in range(102)]
        await caller.say(b"DATA", HEAD + b".")
        await caller.hang_up()
    assert [line[:3] for line in heard] == ["250"] * 100 + ["452"] * 2
    assert len(house.kept[0][1].rcpt_to) == 100


GREETINGS = (b"EHLO c", b"HELO c", b"LHLO c", b"EHLO", b"STARTTLS", b"AUTH PLAIN", b"QUIT")
TRANSACTION = (b"MAIL FROM:<a@b.test>", b"MAIL FROM:<>", b"MAIL", b"RCPT TO:<support@hd.test>", b"RCPT TO:<x@y.test>")
TEXT = (b"DATA", b"DATA x", b".", b"From: x", b"BDAT 3 LAST", b"RSET", b"RCPT")
IDLE = (b"NOOP", b"HELP", b"VRFY a", b"EXPN a", b"", b" ", b"\xff", b"x" * 5000)
WORDS = st.sampled_from((*GREETINGS, *TRANSACTION, *TEXT, *IDLE))


@settings(max_examples=60, deadline=None)
@given(said=st.lists(st.one_of(WORDS, st.binary(max_size=40)), max_size=30), ends=st.sampled_from([b"\r\n", b"\n"]))
def test_commands_in_any_order_get_answers_and_crash_nothing(said: list[bytes], ends: bytes) -> None:
    async def scene() -> None:
        async with open_house(idle_seconds=5) as house:
            caller = await house.call()
            heard = await caller.pour(ends.join([*said, b""]) + b"\r\n.\r\nQUIT\r\n", end=True)
            assert all(line[:3].isdigit() and not line.startswith("451") for line in heard)
            honest = await greeted(house)
            assert (await honest.send(HEAD)).startswith("250")
            await honest.hang_up()

    asyncio.run(scene())
