"""What the operator declares: every setting once, with its type, default, unit and reason."""

from datetime import date
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, field_validator

from daemon.core.section import ENDPOINT, ID, Section
from daemon.core.signalling import Notify, Webhook
from store.model.message import Door, Envelope
from store.model.verdict import Tag

EMAIL = r"^[^\s\x00-\x20\x7f@<>,;:\"()\\]{1,64}@[^\s\x00-\x20\x7f@<>,;:\"()\\]{1,253}$"
CLOCK = r"^([01]\d|2[0-3]):[0-5]\d$"
DAYS = r"^(mon|tue|wed|thu|fri|sat|sun)([-,](mon|tue|wed|thu|fri|sat|sun)){0,13}$"
WEEKLY = r"^(mon|tue|wed|thu|fri|sat|sun) ([01]\d|2[0-3]):[0-5]\d$"
HOURS = r"^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$"
LANGUAGE = r"^[a-z]{2}$"
FOLDER = r"^[^\x00-\x1f\x7f]{0,200}$"
HEADER = r"^[A-Za-z][A-Za-z0-9-]{0,63}$"
LINE = r"^[^\x00-\x1f\x7f]{1,80}$"
HOST = r"^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$"
LISTEN = r"^.+:\d{1,5}$"
STORE = r"^(sqlite:///|postgresql://)"
REDIS = r"^rediss?://"
CLAMD = r"^(unix:/[^\x00-\x1f\x7f]{1,107}|tcp:[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?:\d{1,5})$"
RELAY = r"^(maildir:.+|smtps?://.+)$"
SPARE = r"^(maildir:.+|smtps?://.+|sendmail:/.+)$"


