"""Facts of Scala files that hold Chisel: classes, ports, registers, instances, connections."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gatewright.retrieval.facts.trees import Tree, walk
from gatewright.retrieval.facts.types import (
    Assignment,
    Block,
    BlockKind,
    Condition,
    FileFacts,
    Instance,
    Module,
    ModuleKind,
    Override,
    Parameter,
    Port,
    Signal,
)

_UNITS = {
    "class_definition": ModuleKind.CLASS,
    "object_definition": ModuleKind.OBJECT,
    "trait_definition": ModuleKind.TRAIT,
}
_INNER = frozenset((*_UNITS, "function_definition"))
_HARDWARE = frozenset(("Module", "RawModule", "MultiIOModule", "BlackBox", "ExtModule"))
_DIRECTIONS = {"Input": "input", "Output": "output", "Analog": "inout", "Flipped": "input"}
_BRANCHES = frozenset(("when", "elsewhen", "otherwise", "switch", "is"))
_CONNECTS = frozenset((":=", "<>", ":<>=", ":<=", ":>="))


def scala_facts(text: str, path: str) -> FileFacts:
    """The design units of a text, wherever they are nested. Never raises on bad text."""
    import tree_sitter_scala

    tree = Tree(text, tree_sitter_scala.language)
    modules = tuple(_units(tree, tree.root, ""))
    imports = [
        tree.text(node).removeprefix("import ")
        for node in tree.root.children
        if node.type == "import_declaration"
    ]
    return FileFacts(path, "scala", modules, tuple(imports), (), (), tree.errors())


def _units(tree: Tree, root: Any, parent: str) -> Iterator[Module]:
    waiting = [(root, parent)]
    while waiting:
        node, parent = waiting.pop()
        kind = _UNITS.get(node.type)
        if kind is not None:
            name = tree.field(node, "name")
            yield _unit(tree, node, kind, parent)
            parent = name
        waiting += [(child, parent) for child in reversed(node.children)]


def _unit(tree: Tree, node: Any, kind: ModuleKind, parent: str) -> Module:
    extends = node.child_by_field_name("extend")
    bases = [tree.text(c) for c in extends.children if c.is_named] if extends is not None else []
    names = {base.partition("(")[0].partition("[")[0].strip() for base in bases}
    if kind is ModuleKind.CLASS and names & _HARDWARE:
        kind = ModuleKind.MODULE
    body = node.child_by_field_name("body")
    members = list(body.children) if body is not None else []
    values = [m for m in members if m.type in ("val_definition", "var_definition")]
    return Module(
        kind,
        tree.field(node, "name"),
        parent,
        tuple(port for value in values for port in _ports(tree, value)),
        tuple(_parameters(tree, node)),
        (),
        (),
        tuple(_signal(tree, value) for value in values),
        (),
        tuple(i for value in values if (i := _instance(tree, value)) is not None),
        (*_functions(tree, members), *_connections(tree, members)),
        tuple(bases),
        tree.doc(node),
        tree.range(node),
    )


def _parameters(tree: Tree, node: Any) -> Iterator[Parameter]:
    for listed in node.children:
        for given in listed.children if listed.type == "class_parameters" else ():
            if given.type == "class_parameter":
                type_, value = tree.field(given, "type"), tree.field(given, "default_value")
                name = tree.field(given, "name")
                yield Parameter(name, "parameter", type_, value, tree.range(given))


def _ports(tree: Tree, value: Any) -> Iterator[Port]:
    """What an `IO(...)` holds: a bundle's fields as `io_field`, as the Verilog calls them."""
    given = value.child_by_field_name("value")
    if given is None or tree.field(given, "function") != "IO":
        return
    outer = tree.field(value, "pattern")
    fields = [node for node in walk(given) if node.type == "val_definition"]
    for field in fields or [value]:
        inner = field.child_by_field_name("value")
        text = tree.text(inner).removeprefix("IO(")
        way = _DIRECTIONS.get(text.partition("(")[0].strip(), "")
        name = f"{outer}_{tree.field(field, 'pattern')}" if fields else outer
        yield Port(name, way, text, tree.doc(field), tree.range(field))


def _signal(tree: Tree, value: Any) -> Signal:
    type_ = tree.field(value, "type") or tree.field(value, "value")
    return Signal(tree.field(value, "pattern"), type_, "", tree.doc(value), tree.range(value))


