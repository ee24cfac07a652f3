"""Who may ask."""

from __future__ import annotations

import pytest

from gatewright.core import UsageError
from gatewright.server.access import Access, checked_token, new_token

ACCESS = Access("0123456789abcdef")


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.0.0.1:8790", "localhost:1", "LOCALHOST", "[::1]:8790", "127.1.2.3:9"]
)
def test_loopback_is_called_so(host: str) -> None:
    assert ACCESS.knows_host(host)


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example",
        "127.0.0.1.evil.example:8790",
        "localhost.evil.example",
        "evil.example@127.0.0.1",
        "127.0.0.1:x",
        "127.0.0.1/x",
        "10.0.0.1:8790",
        "0.0.0.0",
    ],
)
def test_another_name_is_rebinding(host: str) -> None:
    assert not ACCESS.knows_host(host)


def test_elsewhere_an_address_or_the_given_name_will_do() -> None:
    access = Access("0123456789abcdef", "lab.example")
    assert access.knows_host("lab.example:8790")
    assert access.knows_host("10.0.0.7:8790")
    assert not access.knows_host("evil.example:8790")


def test_only_the_page_itself_is_of_our_origin() -> None:
    assert ACCESS.allows_origin("http://127.0.0.1:8790", "127.0.0.1:8790")
    for other in ("null", "http://127.0.0.1:8791", "http://localhost:8790", "file://", "http://["):
        assert not ACCESS.allows_origin(other, "127.0.0.1:8790")


def test_the_token_is_a_bearers() -> None:
    assert ACCESS.is_bearer("Bearer 0123456789abcdef")
    assert ACCESS.is_bearer("bearer  0123456789abcdef")
    for wrong in ("", "0123456789abcdef", "Basic 0123456789abcdef", "Bearer ", "Bearer é"):
        assert not ACCESS.is_bearer(wrong)


def test_a_token_that_could_be_guessed_is_refused() -> None:
    assert checked_token(new_token())
    for bad in ("short", "with a blank in between", "semicolon;semicolon", "ümlautümlautümlaut"):
        with pytest.raises(UsageError):
            checked_token(bad)
