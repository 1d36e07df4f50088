"""Whom to ask for a login, and for what: the endpoints and scopes of the known providers, or those of the settings."""

from dataclasses import dataclass, field

from daemon.core.settings import OAuth


@dataclass(frozen=True, slots=True)
class Provider:
    """Where a provider is asked; `{tenant}` stands for the organisation at it."""

    title: str
    authorize: str
    token: str
    device: str
    scopes: tuple[str, ...]
    client_scopes: tuple[str, ...] = ()  # of a program that logs in for itself
    extra: tuple[tuple[str, str], ...] = ()  # said to the page where the person agrees


_MICROSOFT = "https://login.microsoftonline.com/{tenant}/oauth2/v2.0"
PROVIDERS: dict[str, Provider] = {
    "microsoft": Provider(
        "Microsoft",
        f"{_MICROSOFT}/authorize",
        f"{_MICROSOFT}/token",
        f"{_MICROSOFT}/devicecode",
        ("https://outlook.office.com/IMAP.AccessAsUser.All", "offline_access"),
        ("https://outlook.office365.com/.default",),
    ),
    "google": Provider(
        "Google",
        "https://accounts.google.com/o/oauth2/v2/auth",
        "https://oauth2.googleapis.com/token",
        "https://oauth2.googleapis.com/device/code",
        ("https://mail.google.com/",),
        extra=(("access_type", "offline"), ("prompt", "consent")),  # without them there is no refresh token
    ),
}


@dataclass(frozen=True, slots=True)
class Account:
    """One login, with all that is needed to ask for it."""

    name: str  # in the settings
    title: str  # of the provider, for people
    user: str
    flow: str
    client_id: str
    client_secret: str = field(repr=False)
    authorize_url: str = ""
    token_url: str = ""
    device_url: str = ""
    scope: str = ""
    extra: tuple[tuple[str, str], ...] = ()

    @property
    def whose(self) -> str:
        """Who logs in, as people say it."""
        return self.user or self.name


def account_of(settings: OAuth) -> Account:
    """Return the login that a table of the settings describes."""
    nobody = Provider(settings.provider, "", "", "", ())
    known = PROVIDERS.get(settings.provider, nobody)
    usual = known.client_scopes or known.scopes if settings.flow == "client" else known.scopes
    return Account(
        settings.name,
        known.title,
        settings.user or "",
        settings.flow,
        settings.client_id,
        settings.client_secret or "",
        _filled(settings.authorize_url or known.authorize, settings.tenant),
        _filled(settings.token_url or known.token, settings.tenant),
        _filled(settings.device_url or known.device, settings.tenant),
        " ".join(settings.scopes or usual),
        known.extra,
    )


def _filled(url: str, tenant: str) -> str:
    return url.replace("{tenant}", tenant)
