# SPDX-License-Identifier: Apache-2.0
"""The policy language once more, from its description and with nothing of ours: grammar and meaning as docs/policy-language.md has them, on values as JSON writes
them. Slow and plain. What libraries know is left to them: fnmatch(3) of libc, ipaddress, re, base64."""
import base64
import binascii
import ctypes
import datetime
import ipaddress
import locale
import re

locale.setlocale(locale.LC_ALL, "C")  # globs are about bytes
libc = ctypes.CDLL(None)
FNM_CASEFOLD = 16

# Type of each field that the test uses: type, unit, how several values count (one, list, ends, any), children.
FIELDS = {
    "syscall": {
        "evt.type": "string", "evt.num": "int", "evt.rawres": "int", "evt.failed": "bool", "evt.is_open_read": "bool", "evt.buffer": "bytes", "evt.buflen": "int:bytes",
        "proc.name": "string", "proc.pname": "string", "proc.exepath": "string", "proc.cmdline": "string", "proc.args": "string", "proc.cwd": "string", "proc.vpid": "int",
        "proc.duration": "int:ns", "proc.env": "string::one:key", "proc.aname": "string::any:index", "proc.aexepath": "string::any:index", "user.name": "string",
        "user.uid": "int", "user.loginuid": "int", "fd.num": "int", "fd.name": "string", "fd.directory": "string", "fd.filename": "string", "fd.ip": "ip::ends",
        "fd.sip": "ip", "fd.net": "net::ends", "fd.snet": "net", "fd.port": "port::ends", "fd.sport": "port", "container.id": "string", "container.name": "string",
        "container.label": "string::one:key",
    },
    "image": {
        "image.tag": "string", "image.repository": "string", "image.size": "int:bytes", "image.age": "int:days", "image.created": "int:time", "image.root": "bool",
        "image.labels": "string::list", "image.ports": "port::list", "image.label": "string::one:key", "image.kind": "word:directory|image|sbom|repository",
    },
    "vulnerability": {
        "vuln.id": "string", "vuln.severity": "word:UNKNOWN|NEGLIGIBLE|LOW|MEDIUM|HIGH|CRITICAL", "vuln.cvss": "double", "vuln.kev": "bool",
    },
}
PARENT = {"vulnerability": "image"}
CHILDREN = {"image": ["vulnerability"]}

UNITS = {
    "": {"": 1}, "bytes": {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40},
    "days": {"": 1, "d": 1, "w": 7, "y": 365},
    "ns": {"": 1, "ns": 1, "us": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9, "d": 86400 * 10**9}, "time": {"": 1},
}


class Type:
    def __init__(self, kind, unit="", mode="one", arg="", words=None):
        self.kind, self.unit, self.mode, self.arg, self.words = kind, unit, mode, arg, words


def field_type(text):
    if text.startswith("word:"):
        return Type("string", words=text[5:].split("|"))
    parts = text.split(":") + ["", "", ""]
    return Type(parts[0], parts[1], parts[2] or "one", parts[3])


# --- reading -------------------------------------------------------------------------------------------------------------------------------------------------

BLANKS = " \t\b\r\n"
WORD_OPS = ["glob", "iglob", "contains", "icontains", "bcontains", "startswith", "bstartswith", "endswith", "regex"]
LIST_OPS = ["intersects", "in", "pmatch"]
TRANSFORMERS = ["tolower", "toupper", "b64", "basename", "len", "join", "concat", "getopt"]
FIELD = re.compile(r"[a-zA-Z]+[a-zA-Z0-9_]*(\.[a-zA-Z]+[a-zA-Z0-9_]*)+")
NUMBER = re.compile(r"0[xX][0-9a-fA-F]+|[+-]?[0-9]+[.]?[0-9]*([eE][+-][0-9]+)?")
BARE = re.compile(r"[^()\"'\s=,]+")
ARG = re.compile(r"[^\]\[\"'\s]+")
ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "\\": "\\", "/": "/", " ": "\\"}


