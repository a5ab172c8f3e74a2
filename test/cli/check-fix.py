"""Every shipped rule with a fix: after `check --fix` its firing examples pass it, and differ in nothing but what the fix says; comments and order stay.

check-fix.py PLIMSOLL RULES DIRECTORY: prints what it did, one line per kind of file; exits 1 with what went wrong."""
import copy, glob, json, os, re, subprocess, sys
import yaml

program, rules_dir, work = sys.argv[1:]
NAMES = {"dockerfile": "Dockerfile", "workflow": ".github/workflows/ci.yml", "gitlab": ".gitlab-ci.yml", "pod": "pod.yaml", "json": "pod.json", "compose": "compose.yaml"}
bad = 0
done = {}


class Loader(yaml.SafeLoader):
    """YAML as our reader has it: "on" is a key like any other."""


Loader.yaml_implicit_resolvers = {k: [(t, r) for t, r in v if t != "tag:yaml.org,2002:bool"] for k, v in yaml.SafeLoader.yaml_implicit_resolvers.items()}
Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), list("tf"))


def wrong(*what):
    global bad
    bad = 1
    print("wrong:", *what)


def check(path, rules, *more):
    r = subprocess.run([program, "check", "--quiet", "--rules", rules, "--format", "json", *more, path], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if r.returncode not in (0, 1):
        wrong(path, "exit code", r.returncode, r.stderr.decode())
        return []
    return json.loads(r.stdout)["findings"]


def changes(a, b, path=()):
    """Leaves that differ: path, before, after; None where one of them has nothing."""
    if isinstance(a, dict) and isinstance(b, dict):
        for k in list(a) + [k for k in b if k not in a]:
            if k not in b:
                yield path + (k,), a[k], None
            elif k in a:
                yield from changes(a[k], b[k], path + (k,))
            else:
                yield from changes({} if isinstance(b[k], dict) else None, b[k], path + (k,))
    elif isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        for i, (x, y) in enumerate(zip(a, b)):
            yield from changes(x, y, path + (i,))
    elif a != b:
        yield path, a, b


def order(x):
    """Keys in their order, all through."""
    if isinstance(x, dict):
        return [(k, order(v)) for k, v in x.items()]
    return [order(v) for v in x] if isinstance(x, list) else x


def comments(text):
    return [line[line.index("#"):] for line in text.split("\n") if line.lstrip().startswith("#") or "  # " in line]


def compare_trees(what, rule, before, after):
    wanted = {tuple(k.split(".")): v for k, v in rule["fix"]["set"].items()}
    old, new = list(yaml.load_all(before, Loader)), list(yaml.load_all(after, Loader))
    n = 0
    for path, was, now in changes(old, new):
        n += 1
        if path[-1:] == ("security_opt",) and now == ["no-new-privileges:true"] + (was or []):
            continue
        hit = [v for k, v in wanted.items() if path[-len(k):] == k]
        # A variable is written under its own name.
        if rule["source"] == "pipeline_variable":
            hit = list(wanted.values())
        if not hit or str(now).lower() != str(hit[0]).lower():
            wrong(what, "changed", path, was, "to", now)
    if n == 0:
        wrong(what, "nothing changed")
    # What was there stands in the order in which it stood.
    kept = copy.deepcopy(new)
    for path, was, now in changes(old, new):
        parent = kept
        trail = []
        for k in path[:-1]:
            trail.append((parent, k))
            parent = parent[k]
        if was is None:
            del parent[path[-1]]
            for p, k in reversed(trail):
                if p[k] == {}:
                    if not has(old, [t[1] for t in trail[:trail.index((p, k)) + 1]]):
                        del p[k]
        else:
            parent[path[-1]] = was
    if order(kept) != order(old):
        wrong(what, "the order of keys is another one", "\n" + after)


def has(x, path):
    for k in path:
        try:
            x = x[k]
        except (KeyError, IndexError, TypeError):
            return False
    return True


def compare_dockerfile(what, rule, before, after):
    (kind, value), = rule["fix"].items()
    for a, b in zip(before.split("\n"), after.split("\n")):
        if a == b:
            continue
        x, y = a.split(), b.split()
        if kind == "option" and [w for w in y if w != value] == [w for w in x if w != value] and len(y) > len(x):
            continue
        if kind == "keyword" and y[1:] == x[1:] and y[0] == value:
            continue
        if kind == "label" and y[0] == "LABEL" and y[1].startswith(value + "=") and " ".join(x[1:]) in b:
            continue
        if kind == "program" and len(x) == len(y) and all(p == q or (os.path.basename(q) == value and os.path.dirname(p) == os.path.dirname(q)) for p, q in zip(x, y)):
            continue
        wrong(what, repr(a), "became", repr(b))
    if len(before.split("\n")) != len(after.split("\n")) or before == after:
        wrong(what, "lines", "\n" + after)


def block(example):
    """In blocks, with a comment behind each line that has room for one and one above each item of a list."""
    lines = []
    for line in yaml.safe_dump(example, sort_keys=False).rstrip("\n").split("\n"):
        if line.lstrip().startswith("- "):
            lines.append(" " * (len(line) - len(line.lstrip())) + "# item %d" % len(lines))
        lines.append(line + "  # line %d" % len(lines))
    return "\n".join(lines) + "\n"


def forms(example):
    if isinstance(example, dict):
        text = block(example)
        yield "pod", text
        yield "pod", text.rstrip("\n")
        yield "pod", text.replace("\n", "\r\n")
        yield "pod", "# first\n---\n" + text + "---\n# second\n" + text.replace("name: p ", "name: q ", 1)
        yield "pod", yaml.safe_dump(example, sort_keys=False, default_flow_style=True, width=10000)
        yield "json", json.dumps(example, indent=2)
        yield "json", json.dumps(example)
    elif "FROM" in example.split() and "jobs:" not in example:
        yield "dockerfile", example
        yield "dockerfile", "# a comment\n" + example.replace("\n", "\r\n")
        yield "dockerfile", example.rstrip("\n")
    else:
        kind = "workflow" if "jobs:" in example or "runs:" in example else "gitlab"
        text = "# a comment\n" + "".join(l + ("  # %d" % i if l.endswith(("false", "true", '"true"')) else "") + "\n" for i, l in enumerate(example.rstrip("\n").split("\n")))
        yield kind, text
        yield kind, text.rstrip("\n")
        yield kind, text.replace("\n", "\r\n")


def one(rule, rules, kind, text, what):
    path = os.path.join(work, NAMES[kind])
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", newline="") as f:
        f.write(text)
    before = check(path, rules)
    if not [f for f in before if f["policy"]["fixable"]]:
        return False
    after_fix = check(path, rules, "--fix")
    with open(path, newline="") as f:
        after = f.read()
    if after_fix or check(path, rules):
        wrong(what, "it still fires", "\n" + after)
    if ("\r" in text) != ("\r\n" in after) or after.count("\n") - after.count("\r\n") != text.count("\n") - text.count("\r\n") and "\r" in text:
        wrong(what, "line ends", repr(after))
    if kind == "dockerfile":
        compare_dockerfile(what, rule, text, after)
    elif kind == "json":
        compare_trees(what, rule, json.dumps(json.loads(text)), json.dumps(json.loads(after)))
    else:
        if [c for c in comments(text)] != [c for c in comments(after)]:
            wrong(what, "comments", "\n" + after)
        compare_trees(what, rule, text, after)
    done.setdefault(kind, set()).add(rule["rule"])
    return True


all_rules = 0
for file in sorted(glob.glob(rules_dir + "/*/*.yaml")):
    entries = yaml.safe_load(open(file))
    if not isinstance(entries, list):
        continue
    for rule in entries:
        if "fix" not in rule:
            continue
        all_rules += 1
        # Only this rule, with what it refers to.
        alone = os.path.join(work, "rule.yaml")
        with open(alone, "w") as f:
            yaml.safe_dump([e for e in entries if "rule" not in e] + [dict(rule, enabled=True)], f, sort_keys=False)
        examples = rule["examples"]["fires"]
        fixed = 0
        for i, example in enumerate(examples):
            for k, (kind, text) in enumerate(forms(example)):
                fixed += one(rule, alone, kind, text, "%s, example %d, form %d:" % (rule["rule"], i + 1, k + 1))
        if not fixed:
            wrong(rule["rule"], "no example can be fixed")
        if rule["source"] == "container":
            for text in ("services:\n  # one\n  a:\n    image: r/x:1  # x\n    # tail\n    read_only: true\n  b: {image: r/y:1}\n",
                         "services:\n  a:\n    security_opt:\n      # of it\n      - label:type:a_t\n    image: r/x:1\n",
                         "services:\n  a:\n    security_opt: [label:type:a_t]\n    image: r/x:1\n"):
                one(rule, alone, "compose", text, rule["rule"] + ", Compose:") if "Escalation" in json.dumps(rule["fix"]) else None
for kind in sorted(done):
    print(kind, len(done[kind]))
print("rules", all_rules)
sys.exit(bad)
