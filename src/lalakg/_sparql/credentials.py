"""How one logs in at a store."""

from __future__ import annotations

from dataclasses import dataclass, field

from lalakg._errors import InvalidValue


@dataclass(frozen=True)
class Credentials:
    """A user with a password, or a token, for a store. Never shown. Raises InvalidValue for what is no token."""

    user: str = ""
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if not all("!" <= character <= "~" for character in self.token):
            raise InvalidValue("the token holds a blank, or another character that no token has.")

    def hidden(self, text: str) -> str:
        """The text without the secrets, should a server repeat them."""
        for secret in filter(None, (self.password, self.token)):
            text = text.replace(secret, "…")
        return text
