"""A real Postfix before the LMTP door: every mail arrives once, each recipient has its answer, none is sent again."""

import asyncio

from daemon.core.settings import Desk
from tests.edge.doorstep import open_house
from tests.edge.postfix import NEEDS_POSTFIX, SOURCE, postfix, run

pytestmark = NEEDS_POSTFIX
MAILS = 60
SENT = "status=sent (250 2.0.0 Kept as a1b2c3)"
DESK = Desk(address="sales@hd.test", aliases=("2sales@hd.test",))


async def test_mails_to_three_recipients_arrive_once_and_are_answered_for_each() -> None:
    async with (
        open_house(protocol="lmtp", desk=DESK, before=lambda: asyncio.sleep(0.002)) as house,
        postfix(house.listener.port) as (front, log),
    ):
        # smtp-source writes a number before all but the first recipient: sales, 2sales, 3sales
        sender = ("-f", "cust@customer.test", "-t", "sales@hd.test", f"127.0.0.1:{front}")
        async with asyncio.timeout(20):
            while not log.exists() or "daemon started" not in log.read_text("utf-8"):
                await asyncio.sleep(0.05)
        await run(str(SOURCE), "-s", "5", "-m", str(MAILS), "-r", "3", "-l", "3000", *sender)
        async with asyncio.timeout(40):
            while log.read_text("utf-8").count(SENT) < 2 * MAILS or len(house.kept) < MAILS:
                await asyncio.sleep(0.1)
        said = log.read_text("utf-8")
    assert len(house.kept) == MAILS
    assert said.count(SENT) == 2 * MAILS
    assert said.count("(host 127.0.0.1[127.0.0.1] said: 550 5.1.1 No such mailbox here") == MAILS
    assert "may be sent more than once" not in said