class Reader:
    def __init__(self, text):
        self.s, self.i = text, 0

    def blank(self):
        start = self.i
        while self.i < len(self.s) and self.s[self.i] in BLANKS:
            self.i += 1
        return self.i > start

    def take(self, text):
        if self.s.startswith(text, self.i):
            self.i += len(text)
            return True
        return False

    def match(self, regex):
        m = regex.match(self.s, self.i)
        if not m:
            return None
        self.i = m.end()
        return m.group(0)

    def keyword(self, word):
        after = self.i + len(word)
        return self.s.startswith(word, self.i) and (after == len(self.s) or self.s[after] in BLANKS + "(")

    def quoted(self):
        if self.i >= len(self.s) or self.s[self.i] not in "\"'":
            return None
        quote, out = self.s[self.i], []
        self.i += 1
        while self.s[self.i] != quote:
            c = self.s[self.i]
            self.i += 1
            if c == "\\":
                c = self.s[self.i]
                self.i += 1
                c = quote if c == quote else ESCAPES[c]
            out.append(c)
        self.i += 1
        return "".join(out)

    def condition(self):
        node = self.chain("or", lambda: self.chain("and", self.negation))
        self.blank()
        return node

    def chain(self, word, part):
        self.blank()
        parts = [part()]
        self.blank()
        while self.keyword(word):
            self.take(word)
            self.blank()
            parts.append(part())
            self.blank()
        return (word, parts) if len(parts) > 1 else parts[0]

    def negation(self):
        negated = False
        while self.keyword("not"):
            self.take("not")
            self.blank()
            negated = not negated
        node = self.check()
        return ("not", node) if negated else node

    def check(self):
        if self.take("("):
            node = self.condition()
            assert self.take(")"), self.rest()
            return node
        left = self.term()
        self.blank()
        return self.comparison(left)

    def rest(self):
        return self.s[self.i:]

    def argument(self):
        if not self.take("["):
            return None
        arg = self.quoted()
        if arg is None:
            arg = self.match(ARG)
        assert self.take("]"), self.rest()
        return arg

    def term(self):
        for name in TRANSFORMERS:
            if self.take(name + "("):
                return ("transform", name, self.terms(), self.argument())
        name = self.match(FIELD)
        if name:
            return ("field", name, self.argument())
        text = self.quoted()
        if text is not None:
            return ("literal", text)
        text = self.match(NUMBER)
        if text is not None:
            return ("literal", text)
        assert self.take("("), self.rest()
        return ("group", self.terms())

    def terms(self):
        out = []
        while True:
            self.blank()
            out.append(self.term())
            self.blank()
            if not self.take(","):
                assert self.take(")"), self.rest()
                return out

    def value(self):
        text = self.quoted()
        return self.match(BARE) if text is None else text

    def list(self):
        out = []
        assert self.take("("), self.rest()
        self.blank()
        if self.take(")"):
            return out
        while True:
            self.blank()
            out.append(self.value())
            self.blank()
            if not self.take(","):
                assert self.take(")"), self.rest()
                return out

    def operator(self):
        if self.take("exists"):
            return "exists"
        for op in ["<=", "<", ">=", ">", "==", "=", "!="]:
            if self.take(op):
                return "=" if op == "==" else op
        for op in sorted(WORD_OPS + LIST_OPS, key=len, reverse=True):
            after = self.i + len(op)
            if self.s.startswith(op, self.i) and (self.s[after] in BLANKS or (op in LIST_OPS and self.s[after] == "(")):
                self.i = after
                return op
        raise ValueError("operator: " + self.rest())

    def comparison(self, left):
        op = self.operator()
        if op == "exists":
            return ("check", left, op, None, None)
        self.blank()
        if self.take("val("):
            self.blank()
            right = self.term()
            self.blank()
            assert self.take(")"), self.rest()
            return ("check", left, op, None, right)
        if any(self.s.startswith(t + "(", self.i) for t in TRANSFORMERS):
            return ("check", left, op, None, self.term())
        if op in LIST_OPS:
            return ("check", left, op, "list", self.list())
        for modifier in ("oneof", "anyof", "allof"):
            if self.keyword(modifier) and op not in ("<", "<=", ">", ">="):
                self.take(modifier)
                self.blank()
                return ("check", left, op, modifier, self.list())
        return ("check", left, op, "value", self.value())


# --- meaning -------------------------------------------------------------------------------------------------------------------------------------------------

def literal(t, text):
    if t.kind == "bool":
        return {"true": True, "false": False}[text]
    if t.kind in ("int", "port"):
        if t.unit == "time" and text.count("-") == 2:
            return int(datetime.datetime.fromisoformat(text).replace(tzinfo=datetime.timezone.utc).timestamp())
        m = re.fullmatch(r"(0[xX][0-9a-fA-F]+|[+-]?[0-9.]+(?:[eE][+-][0-9]+)?)([a-zA-Z]*)", text)
        number = m.group(1)
        factor = UNITS[t.unit][m.group(2)]
        return int(number, 16) * factor if number[:2] in ("0x", "0X") else round(float(number) * factor) if re.search("[.eE]", number) else int(number) * factor
    if t.kind == "double":
        return float(text)
    if t.kind == "ip":
        return ipaddress.ip_address(text)
    if t.kind == "net":
        return ipaddress.ip_network(text, strict=False)
    if t.words:
        return next(w for w in t.words if w.lower() == text.lower()).encode()
    return text.encode()


