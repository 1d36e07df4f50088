"""The verbs of an opened store about what the virus scanner holds back."""

from store.model.quarantine import Look, Unscanned
from store.opened import Opened
from store.quarantine import holding


class Quarantined(Opened):
    """A store whose messages may wait for a virus scanner."""

    async def unscanned(self, now: float, most: int) -> tuple[Unscanned, ...]:
        """Return so many messages that the virus scanner is to look at again, oldest first."""
        return await self._asking.do(holding.unscanned, (now, most))

    async def look(self, look: Look, now: float) -> bool:
        """Write down what came of looking again at a message that is held; False if somebody else did meanwhile."""
        return await self._writing.do(holding.look, (look, now))
