"""Logins at mail providers by OAuth 2.0: the tokens that `triaged login` gets, and that are renewed before they end."""

from daemon.edge.oauth.account import Account, account_of
from daemon.edge.oauth.kept import Damaged, Token, refusals
from daemon.edge.oauth.login import Prompt, by_client, by_code, by_device
from daemon.edge.oauth.requests import Granted, Refused
from daemon.edge.oauth.tokens import Tokens

__all__ = [
    "Account",
    "Damaged",
    "Granted",
    "Prompt",
    "Refused",
    "Token",
    "Tokens",
    "account_of",
    "by_client",
    "by_code",
    "by_device",
    "refusals",
]
