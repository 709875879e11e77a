"""Callers' regular expressions, run in linear time.

A caller's pattern must not be able to stall a worker, so it is not given to `re`: it is compiled
to a nondeterministic automaton whose states are followed side by side (Thompson 1968; Pike's
variant keeps where each thread began). Time is O(text x pattern). Known: literals, `.`, classes,
`\\d \\w \\s` and their opposites, `\\b`, anchors, groups, `|`, `? * + {m,n}`. Not known, because no
automaton can: look-around and back references.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

MAX_LENGTH = 200
_MAX_STATES = 600
_MAX_REPEAT = 100
_MAX_DEPTH = 20
_MAX_TEXT = 2000

Test = Callable[[str], bool]


class PatternFault(ValueError):
    """The pattern is not understood; the text says where."""


def _word(sign: str) -> bool:
    return sign.isalnum() or sign == "_"


_CLASSES: dict[str, Test] = {
    "d": lambda sign: "0" <= sign <= "9",
    "w": _word,
    "s": str.isspace,
    "D": lambda sign: not "0" <= sign <= "9",
    "W": lambda sign: not _word(sign),
    "S": lambda sign: not sign.isspace(),
}
_CONTROLS = {"t": "\t", "n": "\n", "r": "\r"}


@dataclass(frozen=True)
class Pattern:
    """A compiled pattern: a list of states, each (kind, argument, ways on)."""

    source: str
    states: tuple[tuple[str, Any, tuple[int, ...]], ...]

    def search(self, text: str) -> tuple[int, int] | None:
        """The leftmost longest match as (start, end); only the first 2,000 characters count."""
        text = text[:_MAX_TEXT]
        best: tuple[int, int] | None = None
        threads: dict[int, int] = {}
        for at in range(len(text) + 1):
            if best is None:
                threads.setdefault(0, at)
            threads = self._open(threads, text, at)
            done = threads.get(len(self.states))
            if done is not None and (best is None or done <= best[0]):
                best = (done, at)
            if best is not None:
                threads = {state: start for state, start in threads.items() if start <= best[0]}
            if at == len(text) or not (threads or best is None):
                break
            threads = self._step(threads, text[at])
        return best

    def matches(self, text: str) -> bool:
        """Whether the pattern is found in the text, as JSON Schema's `pattern` means it."""
        return self.search(text) is not None

    def _open(self, threads: dict[int, int], text: str, at: int) -> dict[int, int]:
        """All states reachable without reading; of two ways the one that began first."""
        reached: dict[int, int] = {}
        # The earliest begun come last, so that they are taken first.
        stack = sorted(threads.items(), key=lambda thread: -thread[1])
        while stack:
            state, start = stack.pop()
            if reached.get(state, start + 1) <= start:
                continue
            reached[state] = start
            if state == len(self.states):
                continue
            kind, argument, ways = self.states[state]
            if kind == "go" or (kind == "at" and argument(text, at)):
                stack.extend((way, start) for way in ways)
        return reached

    def _step(self, threads: dict[int, int], sign: str) -> dict[int, int]:
        after: dict[int, int] = {}
        for state, start in threads.items():
            if state == len(self.states):
                continue
            kind, test, ways = self.states[state]
            if kind == "read" and test(sign) and after.get(ways[0], start + 1) > start:
                after[ways[0]] = start
        return after


def compile_pattern(source: str) -> Pattern:
    """Raises `PatternFault` for what is too long or not understood."""
    if len(source) > MAX_LENGTH:
        raise PatternFault(f"longer than {MAX_LENGTH} characters")
    states: list[tuple[str, Any, tuple[int, ...]]] = []
    _emit(_Parser(source).parse(), states)
    return Pattern(source, tuple(states))


# --- the syntax tree: ("read", test) ("at", test) ("seq", [..]) ("or", [..]) ("times", node, m, n)

Node = tuple[Any, ...]


