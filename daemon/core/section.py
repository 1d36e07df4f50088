"""What a table of triaged.toml is."""

from pydantic import BaseModel, ConfigDict

ID = r"^[a-z][a-z0-9_-]{0,31}$"
ENDPOINT = r"^(https://|http://(127\.0\.0\.1|localhost)[:/])[^\s\x00-\x20\x7f]{1,500}$"


class Section(BaseModel):
    """A table of triaged.toml: unknown keys are errors, and nothing changes once it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, allow_inf_nan=False)
