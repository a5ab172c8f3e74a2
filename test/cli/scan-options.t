#!/bin/bash
# The options of scan, sbom and explain: each works or is refused, with a message that helps.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1
mkdir -p "$tmp/root/etc" "$tmp/root/var/lib/dpkg"
printf 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian 12"\n' >"$tmp/root/etc/os-release"
printf 'Package: a\nStatus: install ok installed\nVersion: 1.0-1\nArchitecture: amd64\nMaintainer: x\n\n' >"$tmp/root/var/lib/dpkg/status"
export SOURCE_DATE_EPOCH=1763640000
scan() { "$PLIMSOLL" scan --archives never "$@" "$tmp/root"; }
refused() { local want=$1 name=$2; shift 2; exits 2 "$name" "$@"; like "$err" "$want" "  and says why"; is "$out" "" "  before doing anything"; }

refused "option '--severity': unknown value 'hihg'; did you mean 'high'\?" "a severity that is none" scan --severity critical,hihg
refused "option '--fail-on': unknown value 'highest'" "a limit that is none" scan --fail-on highest
refused "option '--as-of': 'yesterday' is no time; expected 2025-02-12" "a time that is none" scan --as-of yesterday
refused "option '--platform': .*expected OS/ARCHITECTURE" "a platform that is none" scan --platform a/b/c/d
refused "option '--allow-incomplete': unknown value 'no-database2'; did you mean 'no-database'\?" "a gap that is none" scan --allow-incomplete no-database2
refused "option '--analyzer': unknown value 'dpgk'; did you mean 'dpkg'\?" "an analyzer that is none" scan --analyzer dpgk
refused "option '--format': unknown value 'yaml'" "a format that is none" scan --format yaml
refused "option '--source': unknown value 'dockr'; did you mean 'docker'\?" "a source that is none" scan --source dockr
refused "option '--mirror': 'x': expected REGISTRY=MIRROR" "a mirror without its registry" scan --mirror x
refused "client-key is missing" "a certificate without its key" scan --client-cert a.pem
refused "plain-http has no certificates" "two that cannot go together" scan --plain-http --insecure-skip-tls-verify
refused "unknown option '--password'" "a secret" scan --password hunter2
SOURCE_DATE_EPOCH=soon refused "SOURCE_DATE_EPOCH: 'soon' is no number" "a wrong SOURCE_DATE_EPOCH" scan
PLIMSOLL_REGISTRY_USERNAME=me refused "PLIMSOLL_REGISTRY_PASSWORD is not" "a name without a password" scan
PLIMSOLL_FAIL_ON=never refused "environment variable PLIMSOLL_FAIL_ON" "a wrong value in the environment" scan
printf 'scan:\n  severity: [high, critcal]\n  fail-on: high\n' >"$tmp/bad.yaml"
refused "bad.yaml:2:20: 'scan.severity': unknown value 'critcal'; did you mean 'critical'" "a wrong value in a list of the file" scan --config "$tmp/bad.yaml"
printf 'scan:\n  fail-onn: high\n' >"$tmp/bad.yaml"
refused "bad.yaml:2:3: unknown key 'scan.fail-onn'; did you mean 'scan.fail-on'\?" "a wrong key below another" scan --config "$tmp/bad.yaml"
printf 'scan: 3\n' >"$tmp/bad.yaml"
refused "bad.yaml:1:7: 'scan' must be a map, not a number" "no map where one must be" scan --config "$tmp/bad.yaml"
exits 2 "only bills of materials from sbom" "$PLIMSOLL" sbom --format sarif "$tmp/root"
exits 2 "findings' options are not sbom's" "$PLIMSOLL" sbom --fail-on high "$tmp/root"

# What works.
exits 3 "no database is not everything seen" scan
exits 0 "unless that is accepted" scan --allow-incomplete no-database
printf 'scan:\n  allow-incomplete: [no-database, no-advisories]\n  format: json\n' >"$tmp/good.yaml"
exits 0 "by the file as well" scan --config "$tmp/good.yaml"
like "$(printf %s "$out" | jq -r type)" object "which also chooses the format"
PLIMSOLL_ALLOW_INCOMPLETE=no-database,limit exits 0 "and by the environment, several with commas" scan
exits 0 "an option before the file" scan --config "$tmp/good.yaml" --format table
like "$out" 'Debian' "is a table"
exits 0 "severities in any case, with +" scan --severity HIGH+ --severity low,Negligible --allow-incomplete no-database
as_of() { scan --format json --allow-incomplete no-database "$@" | jq -r '.. | .as_of? // .asOf? // empty' | head -1; }
like "$(as_of)" '^2025-11-20T12:00:00Z$' "SOURCE_DATE_EPOCH is the time of evaluation"
like "$(as_of --as-of 2024-01-02)" '^2024-01-02T00:00:00Z$' "--as-of goes before"
SOURCE_DATE_EPOCH=253402300800 exits 2 "a time of evaluation that no report can write" scan
like "$err" "SOURCE_DATE_EPOCH: '253402300800' is no number of seconds up to the year 9999" "is named"
mkfifo "$tmp/fifo"
exits 3 "a database that is a named pipe" timeout 20 "$PLIMSOLL" scan --archives never --db "$tmp/fifo" "$tmp/root"
exits 0 "one analyzer" scan --analyzer os-release --allow-incomplete no-database --allow-incomplete no-packages --format json
unlike "$out" '"dpkg"' "and no other runs"
scan --allow-incomplete no-database >"$tmp/pipe" 2>/dev/null
unlike "$(cat "$tmp/pipe")" $'\033' "no colour in a pipe"
CLICOLOR_FORCE=1 scan --allow-incomplete no-database >"$tmp/forced" 2>/dev/null
like "$(cat "$tmp/forced")" $'\033' "colour with CLICOLOR_FORCE"
NO_COLOR=1 CLICOLOR_FORCE=1 scan --allow-incomplete no-database >"$tmp/none" 2>/dev/null
same "$tmp/none" "$tmp/pipe" "none with NO_COLOR"
NO_COLOR=1 scan --color always --allow-incomplete no-database >"$tmp/always" 2>/dev/null
same "$tmp/always" "$tmp/forced" "an option before NO_COLOR"
exits 0 "the cache lies where it should" scan --cache "$tmp/mine" --allow-incomplete no-database
exits 3 "an image that is not there" "$PLIMSOLL" scan "$tmp/none.tar"
like "$err" '^plimsoll: error: .*none.tar' "is named"
is "$out" "" "and there is no report"
done_testing
