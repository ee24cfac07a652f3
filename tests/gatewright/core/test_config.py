from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pydantic import ValidationError

from gatewright.core import UsageError
from gatewright.core.config import CacheMode, LayerKind, Price, Settings, load_settings

SECRET = "sk-do-not-show"


class Place:
    """A home with a user's file and a project's file."""

    def __init__(self, root: Path) -> None:
        self.user = root / "home" / "gatewright.toml"
        self.project = root / "work" / "gatewright.toml"
        self.inside = root / "work" / "rtl" / "deep"
        for folder in (self.user.parent, self.inside):
            folder.mkdir(parents=True)

    def load(self, environ: dict[str, str] | None = None, **flags: object) -> Settings:
        return load_settings(
            flags, environ=environ or {}, cwd=self.inside, user_dir=self.user.parent
        )


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def failure(place: Place, environ: dict[str, str] | None = None, **flags: object) -> str:
    with pytest.raises(UsageError) as caught:
        place.load(environ, **flags)
    return str(caught.value)


def test_defaults_need_nothing(place: Place) -> None:
    settings = place.load()
    assert (settings.model, settings.temperature, settings.cache) == ("auto", 0.0, CacheMode.OFF)
    assert settings.jobs >= 1
    assert settings.cache_dir.name == "gatewright"
    assert settings.origin("model").kind is LayerKind.DEFAULT


def test_each_layer_wins_over_the_one_before(place: Place) -> None:
    def rounds(environ: dict[str, str] | None = None, **flags: object) -> tuple[int, str]:
        settings = place.load(environ, **flags)
        return settings.rounds, str(settings.origin("rounds"))

    assert rounds() == (5, "default")
    place.user.write_text("rounds = 11")
    assert rounds() == (11, str(place.user))
    place.project.write_text("rounds = 12")
    assert rounds() == (12, str(place.project))
    environ = {"GATEWRIGHT_ROUNDS": "13"}
    assert rounds(environ) == (13, "GATEWRIGHT_ROUNDS")
    assert rounds(environ, rounds=14) == (14, "--rounds")
    assert rounds(environ, rounds=None) == (13, "GATEWRIGHT_ROUNDS")


def test_layers_add_up(place: Place) -> None:
    place.user.write_text('model = "openai:a"\ntemperature = 0.5')
    place.project.write_text("temperature = 0.7\nsamples = 3")
    settings = place.load({"GATEWRIGHT_JOBS": "2"}, retries=0)
    assert settings.model == "openai:a"
    assert (settings.temperature, settings.samples) == (0.7, 3)
    assert (settings.jobs, settings.retries) == (2, 0)


def test_the_nearest_projects_file_alone_is_read(place: Place) -> None:
    place.project.write_text("rounds = 12\nsamples = 9")
    (place.inside / "gatewright.toml").write_text("rounds = 2")
    settings = place.load()
    assert (settings.rounds, settings.samples) == (2, 1)


def test_prices_in_a_file_and_in_the_environment(place: Place) -> None:
    place.project.write_text('[prices."openai:gpt-x"]\nprompt = 1.25\ncompletion = 10\n')
    assert place.load().price("openai:gpt-x") == Price(prompt=1.25, completion=10)
    environ = {"GATEWRIGHT_PRICES": '{"gpt-y": {"prompt": 1, "completion": 2}}'}
    settings = place.load(environ)
    assert settings.price("openai:gpt-y") == Price(prompt=1, completion=2)
    assert settings.price("openai:gpt-x") is None


def test_paths_in_a_file_are_beside_it(place: Place) -> None:
    place.project.write_text('cache_dir = "cache"\nrecord = "/tmp/r.jsonl"')
    settings = place.load()
    assert settings.cache_dir == place.project.parent / "cache"
    assert settings.record == Path("/tmp/r.jsonl")


def test_a_byte_order_mark_does_no_harm(place: Place) -> None:
    place.project.write_bytes(b"\xef\xbb\xbfrounds = 3\n")
    assert place.load().rounds == 3


