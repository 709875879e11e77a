"""The marks in a document's text: found, parsed line by paragraph, and what they say of fields."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from jinja2 import nodes
from jinja2.exceptions import TemplateSyntaxError

from . import template_language as language
from .template_package import Finding, finding

_OPENING = re.compile(r"\{([{%#])")
_CLOSING = {"{": "}}", "%": "%}", "#": "#}"}
_PREFIX = re.compile(r"(\{[{%#]-?)(?:tr|tc|p|r)(?=\s)")
_STATEMENT = re.compile(r"\{%-?\s*(\w+)")
_CELL_COMMAND = re.compile(r"\{%\s*(?:cellbg|colspan)\s+([^%]*?)\s*%\}")
_MERGE_COMMAND = re.compile(r"\{%\s*[vh]m\s*%\}")
_QUOTES = str.maketrans("\u201c\u201d\u2018\u2019", "\"\"''")
_FOREIGN = (
    (re.compile(r"<#.*?#>"), "Open XML PowerTools"),
    (re.compile(r"(?<!\{)\{[#/^@][\w.]*\}(?!\})"), "docxtemplater"),
    (re.compile(r"\{\{[@#?/*+][^}]*\}\}"), "poi-tl"),
    (re.compile(r"<(?:Content|Repeat|Table|Conditional|EndRepeat|EndConditional)\b[^>]*>"),
     "Open XML PowerTools"),
    (re.compile(r"«[^»]+»"), "mail merge"),
)  # fmt: skip
_BLOCKS = {"if": "endif", "for": "endfor"}
_MAX_RETRIES = 100
_LONGEST_MARK = 1000


@dataclass(frozen=True)
class Line:
    """A paragraph's text, and where it stands."""

    part: str
    paragraph: int | None
    text: str


@dataclass
class Usage:
    """What the marks say of one path: `Positions.Price`."""

    path: str
    hints: list[str] = field(default_factory=list)
    options: list[str] = field(default_factory=list)
    conditions: list[frozenset[tuple[str, Any]]] = field(default_factory=list)


@dataclass
class Reading:
    """All that was found in the text. `usages` in the order of first use."""

    usages: dict[str, Usage] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def use(self, path: str, hint: str, conditions: tuple[tuple[str, Any], ...] = ()) -> Usage:
        usage = self.usages.setdefault(path, Usage(path))
        if hint:
            usage.hints.append(hint)
        usage.conditions.append(frozenset(conditions))
        return usage


def read(lines: list[Line], filters: frozenset[str]) -> Reading:
    """Parse the text; every line is one paragraph, so that a line number tells the paragraph."""
    reading = Reading()
    texts = [_tidy(line, reading) for line in lines]
    _check_blocks(lines, texts, reading)
    environment = language.Environment(dict.fromkeys(filters, str))
    tree = None
    for _ in range(_MAX_RETRIES):
        try:
            tree = language.unchecked(environment, "\n".join(texts))
            break
        except TemplateSyntaxError as error:
            at = max(0, min(len(texts), error.lineno) - 1)
            if not _OPENING.search(texts[at]):
                break
            reading.findings.append(_fault_of_syntax(lines[at], texts[at], str(error.message)))
            texts[at] = ""
        except RecursionError:
            break
    if tree is None:
        reading.findings.append(
            finding("unreadable", "error", "The marks cannot be read.", "Mend the faults above.")
        )
        return reading
    for fault in sorted(language.faults(tree, filters), key=lambda one: one.line):
        line = lines[min(fault.line, len(lines)) - 1]
        reading.findings.append(found_at(line, fault.code, fault.message, fault.remedy))
    _Walk(reading).visit(tree, {}, ())
    return reading


def _tidy(line: Line, reading: Reading) -> str:
    """The line as the parser is to see it: closed marks only, without the filler's commands."""
    text = line.text.replace("\n", " ")
    for pattern, program in _FOREIGN:
        if found := pattern.search(text):
            reading.findings.append(
                found_at(
                    line,
                    "foreign_mark",
                    f"“{found[0][:60]}” looks like a mark of another program ({program}).",
                    "Write it as {{ Name }}, or as {% for item in Items %} ... {% endfor %}.",
                    severity="warning",
                    excerpt=text.strip(),
                )
            )
            break
    kept, position = [], 0
    while opening := _OPENING.search(text, position):
        closing = _CLOSING[opening[1]]
        end = text.find(closing, opening.end())
        following = _OPENING.search(text, opening.end())
        kept.append(text[position : opening.start()])
        if end - opening.start() > _LONGEST_MARK:
            reading.findings.append(_too_long(line, text[opening.start() :]))
            position = end + 2
            continue
        if end < 0 or (following and following.start() < end):
            reading.findings.append(_unclosed(line, text[opening.start() :], closing))
            position = opening.end()
            continue
        kept.append(text[opening.start() : end + 2].translate(_QUOTES))
        position = end + 2
    kept.append(text[position:])
    tidy = _MERGE_COMMAND.sub("", "".join(kept))
    return _PREFIX.sub(r"\1 ", _CELL_COMMAND.sub(r"{{ \1 }}", tidy))