def recorded(t, json):
    """A value as events have it; None: absent."""
    if json is None or isinstance(json, dict):
        return None
    if isinstance(json, list):
        return [recorded(t, j) for j in json]
    if t.kind in ("string", "bytes"):
        return json.encode()
    if t.kind == "net":
        return ipaddress.ip_network(json)
    return literal(t, json) if isinstance(json, str) else json


def as_text(v):
    if isinstance(v, bool):
        return b"true" if v else b"false"
    if isinstance(v, float):
        return b"%.15g" % v
    if isinstance(v, bytes):
        return v
    return str(v).encode()


def parts(path):
    return [p for p in path.split(b"/") if p]


def prefix_of(prefix, path):
    p, v = parts(prefix), parts(path)
    return len(p) <= len(v) and all(a == b or libc.fnmatch(a, b, 0) == 0 for a, b in zip(p, v))


def fold(b):
    return bytes(c + 32 if 65 <= c <= 90 else c for c in b)


def options(args, spec, letter):
    words = list(args) if isinstance(args, list) else [w for w in args.split(b" ") if w]
    spec = spec.decode()
    found, values = [], []
    while words:
        word = words.pop(0).decode()
        if len(word) < 2 or word[0] != "-" or word == "--":
            break
        i = 1
        while i < len(word):
            c = word[i]
            i += 1
            at = spec.find(c) if c != ":" else -1
            if at < 0:
                continue
            value = ""
            if spec[at + 1:at + 2] == ":":
                value, i = word[i:], len(word)
                if not value:
                    if not words:
                        continue
                    value = words.pop(0).decode()
            if c not in found:
                found.append(c)
            if c == letter:
                values.append(value)
    return [x.encode() for x in (found if letter is None else values)]


def whole_match(pattern, text):
    try:
        return re.fullmatch(pattern.decode(), text.decode(), re.ASCII) is not None
    except UnicodeDecodeError:
        return False  # patterns are about characters


