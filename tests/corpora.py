"""Where the messages that no one here wrote are found: a folder shared/corpora beside the checkout."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).parent.parent
CORPORA: Path | None = next(
    (found for parent in _ROOT.parents if (found := parent / "shared" / "corpora").is_dir()), None
)


def records(source: str) -> Iterator[dict[str, Any]]:
    """Yield what a source states of its messages, one record at a time; nothing where the corpora are absent."""
    if CORPORA is not None:
        with (CORPORA / source / "expected.jsonl").open(encoding="utf-8") as lines:
            yield from (json.loads(line) for line in lines)
