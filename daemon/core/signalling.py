"""The tables for what leaves the desk by other ways than mail."""

from typing import Literal

from pydantic import Field

from daemon.core.section import ENDPOINT, ID, Section

SIGNING = r"^whsec_[A-Za-z0-9+/]{32,128}={0,2}$"


class Notify(Section):
    """A way to reach a person on duty beside mail, for emergencies only."""

    person: str = Field(description="an id of [[people]]")
    url: str = Field(min_length=1, description="as Apprise writes it; it is a secret")
    words: bool = Field(False, description="whether the subject of the request goes along")


class Webhook(Section):
    """A program that is told of every request, and of what happens to it."""

    name: str = Field(pattern=ID)
    url: str = Field(pattern=ENDPOINT)
    secret: str = Field(pattern=SIGNING, description="under its signatures (Standard Webhooks)")
    tags: tuple[Literal["emergency", "problem", "feature", "question", "other"], ...] = Field(
        (), description="which requests; none named: all"
    )
    events: tuple[
        Literal["ticket.opened", "ticket.emergency", "ticket.taken", "ticket.reopened", "ticket.closed"], ...
    ] = Field(("ticket.opened",), min_length=1, description="what it is told of")
    words: bool = Field(False, description="whether the customer's address and words go along")
