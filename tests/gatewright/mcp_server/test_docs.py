"""The configurations of docs/mcp.md are JSON, and the table names the tools that there are."""

from __future__ import annotations

import json
import re
from pathlib import Path

import anyio
from mcp import Client

from gatewright.agents.chat.actions import ACTIONS
from gatewright.agents.workbench import Workbench
from gatewright.mcp_server.making import make_server

PAGE = (Path(__file__).parents[3] / "docs" / "mcp.md").read_text()


def test_configurations_are_json() -> None:
    found = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    assert len(found) == 2
    for text in found:
        assert "gatewright" in json.loads(text)["mcpServers"]


def test_the_table_names_every_tool_and_the_text_every_prompt() -> None:
    async def names(bench: Workbench) -> set[str]:
        async with Client(make_server(bench)) as client:
            return {tool.name for tool in (await client.list_tools()).tools}

    with Workbench() as bench:
        assert set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)) == anyio.run(names, bench)
    for action in ACTIONS:
        assert f"`{action.name}`" in PAGE
