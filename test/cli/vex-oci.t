#!/bin/bash
# VEX documents and SBOMs attached to an image: OCI referrers by the API and by fallback tags, attestations of cosign; in a real docker-registry
# (which has no referrers API) and in a registry of ours that has one, a page for each entry.
. "$TOP/test/lib.sh"
. "$TOP/test/scan-lib.sh"
. "$TOP/test/registry.sh"
scan_fixture
attach() { python3 "$TOP/test/server/attach.py" "$@"; }
printf '%s\n' "$base" | image app
jq '.manifests[0].annotations["org.opencontainers.image.ref.name"] = "1"' app/index.json >index && mv index app/index.json
digest=$(jq -r '.manifests[0].digest' app/index.json)
openvex() { # ID STATUS PRODUCT
  printf '{"@context":"https://openvex.dev/ns/v0.2.0","@id":"https://example.org/1","author":"x","timestamp":"2029-01-01T00:00:00Z","version":1,"statements":[{"vulnerability":{"name":"%s"},"products":[{"@id":"%s"}],"status":"%s","justification":"vulnerable_code_not_present"}]}' "$1" "$3" "$2"
}
openvex CVE-2030-0001 not_affected "pkg:oci/app@$digest" >plain.json
openvex CVE-2030-0002 not_affected pkg:deb/debian/openssl >inner.json
jq -n --arg p "$(jq -c '{_type: "https://in-toto.io/Statement/v1", subject: [], predicateType: "https://openvex.dev/ns/v0.2.0", predicate: .}' inner.json | base64 -w0)" \
  '{payloadType: "application/vnd.in-toto+json", payload: $p, signatures: []}' >envelope.json
echo '{"payloadType": "application/vnd.in-toto+json", "payload": "'"$(printf '{"predicateType": "https://slsa.dev/provenance/v1", "predicate": {}}' | base64 -w0)"'"}' >provenance.json
"$PLIMSOLL" sbom --format cyclonedx --output app.cdx.json app >/dev/null 2>&1

port=$(free_port) api=$(free_port)
docker_registry "$port"
serve python3 "$TOP/test/server/attach.py" serve app "$api" "$tmp/api.log"
wait_for 20 bash -c "echo >/dev/tcp/127.0.0.1/$api"
attach push app "127.0.0.1:$port/app"
for host in "$port" "$api"; do
  scan --plain-http --vex oci "127.0.0.1:$host/app:1"
  is "$rc $(found)" "0 $expected" "$host: nothing is attached"
  like "$err" "no VEX document is attached to 127.0.0.1:$host/app:1 \\($digest\\)" "$host: which is said"
done
exits 3 "an SBOM that is not there" "$PLIMSOLL" scan --plain-http --db db --sbom oci "127.0.0.1:$api/app:1"
like "$err" 'no SBOM that lists packages is attached' "is an error"
attach attach app "$digest" application/vnd.openvex+json plain.json
attach attach app "$digest" application/vnd.in-toto+json provenance.json
attach attach app "$digest" application/vnd.cyclonedx+json app.cdx.json
attach push app "127.0.0.1:$port/app"
for host in "$port" "$api"; do
  scan --plain-http --vex oci --show-suppressed "127.0.0.1:$host/app:1"
  is "$rc $(found)" "0 CVE-2030-0002 openssl" "$host: what is attached suppresses; provenance and SBOM beside it are passed over"
  is "$(jq -r '.suppressed[0].exception.source' .out)" "127.0.0.1:$host/app@sha256:$(sha256sum plain.json | cut -d' ' -f1) (attached)" "$host: and is named by its digest"
  scan --plain-http "127.0.0.1:$host/app:1"
  is "$(found)" "$expected" "$host: only when asked"
  scan --plain-http --sbom oci "127.0.0.1:$host/app@$digest"
  is "$rc $(found)" "0 $expected" "$host: the attached SBOM gives the same findings"
  is "$(jq -r '.coverage | [(.claimed_by | sub("^.*@"; "")), .entries, .verified] | map(tostring) | join(" ")' .out)" \
    "sha256:$(sha256sum app.cdx.json | cut -d' ' -f1) (attached) 0 false" "$host: as claimed, with nothing read"
  is "$(jq -c '[.packages[].layer] | unique' .out)" "[0]" "$host: a layer that the SBOM names and the image has is known"
done
is "$(grep -c 'referrers/.*at=' api.log | sed 's/^[1-9].*/pages/')" "pages" "pages are followed"
run "$PLIMSOLL" scan --plain-http --archives never --db db --sbom oci "127.0.0.1:$api/app:1"
like "$out" 'claimed by an attached SBOM, not verified: 127.0.0.1' "the table says so"
like "$out" 'packages as an attached SBOM claims them' "and the verdict"
attach attach app "$digest.att" application/vnd.dsse.envelope.v1+json envelope.json
scan --plain-http --vex oci "127.0.0.1:$api/app:1"
is "$rc $(found)" "0 " "an attestation of cosign is opened"
f=app/blobs/sha256/$(sha256sum plain.json | cut -d' ' -f1)
tr '2' '3' <"$f" >changed && cp "$f" whole && mv changed "$f"
exits 3 "an attached document that was changed makes it incomplete" "$PLIMSOLL" scan --plain-http --archives never --db db --vex oci "127.0.0.1:$api/app:1"
like "$err" 'have another digest' "for its digest is wrong"
mv whole "$f"
printf '{"@context": "https://openvex.dev/ns/v0.2.0", "statements": 1}' >bad.json
attach attach app "$digest" application/vnd.openvex+json bad.json
exits 3 "so does one that cannot be read" "$PLIMSOLL" scan --plain-http --archives never --db db --vex oci "127.0.0.1:$api/app:1"
like "$err" 'attached\):1:61: .*expected a list "statements"' "with its place"
mkdir -p root/etc && cp os root/etc/os-release
exits 2 "a directory has nothing attached" "$PLIMSOLL" scan --plain-http --archives never --db db --vex oci root
like "$err" 'is no image of a registry' "which is said"
done_testing
