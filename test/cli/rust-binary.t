#!/bin/bash
# The crates that cargo-auditable writes into a program: in programs that rustc and gcc link, after strip, and put in by objcopy.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1

# The list as cargo-auditable makes it, of the crates of this machine's Debian packages and some more.
python3 - "$tmp" <<'PY'
import glob, json, sys, tomllib, zlib
crates = [{"name": "app", "version": "0.3.0", "source": "local", "root": True, "dependencies": [1]}]
for path in sorted(glob.glob("/usr/share/cargo/registry/*/Cargo.toml")):
    p = tomllib.load(open(path, "rb"))["package"]
    crates.append({"name": p["name"], "version": p["version"], "source": "crates.io"})
for i in range(800):
    crates.append({"name": f"crate-{i}", "version": f"{i % 7}.{i}.0", "source": "crates.io", **({"kind": "build"} if i % 5 == 0 else {})})
open(sys.argv[1] + "/crates", "wb").write(zlib.compress(json.dumps({"packages": crates}).encode()))
open(sys.argv[1] + "/want", "w").write("".join(f"{c['name']} {c['version']} {'build' if 'kind' in c else 'runtime'}\n" for c in crates))
PY
ours() { "$PLIMSOLL" facts "$1" | jq -r '.facts[] | select(.analyzer == "rust-binary") | .name + " " + .version + (if .development then " build" else " runtime" end)' >"$tmp/got"; }
is "$(grep -c ' build$' "$tmp/want")" 160 "a list of crates"

cat >"$tmp/main.rs" <<'RS'
#[used]
#[link_section = ".dep-v0"]
static CRATES: [u8; include_bytes!("crates").len()] = *include_bytes!("crates");

fn main() {
    // Read, or else linkers that collect unused sections drop it.
    println!("{}", unsafe { std::ptr::read_volatile(CRATES.as_ptr()) });
}
RS
if command -v rustc >/dev/null && (cd "$tmp" && rustc -O -o rust main.rs) 2>"$tmp/log"; then
  ours "$tmp/rust"
  same "$tmp/got" "$tmp/want" "a program linked by rustc"
  strip "$tmp/rust"
  ours "$tmp/rust"
  same "$tmp/got" "$tmp/want" "and stripped"
else
  skip "no rustc on this machine: $(head -3 "$tmp/log" 2>/dev/null)"
fi

echo 'int main(void) { return 0; }' >"$tmp/main.c"
gcc -o "$tmp/c" "$tmp/main.c"
ours "$tmp/c"
is "$(cat "$tmp/got")" "" "a program without the list has no crates"
objcopy --add-section .dep-v0="$tmp/crates" "$tmp/c" "$tmp/with"
ours "$tmp/with"
same "$tmp/got" "$tmp/want" "with it, whoever linked it"
gcc -shared -fPIC -o "$tmp/plain.so" "$tmp/main.c"
objcopy --add-section .dep-v0="$tmp/crates" "$tmp/plain.so" "$tmp/with.so"
chmod 644 "$tmp/with.so"
ours "$tmp/with.so"
same "$tmp/got" "$tmp/want" "and a library, which nobody may run"

head -c 3000 "$tmp/crates" >"$tmp/cut"
objcopy --add-section .dep-v0="$tmp/cut" "$tmp/c" "$tmp/broken"
exits 3 "a list cut short is a problem" "$PLIMSOLL" facts "$tmp/broken"
like "$(printf %s "$out" | jq -r '.facts[].reason')" 'damaged list of crates' "which is said"
done_testing