def _day(value: object) -> object:
    """Take a date, or its text; a time is none."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else _only_a_date(value)
    except ValueError:
        raise ValueError(f'must be a day such as "2026-12-24", not {str(value)[:60]!r}') from None


def _only_a_date(value: object) -> object:
    if type(value) is date:
        return value
    raise ValueError


Email = Annotated[str, Field(pattern=EMAIL)]
Clock = Annotated[str, Field(pattern=CLOCK, description="HH:MM in the desk's time zone")]
WorkingHours = Annotated[str, Field(pattern=HOURS, description="HH:MM-HH:MM in the time zone, on duty.days")]
Line = Annotated[str, Field(pattern=LINE)]
Folder = Annotated[str, Field(pattern=FOLDER, min_length=1)]
Day = Annotated[date, BeforeValidator(_day)]
Minutes = Annotated[float, Field(gt=0)]
Turn = Literal["day", "week"]


def _known_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"no such time zone: {value!r} (an IANA name such as Europe/Berlin)") from None
    return value


class Desk(Section):
    """Who the desk is."""

    name: Line = Field("Support", description="display name in From")
    address: Email = Field(description="the address customers write to")
    aliases: tuple[Email, ...] = Field((), description="other addresses that reach the same desk")
    host: str | None = Field(
        None, pattern=HOST, description="right side of our Message-IDs; default: the address's domain"
    )
    timezone: str = Field("UTC", description="IANA name; turns, digests and dates are in it")
    language: str = Field("en", pattern=LANGUAGE, description="of letters whose reader's language is not known")
    tag: str = Field("+", min_length=1, max_length=1, description="separates the secret tag in reply addresses")
    hold_seconds: float = Field(90, ge=0, description="how long a mail to a customer waits for `undo`")
    operator: Email | None = Field(None, description="who hears of it when the desk itself needs help")
    alarm_relay: str | None = Field(
        None, pattern=SPARE, description="another way out for mails to the operator, where [relay] does not take them"
    )
    hours: WorkingHours = "09:00-17:00"

    _zone = field_validator("timezone")(_known_zone)

    @property
    def id_host(self) -> str:
        """The right side of our Message-IDs."""
        return self.host or self.address.rpartition("@")[2]

    @property
    def addresses(self) -> tuple[str, ...]:
        """Every address of the desk, the main one first."""
        return (self.address, *self.aliases)


class StoreSettings(Section):
    """Where everything is kept."""

    url: str = Field("sqlite:///triaged.db", pattern=STORE, description="sqlite:/// or postgresql://")
    keep_days: float = Field(0, ge=0, description="until the words of what has ended are forgotten; 0: never")


class Bell(Section):
    """How processes wake each other; one process needs none."""

    redis: str | None = Field(None, pattern=REDIS, description="redis://host:port/db")


class Smtp(Section):
    """The door for mail."""

    listen: str = Field("127.0.0.1:8025", pattern=LISTEN, description="address:port")
    protocol: Literal["smtp", "lmtp"] = "smtp"
    share_port: bool = Field(False, description="with other intake processes on this machine (SO_REUSEPORT)")
    max_bytes: int = Field(50 << 20, ge=65536, description="largest message, in octets (RFC 1870)")
    tls_certificate: str | None = Field(None, description="PEM file; turns STARTTLS on")
    tls_key: str | None = Field(None, description="PEM file")
    tls_implicit: bool = Field(False, description="TLS from the first octet instead of STARTTLS (RFC 8314)")
    trusted_peers: tuple[str, ...] = Field(
        ("127.0.0.1", "::1"), description="whose Authentication-Results may be believed"
    )
    trusted_authserv: tuple[str, ...] = Field(
        (), description="the authserv-id of our own server (RFC 8601 section 2.5)"
    )
    max_connections: int = Field(4000, ge=1, description="at once, over all peers")
    max_connections_per_peer: int = Field(50, ge=1, description="at once; trusted peers are not counted")
    idle_seconds: float = Field(300, gt=0, description="silence after which a connection is closed (RFC 5321 4.5.3.2)")


class Imap(Section):
    """A mailbox that is read."""

    host: str = Field(min_length=1)
    port: int = Field(993, ge=1, le=65535, description="usually 143 where tls is not implicit")
    user: str = Field(min_length=1)
    password: str | None = None
    oauth: str | None = Field(None, description="name of the token kept by `triaged login`")
    tls: Literal["implicit", "starttls", "none"] = Field(
        "implicit", description="from the first octet (RFC 8314), after STARTTLS, or not at all (on this machine only)"
    )
    ca_file: str | None = Field(None, description="PEM file of who signs the server's certificate; else the system's")
    folder: tuple[Folder, ...] = Field(("INBOX",), description="one, or a list of several")
    done_folder: str = Field("Archive", pattern=FOLDER, description='where stored mail is moved; "" leaves it in place')
    poll_seconds: float = Field(60, gt=0, description="between two looks where the server cannot tell of new mail")
    recipient_header: str | None = Field(
        None, pattern=HEADER, description="the header in which our own mail server writes the envelope's recipient"
    )
    trusted_authserv: tuple[str, ...] = Field(
        (), description="the authserv-id of the mail server that fills this mailbox (RFC 8601 section 2.5)"
    )

    @field_validator("folder", mode="before")
    @classmethod
    def _one_or_several(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else value

    @property
    def account(self) -> str:
        """The name under which the store knows the mailbox."""
        return f"{self.user}@{self.host}:{self.port}"


class OAuth(Section):
    """A login at a mail provider, instead of a password."""

    name: str = Field(pattern=ID, description="what imap.oauth and `triaged login` call it")
    provider: str = Field(pattern=ID, description="microsoft, google, or another one whose addresses are given")
    client_id: Line = Field(description="of the program, as it was registered with the provider")
    client_secret: str | None = None
    tenant: str = Field("common", pattern=HOST, description="the organisation at Microsoft")
    flow: Literal["code", "device", "client"] = Field(
        "code", description="a page on this machine, a code typed on another one, or no person at all"
    )
    user: Email | None = Field(None, description="the mailbox; the login page is told")
    scopes: tuple[Line, ...] = Field((), description="default: reading mail by IMAP")
    authorize_url: str | None = Field(None, pattern=ENDPOINT)
    token_url: str | None = Field(None, pattern=ENDPOINT)
    device_url: str | None = Field(None, pattern=ENDPOINT)


class Relay(Section):
    """The way out."""

    url: str = Field("maildir:outgoing", pattern=RELAY, description="maildir:PATH, smtp:// or smtps://")
    user: str | None = None
    password: str | None = None
    starttls: Literal["auto", "always", "never"] = Field(
        "auto", description="for smtp://; a login is never sent in the clear"
    )
    connections: int = Field(4, ge=1, le=100, description="kept alive at once")
    on_unknown: Literal["resend", "drop"] = Field(
        "resend", description="acknowledgements whose last attempt has no known end"
    )


class Emergency(Section):
    """The team's written definition."""

    definition: str = "definition.toml"


