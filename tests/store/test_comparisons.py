"""What comparing a mailbox with the store came to is kept, the last of each mailbox."""

from store.model.mailbox import Comparison, Difference, Letter
from store.model.message import Door, Envelope
from store.store import Store
from tests.store.specimens import NOW, raw


async def test_the_last_comparison_of_each_mailbox_is_kept(store: Store) -> None:
    every = tuple((what, number) for number, what in enumerate(Difference, 1))
    first, other = Comparison("a@x:993", NOW, 9, 3, every), Comparison("b@x:993", NOW, 0, 0, ())
    for one in (first, other):
        await store.keep_comparison(one)
    assert await store.comparisons() == (first, other)
    assert (await store.day(NOW, NOW + 1, NOW, 10)).compared == (first, other)
    later = Comparison("a@x:993", NOW + 86400, 9, 8, ((Difference.LOST, 1),))
    await store.keep_comparison(later)
    assert await store.comparisons() == (later, other)


async def test_the_store_says_of_a_message_whether_it_is_its_own(store: Store) -> None:
    await store.keep(raw("one"), Envelope("", (), door=Door.IMAP), NOW)
    one, two = await store.letters([raw("one"), raw("two")])
    assert (one.stored, two.stored) == (True, False)
    assert isinstance(one, Letter)
    assert one.message_id != two.message_id
