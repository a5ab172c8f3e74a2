#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A cold scan of images: against the time to inflate them, to hash them, and what this machine can do at best when both must be done.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
fixture_image && fixture_large && fixture_saved || { echo "bench/scan-image: no Debian archive is reached to make images from"; exit 0; }
fixture_tars image
fixture_tars large
fixture_db
# JSON, matched against the database: the whole way, not a part of it.
scan="$PLIMSOLL scan ${quiet[*]} --format json${db:+ --db $db}"

# The analyzers of distributions' packages alone, and (without _os) all that look at an image when nobody says otherwise.
scan_os="$scan --secrets off --checks off$(printf ' --analyzer %s' os-release dpkg deb-license apk rpm rh-content-manifest apt-sources)"

# What is looked for on request: files of packages, and a list of a million digests of malware.
fixture_digests
scan_sums="$scan --integrity --hash-list $cache/digests"

# Peers of an image: inflating its layers, hashing what is stored and what comes out.
peers() {
  printf 'run\tigzip\tfor l in %s; do igzip -dc $l; done\n' "$(layers "$cache/$1" | tr '\n' ' ')"
  printf 'run\tsha_gz\topenssl dgst -sha256 %s\n' "$(layers "$cache/$1" | tr '\n' ' ')"
  printf 'run\tsha_tar\topenssl dgst -sha256 %s/*.tar\n' "$cache/$1.tars"
}
size() { du -bc "$@" | tail -1 | awk '{printf "%.0f MB", $1 / 1e6}'; }
rounds() { [ "$1" = large ] && echo "${PLIMSOLL_BENCH_ROUNDS_LARGE:-${PLIMSOLL_BENCH_ROUNDS:-7}}" || echo "${PLIMSOLL_BENCH_ROUNDS:-7}"; }

for image in image large; do
  what="$image: $(layers "$cache/$image" | wc -l) gzip layers, $(size $(layers "$cache/$image")), $(size "$cache/$image.tars"/*.tar) unpacked"
  title "$what; two cores"
  {
    peers $image
    printf 'run\tplimsoll_os\t%s %s\n' "$scan_os" "$cache/$image"
    printf 'run\tplimsoll\t%s %s\n' "$scan" "$cache/$image"
    printf 'value\tbound\tmax(sha_tar, (igzip + sha_gz + sha_tar) / 2)\n'
    printf 'check\tOS packages: 1.25 x igzip + 40 ms\tplimsoll_os <= 1.25 * igzip + 0.040\n'
    printf 'check\tOS packages: the bound of this machine + 10 %% + 40 ms\tplimsoll_os <= 1.10 * bound + 0.040\n'
    printf 'check\tall: 1.6 x igzip\tplimsoll <= 1.6 * igzip\n'
  } | python3 "$bench/measure.py" --cpu $cores --rounds "$(rounds $image)"
  title "$what; one core"
  {
    peers $image
    printf 'run\tplimsoll_os\t%s %s\n' "$scan_os" "$cache/$image"
    printf 'check\tOS packages: 1.15 x (igzip + sha256 of both)\tplimsoll_os <= 1.15 * (igzip + sha_gz + sha_tar)\n'
  } | python3 "$bench/measure.py" --cpu $core --rounds "$(rounds $image)"
done

# With every analyzer at work: languages, programs, secrets.
for image in stuffed node; do
  "fixture_$image" || { echo "bench/scan-image: no archive is reached to make $image from"; continue; }
  fixture_tars $image
  title "$image: $(size $(layers "$cache/$image")), $(size "$cache/$image.tars"/*.tar) unpacked, $(tar -tf "$cache/$image.tars/0.tar" | wc -l) entries; two cores"
  {
    peers $image
    printf 'run\tplimsoll\t%s %s\n' "$scan" "$cache/$image"
    printf 'run\tplimsoll_sums\t%s %s\n' "$scan_sums" "$cache/$image"
    printf 'check\t1.6 x igzip\tplimsoll <= 1.6 * igzip\n'
    printf 'check\twith integrity and hash lists: 2.4 x igzip\tplimsoll_sums <= 2.4 * igzip\n'
  } | python3 "$bench/measure.py" --cpu $cores --rounds "$(rounds large)"
  title "$image as a directory; two cores"
  {
    printf "run\thash\tfind %s -xdev -type f -print0 | xargs -0 cat | openssl dgst -sha256\n" "$cache/$image-root"
    printf 'run\tplimsoll\t%s dir:%s\n' "$scan" "$cache/$image-root"
    printf 'check\t1.5 x reading and hashing the same bytes\tplimsoll <= 1.5 * hash\n'
  } | python3 "$bench/measure.py" --cpu $cores --rounds "$(rounds large)"
done

title "docker save archive, $(size "$cache/saved.tar"); two cores"
{
  printf 'run\tsha_bytes\topenssl dgst -sha256 %s\n' "$cache/saved.tar"
  printf 'run\tplimsoll_os\t%s %s\n' "$scan_os" "$cache/saved.tar"
  printf 'check\tOS packages: 1.15 x sha256 of its bytes\tplimsoll_os <= 1.15 * sha_bytes\n'
} | python3 "$bench/measure.py" --cpu $cores

title "directory, $(find "$cache/root" | wc -l) files; two cores"
{
  printf 'run\tfind\tfind %s -printf "%%y %%s %%p\\n"\n' "$cache/root"
  printf 'run\tnothing\t%s --version\n' "$PLIMSOLL"
  printf 'run\tplimsoll_sbom\t%s sbom --quiet --format cyclonedx %s\n' "$PLIMSOLL" "$cache/root"
  printf 'run\tplimsoll_os\t%s %s\n' "$scan_os" "$cache/root"
  printf 'check\tOS packages: 1.5 x a plain walk\tplimsoll_os <= 1.5 * find\n'
} | python3 "$bench/measure.py" --cpu $cores