class _Parser:
    def __init__(self, source: str) -> None:
        self.source, self.at, self.depth = source, 0, 0

    def parse(self) -> Node:
        node = self._either()
        if self.at < len(self.source):
            raise self._fault("unexpected )")
        return node

    def _fault(self, what: str) -> PatternFault:
        return PatternFault(f"{what} at character {self.at + 1}")

    def _peek(self) -> str:
        return self.source[self.at : self.at + 1]

    def _next(self) -> str:
        sign = self._peek()
        if not sign:
            raise self._fault("unexpected end")
        self.at += 1
        return sign

    def _either(self) -> Node:
        ways = [self._sequence()]
        while self._peek() == "|":
            self.at += 1
            ways.append(self._sequence())
        return ways[0] if len(ways) == 1 else ("or", ways)

    def _sequence(self) -> Node:
        nodes: list[Node] = []
        while self._peek() not in ("", "|", ")"):
            nodes.append(self._repeated(self._atom()))
        return ("seq", nodes)

    def _repeated(self, node: Node) -> Node:
        while (sign := self._peek()) and sign in "?*+{":
            if sign == "{" and not self.source[self.at + 1 : self.at + 2].isdigit():
                break
            self.at += 1
            low, high = {"?": (0, 1), "*": (0, None), "+": (1, None)}.get(sign) or self._bounds()
            node = ("times", node, low, high)
            if self._peek() == "?":
                self.at += 1  # laziness changes no answer of a leftmost longest match
        return node

    def _bounds(self) -> tuple[int, int | None]:
        end = self.source.find("}", self.at)
        low, comma, high = self.source[self.at : end].partition(",")
        if end < 0 or not low.isdecimal() or (high and not high.isdecimal()):
            raise self._fault("bad {m,n}")
        self.at = end + 1
        least = int(low)
        most = int(high) if high else None if comma else least
        if max(least, most or 0) > _MAX_REPEAT or (most is not None and most < least):
            raise self._fault(f"a repeat beyond {_MAX_REPEAT}, or backwards,")
        return least, most

    def _atom(self) -> Node:
        sign = self._next()
        if sign == "(":
            return self._group()
        if sign == "[":
            return ("read", self._set())
        if sign == ".":
            return ("read", lambda read: read != "\n")
        if sign == "^":
            return ("at", lambda text, at: at == 0)
        if sign == "$":
            return ("at", lambda text, at: at == len(text))
        if sign == "\\":
            return self._escape()
        if sign in "?*+":
            raise self._fault("nothing to repeat")
        return ("read", sign.__eq__)

    def _group(self) -> Node:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise self._fault("groups nested too deep")
        if self._peek() == "?":
            self.at += 1
            if self._next() != ":":
                raise self._fault("look-around and named groups are not known; found")
        node = self._either()
        if self._next() != ")":
            raise self._fault("missing )")
        self.depth -= 1
        return node

    def _escape(self) -> Node:
        sign = self._next()
        if sign in _CLASSES:
            return ("read", _CLASSES[sign])
        if sign in "bB":
            wanted = sign == "b"
            return ("at", lambda text, at: _boundary(text, at) is wanted)
        return ("read", self._literal(sign).__eq__)

    def _literal(self, sign: str) -> str:
        if sign in _CONTROLS:
            return _CONTROLS[sign]
        if sign.isalnum():
            raise self._fault(f"unknown escape \\{sign}")
        return sign

    def _set(self) -> Test:
        negated = self._peek() == "^"
        self.at += negated
        tests: list[Test] = []
        ranges: list[tuple[str, str]] = []
        first = True
        while (sign := self._next()) != "]" or first:
            first = False
            if sign == "\\":
                sign = self._next()
                if sign in _CLASSES:
                    tests.append(_CLASSES[sign])
                    continue
                sign = self._literal(sign)
            last = sign
            if self._peek() == "-" and self.source[self.at + 1 : self.at + 2] not in ("]", ""):
                self.at += 1
                last = self._next()
                last = self._literal(self._next()) if last == "\\" else last
                if last < sign:
                    raise self._fault("range backwards")
            ranges.append((sign, last))

        def holds(read: str) -> bool:
            inside = any(low <= read <= high for low, high in ranges)
            return (inside or any(test(read) for test in tests)) is not negated

        return holds


def _boundary(text: str, at: int) -> bool:
    before, after = text[at - 1 : at] if at else "", text[at : at + 1]
    return (bool(before) and _word(before)) is not (bool(after) and _word(after))


def _emit(node: Node, states: list[tuple[str, Any, tuple[int, ...]]]) -> None:
    """Appends the node's states; the one behind the last is its way out."""
    if len(states) > _MAX_STATES:
        raise PatternFault("too many repeats")
    kind = node[0]
    if kind in ("read", "at"):
        states.append((kind, node[1], (len(states) + 1,)))
    elif kind == "seq":
        for part in node[1]:
            _emit(part, states)
    elif kind == "or":
        _emit_ways(node[1], states)
    else:
        _emit_times(node, states)


def _emit_ways(ways: list[Node], states: list[tuple[str, Any, tuple[int, ...]]]) -> None:
    exits: list[int] = []
    for index, way in enumerate(ways):
        last = index == len(ways) - 1
        fork = len(states)
        if not last:
            states.append(("go", None, ()))
        _emit(way, states)
        if not last:
            exits.append(len(states))
            states.append(("go", None, ()))
            states[fork] = ("go", None, (fork + 1, len(states)))
    for place in exits:
        states[place] = ("go", None, (len(states),))


def _emit_times(node: Node, states: list[tuple[str, Any, tuple[int, ...]]]) -> None:
    _, part, low, high = node
    for _ in range(low):
        before = len(states)
        _emit(part, states)
        if len(states) == before:
            break  # what is empty is so however often; nested, the repeats would multiply
    if high is None:
        fork = len(states)
        states.append(("go", None, ()))
        _emit(part, states)
        states.append(("go", None, (fork,)))
        states[fork] = ("go", None, (fork + 1, len(states)))
        return
    forks = list(_optional(part, high - low, states))
    for fork in forks:
        states[fork] = ("go", None, (fork + 1, len(states)))


def _optional(
    part: Node, times: int, states: list[tuple[str, Any, tuple[int, ...]]]
) -> Iterator[int]:
    for _ in range(times):
        yield len(states)
        states.append(("go", None, ()))
        _emit(part, states)
