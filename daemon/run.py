"""The wiring: the one place where doors, journey, store and relay meet."""

from daemon.core.mail.address import Own
from daemon.core.settings import Settings
from daemon.core.triage.definition import Definition


def serve(settings: Settings, own: Own, definition: Definition, *, role: str) -> int:
    """Run the desk until it is told to stop; returns the exit status."""
    raise NotImplementedError(settings.desk.address, own.host, definition.sentence, role)
