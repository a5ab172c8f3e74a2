#!/bin/bash
# The advisory database: build, status, get, update from a web server, and real records.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1
# The small feeds are from 2030, and no feed is younger than its reading.
export SOURCE_DATE_EPOCH=1900000000

feeds=$tmp/feeds
mkdir -p "$feeds"
for feed in debian-osv kev epss endoflife; do cp -r "$TOP/test/case/advisory/$feed/input" "$feeds/$feed"; done
echo 'no feed' >"$feeds/README"
export PLIMSOLL_DB=$tmp/data/advisories.db

exits 3 "no database: status says so" "$PLIMSOLL" db status
like "$err" 'there is no advisory database; make one with' "... and what to do"
exits 2 "db build without a directory is a usage error" "$PLIMSOLL" db build
exits 3 "a directory that is not there" "$PLIMSOLL" db build "$tmp/nope"
like "$err" 'nope.*No such file' "... is named"
exits 0 "db build" "$PLIMSOLL" db build "$feeds"
like "$out" 'debian-osv +2030-02-04 +[0-9]+ records' "the summary has each feed with its date"
like "$err" 'skipped: README: no feed recognises it' "what was skipped is named"
like "$err" 'warning: debian-osv/cve.jsonl:6: ' "nonsense is named with its line"
first=$(sha256sum <"$PLIMSOLL_DB")
exits 0 "db build again" "$PLIMSOLL" db build "$feeds"
is "$(sha256sum <"$PLIMSOLL_DB")" "$first" "gives the same bytes"

exits 0 "db status --verify" "$PLIMSOLL" db status --verify
exits 0 "db status as JSON" "$PLIMSOLL" db status --format json
is "$(jq -r '.feeds[] | select(.name == "kev") | "\(.date) \(.records) \(.left_out)"' <<<"$out")" "2030-01-05T10:00:00Z 3 2" "counts records and what was left out"
exits 0 "db get as JSON" "$PLIMSOLL" db get CVE-2030-0001 --release debian:12 --format json
is "$(jq -r '"\(.kev) \(.kev_due) \(.cvss[0].score) \(.rows | length) \(.rows[0].fixed)"' <<<"$out")" "true 2030-01-25 7.5 2 1:2.0-1+deb12u1" "has details and rows"
exits 0 "db get by advisory" "$PLIMSOLL" db get DSA-9001-1
like "$out" 'debian:12 +libexample +fixed +1:2.0-1\+deb12u1' "finds the rows that name it"
exits 3 "db get of what nobody knows" "$PLIMSOLL" db get CVE-2031-0001

: >"$tmp/cut.zst" && printf '\x28\xb5\x2f\xfd\x04\x58\xff\xff\xff\xff\xff' >"$feeds/cut.zst"
exits 3 "a file that cannot be read to its end" "$PLIMSOLL" db build "$feeds"
like "$err" 'error: cut.zst: .*nothing of this file is in the database' "is named"
is "$(sha256sum <"$PLIMSOLL_DB")" "$first" "... and changes nothing"
rm "$feeds/cut.zst"

head -c 20000 "$PLIMSOLL_DB" >"$tmp/bad.db"
exits 3 "a cut database" "$PLIMSOLL" db status --verify --db "$tmp/bad.db"
like "$err" 'bad.db: .*(damaged|not an advisory database)' "is told"
exits 3 "a foreign file" "$PLIMSOLL" db status --db "$feeds/README"
like "$err" 'not an advisory database' "is told"

# One bit of the rows of a package that is installed: what was found stands, and a gap says what was not seen.
mkdir -p "$tmp/root/etc" "$tmp/root/var/lib/dpkg"
printf 'ID=debian\nVERSION_ID="12"\n' >"$tmp/root/etc/os-release"
printf 'Package: libexample\nStatus: install ok installed\nVersion: 1:1.0-1\nArchitecture: amd64\n' >"$tmp/root/var/lib/dpkg/status"
exits 0 "a scan with the whole database" "$PLIMSOLL" scan --archives never --no-cache --format json "$tmp/root"
like "$out" CVE-2030-0001 "finds something"
python3 - "$PLIMSOLL_DB" "$tmp/flip.db" <<'PY'
import sys
data = bytearray(open(sys.argv[1], 'rb').read())
data[data.index(b'1:2.0-1+deb12u1') + 2] ^= 1
open(sys.argv[2], 'wb').write(data)
PY
exits 3 "the same with one bit flipped" "$PLIMSOLL" scan --archives never --no-cache --format json --db "$tmp/flip.db" "$tmp/root"
like "$(jq -c '.coverage.gaps' <<<"$out")" 'no-database.*flip.db: the advisory database is damaged \(a value does not have its checksum\)' "has a gap that names file and cause"
exits 3 "explain" "$PLIMSOLL" explain --no-cache CVE-2030-0001 "$tmp/root" --db "$tmp/flip.db"
like "$err" 'flip.db: the advisory database is damaged' "fails with the same words"

# A web server that knows ranges, and cuts the first answer of /cut short.
mkdir "$tmp/www"
zstd -q -o "$tmp/www/a.db.zst" "$PLIMSOLL_DB"
(cd "$tmp/www" && sha256sum a.db.zst >a.db.zst.sha256 && cp a.db.zst wrong.db.zst && echo "$(printf '%064d' 0)  wrong.db.zst" >wrong.db.zst.sha256 &&
  cp a.db.zst none.db.zst && cp a.db.zst cut.db.zst && sha256sum cut.db.zst >cut.db.zst.sha256 &&
  zstd -q -o text.db.zst "$feeds/README" && sha256sum text.db.zst >text.db.zst.sha256)
