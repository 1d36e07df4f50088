"""What the settings must agree on with each other: an ordered table of rules over the whole of triaged.toml.

A rule is also asked about settings that were read only in part, so that all faults are told at once: it must bear any
text where a text is expected, and "" stands for what could not be read.
"""

from collections.abc import Callable, Iterable, Iterator
from ipaddress import ip_network
from urllib.parse import urlsplit

from daemon.core.fault import Path
from daemon.core.mail.address import Own, fold, is_own
from daemon.core.settings import Settings

Complaint = tuple[Path, str]
TAGS = "+-=_.~#"
PROVIDERS = ("google", "microsoft")  # whose addresses are known
LOCAL_OCTETS = 64  # RFC 5321 section 4.5.3.1.1
HERE = frozenset({"localhost", "127.0.0.1", "::1"})
SECRET_TAG = 35  # tag character, purpose, name of the key, mark and MAC


def disagreements(settings: Settings) -> tuple[Complaint, ...]:
    """Return every place where the settings contradict each other, with what to do about it."""
    return tuple(complaint for rule in RULES for complaint in rule(settings))


def _twice(values: Iterable[tuple[Path, str]], what: str) -> Iterator[Complaint]:
    seen: set[str] = set()
    for path, value in values:
        if value and fold(value) in seen:
            yield path, f"{value!r} is {what} already"
        seen.add(fold(value))


def _ids_are_unique(s: Settings) -> Iterator[Complaint]:
    yield from _twice(((("people", n, "id"), p.id) for n, p in enumerate(s.people)), "the id of another person")
    yield from _twice(
        ((("people", n, "address"), p.address) for n, p in enumerate(s.people)), "the address of another person"
    )
    yield from _twice(((("teams", n, "id"), t.id) for n, t in enumerate(s.teams)), "the id of another team")
    yield from _twice(
        ((("webhooks", n, "name"), hook.name) for n, hook in enumerate(s.webhooks)), "the name of another one"
    )
    yield from _twice(
        ((("teams", n, "areas", m), area) for n, t in enumerate(s.teams) for m, area in enumerate(t.areas)),
        "the area of a team",
    )
    yield from _twice(
        [(("desk", "address"), s.desk.address), *((("desk", "aliases", n), a) for n, a in enumerate(s.desk.aliases))],
        "an address of the desk",
    )


def _turns_are_of_different_people(s: Settings) -> Iterator[Complaint]:
    lists = [("duty", "people"), ("manager", "people")]
    rotas: list[tuple[Path, tuple[str, ...]]] = [(path, getattr(getattr(s, path[0]), path[1])) for path in lists]
    rotas += [(("teams", n, "duty"), team.duty) for n, team in enumerate(s.teams)]
    for path, people in rotas:
        yield from _twice((((*path, n), name) for n, name in enumerate(people)), "in this rota")


def _named_people(s: Settings) -> Iterator[tuple[Path, str]]:
    yield from ((("notify", n, "person"), way.person) for n, way in enumerate(s.notify))
    yield from ((("duty", "people", n), name) for n, name in enumerate(s.duty.people))
    yield ("duty", "fallback"), s.duty.fallback or ""
    yield from ((("manager", "people", n), name) for n, name in enumerate(s.manager.people))
    yield from ((("teams", n, "duty", m), name) for n, t in enumerate(s.teams) for m, name in enumerate(t.duty))


def _people_exist(s: Settings) -> Iterator[Complaint]:
    ids = {person.id for person in s.people}
    for path, name in _named_people(s):
        if name and name not in ids:
            yield path, f"there is no {name!r} in [[people]]{_of(ids)}"


def _teams_exist(s: Settings) -> Iterator[Complaint]:
    ids = {team.id for team in s.teams}
    for n, person in enumerate(s.people):
        if person.team and person.team not in ids:
            yield ("people", n, "team"), f"there is no {person.team!r} in [[teams]]{_of(ids)}"


def _of(ids: set[str]) -> str:
    known = sorted(ids - {""})
    return f"; the ids there are {', '.join(known[:8])}" + (" ..." if len(known) > 8 else "") if known else ""


def _desk_own(s: Settings) -> Own:
    addresses = (s.desk.address, *s.desk.aliases)
    return Own(tuple(fold(a) for a in addresses if "@" in a), s.desk.tag or "+", "", ())