def found_at(
    line: Line,
    code: str,
    message: str,
    remedy: str,
    *,
    severity: str = "error",
    excerpt: str | None = None,
) -> Finding:
    """What the doctor says of a line; the excerpt is the line unless told otherwise."""
    shown = line.text if excerpt is None else excerpt
    return finding(
        code,
        severity,
        message,
        remedy,
        part=line.part,
        paragraph=line.paragraph,
        excerpt=shown.strip(),
    )


def _unclosed(line: Line, text: str, closing: str) -> Finding:
    return found_at(
        line,
        "unclosed_mark",
        f"The mark “{text[:40].strip()}” is not closed in its paragraph.",
        f"Add “{closing}” in the same paragraph, before the next mark begins.",
    )


def _too_long(line: Line, text: str) -> Finding:
    return found_at(
        line,
        "mark_too_long",
        f"A mark has more than {_LONGEST_MARK} characters.",
        "Split it into several marks.",
        excerpt=text,
    )


def _fault_of_syntax(line: Line, text: str, message: str) -> Finding:
    return found_at(
        line,
        "syntax",
        f"The mark cannot be read: {message}",
        "Compare it with the examples: {{ Name }}, {% if Name %}, {% for item in Items %}.",
        excerpt=text.strip(),
    )


def _check_blocks(lines: list[Line], texts: list[str], reading: Reading) -> None:
    """Find blocks that do not end, and ends without a beginning, where they stand.

    `texts` are mended, so that the rest can be read: ends are added, stray ones taken away.
    """
    open_blocks: list[tuple[str, int]] = []

    def tell(code: str, at: int, message: str, remedy: str) -> None:
        line = lines[at]
        reading.findings.append(found_at(line, code, message, remedy))

    for at, text in enumerate(texts):
        if open_blocks and lines[at].part != lines[open_blocks[-1][1]].part:
            texts[at - 1] += _tell_open(open_blocks, tell)
        for statement in _STATEMENT.finditer(text):
            word = statement[1]
            if word in _BLOCKS:
                open_blocks.append((word, at))
            elif word in _BLOCKS.values():
                if open_blocks and _BLOCKS[open_blocks[-1][0]] == word:
                    open_blocks.pop()
                else:
                    begin = word.removeprefix("end")
                    tell(
                        "stray_end",
                        at,
                        f"“{word}” ends nothing that is open here.",
                        f"Delete it, or add the “{begin}” it belongs to.",
                    )
                    texts[at] = texts[at].replace(_whole(text, statement.start()), "", 1)
    if texts:
        texts[-1] += _tell_open(open_blocks, tell)


def _whole(text: str, start: int) -> str:
    return text[start : text.index("%}", start) + 2]


def _tell_open(open_blocks: list[tuple[str, int]], tell: Any) -> str:
    """Tells of the open blocks; returns what ends them."""
    ends = "".join(f"{{% {_BLOCKS[word]} %}}" for word, _ in reversed(open_blocks))
    for word, at in open_blocks:
        tell(
            "unclosed_block",
            at,
            f"The block “{word}” does not end.",
            f"Add {{% {_BLOCKS[word]} %}} after what belongs to it.",
        )
    open_blocks.clear()
    return ends


