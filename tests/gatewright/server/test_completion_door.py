"""Completion as unmodified clients ask for it."""

from __future__ import annotations

import asyncio
import json
import socket
import time

import httpx
import openai
import pytest

from gatewright.models.infill_tokens import infill_tokens

from .running import TIMER, TOP, Server

CUT = TIMER.index("    .rst_n(rst_n)")
ABOVE, BELOW = TIMER[:CUT], TIMER[CUT + len("    .rst_n(rst_n),") :]


@pytest.fixture
def client(server: Server) -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{server.address}/v1", api_key=server.token, max_retries=0)


def test_the_openai_package_lists_models(client: openai.OpenAI) -> None:
    assert "gatewright/complete" in [model.id for model in client.models.list()]
    assert client.models.retrieve("gatewright/complete").id == "gatewright/complete"
    with pytest.raises(openai.NotFoundError, match="gatewright/complete"):
        client.models.retrieve("gpt-5")


def test_the_openai_package_completes_with_a_suffix(client: openai.OpenAI) -> None:
    # All ports of the repository's own counter that the open instance lacks.
    answer = client.completions.create(
        model="gatewright/complete", prompt=TOP, suffix="\n  );\nendmodule\n", max_tokens=200
    )
    text = answer.choices[0].text
    assert [line.split("(")[0].strip() for line in text.splitlines()] == [
        ".clk",
        ".rst_n",
        ".enable",
        ".count",
    ]
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage is None


def test_the_openai_package_streams(client: openai.OpenAI) -> None:
    whole = client.completions.create(model="m", prompt=TOP, suffix="\n  );\nendmodule\n")
    stream = client.completions.create(
        model="m", prompt=TOP, suffix="\n  );\nendmodule\n", stream=True
    )
    pieces = list(stream)
    assert "".join(piece.choices[0].text for piece in pieces) == whole.choices[0].text
    assert len(pieces) > 2
    assert pieces[-1].choices[0].finish_reason == "stop"


def test_a_stop_and_a_limit_end_it(client: openai.OpenAI) -> None:
    one = client.completions.create(model="m", prompt=TOP, stop=["\n"])
    assert one.choices[0].text.count("\n") == 0
    none = client.completions.create(model="m", prompt=TOP, max_tokens=0)
    assert none.choices[0].text == ""
    with pytest.raises(openai.BadRequestError, match="one prompt"):
        client.completions.create(model="m", prompt=["a", "b"])


def test_llama_vscode_fills_a_hole(server: Server) -> None:
    # The request of llama.vscode: lines above and below, and the beginning of the cursor's line.
    body = {
        "id_slot": 0,
        "input_prefix": ABOVE,
        "input_suffix": BELOW,
        "input_extra": [
            {"text": "module x;", "time": 1732000000000, "filename": "/elsewhere/x.sv"},
            {"text": "# notes", "time": 1732000000000, "filename": "/elsewhere/notes.md"},
        ],
        "prompt": "    .rst",
        "n_predict": 128,
        "n_cmpl": 1,
        "top_k": 40,
        "top_p": 0.99,
        "stream": False,
        "samplers": ["top_k", "top_p", "infill"],
        "cache_prompt": True,
        "n_indent": 4,
        "t_max_prompt_ms": 500,
        "t_max_predict_ms": 1000,
    }
    answer = httpx.post(f"{server.address}/infill", json=body, headers=server.headers)
    assert answer.status_code == 200
    assert answer.json()["content"] == "_n(rst_n),"
    # It asks so ahead of time, to warm what answers: nothing is to be written.
    warm = body | {"n_predict": 0, "samplers": [], "t_max_predict_ms": 1}
    asked = httpx.post(f"{server.address}/infill", json=warm, headers=server.headers)
    assert asked.json()["content"] == ""
    pieces = httpx.post(
        f"{server.address}/infill", json=body | {"stream": True}, headers=server.headers
    )
    told = [json.loads(line[6:]) for line in pieces.text.splitlines() if line.startswith("data: ")]
    assert "".join(piece["content"] for piece in told) == "_n(rst_n),"
    assert [piece["stop"] for piece in told] == [False, True]


