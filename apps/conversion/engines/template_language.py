"""The language of the marks in a template: names, conditions, loops, a few filters. Nothing else.

It is Jinja's syntax under two walls. A parsed template may hold only the constructs listed here:
no call, no assignment, no macro, no import, no name with an underscore in front. And whatever it
names is looked up in plain dicts and lists alone, never as a Python attribute.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from jinja2 import nodes
from jinja2.environment import Template
from jinja2.exceptions import TemplateRuntimeError, TemplateSyntaxError
from jinja2.runtime import LoopContext, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing

MAX_ITERATIONS = 100_000
MAX_CHARACTERS = 64 * 1024**2
_ROWS = "rows of a loop"  # no name a template can spell

_LOOP = frozenset(
    {"index", "index0", "revindex", "revindex0", "first", "last", "length", "previtem", "nextitem"}
)
_ALLOWED = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Const,
    nodes.Getattr,
    nodes.Getitem,
    nodes.For,
    nodes.If,
    nodes.CondExpr,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Filter,
    nodes.Test,
    nodes.Keyword,
    nodes.Add,
    nodes.Sub,
    nodes.Mul,
    nodes.Div,
    nodes.Neg,
    nodes.Concat,
    nodes.List,
    nodes.Tuple,
)
_SPOKEN = {
    nodes.Call: "a call",
    nodes.Assign: "{% set %}",
    nodes.AssignBlock: "{% set %}",
    nodes.Macro: "{% macro %}",
    nodes.CallBlock: "{% call %}",
    nodes.Include: "{% include %}",
    nodes.Import: "{% import %}",
    nodes.FromImport: "{% from %}",
    nodes.Extends: "{% extends %}",
    nodes.Block: "{% block %}",
    nodes.FilterBlock: "{% filter %}",
    nodes.With: "{% with %}",
    nodes.ScopedEvalContextModifier: "{% autoescape %}",
    nodes.Pow: "a power",
    nodes.Mod: "a remainder",
    nodes.FloorDiv: "a whole-number division",
    nodes.Slice: "a slice",
    nodes.Dict: "a dictionary",
}
TESTS: dict[str, Callable[..., bool]] = {
    "defined": lambda value: bool(value) or not isinstance(value, Undefined),
    "undefined": lambda value: isinstance(value, Undefined),
    "none": lambda value: value is None or isinstance(value, Undefined),
    "in": lambda value, group: value in group,
    "empty": lambda value: not value and value is not False,
    "even": lambda value: int(value) % 2 == 0,
    "odd": lambda value: int(value) % 2 == 1,
}


@dataclass(frozen=True, slots=True)
class Fault:
    """A construct that a template may not use, on a line of the text that was parsed."""

    line: int
    code: str
    message: str
    remedy: str


class Refused(TemplateSyntaxError):
    """A template uses what it may not."""


class _Bounded(Template):
    """A template whose output ends at a limit."""

    def render(self, *args: Any, **kwargs: Any) -> str:
        context = self.new_context(dict(*args, **kwargs))
        made, length = [], 0
        try:
            for piece in self.root_render_func(context):
                length += len(piece)
                if length > MAX_CHARACTERS:
                    raise TooLarge(f"The filled document has more than {MAX_CHARACTERS} characters")
                made.append(piece)
        except Exception:
            self.environment.handle_exception()
        return "".join(made)


class TooLarge(TemplateRuntimeError):
    """A loop or the output passed its limit."""


class Environment(ImmutableSandboxedEnvironment):
    """What templates are parsed, checked and run in.

    `finalize` turns the value of a mark into text (see template_values).
    """

    template_class = _Bounded
    intercepted_binops = frozenset({"+", "-", "*", "/"})

    def __init__(
        self,
        filters: dict[str, Callable[..., Any]],
        finalize: Callable[[Any], Any] | None = None,
    ) -> None:
        self.missed: list[str] = []
        super().__init__(
            autoescape=True, undefined=self._nothing(), finalize=finalize, cache_size=0
        )
        self.globals.clear()
        self.tests = dict(TESTS)
        self.spoken_filters = frozenset(filters)
        self.filters = {**filters, _ROWS: self._rows}
        self._iterations = 0

    def _nothing(self) -> type[Undefined]:
        missed = self.missed

        class Nothing(Undefined):
            """What neither the form nor the data has: written as nothing, and remembered."""

            def __init__(self, *args: Any, **kwargs: Any) -> None:
                super().__init__(*args, **kwargs)
                of = (
                    ""
                    if self._undefined_obj is missing
                    else getattr(self._undefined_obj, "path", "")
                )
                self.path = f"{of}.{self._undefined_name}".lstrip(".")
                if self.path not in missed and len(missed) < 200:
                    missed.append(self.path)

        return Nothing

    def _rows(self, value: Any) -> Any:
        if isinstance(value, Undefined) or value is None or value == "":
            return []
        if not isinstance(value, list):
            raise TemplateRuntimeError("A loop needs a collection.")
        self._iterations += len(value) + 1
        if self._iterations > MAX_ITERATIONS:
            raise TooLarge(f"The template repeats more than {MAX_ITERATIONS} times")
        return value

    def getattr(self, obj: Any, attribute: str) -> Any:
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """A key of a dict, a place of a list, a fact of a loop. Nothing of Python."""
        if isinstance(obj, dict) and isinstance(argument, str):
            if argument in obj:
                return obj[argument]
        elif isinstance(obj, list) and isinstance(argument, int):
            if -len(obj) <= argument < len(obj):
                return obj[argument]
        elif isinstance(obj, LoopContext) and argument in _LOOP:
            return getattr(obj, argument)
        return self.undefined(obj=obj, name=str(argument))

    def call(self, *args: Any, **kwargs: Any) -> Any:
        raise Refused("Templates call nothing.", 1)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Decimal:
        """Arithmetic on numbers only, in decimal and of bounded size."""
        first, second = (_number(value, operator) for value in (left, right))
        if operator == "/":
            if not second:
                raise TemplateRuntimeError("A number is divided by zero.")
            return first / second
        return {"+": first.__add__, "-": first.__sub__, "*": first.__mul__}[operator](second)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        for fault in faults(tree, self.spoken_filters):
            raise Refused(fault.message, fault.line)
        for loop in list(tree.find_all(nodes.For)):
            loop.iter = nodes.Filter(
                loop.iter, _ROWS, [], [], None, None, lineno=loop.lineno, environment=self
            )
        return tree


def unchecked(environment: Environment, source: str) -> nodes.Template:
    """A parsed template, to look for its faults. Raises TemplateSyntaxError."""
    return ImmutableSandboxedEnvironment._parse(environment, source, None, None)


def faults(tree: nodes.Template, filters: frozenset[str]) -> Iterator[Fault]:
    """Everything in a parsed template that is not of this language."""
    for node in _every(tree):
        if not isinstance(node, _ALLOWED):
            what = _SPOKEN.get(type(node), type(node).__name__.lower())
            yield _unsafe(node, f"Templates may not use {what}.", _PLAIN)
        elif isinstance(node, nodes.Filter) and node.name not in filters:
            known = ", ".join(sorted(filters))
            yield Fault(
                node.lineno,
                "unknown_filter",
                f"There is no filter “{node.name}”.",
                f"Leave it out, or use one of: {known}.",
            )
        elif isinstance(node, nodes.Test) and node.name not in {*TESTS, "eq", "ne", "lt", "gt"}:
            yield _unsafe(node, f"There is no test “{node.name}”.", "Compare with == instead.")
        elif (name := _name_of(node)) and name.startswith("_"):
            yield _unsafe(node, f"The name “{name}” begins with an underscore.", "Rename it.")
        elif isinstance(node, nodes.Getitem) and not isinstance(node.arg, nodes.Const):
            yield _unsafe(node, "Only a fixed key or number may stand in brackets.", _PLAIN)
        elif isinstance(node, nodes.For) and (
            node.recursive or not isinstance(node.target, nodes.Name)
        ):
            yield _unsafe(node, "A loop has one name for its items and does not recurse.", _PLAIN)


_PLAIN = "Use names, conditions (if), loops (for) and the documented filters only."


def _unsafe(node: nodes.Node, message: str, remedy: str) -> Fault:
    return Fault(node.lineno, "unsafe_construct", message, remedy)


def _name_of(node: nodes.Node) -> str:
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Getattr):
        return node.attr
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
        return str(node.arg.value)
    return ""


def _every(tree: nodes.Node) -> Iterator[nodes.Node]:
    pending = [tree]
    while pending:
        node = pending.pop()
        yield node
        pending.extend(node.iter_child_nodes())


def _number(value: Any, operator: str) -> Decimal:
    if isinstance(value, Undefined) or value is None or value == "":
        return Decimal(0)
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise TemplateRuntimeError(f"“{operator}” needs numbers on both sides.")
    return Decimal(str(value))
