"""What is said of the rota reaches the desk at work: the next card goes to whoever has the turn now."""

import time
from pathlib import Path

from daemon.journey import remember
from store.model.shift import Change, Override
from tests.desk import desk_at

EMERGENCY = (
    b"From: cust@customer.test\r\nTo: support@hd.test\r\nSubject: Login\r\nMessage-ID: <%d@customer.test>\r\n\r\n"
    b"Since this morning nobody can log in, Error 500. It worked yesterday.\r\n"
)


async def test_a_card_goes_to_who_took_over_and_no_card_ever_goes_to_somebody_off_duty(tmp_path: Path) -> None:
    async with desk_at(tmp_path) as desk:
        first = await desk.send(EMERGENCY % 1, "cust@customer.test", "support@hd.test")
        now = time.time()
        takes_over = Override(Change.COVER, "duty", "ann", now - 3600, now + 3600, "ann", now)
        await desk.running.house.store.override(takes_over)
        await remember(desk.running.house)
        second = await desk.send(EMERGENCY % 2, "cust@customer.test", "support@hd.test")
        assert [mail.to for mail in first if mail.kind == "card"] == ["bob@team.test"]
        assert [mail.to for mail in second if mail.kind == "card"] == ["ann@team.test"]
        assert (await desk.quiet()).interruptions_off_duty == 0