@pytest.mark.parametrize("model", ["qwen2.5-coder", "starcoder2", "codestral", "deepseek-coder"])
def test_continue_writes_the_hole_into_the_prompt(client: openai.OpenAI, model: str) -> None:
    # Continue's prompts: comments that name other files and this one, between a family's words.
    tokens = infill_tokens(model)
    assert tokens is not None
    prefix = f"// Path: rtl/counter.sv\n// module counter;\n// rtl/timer.sv\n{ABOVE}    .rst"
    stream = client.completions.create(
        model=model,
        prompt=tokens.prompt(prefix, BELOW),
        max_tokens=256,
        temperature=0.01,
        stop=["<|endoftext|>", "<|fim_prefix|>", "// Path:", "/src/", "\n"],
        stream=True,
    )
    assert "".join(piece.choices[0].text for piece in stream) == "_n(rst_n),"


def test_continue_asks_mistrals_way_too(server: Server) -> None:
    # What Continue puts before the text for Codestral: other files, then this one's name.
    prompt = f"+++++ rtl/counter.sv \nmodule counter;\n\n+++++ rtl/timer.sv\n{ABOVE}    .rst"
    body = {"model": "codestral", "prompt": prompt, "suffix": BELOW, "stream": True}
    answer = httpx.post(f"{server.address}/v1/fim/completions", json=body, headers=server.headers)
    lines = [line[6:] for line in answer.text.splitlines() if line.startswith("data: ")]
    assert lines[-1] == "[DONE]"
    told = [json.loads(line)["choices"][0] for line in lines[:-1]]
    assert "".join(choice["delta"].get("content", "") for choice in told) == "_n(rst_n),"
    assert told[-1]["finish_reason"] == "stop"


def test_other_languages_are_left_to_others(client: openai.OpenAI) -> None:
    answer = client.completions.create(
        model="m",
        prompt="<|file_sep|>src/tool.py\n<|fim_prefix|>import os\n<|fim_suffix|><|fim_middle|>",
    )
    assert answer.choices[0].text == ""


def test_what_was_saved_a_moment_ago_counts(server: Server, client: openai.OpenAI) -> None:
    fresh = server.root / "rtl" / "fresh.sv"
    ports = "  input logic clk,\n  input logic go,\n  output logic done\n"
    fresh.write_text(f"module fresh (\n{ports});\nendmodule\n")
    try:
        prompt = "module user (\n  input logic clk\n);\n  fresh u_fresh (\n"
        for _ in range(60):
            text = (
                client.completions.create(model="m", prompt=prompt, suffix="\n  );\n")
                .choices[0]
                .text
            )
            if ".go" in text:
                break
            time.sleep(0.25)
        assert [line.split("(")[0].strip() for line in text.splitlines()] == [
            ".clk",
            ".go",
            ".done",
        ]
    finally:
        fresh.unlink()


def test_fifty_clients_at_once_are_all_answered(server: Server) -> None:
    async def one(number: int) -> list[str]:
        async with openai.AsyncOpenAI(
            base_url=f"{server.address}/v1", api_key=server.token, max_retries=0, timeout=120
        ) as client:
            texts = []
            for _ in range(2):
                answer = await client.completions.create(
                    model="m", prompt=f"{ABOVE}    .rst", suffix=BELOW, stop=["\n"]
                )
                texts.append(answer.choices[0].text)
            return texts

    async def all_of_them() -> list[list[str]]:
        return await asyncio.gather(*(one(number) for number in range(50)))

    assert asyncio.run(all_of_them()) == [["_n(rst_n),"] * 2] * 50


def test_clients_that_leave_do_no_harm(server: Server) -> None:
    address = httpx.URL(f"{server.address}/v1/completions")
    body = {"prompt": ABOVE * 20, "suffix": BELOW}
    asked = httpx.Request("POST", address, json=body, headers=server.headers)
    head = "".join(f"{name}: {value}\r\n" for name, value in asked.headers.items())
    for _ in range(5):
        with socket.create_connection((address.host, address.port or 80)) as client:
            client.sendall(f"POST {address.path} HTTP/1.1\r\n{head}\r\n".encode())
            client.sendall(asked.content)
    answer = httpx.post(
        f"{server.address}/v1/completions",
        json={"prompt": ABOVE},
        headers=server.headers,
        timeout=60,
    )
    assert answer.status_code == 200