def test_an_empty_variable_is_not_set_and_others_tools_variables_are_theirs(place: Place) -> None:
    settings = place.load({"GATEWRIGHT_MODEL": " ", "GATEWRIGHT_DATA": "/data"})
    assert settings.model == "auto"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("modle = 'x'", "unknown key 'modle' (did you mean 'model'?"),
        ("zzz = 1", "unknown key 'zzz' (allowed: api_key, base_url"),
        ("_origins = 1", "unknown key '_origins'"),
        ("rounds = -1", "'rounds': it must be 0 or more"),
        ("rounds = 'many'", "'rounds': it must be a whole number"),
        ("temperature = nan", "'temperature': it must be a finite number"),
        ("temperature = 3", "'temperature': it must be 2 or less"),
        ("cache = 'always'", "'cache': it must be 'off', 'read', 'write' or 'replay'"),
        ("isolation = 'jail'", "'isolation': it must be 'auto', 'container', 'bwrap'"),
        ("base_url = 'localhost:8000'", "'base_url': it must look like http://127.0.0.1:8000/v1"),
        ("base_url = 'http://[::1'", "'base_url'"),
        ("base_url = 'http://h:port/v1'", "'base_url': it must look like"),
        ("[prices.m]\nprompt = 1", "'prices.m.completion'"),
        ("[prices.m]\nprompt = 1\ncompletion = -1", "'prices.m.completion': it must be 0 or more"),
        ("[prices.m]\nprompt = 1\ncompletion = 1\ninput = 1", "'prices.m.input'"),
        ("rounds = ", "not TOML"),
        ("rounds = 1\nrounds = 2", "not TOML"),
    ],
)
def test_bad_files_name_the_file_the_key_and_what_is_allowed(
    place: Place, text: str, says: str
) -> None:
    place.project.write_text(text)
    message = failure(place)
    assert message.startswith(f"{place.project}: ")
    assert says in message


def test_files_that_cannot_be_read(place: Place) -> None:
    place.project.write_bytes(b"model = '\xff'")
    assert "not UTF-8 text" in failure(place)
    place.project.unlink()
    place.project.mkdir()
    assert "cannot read" in failure(place)


def test_bad_variables_and_flags_are_named(place: Place) -> None:
    assert failure(place, {"GATEWRIGHT_TIMEOUT_S": "0"}).startswith("GATEWRIGHT_TIMEOUT_S: ")
    assert failure(place, {"GATEWRIGHT_PRICES": "{"}).startswith("GATEWRIGHT_PRICES: not JSON")
    assert failure(place, max_tokens=0).startswith("--max-tokens: ")


def test_a_projects_file_may_not_weaken_the_sandbox(place: Place) -> None:
    place.project.write_text("isolation = 'rlimits'")
    assert "may not weaken the sandbox" in failure(place)
    place.project.write_text("isolation = 'bwrap'")
    assert place.load(isolation="rlimits").isolation == "rlimits"


def test_the_key_is_never_shown(place: Place) -> None:
    settings = place.load({"GATEWRIGHT_API_KEY": SECRET})
    assert settings.api_key is not None
    assert settings.api_key.get_secret_value() == SECRET
    shown = [str(settings), repr(settings), settings.model_dump_json(), str(settings.model_dump())]
    assert SECRET not in "".join(shown)
    place.project.write_text(f"api_key = ['{SECRET}']")
    assert SECRET not in failure(place)


def test_settings_are_frozen(place: Place) -> None:
    with pytest.raises(ValidationError):
        place.load().model = "other"  # type: ignore[misc]


@hypothesis_settings(max_examples=60)
@given(
    st.fixed_dictionaries(
        {},
        optional={
            "model": st.from_regex(r"[a-z]{1,8}:[a-z0-9.-]{1,8}", fullmatch=True),
            "temperature": st.floats(0, 2),
            "top_p": st.floats(0.01, 1),
            "max_tokens": st.integers(1, 10**6),
            "rounds": st.integers(0, 1000),
            "cache": st.sampled_from([mode.value for mode in CacheMode]),
            "budget_usd": st.floats(0.01, 1e6),
        },
    )
)
def test_file_environment_and_flags_say_the_same(
    tmp_path_factory: pytest.TempPathFactory, values: dict[str, object]
) -> None:
    folder = tmp_path_factory.mktemp("same")
    environ = {f"GATEWRIGHT_{key.upper()}": str(value) for key, value in values.items()}
    by_environment = load_settings({}, environ=environ, cwd=folder, user_dir=folder)
    by_flag = load_settings(values, environ={}, cwd=folder, user_dir=folder)
    lines = [f"{key} = {json.dumps(value)}\n" for key, value in values.items()]
    (folder / "gatewright.toml").write_text("".join(lines))
    by_file = load_settings({}, environ={}, cwd=folder, user_dir=folder / "none")
    assert by_environment.model_dump() == by_flag.model_dump() == by_file.model_dump()


def test_the_vocabulary_alone_does_not_import_pydantic() -> None:
    code = "import sys, gatewright.core; print('pydantic' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "False\n"
