# SPDX-License-Identifier: Apache-2.0
"""Random TOML documents, good and broken, read by Python's tomllib and by ours: `toml-oracle.py TOML_JSON DIR COUNT`.
Both must refuse the same ones and read the same values of the others. Prints the first differences; exits 1 on any."""
import datetime, json, math, os, random, subprocess, sys, tomllib

rng = random.Random(20260101)
KEYS = ["a", "b", "c", '"d e"', "'f'", "1", "a.b", "b.c.a", "c . a", '"\\u0061"', "b.1"]
SCALARS = ["1", "-2", "+0", "0x1F", "0o17", "0b11", "1_000", "1.5", "1e3", "-0.0", "inf", "-nan", "true", "false", '"s\\tx"', "'l\\'", '""',
           '"""\nm\\\n  n"""', "'''o\np'''", '"""""q"""""', "1979-05-27", "07:32:00", "1979-05-27T07:32:00Z", "1979-05-27 07:32:00.25-01:30",
           "01", "1__0", "1.", ".5", "0X1", "True", "2023-02-30", "25:00:00", '"\\x"', '"\\ud800"', "'a\tb'", '"un', "9" * 18, "[", "}"]


def value(depth):
    r = rng.random()
    if depth < 3 and r < 0.15:
        sep = rng.choice([", ", ",\n ", " , # c\n"])
        return "[" + sep.join(value(depth + 1) for _ in range(rng.randrange(4))) + rng.choice(["", "", ","]) + "]"
    if depth < 3 and r < 0.3:
        return "{" + ", ".join(f"{rng.choice(KEYS)} = {value(depth + 1)}" for _ in range(rng.randrange(3))) + rng.choice(["", "", "", ","]) + "}"
    return rng.choice(SCALARS[:24] if rng.random() < 0.97 else SCALARS)


def document():
    lines = []
    for _ in range(rng.randrange(1, 8)):
        r = rng.random()
        if r < 0.25:
            lines.append(f"[{rng.choice(KEYS)}]")
        elif r < 0.45:
            lines.append(f"[[{rng.choice(KEYS)}]]")
        else:
            lines.append(f"{rng.choice(KEYS)} = {value(0)}")
        if rng.random() < 0.1:
            lines[-1] += rng.choice([" # note", "  ", " x", "\r"])
    return "\n".join(lines) + rng.choice(["", "\n"])


def shape(v):
    """The value as JSON has it: dates as a mark, since ours keeps them as they were written."""
    if isinstance(v, dict):
        return {k: shape(x) for k, x in v.items()}
    if isinstance(v, list):
        return [shape(x) for x in v]
    if isinstance(v, (datetime.date, datetime.time)):
        return "DATE"
    if isinstance(v, float):
        return None if math.isinf(v) or math.isnan(v) else v
    return v


def ours(v):
    if isinstance(v, dict):
        return {k: ours(x) for k, x in v.items()}
    if isinstance(v, list):
        return [ours(x) for x in v]
    return "DATE" if isinstance(v, str) and (v[4:5] == "-" or v[2:3] == ":") else v


tool, directory, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
texts, paths = [], []
for i in range(count):
    texts.append(document())
    paths.append(os.path.join(directory, str(i)))
    with open(paths[-1], "wb") as f:
        f.write(texts[-1].encode())
answers = subprocess.run([tool], input="\n".join(paths) + "\n", capture_output=True, text=True, check=True).stdout.split("\n")
bad = good = refused = 0
for text, answer in zip(texts, answers):
    try:
        want = json.dumps(shape(tomllib.loads(text)), sort_keys=True)
    except (tomllib.TOMLDecodeError, ValueError, RecursionError):
        want = "error"
    got = "error" if answer.startswith("error: ") else json.dumps(ours(json.loads(answer)), sort_keys=True)
    refused += want == "error"
    good += want != "error"
    if got != want:
        bad += 1
        if bad <= 5:
            print(f"# {text!r}\n#   tomllib: {want}\n#   ours:    {answer}")
print(f"{good} read, {refused} refused, {bad} differ")
sys.exit(1 if bad or good < count // 4 or refused < count // 20 else 0)
