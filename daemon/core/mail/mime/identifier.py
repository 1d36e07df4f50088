"""Message-IDs: one of its own, and the ones a message answers (RFC 5322 section 3.6.4)."""

import re

MAX_LENGTH = 998
MAX_REFERENCES = 100  # the newest; longer chains are lists' or forged
_BRACKETED = re.compile(r"<([^<>]{1,998})>")


def every(value: str) -> tuple[str, ...]:
    """Return all identifiers of a value in their order, without brackets and each once.

    Bracketed ones count; only where there is none, so does each bare word with an `@`. White space inside brackets is
    folding and is taken out; a bracketed text with spaces and no `@` is no identifier.
    """
    if not value:
        return ()
    found = [_joined(inner) for inner in _BRACKETED.findall(value)]
    if not any(found):
        found = [word.strip("<>,;\"'") for word in value.split() if "@" in word]
    return tuple(dict.fromkeys(one for one in found if one and len(one) <= MAX_LENGTH))


def own(value: str) -> str | None:
    """Return a message's own identifier; where brackets are missing, its first word."""
    found = every(value)
    if found:
        return found[0]
    bare = next(iter(value.split()), "").strip("<>")
    return bare if bare and len(bare) <= MAX_LENGTH else None


def chain(references: str, answered: tuple[str, ...]) -> tuple[str, ...]:
    """Return what References names, newest first, without the first that In-Reply-To names; its others come last."""
    found = dict.fromkeys((*reversed(every(references)), *answered[1:]))
    return tuple(one for one in found if one not in answered[:1])[:MAX_REFERENCES]


def _joined(inner: str) -> str:
    parts = inner.split()
    return "".join(parts) if len(parts) < 2 or "@" in inner else ""
