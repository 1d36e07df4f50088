"""The words of the desk: one ordered table that is read, permits, and writes its own help."""

from dataclasses import dataclass
from enum import Enum, StrEnum, auto

from daemon.core.commands.arguments import Slot


class Verb(StrEnum):
    """The first word of a command, by its one canonical spelling."""

    YES = "yes"
    NO = "no"
    MINE = "mine"
    NOT_EMERGENCY = "not emergency"
    BUG = "bug"
    LIMITATION = "limitation"
    CONFIG = "config"
    DUP = "dup"
    INJECT = "inject"
    SCHEDULE = "schedule"
    DONE = "done"
    REOPEN = "reopen"
    UP = "up"
    DOWN = "down"
    REPLY = "reply"
    ASK = "ask"
    EMERGENCY = "emergency"
    FEATURE = "feature"
    QUESTION = "question"
    PROBLEM = "problem"
    P0 = "p0"
    P1 = "p1"
    P2 = "p2"
    P3 = "p3"
    GIVE = "give"
    SNOOZE = "snooze"
    MOVE = "move"
    AREA = "area"
    SEND = "send"
    JOIN = "join"
    SPLIT = "split"
    ADMIT = "admit"
    NOTE = "note"
    UNDO = "undo"
    DUTY = "duty"
    SWAP = "swap"
    COVER = "cover"
    AWAY = "away"
    SHADOW = "shadow"
    WHY = "why"
    STATUS = "status"
    WHO = "who"
    LIST = "list"
    HELP = "help"


class Text(Enum):
    """What becomes of the words behind a command."""

    NOTE = auto()  # for the team
    LETTER = auto()  # for the reporter
    LETTER_AFTER_COLON = auto()  # for the reporter where the colon says so, else for the team
    NONE = auto()  # it takes none: `status: still open` is prose


class Aspect(Enum):
    """The one thing that a command settles; two commands of one mail that settle the same contradict each other."""

    VERDICT = auto()
    OUTCOME = auto()
    PLAN = auto()
    PRIORITY = auto()
    OWNER = auto()
    LEVEL = auto()
    AREA = auto()
    PAUSE = auto()
    SHIFT = auto()
    EVERYTHING = auto()  # goes with nothing else


class For(Enum):
    """Who may say it: the level of a member matters only where the L1 gate is on."""

    ALL = auto()
    L1 = auto()
    L2 = auto()


@dataclass(frozen=True, slots=True)
class Row:
    """One word of the grammar."""

    verb: Verb
    help: str  # one line, for a tired person
    aliases: tuple[str, ...] = ()
    slots: tuple[Slot, ...] = ()
    needs: int = 0  # how many of the slots must be filled, from the left
    text: Text = Text.NOTE
    colon: bool = False  # the colon must be written: nothing leaves the house by a slip
    text_needed: bool = False
    outward: bool = False  # its words leave the house; it is never guessed
    settles: Aspect | None = None
    about_ticket: bool = True
    allowed: For = For.ALL
    question: bool = False  # changes nothing
    listed: bool = True  # stands in the help
    usage: str = ""  # how the help writes it, where that is not verb and slots

    @property
    def words(self) -> tuple[str, ...]:
        """Every spelling, the canonical one first."""
        return (self.verb.value, *self.aliases)

    @property
    def form(self) -> str:
        """How it is written, such as `bug [p0-p3]`."""
        if self.usage:
            return self.usage
        slots = (slot if n < self.needs else f"[{slot}]" for n, slot in enumerate(self.slots))
        return " ".join((self.verb, *slots))


