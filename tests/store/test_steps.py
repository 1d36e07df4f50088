"""The steps of a store are known by their files' names, as Alembic knows them by what is in them."""

from alembic.config import Config
from alembic.script import ScriptDirectory

from store.steps import STEPS, head, known


def test_the_names_of_the_files_are_the_numbers_of_the_steps() -> None:
    config = Config()
    config.set_main_option("script_location", str(STEPS))
    config.set_main_option("path_separator", "newline")
    script = ScriptDirectory.from_config(config)
    assert known() == tuple(step.revision for step in script.walk_revisions())[::-1]
    assert head() == script.get_current_head()
