# SPDX-License-Identifier: Apache-2.0
"""Random conditions on random events, of which many fields are absent: `plimsoll policy evaluate` beside policy-reference.py.
usage: policy-differential.py PLIMSOLL COUNT SEED [--together]"""
import importlib.util
import json
import pathlib
import random
import subprocess
import sys

spec = importlib.util.spec_from_file_location("reference", pathlib.Path(__file__).with_name("policy-reference.py"))
reference = importlib.util.module_from_spec(spec)
spec.loader.exec_module(reference)

EVENTS_PER_CONDITION = 5
WORDS = ["", "bash", "sh", "Bash", "sshd", "nginx", "a b", "BASH", "cat", "root", "ba", "x=y", "YmFzaA==", "YmFzaA", "é", "<NA>"]
PATHS = ["/", "/etc", "/etc/passwd", "/etc/shadow", "/usr/bin/bash", "/var/lib/x", "/var/libfoo", "/home/me/.ssh/id", "etc/passwd", "/usr//bin/", "/proc/1/fd"]
GLOBS = ["*", "/etc/*", "*sh", "b?sh", "[a-c]*", "[!a-c]*", "/home/*/.ssh/*", "*/*", "[[:alpha:]]*", "\\*", "ba[", "*s*s*", "", "[]a]x", "B*H", "x=y", "[a"]
REGEXES = [".*", "[a-z]+", "/etc/.*", "ba(sh|t)?", "(a|b)*", "\\w+", "^bash$", "[^/]*", "b.s.", "(?i)BASH", "\\S*=\\S*"]
ARGS = ["", "-n", "-nt x", "-tabc -n", "-t", "-x -n", "-- -n", "a -n", "-n -n -t 1 -t 2 z", "-nx"]
IPS = ["10.0.0.1", "10.0.0.2", "8.8.8.8", "192.168.1.1", "127.0.0.1", "fd00::1", "::1"]
NETS = ["10.0.0.0/8", "10.0.0.0/31", "8.8.8.8", "0.0.0.0/0", "fd00::/8", "192.168.0.0/16", "::/0", "127.0.0.0/8", "10.0.0.1/32"]
INTS = [-1, 0, 1, 2, 3, 5, 1000, 1024, 4096]
LITERALS = {"": ["-1", "0", "1", "2", "5", "0x400", "1000", "+3", "1e+3"], "bytes": ["0", "1k", "1Ki", "4Ki", "0.5k", "1024"], "days": ["1", "2d", "1w", "5"],
            "ns": ["1us", "1", "5ns", "4096", "1ms"], "time": ["1970-01-01", "1000", "2026-02-12", "0"]}
TYPES = ["openat", "open", "execve", "connect", "bash", ""]
TIMES = [0, 1000, 1770854400, 1770854401]


