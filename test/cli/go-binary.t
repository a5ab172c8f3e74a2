#!/bin/bash
# Programs built by Go: against `go version -m` on Debian's, on those of npm packages (older Go, other systems), and on programs built here with modules.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1
export HOME=$tmp/home GOPATH=$tmp/go GOCACHE=$tmp/cache GOTOOLCHAIN=local GOFLAGS=-mod=mod GOSUMDB=off
mkdir -p "$HOME"

# What go version -m says of a program, in our words: name and version of each module, replaced ones by what replaces them.
theirs() {
  go version -m "$1" | python3 -c '
import re, sys
lines = [l.rstrip("\n").split("\t") for l in sys.stdin]
version = lines[0][0].rsplit(": go", 1)[1].split()[0]
modules = []
for l in lines[1:]:
    if l[1] in ("mod", "dep"):
        modules.append([l[2], l[3]])
    elif l[1] == "=>" and len(l) > 3 and l[3] not in ("", "(devel)"):
        modules[-1] = [l[2], l[3]]
for name, version_ in modules:
    print(name, "" if version_ == "(devel)" else version_)
print("stdlib", version if version.count(".") == 2 else version + ".0")'
}
ours() { "$PLIMSOLL" facts --analyzer go-binary "$1" | jq -r '.facts[] | .name + " " + (.version // "")'; }
linked() { "$PLIMSOLL" facts --analyzer go-binary "$1" | jq -r '.facts[].linked[]?' | LC_ALL=C sort; }
agrees() { theirs "$1" >"$tmp/want"; ours "$1" >"$tmp/got"; [ -s "$tmp/want" ] || echo "go version -m said nothing" >"$tmp/want"; same "$tmp/got" "$tmp/want" "$2: as go version -m, $(wc -l <"$tmp/want") modules"; }

# ---- Debian's own ----
for name in skopeo umoci containerd dockerd go gofmt; do
  program=$(readlink -f "$(command -v "$name" || echo "/usr/sbin/$name")")
  if [ -e "$program" ]; then agrees "$program" "$name"; else skip "no $name on this machine"; fi
done