class Pipeline(Section):
    """Where everything that is no emergency goes."""

    address: Email
    feature: Email | None = None
    problem: Email | None = None
    question: Email | None = None
    other: Email | None = None

    def for_tag(self, tag: Tag | None) -> str:
        """Return the address that requests of this tag go to; an emergency nobody can be asked about is a problem."""
        named = {Tag.FEATURE: self.feature, Tag.QUESTION: self.question, Tag.OTHER: self.other}
        return named.get(tag or Tag.OTHER, self.problem) or self.address


class Person(Section):
    """A member of the team."""

    id: str = Field(pattern=ID, description="the name used in commands")
    name: Line
    address: Email
    level: Literal["L1", "L2"] = "L2"
    team: str | None = None


class Duty(Section):
    """The rota of those who may be interrupted."""

    people: tuple[str, ...] = ()
    turn: Turn = "week"
    at: Clock = "09:30"
    days: str = Field("mon-fri", pattern=DAYS, description="working days, such as mon-fri or mon,wed")
    holidays: tuple[Day, ...] = Field((), description="days on which no turn changes")
    holidays_file: str | None = Field(None, description="an .ics file with further ones")
    answer_minutes: Minutes = Field(
        15, description="until the next person is asked, or a question settled without an answer"
    )
    pair_shifts: int = Field(3, ge=0, description="finished turns before somebody serves alone")
    shadow_answers: bool = False
    fallback: str | None = None
    standup: Literal["auto", "on", "off"] = Field(
        "auto", description="the morning question who is on duty; auto: where a turn is a day"
    )
    standup_at: Clock = "09:00"
    invite_weeks: float = Field(4, ge=0, le=12, description="of turns that stand in people's calendars; 0: none")


class Waiting(Section):
    """How long a reporter who was asked may take; reminded and closed on the morning of a working day."""

    remind_days: float = Field(3, ge=0, description="until the reporter is reminded, once; 0: never")
    close_days: float = Field(14, ge=0, description="after that, until the ticket is closed quietly; 0: never")


class Budget(Section):
    """How many acknowledgements may leave; 0 means no limit."""

    hour: int = Field(0, ge=0)
    day: int = Field(0, ge=0)


class Acknowledge(Section):
    """Limits of the automatic answer (RFC 3834); a number alone means: in an hour."""

    unproven: Literal["budget", "never"] = Field(
        "budget", description="a sender nobody vouches for and the desk does not know"
    )
    desk_per_hour: int = Field(1000, ge=0, description="over all senders; 0 means no limit")
    per_sender: Budget = Field(Budget(hour=10, day=30), description="to one address that is proven or known")
    per_domain: Budget = Field(
        Budget(hour=100, day=0), description="to one domain, where the sender is proven or known"
    )
    unproven_per_sender: Budget = Field(Budget(hour=3, day=10), description="to one address nobody vouches for")
    unproven_per_domain: Budget = Field(Budget(hour=30, day=0), description="to one domain nobody vouches for")

    @field_validator("per_sender", "per_domain", "unproven_per_sender", "unproven_per_domain", mode="before")
    @classmethod
    def _hourly(cls, value: object) -> object:
        return {"hour": value} if isinstance(value, int) and not isinstance(value, bool) else value