class Generator:
    def __init__(self, seed):
        self.r = random.Random(seed)

    # --- events

    def value(self, t):
        r = self.r
        if t.words:
            return r.choice(t.words)
        if t.kind == "bool":
            return r.random() < 0.5
        if t.kind == "int":
            return r.choice(TIMES if t.unit == "time" else INTS)
        if t.kind == "port":
            return r.choice([22, 53, 80, 443, 8080])
        if t.kind == "double":
            return r.choice([0.0, 1.5, 7, 9.8, 10.0])
        if t.kind in ("ip", "net"):
            return r.choice(IPS)
        return r.choice(WORDS + PATHS)

    def event(self, source, depth=0):
        r, out = self.r, {}
        for name, text in reference.FIELDS[source].items():
            t = reference.field_type(text)
            if r.random() < 0.35:
                continue
            if t.arg == "key":
                if name == "proc.env":
                    out[name] = r.choice([{"HOME": r.choice(PATHS), "A": r.choice(WORDS)}, r.choice(WORDS)])
                else:
                    out[name] = {k: r.choice(WORDS) for k in ("a", "b", "c.d/e") if r.random() < 0.6}
            elif t.mode != "one":
                out[name] = [self.value(t) for _ in range(r.choice([0, 1, 2, 2, 3]) if t.mode != "ends" else r.choice([1, 2, 2]))]
            elif name == "evt.type":
                out[name] = r.choice(TYPES)
            elif name == "proc.args":
                out[name] = r.choice(ARGS)
            else:
                out[name] = self.value(t)
        for child in reference.CHILDREN.get(source, []):
            if r.random() < 0.8:
                out["children"] = {child: [self.event(child, depth + 1) for _ in range(r.choice([0, 1, 2, 3]))]}
        return out

    # --- conditions

    def blank(self):
        return self.r.choice([" ", " ", " ", "  ", "\n", "\t", " \n  "])

    def maybe(self):
        return self.r.choice(["", "", " ", "\n "])

    def quote(self, text):
        r = self.r
        if reference.BARE.fullmatch(text) and text not in ("oneof", "anyof", "allof") and r.random() < 0.6:
            return text
        q = r.choice("\"'")
        out = text.replace("\\", "\\\\").replace(q, "\\" + q)
        return q + (out.replace("/", "\\/") if r.random() < 0.1 else out) + q

    def literal(self, t, op):
        r = self.r
        if op in ("glob", "iglob"):
            return r.choice(GLOBS)
        if op == "regex":
            return r.choice(REGEXES)
        if op in ("bcontains", "bstartswith"):
            return r.choice(WORDS).encode()[:r.choice([1, 2, 9])].hex().upper()
        if op == "pmatch":
            return r.choice(PATHS + ["/home/*/.ssh", "/*/bin", "/etc/"])
        if op in ("contains", "icontains", "startswith", "endswith"):
            whole = r.choice(WORDS + PATHS)
            start = r.randrange(len(whole) + 1)
            return r.choice([whole, whole[:start], whole[start:]])
        if t.words:
            return r.choice([str.lower, str.upper, str])(r.choice(t.words))
        if t.kind == "bool":
            return r.choice(["true", "false"])
        if t.kind == "int":
            return r.choice(LITERALS[t.unit])
        if t.kind == "port":
            return r.choice(["22", "53", "80", "0x50", "8080"])
        if t.kind == "double":
            return r.choice(["0", "1.5", "7", "9.8", "10.0", "-1"])
        if t.kind == "ip":
            return r.choice(IPS)
        if t.kind == "net":
            return r.choice(NETS)
        return r.choice(WORDS + PATHS + TYPES * 3)

    def operators(self, t):
        if t.kind in ("bool", "ip", "net"):
            return ["exists", "=", "==", "!=", "in", "intersects"]
        if t.kind in ("int", "port", "double"):
            return ["exists", "=", "!=", "<", "<=", ">", ">=", "in", "intersects"]
        ops = ["exists", "=", "==", "!=", "contains", "icontains", "startswith", "endswith", "in", "intersects"]
        if t.kind == "bytes":
            return ops + ["bcontains", "bstartswith"]
        return ops + ["glob", "iglob", "regex", "pmatch"] + (["<", "<=", ">", ">="] if t.words else [])

    def field(self, source, want=None):
        """A field's text and type, of the source or its parents."""
        r = self.r
        if source == "syscall" and want is None and r.random() < 0.15:
            return "evt.type", reference.Type("string", words=None)
        while True:
            at = source
            if at in reference.PARENT and r.random() < 0.3:
                at = reference.PARENT[at]
            name = r.choice(list(reference.FIELDS[at]))
            t = reference.field_type(reference.FIELDS[at][name])
            text = name
            if t.arg == "key" and (name != "proc.env" or r.random() < 0.5):
                text += "[" + self.arg(r.choice(["HOME", "A"] if name == "proc.env" else ["a", "b", "c.d/e", "z z"])) + "]"
            if t.arg == "index" and r.random() < 0.5:
                text += "[%d]" % r.randrange(1, 4)
                t = reference.Type(t.kind)
            if want is None or want(t):
                return text, t

    def arg(self, text):
        return text if reference.ARG.fullmatch(text) and self.r.random() < 0.6 else self.r.choice("\"'").join(["", text, ""])

    def transformer(self, source):
        r = self.r
        texts = lambda t: t.kind in ("string", "bytes")
        single = lambda t: t.mode == "one" and t.kind in ("string", "int", "bool")
        kind = r.choice(["tolower", "toupper", "basename", "b64", "len", "join", "concat", "getopt", "nested"])
        if kind == "nested":
            inner, t = self.field(source, texts)
            return "tolower(basename(" + self.maybe() + inner + "))", reference.Type("string", mode=t.mode)
        if kind == "getopt":
            if source != "syscall":
                return self.transformer(source)
            selector = r.choice(["", "", "[t]", "[n]", "['x']"])
            return "getopt(" + r.choice(["proc.args", "proc.aname"]) + ", \"nt:\")" + selector, reference.Type("string", mode="list")
        if kind == "concat":
            parts = [r.choice([self.field(source, single)[0], '"-"', "7"]) for _ in range(r.choice([2, 2, 3]))]
            return "concat(" + (self.maybe() + "," + self.maybe()).join(parts) + ")", reference.Type("string")
        if kind == "join":
            several = lambda t: t.mode != "one" and t.kind in ("string", "port", "ip")
            items = "(" + ", ".join(self.field(source, single)[0] for _ in range(r.choice([1, 2]))) + ', "z")' if source == "vulnerability" or r.random() < 0.5 \
                else self.field(source, several)[0]
            return "join(" + r.choice(["'-'", '""', self.field(source, single)[0]]) + "," + items + ")", reference.Type("string")
        inner, t = self.field(source, (lambda t: texts(t) or t.mode != "one") if kind == "len" else texts)
        return kind + "(" + self.maybe() + inner + self.maybe() + ")", reference.Type("int") if kind == "len" else reference.Type("string", mode=t.mode)

    def right(self, source, t, op):
        groups = [("int", "port", "double"), ("string", "bytes"), ("ip", "net"), ("bool",)]
        group = next(g for g in groups if t.kind in g)
        several = op in ("in", "intersects", "pmatch")
        fits = lambda o: o.kind in group and (several or o.mode == "one") and (o.unit == t.unit or not o.unit or not t.unit)
        if any(fits(reference.field_type(x)) for x in reference.FIELDS[source].values()):
            while True:
                text, o = self.field(source)
                if fits(o):
                    return "val(" + self.maybe() + text + self.maybe() + ")"
        return None

    def check(self, source):
        r = self.r
        if source in reference.CHILDREN and r.random() < 0.25:
            return self.quantifier(source)
        left, t = self.transformer(source) if r.random() < 0.2 else self.field(source)
        op = r.choice(self.operators(t))
        if op == "exists":
            return left + self.blank() + op
        word = op[0].isalpha()
        head = left + (self.blank() if word else self.maybe()) + op + (self.blank() if word else self.maybe())
        if r.random() < 0.12 and op != "regex":
            right = self.right(source, t, op)
            if right:
                return head + right
        if op in ("in", "intersects", "pmatch"):
            return head + self.list(t, op, r.choice([0, 1, 2, 3, 8]))
        if op not in ("<", "<=", ">", ">=") and r.random() < 0.15:
            return head + " " + r.choice(["oneof", "anyof", "allof"]) + self.blank() + self.list(t, op, r.choice([0, 1, 2, 3]))
        return head + self.quote(self.literal(t, op))

    def list(self, t, op, n):
        sep = self.maybe() + "," + self.maybe()
        return "(" + self.maybe() + sep.join(self.quote(self.literal(t, op)) for _ in range(n)) + self.maybe() + ")"

    def quantifier(self, source):
        r = self.r
        child = r.choice(reference.CHILDREN[source])
        inner = self.condition(child, 2) if r.random() < 0.9 else ""
        arg = child + ":" + self.maybe() + inner
        q = '"' + arg.replace("\\", "\\\\").replace('"', '\\"') + '"'
        kind = r.choice(["any", "all", "count"])
        tail = " " + r.choice(["=", "!=", ">", "<="]) + " " + r.choice("0123") if kind == "count" else r.choice([" = true", " != true", "=false"])
        return source + "." + kind + "[" + q + "]" + tail

    def condition(self, source, depth=4):
        r = self.r
        if depth == 0 or r.random() < 0.35:
            return self.check(source)
        kind = r.choice(["and", "or", "not", "and", "or"])
        if kind == "not":
            inner = self.condition(source, depth - 1)
            return r.choice(["not" + self.blank() + "(" + inner + ")", "not(" + inner + ")", "not not not (" + inner + ")", "not" + self.blank() + self.check(source)])
        parts = []
        for _ in range(r.choice([2, 2, 3, 4])):
            inner = self.condition(source, depth - 1)
            bare = r.random() < 0.3
            parts.append(inner if bare else "(" + self.maybe() + inner + self.maybe() + ")")
        out = parts[0]
        for part in parts[1:]:
            out += self.blank() + kind + (self.maybe() if part[0] == "(" else self.blank()) + part
        return out


