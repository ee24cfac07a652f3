"""Keys of the user's are in no result, no error and no difference."""

from __future__ import annotations

from pathlib import Path

import pytest

from gatewright.agents.workbench import Workbench, to_json
from gatewright.agents.workbench.secrets import Secrets
from gatewright.core import Source, UsageError
from gatewright.core.config import load_settings

KEY = "sk-0123456789abcdef"
OTHER = "ghp_0123456789"


@pytest.fixture
def secretive(repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workbench:
    monkeypatch.setenv("SOME_SERVICE_TOKEN", OTHER)
    settings = load_settings(
        {"cache_dir": tmp_path / "cache", "api_key": KEY}, environ={}, cwd=tmp_path
    )
    return Workbench([repo], settings=settings)


def test_no_tool_tells_a_key_that_lies_in_the_repository(secretive: Workbench, repo: Path) -> None:
    (repo / "rtl" / "leak.sv").write_text(
        f"// {KEY} and {OTHER}\nmodule leak(input a, output y); assign y = a; // {KEY}\nendmodule\n"
    )
    leak = "rtl/leak.sv"
    results = (
        secretive.read_file(leak),
        secretive.context(leak, 2),
        secretive.show("leak"),
        secretive.drivers("leak.y"),
        secretive.search("leak"),
        secretive.complete(leak, 3),
        secretive.verify([leak], reference=[leak]),
        secretive.lint([Source("x.sv", f"module x; {KEY} endmodule")]),
    )
    for result in results:
        assert KEY not in str(to_json(result)) and OTHER not in str(to_json(result))
    assert "***" in secretive.read_file(leak).text


def test_errors_tell_no_key(secretive: Workbench) -> None:
    for ask in (secretive.show, secretive.read_file, secretive.drivers):
        with pytest.raises(Exception) as told:
            ask(KEY)
        assert KEY not in str(told.value)
        assert told.value.__suppress_context__


def test_what_is_short_or_no_secret_stays(tmp_path: Path) -> None:
    settings = load_settings({}, environ={}, cwd=tmp_path)
    secrets = Secrets(settings, {"A_KEY": "short", "MONKEY": "bananabanana", "PATH": "/usr/bin/x"})
    assert secrets.text("short bananabanana /usr/bin/x") == "short bananabanana /usr/bin/x"
    assert Secrets(settings, {"db_password": "hunter2hunter2"}).text("x hunter2hunter2") == "x ***"


def test_flags_are_named_as_arguments(tmp_path: Path) -> None:
    secrets = Secrets(load_settings({}, environ={}, cwd=tmp_path), {})
    error = secrets.error(UsageError("too long", where="--top", hint="--time-limit N; a--b"))
    assert str(error) == "top: too long (time_limit N; a--b)"


def test_a_difference_shows_no_key_and_the_edit_is_whole(secretive: Workbench, repo: Path) -> None:
    (repo / "rtl" / "leak.sv").write_text(f"// {KEY}\nmodule leak; endmodule\n")
    proposal = secretive.propose_edit("rtl/leak.sv", text=f"// {KEY}\nmodule leak2; endmodule\n")
    assert KEY not in proposal.diff
    assert KEY not in secretive.apply_edit(proposal).diff
    assert (repo / "rtl" / "leak.sv").read_text() == f"// {KEY}\nmodule leak2; endmodule\n"
    secretive.undo()
    assert (repo / "rtl" / "leak.sv").read_text() == f"// {KEY}\nmodule leak; endmodule\n"