class _Walk:
    """Walks a parsed text and notes each path that is used, and how."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    def visit(self, node: Any, names: dict[str, str], when: tuple[Any, ...]) -> None:
        """`names` are the loops' items by path; `when` what holds here, as far as simple."""
        if isinstance(node, nodes.For):
            self._loop(node, names, when)
        elif isinstance(node, nodes.If):
            self._condition(node, names, when)
        elif isinstance(node, nodes.Output):
            for inner in node.nodes:
                self._value(inner, names, when, "")
        elif isinstance(node, nodes.Template):
            for part in node.body:
                self.visit(part, names, when)
        elif not isinstance(node, nodes.Macro | nodes.CallBlock):
            for child in node.iter_child_nodes():
                self.visit(child, names, when)

    def _loop(self, node: nodes.For, names: dict[str, str], when: tuple[Any, ...]) -> None:
        path = self._path(node.iter, names)
        inside = dict(names)
        if path is not None:
            self._reading.use(path, "collection", when)
        else:
            self._value(node.iter, names, when, "")
        if isinstance(node.target, nodes.Name):
            inside[node.target.name] = path or ""
        inside["loop"] = ""
        for inner in node.body:
            self.visit(inner, inside, ())
        for inner in node.else_:
            self.visit(inner, names, when)

    def _condition(self, node: nodes.If, names: dict[str, str], when: tuple[Any, ...]) -> None:
        simple = self._simple(node.test, names)
        self._value(node.test, names, when, "asked")
        for inner in node.body:
            self.visit(inner, names, (*when, simple) if simple else (*when, ("", node.lineno)))
        for inner in [*node.elif_, *node.else_]:
            self.visit(inner, names, (*when, ("", node.lineno)))

    def _simple(self, test: nodes.Node, names: dict[str, str]) -> tuple[str, Any] | None:
        """(path, value) of a condition a form can have: a name, or a name == a constant."""
        if path := self._path(test, names):
            return path, True
        if isinstance(test, nodes.Compare) and len(test.ops) == 1 and test.ops[0].op == "eq":
            path, other = self._path(test.expr, names), test.ops[0].expr
            if path and isinstance(other, nodes.Const) and isinstance(other.value, str | bool):
                return path, other.value
        return None

    def _value(self, node: Any, names: dict[str, str], when: tuple[Any, ...], hint: str) -> None:
        path = self._path(node, names)
        if path is not None:
            if path:
                self._reading.use(path, hint or "written", when)
        elif isinstance(node, nodes.Filter):
            self._value(node.node, names, when, _HINTS.get(node.name, hint)) if node.node else None
            for inner in (*node.args, *(pair.value for pair in node.kwargs)):
                self._value(inner, names, when, "")
            if node.name in ("sum", "join") and node.args and node.node is not None:
                self._column(node, names, when)
        elif isinstance(node, nodes.Compare):
            self._comparison(node, names, when)
        elif not isinstance(node, nodes.Call):  # refused, so that what it names is no field
            arithmetic = isinstance(node, nodes.Add | nodes.Sub | nodes.Mul | nodes.Div | nodes.Neg)
            for inner in node.iter_child_nodes():
                self._value(inner, names, when, "number" if arithmetic else hint)

    def _column(self, node: nodes.Filter, names: dict[str, str], when: tuple[Any, ...]) -> None:
        """`Positions | sum("Price")` names a field of the items."""
        path, column = self._path(node.node, names) if node.node else None, node.args[-1]
        if path and isinstance(column, nodes.Const) and str(column.value).isidentifier():
            is_sum = node.name == "sum"
            if is_sum or len(node.args) > 1:
                self._reading.use(f"{path}.{column.value}", "number" if is_sum else "written")

    def _comparison(
        self, node: nodes.Compare, names: dict[str, str], when: tuple[Any, ...]
    ) -> None:
        sides = [node.expr, *(operand.expr for operand in node.ops)]
        constants = [side.value for side in sides if isinstance(side, nodes.Const)]
        texts = [value for value in constants if isinstance(value, str)]
        numeric = any(
            isinstance(value, int | float) for value in constants if value not in (True, False)
        )
        for side in sides:
            path = self._path(side, names)
            if path:
                kind = "number" if numeric else "choice" if texts else "asked"
                self._reading.use(path, kind, when).options.extend(texts)
            else:
                self._value(side, names, when, "")

    def _path(self, node: nodes.Node | None, names: dict[str, str]) -> str | None:
        """The field's path of an expression that is one; "" for facts of a loop, else None."""
        if isinstance(node, nodes.Name):
            return names.get(node.name, node.name)
        if isinstance(node, nodes.Getattr):
            return self._below(self._path(node.node, names), node.node, node.attr, names)
        if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
            above = self._path(node.node, names)
            if isinstance(node.arg.value, int):
                if above:
                    self._reading.use(above, "collection")
                return above
            return self._below(above, node.node, str(node.arg.value), names)
        return None

    def _below(
        self, above: str | None, node: nodes.Node, key: str, names: dict[str, str]
    ) -> str | None:
        if above is None:
            return None
        if not above:
            return ""  # loop.index
        is_item = isinstance(node, nodes.Name) and node.name in names
        if not is_item and "collection" not in self._reading.use(above, "").hints:
            self._reading.usages[above].hints.append("object")
        return f"{above}.{key}"


_HINTS = {
    "date": "date",
    "number": "number",
    "money": "number",
    "round": "number",
    "int": "number",
    "yesno": "yes_no",
    "picture": "picture",
    "sum": "collection",
    "length": "collection",
    "count": "collection",
    "first": "collection",
    "last": "collection",
    "join": "collection",
}