def _desk_writes_to_others(s: Settings) -> Iterator[Complaint]:
    own = _desk_own(s)
    told: list[tuple[Path, str | None]] = [
        (("desk", "operator"), s.desk.operator),
        *((("pipeline", tag), getattr(s.pipeline, tag)) for tag in type(s.pipeline).model_fields),
        *((("people", n, "address"), p.address) for n, p in enumerate(s.people)),
        *((("teams", n, "pipeline"), t.pipeline) for n, t in enumerate(s.teams)),
        *((("digest", "team", n), a) for n, a in enumerate(s.digest.team)),
        *((("digest", "stakeholders", n), a) for n, a in enumerate(s.digest.stakeholders)),
    ]
    for path, address in told:
        if address and is_own(own, address):
            yield path, "is an address of the desk itself: its mail would come back to it for ever"


def _desk_address_bears_a_tag(s: Settings) -> Iterator[Complaint]:
    local = s.desk.address.rpartition("@")[0]
    if s.desk.tag and s.desk.tag not in TAGS:
        yield ("desk", "tag"), f"must be one of {' '.join(TAGS)}, not {s.desk.tag!r}"
    elif local and s.desk.tag and s.desk.tag in local:
        yield ("desk", "tag"), f"{s.desk.tag!r} stands in desk.address itself; choose another one of {' '.join(TAGS)}"
    if len(local.encode()) > LOCAL_OCTETS - SECRET_TAG:
        room = LOCAL_OCTETS - SECRET_TAG
        yield ("desk", "address"), f"may have {room} letters before the @, so that its reply addresses fit in {64}"


def _aliases_bear_no_tag(s: Settings) -> Iterator[Complaint]:
    addresses = _desk_own(s).addresses
    for n, alias in enumerate(s.desk.aliases):
        local, _, domain = fold(alias).rpartition("@")
        base, tag, _ = local.partition(s.desk.tag or "+")
        if tag and f"{base}@{domain}" not in addresses:
            yield ("desk", "aliases", n), f"holds the desk.tag {tag!r}, and {base}@{domain} is no address of the desk"


def _tls_is_whole(s: Settings) -> Iterator[Complaint]:
    if s.smtp is None:
        return
    if s.smtp.tls_certificate and not s.smtp.tls_key:
        yield ("smtp", "tls_key"), "is missing: a certificate needs its key"
    if s.smtp.tls_key and not s.smtp.tls_certificate:
        yield ("smtp", "tls_certificate"), "is missing: a key needs its certificate"
    if s.smtp.tls_implicit and not (s.smtp.tls_certificate or s.smtp.tls_key):
        yield ("smtp", "tls_implicit"), "needs smtp.tls_certificate and smtp.tls_key"


def _ports_are_ports(s: Settings) -> Iterator[Complaint]:
    port = s.smtp.listen.rpartition(":")[2] if s.smtp else ""
    if port.isascii() and port.isdigit() and not 1 <= int(port) <= 65535:
        yield ("smtp", "listen"), f"the port must be 1 to 65535, not {port}"
    if s.relay.url.startswith("smtp") and _port(s.relay.url) is None:
        yield ("relay", "url"), "must name a host, and a port from 1 to 65535 where it is not the usual one"


def _hours_end_after_they_begin(s: Settings) -> Iterator[Complaint]:
    told = [(("desk", "hours"), s.desk.hours), *((("teams", n, "hours"), t.hours or "") for n, t in enumerate(s.teams))]
    for path, hours in told:
        opens, _, closes = hours.partition("-")
        if closes and closes <= opens:
            yield path, "must end later than they begin; a night belongs to two days"


def _metrics_have_a_port(s: Settings) -> Iterator[Complaint]:
    host, _, port = (s.metrics.listen or "").rpartition(":")
    if port.isascii() and port.isdigit() and not 1 <= int(port) <= 65535:
        yield ("metrics", "listen"), f"the port must be 1 to 65535, not {port}"
    elif host and s.smtp is not None and s.metrics.listen == s.smtp.listen:
        yield ("metrics", "listen"), "is where mail comes in (smtp.listen); choose another port"


