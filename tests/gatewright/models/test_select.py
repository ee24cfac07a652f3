from __future__ import annotations

import subprocess
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any

import pytest

from gatewright.core import DataError, ModelError, UsageError
from gatewright.core.config import Settings, load_settings
from gatewright.models import Message, ModelKind, Role, Sampling
from gatewright.models import select as selection
from gatewright.models.cache import CachedModel
from gatewright.models.langchain import LangChainModel
from gatewright.models.replay import RecordingModel, ReplayModel
from gatewright.models.select import open_model, resolve, sampling_of

NOBODY = {"OLLAMA_HOST": "127.0.0.1:9"}
ASK = [Message(Role.USER, "hi")]


def settings(tmp_path: Path, environ: dict[str, str] | None = None, **flags: object) -> Settings:
    return load_settings(flags, environ=environ or {}, cwd=tmp_path, user_dir=tmp_path / "user")


def test_auto_without_anything_is_symbolic_and_says_why(tmp_path: Path) -> None:
    choice = resolve(settings(tmp_path), NOBODY)
    assert choice.kind is ModelKind.SYMBOLIC
    assert "no Ollama answers" in choice.why
    assert open_model(choice, settings(tmp_path), NOBODY) is None


def test_auto_takes_the_environments_own_name(tmp_path: Path) -> None:
    environ = NOBODY | {"GATEWRIGHT_MODEL": "openai:gpt-x"}
    choice = resolve(settings(tmp_path, environ), environ)
    assert (choice.name, choice.base_url) == ("openai:gpt-x", None)
    assert choice.why == "named by GATEWRIGHT_MODEL"


def test_auto_takes_an_openai_account(tmp_path: Path) -> None:
    environ = NOBODY | {"OPENAI_API_KEY": "k", "OPENAI_MODEL": "gpt-x"}
    choice = resolve(settings(tmp_path), environ)
    assert (choice.name, choice.base_url, choice.why) == (
        "openai:gpt-x",
        None,
        "OPENAI_API_KEY is set",
    )
    environ |= {"OPENAI_BASE_URL": "http://127.0.0.1:9/v1/"}
    assert resolve(settings(tmp_path), environ).base_url == "http://127.0.0.1:9/v1"


def test_auto_takes_anthropic_only_where_its_package_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environ = NOBODY | {"ANTHROPIC_API_KEY": "k"}
    missing = resolve(settings(tmp_path), environ)
    assert missing.kind is ModelKind.SYMBOLIC
    assert "langchain-anthropic is not installed" in missing.why
    monkeypatch.setattr(selection, "find_spec", lambda name: ModuleSpec(name, None))
    assert resolve(settings(tmp_path), environ).provider == "anthropic"


def test_auto_takes_a_local_ollama_and_prefers_a_model_for_code(
    server: Any, tmp_path: Path
) -> None:
    names = ("nomic-embed-text", "llama3:8b", "qwen2.5-coder:7b")
    server.pages["/api/tags"] = {"models": [{"name": name} for name in names]}
    environ = {"OLLAMA_HOST": server.address}
    choice = resolve(settings(tmp_path), environ)
    assert (choice.name, choice.model) == ("ollama:qwen2.5-coder:7b", "qwen2.5-coder:7b")
    assert choice.base_url == server.url
    opened = open_model(choice, settings(tmp_path), environ)
    assert opened is not None
    assert opened.complete(ASK, Sampling()).text
    assert server.bodies[0]["model"] == "qwen2.5-coder:7b"


def test_auto_with_a_base_url_asks_the_server_for_its_model(server: Any, tmp_path: Path) -> None:
    server.pages["/v1/models"] = {"data": [{"id": "only"}]}
    choice = resolve(settings(tmp_path, base_url=server.url), NOBODY)
    assert (choice.name, choice.base_url) == ("openai:only", server.url)
    server.pages["/v1/models"] = {"data": [{"id": "a"}, {"id": "b"}]}
    with pytest.raises(UsageError, match="several models: a, b"):
        resolve(settings(tmp_path, base_url=server.url), NOBODY)


def test_auto_with_a_base_url_where_nobody_is(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="does not list any"):
        resolve(settings(tmp_path, base_url="http://127.0.0.1:9/v1"), NOBODY)


@pytest.mark.parametrize(
    ("name", "base_url", "expected"),
    [
        ("openai:gpt-x", None, "openai:gpt-x"),
        ("openai:x:y", "http://h/v1", "openai:x:y"),
        ("qwen2.5-coder:7b", "http://h/v1", "openai:qwen2.5-coder:7b"),
        ("org/model", "http://h/v1", "openai:org/model"),
        ("replay:a b.jsonl", None, "replay:a b.jsonl"),
        ("symbolic", "http://h/v1", "symbolic"),
    ],
)
def test_names(tmp_path: Path, name: str, base_url: str | None, expected: str) -> None:
    choice = resolve(settings(tmp_path, model=name, base_url=base_url), {})
    assert choice.name == expected
    assert choice.why == "named by --model"


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("gpt-5", "did you mean openai:gpt-5"),
        ("claude-x", "did you mean anthropic:claude-x"),
        ("opnai:gpt-5", "none of the providers"),
        ("nonsense", "names no provider"),
        ("openai:", "no name can be read"),
        ("replay", "needs a file"),
        ("replay:", "no name can be read"),
        ("symbolic:x", "takes nothing"),
        ("  ", "no name can be read"),
        ("open ai:gpt", "no name can be read"),
    ],
)
def test_bad_names_come_back_with_examples(tmp_path: Path, name: str, says: str) -> None:
    with pytest.raises(UsageError, match=says) as caught:
        resolve(settings(tmp_path, model=name), {})
    assert "replay:answers.jsonl" in str(caught.value)