class Evaluator:
    """Events are maps as JSON has them; `chain` are a subject and its parents."""

    def find(self, source, name):
        up = 0
        while source:
            if name in FIELDS[source]:
                return field_type(FIELDS[source][name]), up
            source, up = PARENT.get(source), up + 1
        return None, 0

    def type_of(self, source, term):
        if term[0] == "field":
            if self.quantifier(term):
                return Type("int" if term[1].endswith("count") else "bool")
            t, _ = self.find(source, term[1])
            if t.mode == "any" and term[2] is not None:
                return Type(t.kind)
            return t
        if term[0] == "transform":
            name, args = term[1], term[2]
            if name == "len":
                return Type("int")
            if name == "getopt":
                return Type("string", mode="list")
            if name in ("join", "concat"):
                return Type("string")
            return Type("string", mode=self.type_of(source, args[0]).mode)
        return Type("string")

    def quantifier(self, term):
        return term[1].rsplit(".", 1)[1] in ("any", "all", "count")

    def value(self, chain, term):
        source, event = chain[0]
        if term[0] == "literal":
            return term[1].encode()
        if term[0] == "transform":
            return self.transformed(chain, term)
        if self.quantifier(term):
            return self.quantified(chain, term)
        t, up = self.find(source, term[1])
        event = chain[up][1] if up < len(chain) else {}
        json = event.get(term[1])
        if term[2] is None:
            return recorded(t, json)
        if t.arg == "index":
            n = int(term[2])
            return recorded(t, json[n - 1]) if json and 1 <= n <= len(json) else None
        return recorded(t, json.get(term[2])) if isinstance(json, dict) else None

    def quantified(self, chain, term):
        kind = term[1].rsplit(".", 1)[1]
        child, _, text = term[2].partition(":")
        up = 0
        while child not in CHILDREN.get(chain[up][0], []):
            up += 1
        held = [not text.strip() or self.holds([(child, c)] + chain[up:], Reader(text).condition()) for c in chain[up][1].get("children", {}).get(child, [])]
        return {"any": any, "all": all, "count": sum}[kind](held)

    def transformed(self, chain, term):
        _, name, args, selector = term
        if name in ("join", "concat"):
            separator = b"" if name == "concat" else self.value(chain, args[0])
            items = args if name == "concat" else args[1][1] if args[1][0] == "group" else [args[1]]
            values = [self.value(chain, a) for a in items]
            if separator is None or any(v is None for v in values):
                return None
            flat = [x for v in values for x in (v if isinstance(v, list) else [v])]
            return as_text(separator).join(as_text(x) for x in flat)
        v = self.value(chain, args[0])
        if v is None:
            return None
        if name == "len":
            return len(v)
        if name == "getopt":
            return options(v, args[1][1].encode(), selector)
        one = {"tolower": fold, "toupper": lambda b: bytes(c - 32 if 97 <= c <= 122 else c for c in b), "basename": lambda b: b.rsplit(b"/", 1)[-1], "b64": self.decoded}[name]
        if isinstance(v, list):
            return [x for x in map(one, v) if x is not None]
        return one(v)

    def decoded(self, b):
        b = b.rstrip(b"=")
        if len(b) % 4 == 1 or not re.fullmatch(rb"[A-Za-z0-9+/]*", b):
            return None
        # Bits behind the last whole byte do not matter.
        try:
            return base64.b64decode(b + b"=" * (-len(b) % 4))
        except binascii.Error:
            return None

    def compare(self, op, t, a, b):
        """One value against one value."""
        if t.kind == "net" or t.kind == "ip":
            if op in ("<", ">", "<=", ">="):
                raise ValueError(op)
            x = ipaddress.ip_network(a)
            y = ipaddress.ip_network(b)
            return x.version == y.version and x.subnet_of(y)
        if t.kind in ("string", "bytes") and op in ("<", "<=", ">", ">="):
            words = [w.encode() for w in t.words]
            if a not in words or b not in words:
                return False
            a, b = words.index(a), words.index(b)
        if op in ("=", "!="):
            return a == b
        if op == "pmatch":
            return prefix_of(b, a)
        return {
            "<": lambda: a < b, "<=": lambda: a <= b, ">": lambda: a > b, ">=": lambda: a >= b, "contains": lambda: b in a, "icontains": lambda: fold(b) in fold(a),
            "bcontains": lambda: b in a, "startswith": lambda: a.startswith(b), "bstartswith": lambda: a.startswith(b), "endswith": lambda: a.endswith(b),
            "glob": lambda: libc.fnmatch(b, a, 0) == 0, "iglob": lambda: libc.fnmatch(b, a, FNM_CASEFOLD) == 0,
            "regex": lambda: whole_match(b, a),
        }[op]()

    def against(self, op, t, left, test):
        """All values of the left side; test(value) compares one, without the "not" of "!="."""
        negated = op == "!="
        if not isinstance(left, list):
            return test(left) != negated
        if not left:
            return False
        if t.mode == "any":
            return any(test(v) != negated for v in left)
        if negated:
            return not any(test(v) for v in left)
        if op == "in" and t.mode == "list":
            return all(test(v) for v in left)
        return any(test(v) for v in left)

    def constant(self, op, t, text):
        if op in ("bcontains", "bstartswith"):
            return bytes.fromhex(text)
        if op in ("contains", "icontains", "startswith", "endswith", "glob", "iglob", "regex", "pmatch"):
            return text.encode()
        return literal(t, text)

    def holds(self, chain, node):
        if node[0] == "and":
            return all(self.holds(chain, n) for n in node[1])
        if node[0] == "or":
            return any(self.holds(chain, n) for n in node[1])
        if node[0] == "not":
            return not self.holds(chain, node[1])
        _, term, op, how, right = node
        t = self.type_of(chain[0][0], term)
        left = self.value(chain, term)
        if left is None:
            return False
        if op == "exists":
            return left != []
        if how is None:
            value = self.value(chain, right)
            if value is None:
                return False
            values = value if isinstance(value, list) else [value]
            if op in ("in", "intersects"):
                return self.against(op, t, left, lambda v: any(self.compare("=", t, v, x) for x in values))
            if op == "pmatch":
                return self.against(op, t, left, lambda v: any(prefix_of(x, v) for x in values))
            return self.against(op, t, left, lambda v: self.compare(op, t, v, value))
        if how == "list":
            values = [self.constant(op, t, x) for x in right]
            one = "pmatch" if op == "pmatch" else "="
            return self.against(op, t, left, lambda v: any(self.compare(one, t, v, x) for x in values))
        if how == "value":
            value = self.constant(op, t, right)
            return self.against(op, t, left, lambda v: self.compare(op, t, v, value))
        held = [self.against(op, t, left, lambda v, x=self.constant(op, t, x): self.compare(op, t, v, x)) for x in right]
        return {"anyof": any(held), "allof": bool(held) and all(held), "oneof": sum(held) == 1}[how]


def parse(condition):
    reader = Reader(condition)
    node = reader.condition()
    assert reader.i == len(condition), reader.rest()
    return node


def evaluate(source, node, event):
    return Evaluator().holds([(source, event)], node)
