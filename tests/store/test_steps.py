"""The steps of a store are known by their files' names, as Alembic knows them by what is in them."""

from alembic.config import Config
from alembic.script import ScriptDirectory

from store.migrate import migrate
from store.steps import STEPS, head, known
from tests.store.released import digest, recorded


def test_the_names_of_the_files_are_the_numbers_of_the_steps() -> None:
    config = Config()
    config.set_main_option("script_location", str(STEPS))
    config.set_main_option("path_separator", "newline")
    script = ScriptDirectory.from_config(config)
    assert known() == tuple(step.revision for step in script.walk_revisions())[::-1]
    assert head() == script.get_current_head()


def test_a_released_step_makes_what_it_made_when_it_was_released(empty_url: str) -> None:
    """A change of the tables is a step of its own; while 0.1.0 is not out: `python -m tests.store.released`."""
    migrate(empty_url)
    assert list(recorded()) == list(known())
    assert digest(empty_url) == recorded()[head()][empty_url.partition(":")[0].partition("+")[0]]
