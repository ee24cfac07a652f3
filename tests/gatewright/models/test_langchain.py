from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from gatewright.core import ModelError
from gatewright.core.config import Price
from gatewright.models import Message, Role, Sampling
from gatewright.models.endpoint import Endpoint
from gatewright.models.langchain import LangChainModel, estimate_tokens

KEY = "sk-very-secret-0123456789"
ASK = [Message(Role.SYSTEM, "You write Verilog."), Message(Role.USER, "An inverter.")]
PLAIN = Sampling()


def model(server: Any, **options: Any) -> LangChainModel:
    options = {"timeout_s": 10.0, "retries": 2, "backoff_s": 0.01} | options
    return LangChainModel(Endpoint("openai", "fake", server.url, KEY), **options)


def failure(server: Any, **options: Any) -> str:
    with pytest.raises(ModelError) as caught:
        model(server, **options).complete(ASK, PLAIN)
    assert KEY not in str(caught.value)
    return str(caught.value)


def test_an_answer_with_its_tokens_and_its_price(server: Any) -> None:
    answer = model(server, price=Price(prompt=2.0, completion=10.0)).complete(ASK, PLAIN)
    assert answer.text == "module m; endmodule"
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (11, 7)
    assert answer.usage.cost == pytest.approx((11 * 2 + 7 * 10) / 1e6)
    assert answer.usage.calls == 1
    assert answer.usage.seconds > 0
    assert not answer.truncated
    assert not answer.cached


def test_what_is_sent(server: Any) -> None:
    drawn = Sampling(temperature=0.7, top_p=0.9, max_tokens=50, seed=3, sample=4)
    model(server).complete(ASK, drawn)
    body = server.bodies[0]
    assert body["messages"] == [
        {"role": "system", "content": "You write Verilog."},
        {"role": "user", "content": "An inverter."},
    ]
    assert (body["model"], body["temperature"], body["top_p"]) == ("fake", 0.7, 0.9)
    assert (body["max_tokens"], body["seed"]) == (50, 3)
    assert not body.get("stream")
    assert server.headers[0]["authorization"] == f"Bearer {KEY}"


