"""Where a model is, and with which key it is asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from gatewright.models.choice import PROVIDERS


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A provider's model; `base_url` None = the provider's own address, `api_key` '' = no key."""

    provider: str
    model: str
    base_url: str | None = None
    api_key: str = field(default="", repr=False)

    @property
    def name(self) -> str:
        """The name reports show."""
        return f"{self.provider}:{self.model}"

    @property
    def where(self) -> str:
        """Name and address for messages, without any password in the address."""
        return f"{self.name} at {self.shown_url}" if self.base_url else self.name

    @property
    def shown_url(self) -> str:
        """The address without user name and password."""
        parts = urlsplit(self.base_url or "")
        host = parts.netloc.rpartition("@")[2]
        return parts._replace(netloc=host).geturl()

    @property
    def speaks_openai(self) -> bool:
        """It is asked through OpenAI's protocol."""
        return self.provider in ("openai", "ollama")

    @property
    def key_hint(self) -> str:
        """Which variables the key may come from."""
        variable = PROVIDERS[self.provider].key_variable if self.provider in PROVIDERS else ""
        return " or ".join(v for v in (variable, "GATEWRIGHT_API_KEY") if v)

    def redact(self, text: str) -> str:
        """`text` without the key and without the address's password."""
        secrets = [self.api_key, urlsplit(self.base_url or "").password or ""]
        for secret in secrets:
            if secret:
                text = text.replace(secret, "***")
        return text