V, A, T = Verb, Aspect, Text
GRAMMAR: tuple[Row, ...] = (
    # The order is the help's: what fits the moment stands first.
    Row(V.YES, "somebody is stopped: it is an emergency, and it is yours", settles=A.VERDICT),
    Row(V.NO, "nobody is stopped: it can wait and goes the usual way", settles=A.VERDICT),
    Row(V.MINE, "you have it, nobody else is called", ("m", "take", "ack"), settles=A.OWNER),
    Row(
        V.NOT_EMERGENCY, "it can wait and goes the usual way", ("not an emergency", "no emergency"),
        settles=A.VERDICT,
    ),
    Row(V.BUG, "a defect: closes the report, opens a bug", slots=(Slot.PRIORITY,), settles=A.OUTCOME),
    Row(V.LIMITATION, "it was built so: tells the reporter, and product", settles=A.OUTCOME, text=T.LETTER_AFTER_COLON),
    Row(V.CONFIG, "a matter of settings: the reporter gets the answer", settles=A.OUTCOME, text=T.LETTER_AFTER_COLON),
    Row(V.DUP, "the same as ticket N: hears what that one hears", slots=(Slot.NUMBER,), needs=1, settles=A.OUTCOME),
    Row(V.INJECT, "into the current sprint (P0 and P1 only)", settles=A.PLAN),
    Row(V.SCHEDULE, "into a later sprint, or for a day", slots=(Slot.PLAN,), settles=A.PLAN),
    Row(
        V.DONE, "finished: the reporters are told", ("close", "fixed"),
        text=T.LETTER, outward=True, settles=A.OUTCOME, usage="done [: …]",
    ),
    Row(V.REOPEN, "it is not finished after all", settles=A.OUTCOME),
    Row(
        V.UP, "to the developers (level 2)",
        slots=(Slot.ANYWAY,), settles=A.LEVEL, allowed=For.L1, usage="up [anyway] [: reason]",
    ),
    Row(V.DOWN, "back to support (level 1)", settles=A.LEVEL, allowed=For.L2, usage="down [: reason]"),
    Row(
        V.REPLY, "your words go to the reporter",
        text=T.LETTER, colon=True, text_needed=True, outward=True, usage="reply: …",
    ),
    Row(V.ASK, "asks the reporter for what is missing", text=T.LETTER, outward=True, usage="ask [: …]"),
    Row(V.EMERGENCY, "somebody is stopped: the person on duty is called", settles=A.VERDICT),
    Row(V.FEATURE, "a wish: goes to product", settles=A.VERDICT),
    Row(V.QUESTION, "a question: goes to product", settles=A.VERDICT),
    Row(V.PROBLEM, "something is wrong: to be investigated", settles=A.VERDICT),
    Row(V.P0, "its priority, p0 being the highest", settles=A.PRIORITY, usage="p0 … p3"),
    Row(V.P1, "its priority", settles=A.PRIORITY, listed=False),
    Row(V.P2, "its priority", settles=A.PRIORITY, listed=False),
    Row(V.P3, "its priority", settles=A.PRIORITY, listed=False),
    Row(V.GIVE, "somebody else has it", slots=(Slot.NAME,), needs=1, settles=A.OWNER),
    Row(V.SNOOZE, "out of sight for a while", slots=(Slot.SPAN,), needs=1, settles=A.PAUSE),
    Row(V.MOVE, "to another team's queue and duty", slots=(Slot.TEAM,), needs=1, settles=A.OWNER),
    Row(V.AREA, "the part of the product it is about", slots=(Slot.AREA,), needs=1, settles=A.AREA),
    Row(V.SEND, "your last note goes to the reporter", text=T.NONE, outward=True),
    Row(V.JOIN, "one ticket out of this and N", slots=(Slot.NUMBER,), needs=1, settles=A.OUTCOME),
    Row(V.SPLIT, "the message you answer becomes a ticket of its own"),
    Row(V.ADMIT, "the sender of the message you answer takes part from now on"),
    Row(V.NOTE, "for the team only", text_needed=True, usage="note: …"),
    Row(V.UNDO, "takes back your last command here", settles=A.EVERYTHING),
    Row(V.DUTY, "today's turn is yours", ("me",), about_ticket=False, settles=A.SHIFT),
    Row(
        V.SWAP, "somebody takes your turn, and you theirs",
        slots=(Slot.NAME, Slot.DATE), needs=1, about_ticket=False, settles=A.SHIFT,
    ),
    Row(V.COVER, "you take over a turn", slots=(Slot.DATE,), about_ticket=False, settles=A.SHIFT),
    Row(
        V.AWAY, "you are not there, `A..B` being a range",
        slots=(Slot.DATES,), needs=1, about_ticket=False, settles=A.SHIFT,
    ),
    Row(
        V.SHADOW, "somebody learns the duty beside you",
        slots=(Slot.NAME,), needs=1, about_ticket=False, settles=A.SHIFT,
    ),
    Row(V.WHY, "why the desk judged and filed it so", text=T.NONE, question=True),
    Row(V.STATUS, "where it stands", text=T.NONE, question=True, about_ticket=False),
    Row(V.WHO, "who is on duty", text=T.NONE, question=True, about_ticket=False),
    Row(V.LIST, "what is open", text=T.NONE, question=True, about_ticket=False),
    Row(V.HELP, "all the words", text=T.NONE, question=True, about_ticket=False),
)  # fmt: skip

ROWS: dict[Verb, Row] = {row.verb: row for row in GRAMMAR}
SPELLINGS: dict[tuple[str, ...], Row] = {tuple(word.split()): row for row in GRAMMAR for word in row.words}
LONGEST_SPELLING = max(map(len, SPELLINGS))