def _port(url: str) -> int | None:
    """Return the port of an smtp:// or smtps:// address, or None where there is no such port or no host."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    usual = 465 if parts.scheme == "smtps" else 25
    return (usual if port is None else port or None) if parts.hostname else None


def _peers_are_addresses(s: Settings) -> Iterator[Complaint]:
    for n, peer in enumerate(s.smtp.trusted_peers if s.smtp else ()):
        try:
            ip_network(peer, strict=False)
        except ValueError:
            yield ("smtp", "trusted_peers", n), f"must be an IP address or network, not {peer!r}"


def _mailboxes_are_apart(s: Settings) -> Iterator[Complaint]:
    yield from _twice(
        (
            (("imap", n, "folder", m), f"{box.account} {name}")
            for n, box in enumerate(s.imap)
            for m, name in enumerate(box.folder)
        ),
        "read",
    )
    for n, box in enumerate(s.imap):
        if not box.folder:
            yield ("imap", n, "folder"), "must name a folder"
        if box.done_folder and fold(box.done_folder) in map(fold, box.folder):
            yield ("imap", n, "done_folder"), "is a folder that is read: stored mail would be read again"


def _passwords_are_not_shown(s: Settings) -> Iterator[Complaint]:
    for n, box in enumerate(s.imap):
        if box.tls == "none" and box.host not in HERE:
            yield ("imap", n, "tls"), 'may be "none" on this machine only: everybody on the way could read the password'


def _tokens_are_declared(s: Settings) -> Iterator[Complaint]:
    names = {one.name for one in s.oauth}
    yield from _twice(((("oauth", n, "name"), one.name) for n, one in enumerate(s.oauth)), "the name of another login")
    for n, box in enumerate(s.imap):
        if box.oauth and box.oauth not in names:
            yield ("imap", n, "oauth"), f"there is no {box.oauth!r} in [[oauth]]{_of(names)}"
    for n, one in enumerate(s.oauth):
        if one.provider and one.provider not in PROVIDERS and not one.token_url:
            known = " and ".join(PROVIDERS)
            yield ("oauth", n, "provider"), f"{one.provider!r} is not known ({known} are): give its token_url"
        if one.flow == "client" and not one.client_secret:
            yield ("oauth", n, "client_secret"), "is needed where no person logs in"


def _logins_are_whole(s: Settings) -> Iterator[Complaint]:
    for n, box in enumerate(s.imap):
        if not box.password and not box.oauth:
            yield ("imap", n), "needs a password or oauth"
        if box.password and box.oauth:
            yield ("imap", n, "oauth"), "stands beside a password; give one of the two"
    yield from _relay_login(s)


def _relay_login(s: Settings) -> Iterator[Complaint]:
    relay, url = s.relay, s.relay.url
    if url.startswith("smtp") and "@" in url:
        yield ("relay", "url"), "must not hold a name or password: write relay.user and relay.password"
    if relay.user and not relay.password:
        yield ("relay", "password"), "is missing: relay.user logs in with it"
    if relay.password and not relay.user:
        yield ("relay", "user"), "is missing: relay.password is of nobody"
    if relay.user and url.startswith("smtp://") and relay.starttls == "never":
        yield (
            ("relay", "starttls"),
            'must not be "never" where relay.user logs in: the password would travel in the clear',
        )


def _relay_is_not_the_door(s: Settings) -> Iterator[Complaint]:
    if s.smtp is None or not s.relay.url.startswith("smtp"):
        return
    port = _port(s.relay.url)
    if port is not None and f"{urlsplit(s.relay.url).hostname}:{port}" == s.smtp.listen.replace("[", "").replace(
        "]", ""
    ):
        yield ("relay", "url"), "is the daemon's own door (smtp.listen): its mail would come back to it for ever"


def _gate_has_a_keeper(s: Settings) -> Iterator[Complaint]:
    if s.gate.l1 and not any(person.level == "L1" for person in s.people):
        yield ("gate", "l1"), 'needs a person with level = "L1" in [[people]]'


def _store_lasts(s: Settings) -> Iterator[Complaint]:
    if s.store.url.startswith("sqlite") and (s.store.url == "sqlite:///" or ":memory:" in s.store.url):
        yield ("store", "url"), "must name a file: a store in memory would forget all mail"


RULES: tuple[Callable[[Settings], Iterator[Complaint]], ...] = (
    _ids_are_unique,
    _people_exist,
    _turns_are_of_different_people,
    _teams_exist,
    _desk_writes_to_others,
    _desk_address_bears_a_tag,
    _aliases_bear_no_tag,
    _tls_is_whole,
    _ports_are_ports,
    _metrics_have_a_port,
    _hours_end_after_they_begin,
    _peers_are_addresses,
    _mailboxes_are_apart,
    _passwords_are_not_shown,
    _tokens_are_declared,
    _logins_are_whole,
    _relay_is_not_the_door,
    _gate_has_a_keeper,
    _store_lasts,
)