def test_a_server_without_a_key_is_not_sent_the_one_in_the_environment(
    server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    LangChainModel(Endpoint("openai", "fake", server.url)).complete(ASK, PLAIN)
    assert KEY not in str(server.headers)


def test_a_proxy_is_not_asked_for_a_server_on_this_machine(
    server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    assert model(server, retries=0).complete(ASK, PLAIN).text


def test_a_stream_arrives_in_pieces_in_the_callers_thread_with_its_tokens(server: Any) -> None:
    server.play(server.ok("module m;\nendmodule\n"))
    pieces: list[tuple[str, int]] = []
    answer = model(server).complete(
        ASK, PLAIN, lambda text: pieces.append((text, threading.get_ident()))
    )
    me = threading.get_ident()
    assert pieces == [("module m;\n", me), ("endmodule\n", me)]
    assert answer.text == "module m;\nendmodule\n"
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (11, 7)
    assert server.bodies[0]["stream_options"] == {"include_usage": True}


def test_a_stream_that_breaks_off_is_truncated(server: Any) -> None:
    server.play(server.ok("module m;\n", finish=None))
    assert model(server).complete(ASK, PLAIN, lambda text: None).truncated


def test_an_error_in_the_listener_is_the_callers_own(server: Any) -> None:
    def fail(text: str) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        model(server).complete(ASK, PLAIN, fail)
    assert len(server.bodies) == 1


def test_server_errors_are_tried_again(server: Any) -> None:
    server.play(server.status(503), server.status(503), server.ok("yes"))
    assert model(server).complete(ASK, PLAIN).text == "yes"
    assert len(server.bodies) == 3


def test_a_server_that_keeps_failing(server: Any) -> None:
    server.play(server.status(503, "overloaded"))
    message = failure(server)
    assert len(server.bodies) == 3
    assert "503: overloaded, 3 tries" in message


def test_retry_after_is_heeded(server: Any) -> None:
    server.play(server.status(429, Retry_After="0.4"), server.ok("yes"))
    start = time.monotonic()
    assert model(server).complete(ASK, PLAIN).text == "yes"
    assert time.monotonic() - start >= 0.4


def test_a_wait_too_long_is_not_begun(server: Any) -> None:
    server.play(server.status(429, "slow down", Retry_After="3600"))
    message = failure(server)
    assert "rate limit (429): slow down" in message
    assert "--jobs" in message
    assert len(server.bodies) == 1


def test_no_quota_left_is_not_tried_again(server: Any) -> None:
    server.play(server.status(429, "You exceeded…", error_code="insufficient_quota"))
    assert "no quota left" in failure(server)
    assert len(server.bodies) == 1


def test_a_refused_key_is_named_by_its_variable_and_never_shown(server: Any) -> None:
    server.play(server.status(401, f"Incorrect API key provided: {KEY}"))
    message = failure(server)
    assert "refused the API key (401)" in message
    assert "OPENAI_API_KEY or GATEWRIGHT_API_KEY" in message


@pytest.mark.parametrize("code", [400, 403, 404, 429, 500])
def test_a_key_that_the_server_repeats_is_never_shown(server: Any, code: int) -> None:
    server.play(server.status(code, f"you sent Bearer {KEY}"))
    assert "***" in failure(server, retries=0)


def test_an_unknown_model(server: Any) -> None:
    server.play(server.status(404, "The model `fake` does not exist"))
    message = failure(server)
    assert "The model `fake` does not exist" in message
    assert f"{server.url}/models" in message


def test_a_base_url_without_v1(server: Any) -> None:
    server.play(server.raw("not here", "text/plain", 404))
    with pytest.raises(ModelError, match="lack a /v1"):
        LangChainModel(Endpoint("openai", "fake", server.address, KEY)).complete(ASK, PLAIN)


def test_a_prompt_too_long(server: Any) -> None:
    server.play(server.status(400, "maximum context length is 4096 tokens"))
    assert "the prompt is too long" in failure(server)


def test_a_parameter_that_a_model_does_not_take_is_left_out_from_then_on(
    server: Any, caplog: pytest.LogCaptureFixture
) -> None:
    refusal = server.status(400, "Unsupported", error_code="unsupported_value", param="temperature")
    server.play(refusal, server.ok("a"), server.ok("b"))
    asked = model(server)
    assert asked.complete(ASK, PLAIN).text == "a"
    assert asked.complete(ASK, PLAIN).text == "b"
    assert ["temperature" in body for body in server.bodies] == [True, False, False]
    assert "takes no temperature" in caplog.text


def test_a_parameter_refused_again_and_again_is_an_error(server: Any) -> None:
    server.play(server.status(400, "No", error_code="unsupported_value", param="temperature"))
    assert "status 400: No" in failure(server)
    assert len(server.bodies) == 2


@pytest.mark.parametrize("streamed", [False, True])
def test_a_server_that_hangs(server: Any, streamed: bool) -> None:
    server.play(server.hang())
    asked = model(server, timeout_s=0.5)
    asked._chat(PLAIN)
    start = time.monotonic()
    with pytest.raises(ModelError, match=r"no complete answer within 0\.5 s"):
        asked.complete(ASK, PLAIN, (lambda text: None) if streamed else None)
    assert time.monotonic() - start < 2
    assert len(server.bodies) == 1


@pytest.mark.parametrize("streamed", [False, True])
def test_a_server_that_trickles(server: Any, streamed: bool) -> None:
    server.play(server.trickle(": keep alive\n\n" * 100 if streamed else "{" + " " * 1000))
    asked = model(server, timeout_s=0.5)
    asked._chat(PLAIN)
    start = time.monotonic()
    with pytest.raises(ModelError, match=r"no complete answer within 0\.5 s"):
        asked.complete(ASK, PLAIN, (lambda text: None) if streamed else None)
    assert time.monotonic() - start < 2


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("{not json", "application/json"),
        ("<html><body>Welcome to nginx</body></html>", "text/html"),
        ('{"hello": "world"}', "application/json"),
        ("[]", "application/json"),
        ("null", "application/json"),
        ('{"choices": []}', "application/json"),
        ('{"choices": [{}]}', "application/json"),
        ('{"choices": [{"message": 3}]}', "application/json"),
        ("", "application/json"),
        ("\x00\xff\x00", "application/octet-stream"),
    ],
)
@pytest.mark.parametrize("streamed", [False, True])
def test_garbage(server: Any, text: str, kind: str, streamed: bool) -> None:
    server.play(server.raw(text, kind))
    with pytest.raises(ModelError) as caught:
        model(server).complete(ASK, PLAIN, (lambda piece: None) if streamed else None)
    message = str(caught.value)
    assert "not a chat completion" in message or "is empty" in message
    assert server.url in message
    assert "TypeError" not in message


