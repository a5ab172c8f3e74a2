#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The webhook's TLS: versions, certificates of clients, new certificates while it serves; and clients that are slow, half-open or many.
. "$(dirname "$0")/../lib.sh"
. "$TOP/test/admit.sh"
certificate server
certificate client -extfile <(echo extendedKeyUsage=clientAuth)
certificate stranger -extfile <(echo extendedKeyUsage=clientAuth)
certificate expired -not_after 20200101000000Z 2>/dev/null || certificate expired -days 0
certificate purpose -extfile <(echo extendedKeyUsage=serverAuth)
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=client -keyout "$tmp/other.key" -out "$tmp/other.crt" 2>/dev/null
pod good | review "$tmp/good.json" CREATE
handshake() { openssl s_client -connect "127.0.0.1:$port" -CAfile "$tmp/ca.crt" -servername localhost "$@" </dev/null 2>/dev/null; }
serial() { handshake | openssl x509 -noout -serial; }

admit_start --client-ca "$tmp/ca.crt" --client-name client
as() { ask_as=$1; request /validate -H 'Content-Type: application/json' --data-binary "@$tmp/good.json" --cert "$tmp/$1.crt" --key "$tmp/$1.key"; }
as client
is "$status $(answer .allowed)" "200 true" "a client whose certificate is good"
ask "$tmp/good.json"
is "$status" 403 "a client without one"
as stranger
is "$status" 403 "a client of another name"
as purpose
is "$status" 403 "a certificate that is not for clients"
as other
is "$status" 403 "a certificate that nobody signed"
sleep 1
as expired
is "$status" 403 "a certificate that has expired"
request /healthz
is "$status" 200 "the kubelet needs none"
for version in tls1_2 tls1_3; do
  like "$(handshake -$version)" 'Cipher is [A-Z]' "$version is spoken"
done
for version in tls1 tls1_1; do
  unlike "$(handshake -$version -cipher 'DEFAULT@SECLEVEL=0')" 'Cipher is [A-Z]' "$version is not"
done

# A new certificate under load
before=$(serial)
: >"$tmp/failed"
touch "$tmp/going"
(while [ -e "$tmp/going" ]; do curl -s -o /dev/null -o /dev/null -w '%{http_code}\n' --cacert "$tmp/ca.crt" --cert "$tmp/client.crt" --key "$tmp/client.key" -H 'Content-Type: application/json' \
  --data-binary "@$tmp/good.json" "https://127.0.0.1:$port/validate" "https://127.0.0.1:$port/validate" >>"$tmp/codes" 2>>"$tmp/failed" || echo failed >>"$tmp/failed"; done) &
load=$!
cp "$tmp/server.crt" "$tmp/first.crt" && cp "$tmp/server.key" "$tmp/first.key"
mkdir "$tmp/new"
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=server -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout "$tmp/new/server.key" -out "$tmp/new/server.csr" 2>/dev/null
openssl x509 -req -in "$tmp/new/server.csr" -CA "$tmp/ca.crt" -CAkey "$tmp/ca.key" -CAcreateserial -copy_extensions copy -out "$tmp/new/server.crt" 2>/dev/null
mv "$tmp/new/server.key" "$tmp/server.key" && sleep 0.2 && mv "$tmp/new/server.crt" "$tmp/server.crt"
changed() { [ "$(serial)" != "$before" ]; }
wait_for 15 changed && pass "a new certificate is taken up without a restart" || fail "a new certificate is taken up without a restart" "$(cat "$tmp/messages")"
sleep 0.5
rm "$tmp/going"
wait $load
is "$(sort -u "$tmp/codes") $(cat "$tmp/failed")" "200 " "no request failed meanwhile ($(wc -l <"$tmp/codes") requests)"
now=$(serial)
echo nothing >"$tmp/server.crt"
wait_for 15 grep -q 'stays in use' "$tmp/messages" && pass "a broken one is said" || fail "a broken one is said"
is "$(serial)" "$now" "and the one before stays"
as client
is "$status" 200 "and it is answered with it"
cp "$tmp/first.crt" "$tmp/server.crt" && cp "$tmp/first.key" "$tmp/server.key"
kill -HUP "$admit"
back() { [ "$(serial)" = "$before" ]; }
wait_for 15 back && pass "SIGHUP reads them again" || fail "SIGHUP reads them again"
admit_stop

# A certificate that has ended
cp "$tmp/server.crt" "$tmp/good-server.crt" && cp "$tmp/server.key" "$tmp/good-server.key"
cp "$tmp/expired.crt" "$tmp/server.crt" && cp "$tmp/expired.key" "$tmp/server.key"
port=$(free_port)
"$PLIMSOLL" admit --listen "127.0.0.1:$port" --tls-certificate "$tmp/server.crt" --tls-key "$tmp/server.key" --drain 0 >/dev/null 2>"$tmp/messages" &
admit=$!
at_exit "kill $admit 2>/dev/null; wait $admit 2>/dev/null"
not_ready() { request /readyz -k; [ "$status" = 503 ]; }
wait_for 15 not_ready && pass "with a certificate that has expired it is not ready" || fail "with a certificate that has expired it is not ready" "$status $out"
like "$(cat "$tmp/messages")" 'the certificate has expired' "and it says so"
admit_stop
cp "$tmp/good-server.crt" "$tmp/server.crt" && cp "$tmp/good-server.key" "$tmp/server.key"

# Rules that change
printf -- '- {rule: No pods, desc: d, source: workload, condition: workload.kind = Pod, output: pod, priority: ERROR, action: %s}\n' warn >"$tmp/rules.yaml"
admit_start --policy "$tmp/rules.yaml"
ask "$tmp/good.json"
is "$(answer .allowed)" true "rules warn"
sed -i 's/action: warn/action: deny/' "$tmp/rules.yaml"
kill -HUP "$admit"
refused() { ask "$tmp/good.json"; [ "$(answer .allowed)" = false ]; }
wait_for 15 refused && pass "SIGHUP reads rules again" || fail "SIGHUP reads rules again" "$(cat "$tmp/messages")"
echo '- {rule: broken' >"$tmp/rules.yaml"
kill -HUP "$admit"
wait_for 15 grep -q 'rules that were read before stay' "$tmp/messages" && pass "broken ones are said" || fail "broken ones are said" "$(cat "$tmp/messages")"
ask "$tmp/good.json"
is "$(answer .allowed)" false "and those before stay"
admit_stop

admit_start --request-timeout 2 --connections 60 --decision-log none
run python3 "$TOP/test/cli/admit-clients.py" "$port" "$tmp/ca.crt" "$tmp/good.json" 60
is "$rc" 0 "slow, half-open, noisy and many clients"
note "$out" "$err"
admit_stop
is "$?" 0 "it is alive to the end"
done_testing