port=$(free_port)
python3 - "$tmp/www" "$port" "$tmp/log" <<'PY' &
import http.server, os, sys
root, port, log = sys.argv[1:]

class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    def log_message(self, *a): pass
    def do_GET(self):
        with open(log, 'a') as f:
            f.write(f'{self.path} {self.headers.get("Range", "-")}\n')
        path = os.path.join(root, self.path.lstrip('/'))
        if not os.path.exists(path):
            self.send_response(404); self.send_header('Content-Length', '0'); self.end_headers(); return
        data, start = open(path, 'rb').read(), 0
        if 'Range' in self.headers:
            start = int(self.headers['Range'].split('=')[1].split('-')[0])
            self.send_response(206); self.send_header('Content-Range', f'bytes {start}-{len(data) - 1}/{len(data)}')
        else:
            self.send_response(200)
        cut = self.path == '/cut.db.zst' and not os.path.exists(root + '/mended')
        self.send_header('Content-Length', str(len(data) - start)); self.end_headers()
        self.wfile.write(data[start:start + 1000] if cut and start == 0 else b'' if cut else data[start:])
        self.close_connection = cut
http.server.ThreadingHTTPServer(('127.0.0.1', int(port)), Handler).serve_forever()
PY
at_exit kill $!
wait_for 10 curl -sf "http://127.0.0.1:$port/a.db.zst.sha256"
url=http://127.0.0.1:$port
export PLIMSOLL_DB=$tmp/updated/advisories.db
exits 2 "db update without a source" "$PLIMSOLL" db update
exits 0 "db update" "$PLIMSOLL" db update --from "$url/a.db.zst"
is "$(sha256sum <"$PLIMSOLL_DB")" "$first" "brings the same database"
exits 0 "db update again" "$PLIMSOLL" db update --from "$url/a.db.zst"
like "$out" 'up to date' "downloads nothing"
is "$(grep -c '^/a.db.zst ' "$tmp/log")" 1 "... indeed"
exits 3 "a wrong checksum" "$PLIMSOLL" db update --from "$url/wrong.db.zst"
like "$err" 'wrong checksum: sha256 0000' "is told"
like "$err" 'stays in use; its feeds are from 2030-01-05? to|stays in use; its feeds are from 20' "... and the old database's dates"
exits 3 "no checksum" "$PLIMSOLL" db update --from "$url/none.db.zst"
like "$err" 'status 404; a database is only taken with its checksum' "is told"
exits 3 "something else with a good checksum" "$PLIMSOLL" db update --from "$url/text.db.zst"
like "$err" 'not an advisory database' "is told"
exits 3 "an unreachable server" "$PLIMSOLL" db update --from "http://127.0.0.1:1/a.db"
is "$(sha256sum <"$PLIMSOLL_DB")" "$first" "the old database is untouched by all of these"
rm "$PLIMSOLL_DB"*
exits 3 "a download that breaks off" "$PLIMSOLL" db update --from "$url/cut.db.zst"
like "$err" 'which are kept for the next try' "is kept"
: >"$tmp/www/mended"
exits 0 "... and gone on with" "$PLIMSOLL" db update --from "$url/cut.db.zst"
is "$(grep '^/cut.db.zst ' "$tmp/log" | tail -1)" "/cut.db.zst bytes=1000-" "at the byte where it broke"
is "$(sha256sum <"$PLIMSOLL_DB")" "$first" "to the same database"
is "$(ls "$tmp/updated")" "advisories.db
advisories.db.source" "nothing else is left behind"

# Real records.
need_shared
export PLIMSOLL_DB=$tmp/real.db
exits 0 "db build of all shared feeds" "$PLIMSOLL" db build "$SHARED/advisories"
[ "$(stat -c %s "$PLIMSOLL_DB")" -lt 150000000 ] && pass "under 150 MB" || fail "under 150 MB" "$(stat -c %s "$PLIMSOLL_DB")"
get() { "$PLIMSOLL" db get --format json "$@"; }
is "$(get CVE-2023-38545 --release debian:12 | jq -r '[.rows[] | "\(.package) \(.fixed) \(.advisory // "")"] | join("; ")')" \
  "curl 7.88.1-10+deb12u4 ; curl 7.88.1-10+deb12u4 DSA-5523-1" "Debian 12: CVE-2023-38545"
is "$(get CVE-2023-38545 --release ubuntu:22.04 | jq -r '.rows[] | "\(.status) \(.fixed) \(.severity)"')" "fixed 7.81.0-1ubuntu1.14 HIGH" "Ubuntu 22.04"
is "$(get CVE-2023-38545 --release alpine:3.18 | jq -r '[.rows[] | "\(.feed) \(.fixed)"] | join("; ")')" "alpine-osv 8.4.0-r0; alpine-secdb 8.4.0-r0" "Alpine 3.18"
is "$(get CVE-2023-38545 --release wolfi --package curl | jq -r '.rows[] | "\(.fixed) \(.advisory)"')" "8.4.0-r0 CGA-h26h-2qmg-crpw" "Wolfi"
is "$(get CVE-2021-44228 | jq -r '"\(.kev) \(.kev_due) \([.cvss[].score] | max)"')" "true 2021-12-24 10" "Log4Shell is known to be exploited, 10.0"
is "$(get CVE-2024-99999999 2>/dev/null | jq -r .known)" false "what no feed knows is not known"
is "$("$PLIMSOLL" db status -f json | jq -r '.feeds[] | select(.name == "epss") | .records')" 360142 "all EPSS values"
done_testing