def _instance(tree: Tree, value: Any) -> Instance | None:
    """`val u = Module(new Sub(3))` is an instance of Sub."""
    given = value.child_by_field_name("value")
    if given is None or tree.field(given, "function") != "Module":
        return None
    made = next((node for node in walk(given) if node.type == "instance_expression"), None)
    if made is None:
        return None
    name, _, rest = tree.text(made).removeprefix("new ").partition("(")
    overrides = (Override("", rest.removesuffix(")")),) if rest.removesuffix(")") else ()
    module = name.partition("[")[0].strip()
    doc, place = tree.doc(value), tree.range(value)
    return Instance(module, tree.field(value, "pattern"), overrides, (), False, "", "", doc, place)


def _functions(tree: Tree, members: list[Any]) -> Iterator[Block]:
    for member in members:
        if member.type == "function_definition":
            calls = sorted(
                {tree.field(n, "function") for n in walk(member) if n.type == "call_expression"}
            )
            name = tree.field(member, "name")
            doc, place = tree.doc(member), tree.range(member)
            no: tuple[str, ...] = ()
            yield Block(
                BlockKind.FUNCTION,
                name,
                no,
                no,
                no,
                tuple(calls),
                "",
                "",
                (),
                (),
                (),
                "",
                "",
                doc,
                place,
            )


def _connections(tree: Tree, members: list[Any]) -> Iterator[Block]:
    """Every `a := b`, with the `when`s around it, as a block of its own."""
    waiting: list[tuple[Any, tuple[Condition, ...]]] = [(m, ()) for m in reversed(members)]
    while waiting:
        node, around = waiting.pop()
        if node.type in _INNER:
            continue
        if node.type == "infix_expression" and tree.field(node, "operator") in _CONNECTS:
            yield _connection(tree, node, around)
            continue
        branch = _branch(tree, node) if node.type == "call_expression" else ""
        if branch:
            called, given = (node.child_by_field_name(n) for n in ("function", "arguments"))
            reads = _names(tree, _condition(called))
            line = given.start_point[0] + 1
            inside = (*around, Condition(branch, tuple(sorted(reads)), len(around) - 1, line))
            # `when(a) {..}.otherwise {..}` is a call of `otherwise` on what comes before it.
            waiting += [(given, inside), (called, around)]
        else:
            waiting += [(child, around) for child in reversed(node.children)]


def _branch(tree: Tree, call: Any) -> str:
    """`when(a)`, `elsewhen(b)`, `otherwise` of a call with a block; nothing for another call."""
    called = call.child_by_field_name("function")
    given = call.child_by_field_name("arguments")
    if called is None or given is None or given.type not in ("block", "case_block"):
        return ""
    condition = _condition(called)
    named = called if condition is None else called.child_by_field_name("function")
    name = tree.text(named).rpartition(".")[2].strip()
    return f"{name}{tree.text(condition)}" if name in _BRANCHES else ""


def _condition(called: Any) -> Any | None:
    """The arguments of `when(a)` in `when(a) {..}`."""
    return called.child_by_field_name("arguments") if called.type == "call_expression" else None


def _connection(tree: Tree, node: Any, around: tuple[Condition, ...]) -> Block:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    target = tree.text(left)
    base = next((n for n in walk(left) if n.type == "identifier"), None)
    targets = (tree.text(base),) if base is not None else ()
    reads = _names(tree, right)
    loads = tuple(sorted(reads.union(*(c.loads for c in around))))
    given = Assignment(targets, target, tuple(sorted(reads)), len(around) - 1, tree.range(node))
    place = tree.range(node)
    doc = tree.doc(node)
    kind = BlockKind.ASSIGN
    return Block(kind, "", targets, loads, (), (), "", "", (), around, (given,), "", "", doc, place)


def _names(tree: Tree, node: Any) -> set[str]:
    """The first names of the expressions below a node: of `io.in.bits`, `io`."""
    found: set[str] = set()
    waiting = [node] if node is not None else []
    while waiting:
        inner = waiting.pop()
        if inner.type == "identifier":
            found.add(tree.text(inner))
        elif inner.type == "field_expression":
            waiting.append(inner.child_by_field_name("value") or inner.children[0])
        else:
            waiting += inner.children
    return found
