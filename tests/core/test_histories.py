"""Whatever customers, members and time do in whatever order: the laws of the desk hold after every step."""

import os
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import select

from daemon.core.commands.grammar import GRAMMAR, Verb
from store.model.ticket import Kind, State, Ticket
from store.schema import event
from tests.core.command.tickets import LIVES
from tests.core.desk_at_once import Got, open_desk

HISTORIES = int(os.environ.get("TRIAGED_HISTORIES", "40"))  # 10,000 take some minutes
TEAM = ("bob@team.test", "ann@team.test")
CUSTOMERS = ("cust@customer.test", "dora@client.test", "eve@third.test")
REQUESTS = (
    "The login shows an error since today, nobody can log in and we cannot work.",
    "Please add a dark mode.", "How do I export a list?", "There is an error when I print.", "Hello.",
    "Die Anmeldung ist kaputt, seit heute kann sich niemand mehr anmelden.",
)  # fmt: skip
FILLED = {
    Verb.DUP: ("dup 1", "dup 2"), Verb.JOIN: ("join 1", "join 2", "join 3"), Verb.GIVE: ("give ann", "give bob"),
    Verb.SNOOZE: ("snooze 3d",), Verb.AREA: ("area login",), Verb.MOVE: ("move core",), Verb.BUG: ("bug", "bug p1"),
    Verb.SCHEDULE: ("schedule", "schedule next"), Verb.SWAP: ("swap ann",), Verb.AWAY: ("away tomorrow",),
    Verb.SHADOW: ("shadow ann",), Verb.NOTE: ("note: {}",), Verb.REPLY: ("reply: {}",), Verb.ASK: ("ask", "ask: {}"),
    Verb.DONE: ("done", "done: {}"), Verb.LIMITATION: ("limitation", "limitation: {}"),
    Verb.CONFIG: ("config", "config: {}"),
}  # fmt: skip
WORDS = tuple(form for row in GRAMMAR for form in FILLED.get(row.verb, (row.verb.value,)))
SEVERAL = ("mine\np1", "bug p1\ninject", "p0\ndone", "dup 1\nreply: {}", "bugg", "I think so.", "mine\nsplit")
LETTERS = ("reply:", "ask", "done")  # the text below them is a letter too
ONE_READER = ("reply:", "ask")
ASIDE = {"version", "links", "first_automatic_at", "first_human_at", "heard"}  # a link to what was withdrawn stays


def mail(number: int, sender: str, text: str) -> bytes:
    domain = sender.rpartition("@")[2]
    lines = (
        f"Authentication-Results: mx.hd.test; dkim=pass header.d={domain}; dmarc=pass header.from={domain}",
        f"From: <{sender}>",
        "To: support@hd.test",
        f"Subject: Subject xs{number}xs",
        f"Message-ID: <r{number}@{domain}>",
        "",
        text.replace("\n", "\r\n"),
        "",
    )
    return "\r\n".join(lines).encode()