# ---- npm packages: Go 1.16 and 1.17 (pointers), 1.20 (inline), big-endian, Windows, macOS ----
mkdir "$tmp/npm"
for package in esbuild-linux-64@0.8.57 esbuild-linux-64@0.14.27 @esbuild/linux-x64@0.21.5 @esbuild/linux-s390x@0.21.5 esbuild-windows-64@0.14.27 esbuild-darwin-64@0.14.27; do
  rm -rf "$tmp/npm/"*
  if (cd "$tmp/npm" && npm pack --silent "$package" >/dev/null 2>&1 && tar -xzf ./*.tgz); then
    program=$(find "$tmp/npm/package" -type f \( -name esbuild -o -name esbuild.exe \) -size +1M)
    agrees "$program" "$package"
    linked "$program" >"$tmp/linked"
    is "$(grep -cxE 'runtime|strings|github.com/evanw/esbuild/cmd/esbuild|github.com/evanw/esbuild/internal/js_parser' "$tmp/linked")" 4 "$package: and what is linked in"
  else
    skip "npm cannot get $package"
  fi
done

# ---- Modules of our own, from a proxy that is a directory ----
module() { # NAME VERSION; go files on standard input as "PATH<TAB>text" lines
  local dir=$tmp/proxy/$1/@v top=$tmp/zip/$1@$2
  mkdir -p "$dir" "$top"
  printf 'module %s\n\ngo 1.19\n' "$1" | tee "$dir/$2.mod" >"$top/go.mod"
  printf '{"Version":"%s","Time":"2024-01-01T00:00:00Z"}' "$2" >"$dir/$2.info"
  echo "$2" >>"$dir/list"
  while IFS=$'\t' read -r path text || [ -n "$path" ]; do mkdir -p "$(dirname "$top/$path")"; printf '%b' "$text" >"$top/$path"; done
  (cd "$tmp/zip" && python3 -c 'import os, sys, zipfile
z = zipfile.ZipFile(sys.argv[1], "w")
for d, _, files in os.walk(sys.argv[2]):
    for f in files: z.write(os.path.join(d, f))' "$dir/$2.zip" "$1@$2")
}
if command -v go >/dev/null; then
  # One package used, one whose only function is inlined, one imported for a type, one imported by nobody.
  printf 'used/used.go\tpackage used\\n\\nvar S []string\\n\\n//go:noinline\\nfunc F(s string) { S = append(S, s) }\\n\\nfunc Dead() {}\\n
small/small.go\tpackage small\\n\\nfunc Add(a, b int) int { return a + b }\\n
types/types.go\tpackage types\\n\\ntype T struct{ A int }\\n\\nfunc Never() {}\\n
other/other.go\tpackage other\\n\\nfunc F() {}\\n' | module example.com/dep v1.2.3
  printf 'y.go\tpackage yaml\\n\\n//go:noinline\\nfunc Load[T any](t T) any { return t }\\n' | module gopkg.in/yaml.v3 v3.0.9
  printf 'f.go\tpackage old\\n\\n//go:noinline\\nfunc F() int { return len("x") }\\n' | module example.com/fork v0.4.0-rc.1
  printf 'f.go\tpackage old\\n\\nfunc F() int { return 1 }\\n' | module example.com/old v0.3.0
  mkdir -p "$tmp/app/cmd/app" "$tmp/app/version"
  cat >"$tmp/app/go.mod" <<'GO'
module example.com/app

go 1.19

require (
	example.com/dep v1.2.3
	example.com/old v0.3.0
	gopkg.in/yaml.v3 v3.0.9
)

replace example.com/old => example.com/fork v0.4.0-rc.1
GO
  sed -i 's/module example.com\/fork/module example.com\/old/' "$tmp/proxy/example.com/fork/@v/v0.4.0-rc.1.mod"
  cat >"$tmp/app/cmd/app/main.go" <<'GO'
package main

import (
	"fmt"
	"os"

	"example.com/app/version"
	"example.com/dep/small"
	"example.com/dep/types"
	"example.com/dep/used"
	old "example.com/old"
	yaml "gopkg.in/yaml.v3"
)

func main() {
	used.F(os.Args[0])
	fmt.Println(version.String(), small.Add(len(os.Args), 2), yaml.Load(types.T{A: old.F()}))
}
GO
  printf 'package version\n\nvar Version = "none"\n\n//go:noinline\nfunc String() string { return Version }\n' >"$tmp/app/version/version.go"
  build() { (cd "$tmp/app" && GOPROXY=file://$tmp/proxy go build -buildvcs=false -o "$tmp/$1" "${@:2}" ./cmd/app) 2>&1; }
  out=$(build plain) && rc=0 || rc=$?
  is "$rc" 0 "a program with modules is built"
  [ "$rc" = 0 ] || { note "$out"; done_testing; }
  agrees "$tmp/plain" "modules, one replaced by a fork"
  linked "$tmp/plain" >"$tmp/plain.linked"
  # The fork's packages stand in its own name.
  is "$(grep -E '^(example|gopkg)' "$tmp/plain.linked" | paste -sd ' ')" \
    "example.com/app/cmd/app example.com/app/version example.com/dep/small example.com/dep/used example.com/fork gopkg.in/yaml.v3" "linked: used and inlined packages, not those of types only"
  (cd "$tmp/app" && GOPROXY=off go list -deps ./cmd/app | sed 's,^example.com/old$,example.com/fork,' | LC_ALL=C sort) >"$tmp/deps"
  # The runtime defines functions in the names of these two.
  is "$(LC_ALL=C comm -23 "$tmp/plain.linked" "$tmp/deps" | grep -vxE 'os/signal|runtime/debug')" "" "and none that go list -deps does not know"
  is "$(LC_ALL=C comm -12 "$tmp/plain.linked" "$tmp/deps" | grep -cxE 'fmt|os|runtime|reflect|sync/atomic')" 5 "the standard library's among them"

  build stripped -ldflags '-s -w' >/dev/null
  linked "$tmp/stripped" >"$tmp/stripped.linked"
  same "$tmp/stripped.linked" "$tmp/plain.linked" "a stripped program says the same"
  cp "$tmp/stripped" "$tmp/nosections"
  python3 - "$tmp/nosections" <<'PY'
import sys
f = open(sys.argv[1], "r+b")
f.seek(40); f.write(bytes(8))     # e_shoff
f.seek(60); f.write(bytes(4))     # e_shnum, e_shstrndx
PY
  agrees "$tmp/nosections" "without its section table"
  linked "$tmp/nosections" >"$tmp/nosections.linked"
  same "$tmp/nosections.linked" "$tmp/plain.linked" "and what is linked in"
  build pie -buildmode=pie >/dev/null
  agrees "$tmp/pie" "position-independent"
  linked "$tmp/pie" >"$tmp/pie.linked"
  is "$(LC_ALL=C comm -23 "$tmp/plain.linked" "$tmp/pie.linked")" "" "and what is linked in"

  build flags -ldflags '-X example.com/app/version.Version=v5.6.7 -X main.commit=1.2.3' >/dev/null
  is "$(ours "$tmp/flags" | head -1)" "example.com/app v5.6.7" "the linker's -X tells the version of a program that has none"

  # Scanned: what advisories say of packages that are linked in, and of others.
  record() { # ID MODULE FIXED [IMPORT]
    printf '{"id":"%s","modified":"2030-01-01T00:00:00Z","affected":[{"package":{"ecosystem":"Go","name":"%s"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"%s"}]}]' "$1" "$2" "$3"
    [ $# -lt 4 ] || printf ',"ecosystem_specific":{"imports":[{"path":"%s","symbols":["F"]}]}' "$4"
    echo '}]}'
  }
  mkdir -p "$tmp/feeds" "$tmp/image/etc" "$tmp/image/usr/local/bin"
  { record GO-2030-0001 example.com/dep 1.2.4 example.com/dep/used
    record GO-2030-0002 example.com/dep 1.2.4 example.com/dep/types
    record GO-2030-0003 example.com/dep 1.2.3
    record GO-2030-0004 stdlib 1.99.0 fmt
    record GO-2030-0005 stdlib 1.99.0 net/http
    record GO-2030-0006 example.com/app 9.0.0
    record GO-2030-0007 example.com/fork 0.4.0 example.com/fork; } >"$tmp/feeds/go.jsonl"
  printf 'ID=other\n' >"$tmp/image/etc/os-release"
  export SOURCE_DATE_EPOCH=1900000000 PLIMSOLL_DB=$tmp/advisories.db
  exits 0 "advisories" "$PLIMSOLL" db build --quiet "$tmp/feeds"
  found() { "$PLIMSOLL" scan --quiet --archives never --no-cache --analyzer go-binary --format json "$tmp/image" | jq -r '[.findings[].id] | sort | join(" ")'; }
  cp "$tmp/stripped" "$tmp/image/usr/local/bin/app"
  is "$(found)" "GO-2030-0001 GO-2030-0004 GO-2030-0007" "findings of what is linked in only, the fork among it; none of a program of unknown version"
  run "$PLIMSOLL" explain --no-cache GO-2030-0002 "$tmp/image"
  like "$out" 'link' "explain says that the package is not linked in"
  run "$PLIMSOLL" explain --no-cache GO-2030-0006 "$tmp/image"
  like "$out" 'its version is not known' "and that a version is not known"
  cp "$tmp/flags" "$tmp/image/usr/local/bin/app"
  is "$(found)" "GO-2030-0001 GO-2030-0004 GO-2030-0006 GO-2030-0007" "a program whose version its builder set is judged, too"

  # Cut short anywhere: an answer, and never a crash.
  size=$(stat -c %s "$tmp/plain") bad=0
  for part in 10 64 4096 $((size / 3)) $((size / 2)) $((size - 100)); do
    head -c "$part" "$tmp/plain" >"$tmp/cut"
    run "$PLIMSOLL" facts --analyzer go-binary "$tmp/cut"
    case $rc in 0 | 3) ;; *) bad=$((bad + 1)) ;; esac
  done
  is $bad 0 "cut short: no crash"
else
  skip "no Go on this machine"
fi
done_testing
