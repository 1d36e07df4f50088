"""The change of turn: who had it, who has it, and how the one tells that they have it now."""

from daemon.core.roster.changes import Turn
from daemon.core.roster.roster import Line, Roster


def lines_once(roster: Roster) -> tuple[Line, ...]:
    """Return every rota once: that of the desk may be a team's."""
    return tuple(line for name, line in roster.lines.items() if name == line.rota.name)


def key_of(what: str, turn: Turn) -> str:
    """Return the key of what happens once for the beginning of a turn."""
    return f"{what}/{turn.rota}/{turn.start:.0f}"


def taken_over(roster: Roster, person: str, now: float) -> tuple[str, ...]:
    """Return what need not be asked any more once somebody says that they have the turns they are on."""
    mine = (turn for line in lines_once(roster) if (turn := line.at(now)).person == person)
    return tuple(key_of("taken-over", turn) for turn in mine)