def test_an_error_inside_an_answer_with_status_200(server: Any) -> None:
    server.play(server.raw('{"error": {"message": "upstream is out", "code": 502}}'))
    message = failure(server)
    assert "502: upstream is out" in message
    assert len(server.bodies) == 3


def test_nobody_listens() -> None:
    nobody = LangChainModel(
        Endpoint("openai", "fake", "http://127.0.0.1:9/v1"), retries=1, backoff_s=0.01
    )
    with pytest.raises(ModelError) as caught:
        nobody.complete(ASK, PLAIN)
    message = str(caught.value)
    assert "cannot reach the server" in message
    assert "127.0.0.1:9" in message
    assert "start the server" in message


def test_a_server_that_hangs_up_is_tried_again(server: Any) -> None:
    server.play(server.hang_up(), server.ok("yes"))
    assert model(server).complete(ASK, PLAIN).text == "yes"


def test_an_empty_answer_is_tried_again_and_paid_for(server: Any) -> None:
    server.play(server.ok(" \n"), server.ok("yes"))
    answer = model(server).complete(ASK, PLAIN)
    assert answer.text == "yes"
    assert answer.usage.calls == 2
    assert answer.usage.prompt_tokens == 22


def test_nothing_but_empty_answers(server: Any) -> None:
    server.play(server.ok(""))
    assert "the answer is empty, 3 tries" in failure(server)


def test_a_token_limit_that_leaves_no_answer(server: Any) -> None:
    server.play(server.ok("", finish="length"))
    assert "raise max_tokens" in failure(server)
    assert len(server.bodies) == 1


def test_a_truncated_answer_says_so(server: Any) -> None:
    server.play(server.ok("module m;", finish="length"))
    assert model(server).complete(ASK, PLAIN).truncated


@pytest.mark.parametrize("streamed", [False, True])
def test_tokens_are_estimated_where_the_server_counts_none(server: Any, streamed: bool) -> None:
    server.play(server.ok("abcdefghi", usage=False))
    on_text = (lambda text: None) if streamed else None
    usage = model(server).complete(ASK, PLAIN, on_text).usage
    assert usage.prompt_tokens == estimate_tokens("You write Verilog.An inverter.")
    assert usage.completion_tokens == 3


def test_many_ways_of_sampling(server: Any) -> None:
    asked = model(server)
    for seed in range(40):
        assert asked.complete(ASK, Sampling(seed=seed)).text
    assert [body["seed"] for body in server.bodies] == list(range(40))
    assert len(asked._chats) <= 16


def test_many_threads_at_once(server: Any) -> None:
    asked = model(server)
    with ThreadPoolExecutor(8) as pool:
        texts = list(pool.map(lambda n: asked.complete(ASK, Sampling(sample=n)).text, range(24)))
    assert texts == ["module m; endmodule"] * 24
    assert len(server.bodies) == 24


def test_a_server_that_does_not_stream_is_told_once_and_understood(server: Any) -> None:
    plain = server.ok("module m;\nendmodule")
    server.play(lambda handler, body: plain(handler, {}))
    asked = model(server)
    for _ in range(2):
        pieces: list[str] = []
        answer = asked.complete(ASK, PLAIN, pieces.append)
        assert answer.text == "".join(pieces) == "module m;\nendmodule"
        assert not answer.truncated
    assert [body.get("stream", False) for body in server.bodies] == [True, False, False]


def test_ctrl_c_ends_a_call_at_once(server: Any) -> None:
    server.play(server.hang())
    code = (
        "from gatewright.models import *\n"
        "from gatewright.models.endpoint import Endpoint\n"
        "from gatewright.models.langchain import LangChainModel\n"
        f"m = LangChainModel(Endpoint('openai', 'fake', '{server.url}'))\n"
        "try:\n"
        "    m.complete([Message(Role.USER, 'hi')], Sampling())\n"
        "except KeyboardInterrupt:\n"
        "    print('interrupted')\n"
    )
    running = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    while not server.bodies:
        assert running.poll() is None
        time.sleep(0.02)
    running.send_signal(signal.SIGINT)
    assert running.communicate(timeout=10) == ("interrupted\n", "")


def test_a_process_that_used_a_model_ends_quietly(server: Any) -> None:
    code = (
        "from gatewright.models import *\n"
        "from gatewright.models.endpoint import Endpoint\n"
        "from gatewright.models.langchain import LangChainModel\n"
        f"m = LangChainModel(Endpoint('openai', 'fake', '{server.url}'))\n"
        "print(m.complete([Message(Role.USER, 'hi')], Sampling()).text)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "module m; endmodule\n"
    assert done.stderr == ""
