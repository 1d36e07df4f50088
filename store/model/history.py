"""How lines of a ticket's history begin: what the desk writes so it finds again so, and knows whose words follow."""

NOTE = "note: "  # the last one is what `send` sends
UNPROVEN = "unverified note: "  # in a member's name, and not proven to be theirs
UNHEARD = "not applied, kept as a note: "  # a text that was meant as a command: nothing ever sends it
WOULD = "would have said: "  # by who learns
DRAFT = "draft of "  # by a developer, for support to send
PRIVATE = "forwarded a private request, with a note: "
SAID = "said: "  # the words of a command, as they were understood
WROTE_AGAIN = "wrote again"
ANSWERED = "answered"
STRANGER = "unverified: "  # somebody wrote who takes no part

OF_PEOPLE = (NOTE, UNPROVEN, UNHEARD, WOULD, DRAFT, PRIVATE)  # what people wrote goes on after the first colon
GONE = "(erased)"  # stands for what is forgotten


def wordless(line: str) -> str:
    """Return a line without what people wrote in it, and without addresses."""
    head, colon, _ = line.partition(": ")
    kept = f"{head}: {GONE}" if colon and line.startswith(OF_PEOPLE) else line
    return " ".join(GONE if "@" in word else word for word in kept.split(" "))