def main():
    plimsoll, count, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    g = Generator(seed)
    requests = []
    for i in range(count):
        source = ["syscall", "image", "syscall", "vulnerability"][i // 64 % 4]
        requests.append({"source": source, "condition": g.condition(source), "objects": [g.event(source) for _ in range(EVENTS_PER_CONDITION)]})
    text = "".join(json.dumps(r) + "\n" for r in requests)
    answers = subprocess.run([plimsoll, "policy", "evaluate", *sys.argv[4:]], input=text.encode(), stdout=subprocess.PIPE, check=False).stdout.decode().splitlines()
    assert len(answers) == len(requests), f"{len(answers)} answers to {len(requests)} requests"
    wrong = held = total = 0
    for request, answer in zip(requests, answers):
        got = json.loads(answer)
        node = reference.parse(request["condition"])
        for i, event in enumerate(request["objects"]):
            want = reference.evaluate(request["source"], node, event)
            have = got["results"][i] if "results" in got else got["errors"]
            held += want
            total += 1
            if have is not want:
                wrong += 1
                if wrong <= 5:
                    print(json.dumps({"source": request["source"], "condition": request["condition"], "event": event, "expected": want, "got": have}, ensure_ascii=False))
    print(f"{count} conditions, {total} evaluations, {100 * held // total} % hold, {wrong} disagreements")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
