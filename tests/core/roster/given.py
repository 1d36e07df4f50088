"""Desks with rotas, made by hand."""

from datetime import UTC, date, datetime

from daemon.core.settings import Settings

NAMES = ("ann", "bob", "cy", "dee", "eve", "flo")
MONDAY = date(2026, 11, 23)
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu")


def desk(
    *people: str, zone: str = "UTC", manager: tuple[str, ...] = (), teams: dict[str, tuple[str, ...]] | None = None,
    **duty: object,
) -> Settings:  # fmt: skip
    """Return the settings of a desk whose duty these people share; nobody has to learn it first unless that is said."""
    return Settings.model_validate(
        {
            "desk": {"address": "support@hd.test", "timezone": zone},
            "pipeline": {"address": "pipeline@team.test"},
            "people": [{"id": name, "name": name.title(), "address": f"{name}@team.test"} for name in NAMES],
            "duty": {"people": people, "turn": "day", "pair_shifts": 0} | duty,
            "manager": {"people": manager},
            "teams": [{"id": team, "name": team.title(), "duty": who} for team, who in (teams or {}).items()],
        }
    )


def at(day: date | str, clock: str = "12:00") -> float:
    """Return a moment in UTC as epoch seconds."""
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=UTC).timestamp()
