"""Parameters of a verb, told without typer: loading that takes longer than a quick verb's answer.

`typed` makes of such a verb what typer takes; `gatewright.cli.quick` reads the same declarations.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, get_args, get_origin

if TYPE_CHECKING:
    from typer.models import ParameterInfo

NOTHING = inspect.Parameter.empty


class Argument(NamedTuple):
    """What has no name before it."""

    help: str
    metavar: str


class Option(NamedTuple):
    """What has a name; by default `--` and the parameter's own. `least` and `most` bound a number,
    `variable` is one of the environment that stands for it."""

    help: str
    names: tuple[str, ...] = ()
    metavar: str | None = None
    least: int | None = None
    most: int | None = None
    show_default: bool | str = True
    variable: str | None = None


class Parameter(NamedTuple):
    """A parameter of a verb; `declared` is None where typer alone understands it, `default` is
    NOTHING where it has to be given."""

    name: str
    type: object
    default: object
    declared: Argument | Option | None


def parameters(verb: Callable[..., Any]) -> list[Parameter]:
    """A verb's parameters, in order."""
    return [
        Parameter(found.name, *_parted(found.annotation, found.default))
        for found in inspect.signature(verb, eval_str=True).parameters.values()
    ]


def _parted(annotation: object, default: object) -> tuple[object, object, Argument | Option | None]:
    if get_origin(annotation) is Annotated:
        kind, *rest = get_args(annotation)
        for told in rest:
            if isinstance(told, (Argument, Option)):
                return kind, default, told
    return annotation, default, None


def typed(verb: Callable[..., Any]) -> Callable[..., Any]:
    """The verb with its parameters as typer declares them."""
    signature = inspect.signature(verb, eval_str=True)
    found = [
        given.replace(annotation=Annotated[told.type, _typers(told.declared)])
        if told.declared is not None
        else given
        for given, told in zip(signature.parameters.values(), parameters(verb), strict=True)
    ]

    def asked(**given: object) -> object:
        return verb(**given)

    asked.__doc__, asked.__name__ = verb.__doc__, verb.__name__
    asked.__annotations__ = {given.name: given.annotation for given in found}
    asked.__signature__ = signature.replace(parameters=found)  # type: ignore[attr-defined]
    return asked


def _typers(told: Argument | Option) -> ParameterInfo:
    import typer

    found: ParameterInfo
    if isinstance(told, Argument):
        found = typer.Argument(metavar=told.metavar, help=told.help)
    else:
        found = typer.Option(
            *told.names,
            help=told.help,
            metavar=told.metavar,
            min=told.least,
            max=told.most,
            show_default=told.show_default,
            envvar=told.variable,
        )
    return found
