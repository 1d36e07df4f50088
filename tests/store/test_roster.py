"""What was said of the rota and the turns that were served come back as they were kept."""

from dataclasses import replace

from store.model.shift import Change, Override, Part, Shift
from store.store import Store

AWAY = Override(Change.AWAY, "", "ann", 1000.0, 2000.0, "ann", 500.0)
SWAP = Override(Change.SWAP, "duty", "ann", 1000.0, 2000.0, "bob", 600.0, "bob", (3000.0, 4000.0))
SHIFT = Shift("duty", 1000.0, 2000.0, "ann", Part.DUTY, "ann", 1000.0)


async def test_overrides_come_back_in_the_order_in_which_they_were_said(store: Store) -> None:
    rows = [await store.override(AWAY), await store.override(SWAP)]
    assert await store.overrides() == (replace(AWAY, id=rows[0]), replace(SWAP, id=rows[1]))


async def test_an_override_is_taken_back_by_another_row_and_stays_itself(store: Store) -> None:
    row = await store.override(AWAY)
    back = Override(Change.TAKEN_BACK, "", "ann", 1000.0, 2000.0, "ann", 700.0, takes_back=row)
    await store.override(back)
    kept, taken = await store.overrides()
    assert kept == replace(AWAY, id=row)
    assert taken.takes_back == row


async def test_a_turn_is_recorded_once_however_often_it_ends(store: Store) -> None:
    shadow = replace(SHIFT, person="bob", part=Part.SHADOW, planned="bob")
    await store.record_turn((SHIFT, shadow))
    await store.record_turn((replace(SHIFT, person="cy"),))
    assert await store.turns_served() == (SHIFT, shadow)


async def test_whatever_is_new_shows(store: Store) -> None:
    seen = {await store.latest_of_roster()}
    await store.override(AWAY)
    seen.add(await store.latest_of_roster())
    await store.record_turn((SHIFT,))
    seen.add(await store.latest_of_roster())
    assert len(seen) == 3
    assert await store.latest_of_roster() in seen
