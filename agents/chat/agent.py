"""A model that calls tools leads: LangChain's agent on LangGraph, its checkpoints in SQLite."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from gatewright.agents.chat import proposals
from gatewright.agents.chat.asked import files_shown, undelivered
from gatewright.agents.chat.events import Decided, Decision, End
from gatewright.agents.chat.leader import Leader
from gatewright.agents.chat.mind import Manner, Mind
from gatewright.agents.chat.store import Store, connect
from gatewright.agents.chat.toolbox import Hands, Tool, run_by_hand, tools
from gatewright.agents.chat.turn import Turn
from gatewright.agents.prompts import render

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langgraph.checkpoint.sqlite import SqliteSaver
    from langgraph.graph.state import CompiledStateGraph

    from gatewright.agents.chat.request import Request
    from gatewright.agents.workbench import Workbench


@dataclass
class Agent:
    """Leads by LangGraph. What was said, called and decided is in the store's checkpoints."""

    workbench: Workbench
    mind: Mind
    store: Store
    conversation: str
    _clients: dict[frozenset[str], BaseChatModel] = field(default_factory=dict)
    _saver: SqliteSaver | None = None
    _plain: Leader | None = None

    def answer(self, turn: Turn, said: str | Request) -> End:
        """Answer; a model that takes no tools is talked with plainly from then on."""
        from gatewright.models.calling import ToolsRefused

        if self._plain is not None:
            return self._plain.answer(turn, said)
        hands = Hands(self.workbench, turn)
        for waiting in turn.state.waiting:
            proposals.forget(hands, waiting.id)
        try:
            return self._run(hands, {"messages": undelivered(turn, said)})
        except ToolsRefused as refused:
            from gatewright.agents.chat.plain import Plain

            turn.told(
                f"{self.mind.name} takes no tools ({refused.what}): it is talked with in plain text"
            )
            self._plain = Plain(self.workbench, replace(self.mind, manner=Manner.PLAIN))
            return self._plain.answer(turn, said)

    def decided(self, turn: Turn, decision: Decided) -> End:
        """Carry the decision out, and let the model go on."""
        from langgraph.types import Command

        if self._plain is not None:
            return self._plain.decided(turn, decision)
        hands = Hands(self.workbench, turn)
        graph = self._graph(hands)
        for interrupt in graph.get_state(self._config).interrupts:
            if interrupt.value.get("tool_call_id") == decision.id:
                answer = {"type": str(decision.decision)}
                if decision.decision is Decision.REJECT and decision.comment:
                    answer["message"] = decision.comment
                return self._run(hands, Command(resume={interrupt.id: answer}))
        if decision.decision is Decision.APPROVE:
            proposals.carry_out(hands, decision.id)
        else:
            proposals.forget(hands, decision.id)
        return End.DONE

    def by_hand(self, turn: Turn, tool: str, arguments: Mapping[str, object]) -> End:
        """Run a tool for the user; the model reads of it with what is said next."""
        run_by_hand(Hands(self.workbench, turn), tool, arguments)
        return End.DONE

    def close(self) -> None:
        """Let go of the checkpoints' file."""
        if self._saver is not None:
            self._saver.conn.close()
            self._saver = None

    @property
    def _config(self) -> Any:
        # One after another: what a model asks for in one breath may build on each other.
        return {"configurable": {"thread_id": self.conversation}, "max_concurrency": 1}

    def _run(self, hands: Hands, given: Any) -> End:
        from gatewright.agents.chat.messages import asks
        from gatewright.models.calling import AnswerBroken

        graph, turn = self._graph(hands), hands.turn
        try:
            for _ in graph.stream(given, self._config, stream_mode="updates", durability="sync"):
                turn.pulse()
        except AnswerBroken as broken:
            self._keep(graph, broken.text)
            raise
        finally:
            self._deliver(turn, graph)
        state = graph.get_state(self._config)
        self._prune(state.config["configurable"]["checkpoint_id"])
        if state.interrupts:
            return End.APPROVAL
        return End.QUESTION if asks(state.values["messages"]) else End.DONE

    def _keep(self, graph: CompiledStateGraph[Any, Any, Any, Any], text: str) -> None:
        """What came of an answer that broke off: the model can go on from there."""
        from langchain_core.messages import AIMessage

        if text.strip():
            graph.update_state(self._config, {"messages": [AIMessage(text)]}, as_node="model")

    def _deliver(self, turn: Turn, graph: CompiledStateGraph[Any, Any, Any, Any]) -> None:
        """Remember what the checkpoints hold, however the turn ended."""
        from gatewright.agents.chat.asked import last_of

        held = last_of(graph.get_state(self._config).values.get("messages", []))
        turn.change(lambda state: replace(state, delivered=max(state.delivered, held)))

    def _prune(self, last: str) -> None:
        """Each step keeps all messages anew; only the last one is ever gone on from."""
        saver = self._opened()
        with saver.lock:
            for table in ("checkpoints", "writes"):
                saver.conn.execute(
                    f"DELETE FROM {table} WHERE thread_id = ? AND checkpoint_id < ?",
                    (self.conversation, last),
                )

    def _opened(self) -> SqliteSaver:
        if self._saver is None:
            from langgraph.checkpoint.sqlite import SqliteSaver

            self._saver = SqliteSaver(connect(self.store.path))
            self._saver.setup()
        return self._saver

    def _graph(self, hands: Hands) -> CompiledStateGraph[Any, Any, Any, Any]:
        from langchain.agents import create_agent

        from gatewright.agents.chat.middleware import middleware
        from gatewright.models.calling import Calling, CallingModel

        mind, turn = self.mind, hands.turn
        assert mind.endpoint is not None  # a mind of the manner TOOLS has one
        calling = Calling(
            mind.endpoint,
            mind.sampling,
            mind.settings.timeout_s,
            mind.settings.retries,
            mind.settings.price(mind.name),
            on_text=turn.say,
            pulse=turn.pulse,
            on_usage=turn.spent,
            chats=self._clients,
        )
        shown = {name: tool for name, tool in tools().items() if not tool.by_hand}
        return create_agent(
            CallingModel(calling=calling),
            [_structured(tool) for tool in shown.values()],
            system_prompt=self._system(hands),
            middleware=middleware(hands, shown, files_shown(hands)),
            checkpointer=self._opened(),
        )

    def _system(self, hands: Hands) -> str:
        folders = self.workbench.folders
        name = folders[0].name if folders else "none"
        text = render("chat/system.md", folder=name)
        return hands.turn.secrets.hidden(text)


def _structured(tool: Tool) -> Any:
    """A tool as LangChain describes it to a model; the middleware is what runs it."""
    from langchain_core.tools import StructuredTool

    def refuse(**arguments: object) -> str:
        raise RuntimeError(f"{tool.name} is run by the middleware alone")

    return StructuredTool.from_function(
        refuse,
        name=tool.name,
        description=tool.what,
        args_schema=tool.arguments,
        return_direct=tool.ends,
    )