class Histories(RuleBasedStateMachine):
    """Mails, words and hours in a random order."""

    @initialize()
    def open(self) -> None:
        self.desk = open_desk()
        self.number = 0
        self.readers: dict[str, set[str]] = {}  # a word that stands in one text only, and the customers who may read it
        self.noted: dict[str, list[str]] = {member: [] for member in TEAM}
        self.events: list[tuple[Any, ...]] = []
        self.author: dict[int, str] = {}  # of each card, the customer who is answered by what is said to it
        self._write(CUSTOMERS[0], REQUESTS[0], "support@hd.test")

    def teardown(self) -> None:
        if hasattr(self, "desk"):
            self.desk.close()

    @rule(who=st.sampled_from(CUSTOMERS), text=st.sampled_from(REQUESTS))
    def write(self, who: str, text: str) -> None:
        self._write(who, text, "support@hd.test")

    @precondition(lambda self: any(one.to in CUSTOMERS for one in self.desk.got))
    @rule(data=st.data(), text=st.sampled_from(REQUESTS))
    def answer(self, data: st.DataObject, text: str) -> None:
        one = data.draw(st.sampled_from([one for one in self.desk.got if one.to in CUSTOMERS]))
        who = data.draw(st.sampled_from([one.to, one.to, *CUSTOMERS]))
        self._write(who, text, one.reply_to)

    @precondition(lambda self: self._cards())
    @rule(data=st.data(), word=st.sampled_from((*WORDS, *SEVERAL)))
    def say(self, data: st.DataObject, word: str) -> None:
        self._say(data.draw(st.sampled_from(self._cards())), word)

    @precondition(lambda self: self._cards())
    @rule(data=st.data(), word=st.sampled_from(WORDS))
    def say_and_take_back(self, data: st.DataObject, word: str) -> None:
        """What a word changed is as it was, once it is taken back; where that is refused, all stays as it is."""
        card = data.draw(st.sampled_from(self._cards()))
        before = self._tickets()
        answers = self._say(card, word)
        between = self._tickets()
        if not answers or between == before or word == "undo":
            return
        (taken,) = self._say(answers[0], "undo") or (answers[0],)
        after = self._tickets()
        if "nothing changed" in taken.message.subject:
            assert after == between, (word, taken.message.subject)
            return
        assert "taken back" in taken.message.subject, (word, taken.message.subject)
        for number, ticket in before.items():
            assert _value(after[number]) == _value(ticket), (word, number)
        assert all(after[new].resolution == "withdrawn" for new in after.keys() - before.keys()), word

    @rule(seconds=st.sampled_from([timedelta(minutes=2), timedelta(minutes=20), timedelta(hours=9), timedelta(days=3)]))
    def wait(self, seconds: timedelta) -> None:
        self.desk.wait(seconds.total_seconds())

    @invariant()
    def nobody_reads_what_is_not_theirs(self) -> None:
        for one in self._new():
            if one.to in CUSTOMERS:
                read = f"{one.message.subject}\n{one.message.text}\n{one.raw.decode('utf-8', 'replace')}"
                seen = {word for word, readers in self.readers.items() if word in read and one.to not in readers}
                assert not seen, (seen, one.kind, one.to, read)

    @invariant()
    def nothing_is_ever_taken_out_of_the_history(self) -> None:
        if hasattr(self, "desk"):
            with self.desk.engine.begin() as connection:
                now = [tuple(row) for row in connection.execute(select(event).order_by(event.c.id))]
            assert now[: len(self.events)] == self.events
            self.events = now

    @invariant()
    def every_ticket_is_in_a_state_of_its_kind(self) -> None:
        for ticket in self._tickets().values():
            assert ticket.state in LIVES[ticket.kind] or ticket.state is State.PAGED, ticket
            assert ticket.kind is not Kind.REPORT or ticket.state is not State.DONE, ticket
            assert ticket.joined is None or ticket.state is State.CLOSED, ticket

    # --- how it is done ----------------------------------------------------------------------------------------------

    def _write(self, who: str, text: str, to: str) -> None:
        self.number += 1
        for word in (f"xq{self.number}xq", f"xs{self.number}xs"):
            self.readers[word] = {who}
        before = len(self.desk.got)
        self.desk.send(mail(self.number, who, f"{text}\n\nxq{self.number}xq"), who, to)
        for place in range(before, len(self.desk.got)):
            self.author[place] = who

    def _say(self, card: Got, word: str) -> list[Got]:
        self.number += 1
        secret = f"xq{self.number}xq"
        outward = ("{}" in word and not word.startswith("note")) or word.startswith(LETTERS)
        self.readers[secret] = set(CUSTOMERS) if outward else set()
        self.readers[f"xs{self.number}xs"] = set()
        if word.startswith(ONE_READER):
            self.readers[secret] = self._asked(card)
        text = word.format(secret) if "{}" in word else f"{word}\n\n{secret}" if word != "send" else word
        before = self._tickets()
        left = self.desk.send(mail(self.number, card.to, text), card.to, card.reply_to)
        answers = [one for one in left if one.kind == "result" and one.to == card.to]
        if answers and "nothing changed" in answers[0].message.subject:
            assert self._tickets() == before, (word, answers[0].message.subject)
        if word == "send":  # it sends the last note, whichever that is
            for noted in self.noted[card.to]:
                self.readers[noted] = set(CUSTOMERS)
        else:
            self.noted[card.to].append(secret)
        return answers

    def _asked(self, card: Got) -> set[str]:
        """Return who may read an answer to a card: who wrote what it tells of, else a reporter of its ticket."""
        place = next(n for n, one in enumerate(self.desk.got) if one is card)
        if place in self.author:
            reporter = self._tickets()[card.ticket].reporter if card.ticket else ""
            return {self.author[place], reporter} if card.kind == "card" else {self.author[place]}
        return {self._tickets()[card.ticket].reporter} if card.ticket else set()

    def _cards(self) -> list[Got]:
        return [one for one in self.desk.got if one.to in TEAM and one.kind in ("card", "result")]

    def _tickets(self) -> dict[int, Ticket]:
        if not hasattr(self, "desk"):
            return {}
        store = self.desk.store
        return {one.number: one for one in self.desk._loop.run_until_complete(store.tickets(True))}

    def _new(self) -> list[Got]:
        seen = getattr(self, "seen", 0)
        got = self.desk.got if hasattr(self, "desk") else []
        self.seen = len(got)
        return got[seen:]


def _value(ticket: Ticket) -> dict[str, Any]:
    return {name: getattr(ticket, name) for name in Ticket.__dataclass_fields__ if name not in ASIDE}


TestHistories = Histories.TestCase
TestHistories.settings = settings(
    max_examples=HISTORIES,
    stateful_step_count=12,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=HISTORIES == 40,
)
