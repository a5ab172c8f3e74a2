#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Files with made-up secrets: `secrets-plant.py RULES_DIR OUT`. The positive examples of every rule, written out, one file each; and random values under
names that people give to secrets, in the syntaxes of settings and programs. Nothing in them is anybody's."""
import base64, json, os, random, sys, zlib
import yaml

rng = random.Random(4711)
DIGITS, LOWER, UPPER = "0123456789", "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
KINDS = {"hex": DIGITS + "abcdef", "HEX": DIGITS + "ABCDEF", "alnum": DIGITS + UPPER + LOWER, "lower": DIGITS + LOWER, "upper": DIGITS + UPPER, "alpha": UPPER + LOWER,
         "base32": UPPER + "234567", "base64": UPPER + LOWER + DIGITS + "+/", "base64url": UPPER + LOWER + DIGITS + "-_", "digits": DIGITS}


def some(kind, n):
    return "".join(rng.choice(KINDS[kind]) for _ in range(n))


def b64(text):
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def write_out(template):
    out = ""
    while "{{" in template:
        before, rest = template.split("{{", 1)
        word, template = rest.split("}}", 1)
        out += before
        if word == "crc32":
            n, digits = zlib.crc32(out[out.rfind("_") + 1 :].encode()), ""
            for _ in range(6):
                n, digits = n // 62, (DIGITS + UPPER + LOWER)[n % 62] + digits
            out += digits
        elif word == "uuid":
            out += "-".join(some("hex", n) for n in (8, 4, 4, 4, 12))
        elif word in ("jwt", "json64"):
            out += b64('{"alg":"HS256","typ":"JWT"}')
            if word == "jwt":
                out += "." + b64('{"sub":"4711","name":"nobody","iat":1700000000}') + "." + some("base64url", 43)
        else:
            kind, n = word.split()
            out += some(kind, int(n))
    return out + template


rules, out = sys.argv[1], sys.argv[2]
os.makedirs(f"{out}/rules", exist_ok=True)
for name in sorted(os.listdir(rules)):
    if name.endswith(".yaml"):
        with open(f"{rules}/{name}") as f:
            for rule in yaml.safe_load(f).get("rules", []):
                for i, example in enumerate(rule["examples"]["match"]):
                    with open(f"{out}/rules/{rule['id']}-{i}.conf", "w") as g:
                        g.write("# settings\n" + write_out(example) + "\n")
NAMES = ["api_key", "apiKey", "API_SECRET", "clientSecret", "client_secret", "auth_token", "accessToken", "ACCESS_KEY", "secret_key", "SIGNING_SECRET", "jwtSecret",
         "session_secret", "webhook_secret", "refresh_token", "encryption_key", "private_token", "service_api_token", "internal-api-key", "app.secret.key", "masterKey", "db_password", "serviceCredential", "deployToken"]
SYNTAX = {"env": "{n}={v}", "json": '{{\n  "{n}": "{v}"\n}}', "yaml": "service:\n  {n}: {v}", "js": 'const {n} = "{v}";', "py": "{n} = '{v}'", "ini": "[app]\n{n} = {v}",
          "properties": "{n}={v}", "toml": '{n} = "{v}"', "go": '\t{n} := "{v}"', "rb": "  {n}: '{v}',", "sh": 'export {n}="{v}"', "php": "'{n}' => '{v}',"}
os.makedirs(f"{out}/names", exist_ok=True)
for name in NAMES:
    for ext, form in SYNTAX.items():
        for kind, n in (("alnum", 32), ("hex", 40), ("base64url", 43)):
            with open(f"{out}/names/{name}-{kind}.{ext}", "w") as g:
                g.write(form.format(n=name, v=some(kind, n)) + "\n")