def test_ollama_by_name_needs_no_base_url(tmp_path: Path) -> None:
    choice = resolve(settings(tmp_path, model="ollama:m:7b"), {"OLLAMA_HOST": "0.0.0.0:5000"})
    assert choice.base_url == "http://127.0.0.1:5000/v1"


@pytest.mark.parametrize(
    "environ",
    [
        {"OLLAMA_HOST": "h:port"},
        {"OLLAMA_HOST": "http://[::1"},
        {"OPENAI_BASE_URL": "nowhere", "OPENAI_API_KEY": "k"},
        {"OPENAI_BASE_URL": "http://h:99999/v1"},
    ],
)
def test_a_bad_address_in_a_variable_is_named(tmp_path: Path, environ: dict[str, str]) -> None:
    with pytest.raises(UsageError, match=f"^{next(iter(environ))}: bad address"):
        resolve(settings(tmp_path), environ)


def opened(tmp_path: Path, environ: dict[str, str], **flags: object) -> Any:
    chosen = settings(tmp_path, environ, **flags)
    return open_model(resolve(chosen, environ), chosen, environ)


def test_a_missing_key_says_which_variable(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="set OPENAI_API_KEY or GATEWRIGHT_API_KEY"):
        opened(tmp_path, {}, model="openai:gpt-x")


def test_a_key_with_a_line_break_is_refused_unseen(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="characters that no key has") as caught:
        opened(tmp_path, {"OPENAI_API_KEY": "sk-one\nsk-two"}, model="openai:gpt-x")
    assert "sk-" not in str(caught.value)


def test_a_missing_package_says_how_to_install_it(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="pip install langchain-groq"):
        opened(tmp_path, {"GROQ_API_KEY": "k"}, model="groq:m")


def test_the_key_of_the_environment_goes_to_the_server_that_the_user_names(
    server: Any, tmp_path: Path
) -> None:
    opened(tmp_path, {"OPENAI_API_KEY": "sk-mine"}, model="openai:m", base_url=server.url).complete(
        ASK, Sampling()
    )
    assert server.headers[0]["authorization"] == "Bearer sk-mine"


@pytest.mark.parametrize("variable", ["OPENAI_API_KEY", "GATEWRIGHT_API_KEY"])
def test_a_projects_file_cannot_have_the_users_key_sent_away(tmp_path: Path, variable: str) -> None:
    (tmp_path / "gatewright.toml").write_text(
        'model = "openai:m"\nbase_url = "https://elsewhere.example/v1"\n'
    )
    environ = {variable: "sk-mine"}
    model = opened(tmp_path, environ)
    assert isinstance(model, LangChainModel)
    assert model._endpoint.api_key == ""
    confirmed = opened(tmp_path, environ, base_url="https://elsewhere.example/v1")
    assert confirmed._endpoint.api_key == "sk-mine"


def test_wrappers_as_set(tmp_path: Path) -> None:
    flags = {"model": "m", "base_url": "http://127.0.0.1:9/v1", "cache_dir": tmp_path / "cache"}
    assert isinstance(opened(tmp_path, {}, cache="write", **flags), CachedModel)
    assert isinstance(opened(tmp_path, {}, record=tmp_path / "r.jsonl", **flags), RecordingModel)
    assert isinstance(opened(tmp_path, {}, cache="off", **flags), LangChainModel)


def test_a_replayed_cache_needs_no_key(tmp_path: Path) -> None:
    flags = {"model": "openai:m", "cache_dir": tmp_path}
    opened(tmp_path, {"OPENAI_API_KEY": "k"}, cache="write", **flags)
    assert opened(tmp_path, {}, cache="replay", **flags).name == "openai:m"


def test_replay_files_are_opened_at_once(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    with pytest.raises(DataError, match="JSONL"):
        opened(tmp_path, {}, model=f"replay:{path}")
    path.write_text('{"response": "x"}\n')
    assert isinstance(opened(tmp_path, {}, model=f"replay:{path}"), ReplayModel)


def test_sampling_follows_the_settings(tmp_path: Path) -> None:
    chosen = settings(tmp_path, temperature=0.8, top_p=0.95, max_tokens=100)
    assert sampling_of(chosen, 3) == Sampling(0.8, 0.95, 100, None, 3)


def test_choosing_a_model_imports_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "import gatewright.models, gatewright.models.select, gatewright.core.config\n"
        "from gatewright.core.config import load_settings\n"
        "gatewright.models.select.resolve(load_settings({'model': 'openai:m'}))\n"
        "heavy = {'langchain', 'langchain_core', 'langchain_openai', 'openai', 'httpx', 'httpx2',"
        " 'urllib.request', 'asyncio', 'sqlite3', 'rich', 'typer'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "[]\n"


def test_the_seam_alone_does_not_even_import_pydantic() -> None:
    code = "import sys, gatewright.models; print('pydantic' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "False\n"