class Manager(Section):
    """The rota of the release managers."""

    people: tuple[str, ...] = ()
    turn: Turn = "week"


class Team(Section):
    """A team with its own queue and duty."""

    id: str = Field(pattern=ID, description="the name used in commands")
    name: Line
    areas: tuple[str, ...] = ()
    pipeline: Email | None = None
    duty: tuple[str, ...] = ()
    hours: WorkingHours | None = None
    timezone: str | None = Field(None, description="of its working hours; default: the desk's")

    _zone = field_validator("timezone")(lambda value: value if value is None else _known_zone(value))


class Gate(Section):
    """Whether support (L1) stands before the developers (L2)."""

    l1: bool = False


class Digest(Section):
    """When the reports go out, and to whom."""

    daily: Clock = "09:00"
    weekly: str = Field("mon 09:00", pattern=WEEKLY)
    team: tuple[Email, ...] = ()
    stakeholders: tuple[Email, ...] = ()


class Metrics(Section):
    """The figures for Prometheus."""

    listen: str | None = Field(None, pattern=LISTEN, description="address:port; left out: none are served")


class Log(Section):
    """What is written down while the desk works."""

    stations: bool = Field(True, description="a line for each station of a message's journey, with its number")


class Alarms(Section):
    """How bad it must be until the operator gets a mail; at most one a day for each trouble."""

    login_minutes: Minutes = Field(2, description="that a mailbox login is refused")
    mailbox_minutes: Minutes = Field(15, description="that a mailbox cannot be read")
    message_minutes: Minutes = Field(10, description="that a message waits to be worked")
    mail_minutes: Minutes = Field(60, description="that a mail waits to be sent")
    relay_minutes: Minutes = Field(10, description="that the relay takes nothing")
    scanner_minutes: Minutes = Field(10, description="that a message waits for the virus scanner")
    set_aside: int = Field(0, ge=0, description="messages that may be set aside unheard")
    disk_percent: float = Field(95, gt=0, le=100, description="of the disk of the store in use")


class Scanning(Section):
    """The virus scanner; with neither clamd nor a command, nothing is scanned."""

    clamd: str | None = Field(None, pattern=CLAMD, description="unix:/PATH or tcp:HOST:PORT")
    command: tuple[Line, ...] = Field((), description="program and arguments; reads the mail: 0 clean, 1 infected")
    seconds: float = Field(20, gt=0, le=30, description="that one message may take")
    failing: Literal["hold", "pass"] = Field("hold", description="original and attachments, where it does not answer")


class Settings(Section):
    """triaged.toml, read and checked."""

    desk: Desk
    store: StoreSettings = StoreSettings()
    bell: Bell = Bell()
    smtp: Smtp | None = None
    imap: tuple[Imap, ...] = ()
    oauth: tuple[OAuth, ...] = ()
    relay: Relay = Relay()
    emergency: Emergency = Emergency()
    pipeline: Pipeline
    people: tuple[Person, ...] = ()
    duty: Duty = Duty()
    waiting: Waiting = Waiting()
    acknowledge: Acknowledge = Acknowledge()
    manager: Manager = Manager()
    teams: tuple[Team, ...] = ()
    gate: Gate = Gate()
    digest: Digest = Digest()
    metrics: Metrics = Metrics()
    alarms: Alarms = Alarms()
    notify: tuple[Notify, ...] = ()
    webhooks: tuple[Webhook, ...] = ()
    scan: Scanning = Scanning()
    log: Log = Log()

    def door_of(self, envelope: Envelope) -> Smtp:
        """Return what is trusted of a message's last hop; a mailbox is filled by a server of its own."""
        smtp = self.smtp or Smtp()
        box = next((box for box in self.imap if box.account == envelope.peer), None)
        if envelope.door is not Door.IMAP or box is None or not box.trusted_authserv:
            return smtp
        return smtp.model_copy(update={"trusted_authserv": box.trusted_authserv})
