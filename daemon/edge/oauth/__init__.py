"""Logins at mail providers by OAuth 2.0: the tokens that `triaged login` gets, and that are renewed before they end."""
