#!/bin/bash
# Registries that break connections, limit, fail, redirect, lie, and that hand out tokens.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1
. "$TOP/test/registry.sh"

python3 "$TOP/test/server/oci-layout.py" "$tmp/layout" 3000000
port=$(free_port) store=$(free_port) log=$tmp/requests.log
serve python3 "$TOP/test/server/odd-registry.py" "$tmp/layout" "$port" "$store" "$log"
wait_for 20 bash -c "echo >/dev/tcp/127.0.0.1/$port && echo >/dev/tcp/127.0.0.1/$store" || { echo "Bail out! the server does not start"; exit 1; }
at=localhost:$port
exits 0 "a registry that behaves" "$GET" plain "$at/good/app:1.0"
want=$out
# pulls ODD NAME [OPTION]…: the same bytes, whatever happens on the way
pulls() {
  : >"$log"
  exits 0 "$2" "$GET" plain "${@:3}" "$at/$1/app:1.0"
  is "$out" "$want" "$2: the same bytes"
}
# fails ODD CODE REGEX [OPTION]…
fails() {
  : >"$log"
  exits 1 "$1: fails" "$GET" plain "${@:4}" "$at/$1/app:1.0"
  like "$err" "^$2: registry $at, repository $1/app: .*$3" "$1: the message"
}

pulls break "connections that break after 700 kB"
like "$(awk '$5 != "-" { print $5 }' "$log" | tr '\n' ' ')" "^bytes=[0-9]{6}- bytes=[0-9]{7}- " "resumed by Range, further on each time"
pulls break "the same when the length is not known beforehand" unsized
pulls no-range "a server that ignores Range"
pulls wrong-range "a server that answers another range"
pulls stall "a server that falls silent"
pulls failing "status 503 twice"
start=$(date +%s%N)
pulls busy "status 429 with Retry-After"
waited=$((($(date +%s%N) - start) / 1000000))
[ $waited -ge 1000 ] && pass "Retry-After was honoured" || fail "Retry-After was honoured" "$waited ms"
fails stuck ECONNRESET 'bytes came, then no more in 4 attempts'
fails crumbs ECONNRESET '[0-9]+ bytes came, then no more in 4 attempts'
fails drip ETIME 'the server sends less than 1024 bytes a second'
fails drip-head ETIMEDOUT 'no answer came within 2 s' retries=0
fails endless-header EPROTO 'a header line without an end' retries=0
fails replaced ESTALE 'changed on the server'
fails dead EREMOTEIO 'status 503 UNAVAILABLE.*failing; try again later'
is "$(wc -l <"$log")" 4 "asked once and three times more"
fails patience EBUSY 'status 429 TOOMANYREQUESTS.*try again in 3600 s'
is "$(wc -l <"$log")" 1 "an hour is not waited for"
fails forbidden EACCES 'status 403 DENIED.*may not read'
fails html EBADMSG 'an HTML page, not a manifest.*login page'
fails huge E2BIG 'larger than 4194304 bytes'
fails lying EBADMSG 'Docker-Content-Digest says sha256:0{64}'
fails loop EPROTO 'more than 10 redirects'
fails file EPROTO 'not an http or https URL'
unlike "$out" "root:" "no local file is read"
fails longer EBADMSG 'server sends [0-9]+ bytes, [0-9]+ were expected'
fails endless EBADMSG 'more bytes than the [0-9]+ expected'
digest=$(awk '$1 == "manifest" { print $2 }' <<<"$want")
exits 1 "other bytes than the digest asked for" "$GET" plain "$at/changed/app@$digest"
like "$err" "^EBADMSG: .*the bytes have digest sha256:[0-9a-f]+, asked was $digest" "the message of a wrong digest"

# A mirror that gives a part of a blob and then nothing more: the rest comes from the registry itself, and the whole is verified.
mirror=$(free_port) mirror_log=$tmp/mirror.log
ODD=stuck serve python3 "$TOP/test/server/odd-registry.py" "$tmp/layout" "$mirror" "$(free_port)" "$mirror_log"
wait_for 20 bash -c "echo >/dev/tcp/127.0.0.1/$mirror" || fail "the mirror starts"
pulls good "a mirror that breaks off" "mirror=$at=localhost:$mirror" retries=1
like "$(awk '{ print $3 }' "$mirror_log")" "/blobs/" "which was asked for blobs"
is "$(awk '$3 ~ /blobs/ { print $3 }' "$log" | wc -l)" 1 "and after it the registry, for what is missing"

pulls redirect "blobs at another server" user=alice password=pw
is "$(awk -v p="$store" '$1 == p { print $4 }' "$log" | sort -u)" "none" "which gets no credentials"
is "$(awk -v p="$port" '$1 == p && $3 ~ /blobs/ { print $4 }' "$log" | sort -u)" "Basic" "but the registry does"
fails away EHOSTUNREACH 'redirected to http://127.0.0.1:1/store/sha256:[0-9a-f]+[?]…: not reached' user=alice password=pw retries=1
unlike "$err" "SECRET|signature" "away: no signature in the message"

pulls token "an anonymous bearer token"
is "$(grep -c ' /token' "$log")" 1 "one token for all requests"
is "$(awk '$3 ~ /blobs/ { print $4 }' "$log" | sort -u)" "Bearer" "sent with each blob"
pulls expiring "tokens that run out, connections that break"
[ "$(grep -c ' /token' "$log")" -gt 1 ] && pass "tokens were got anew" || fail "tokens were got anew" "$(cat "$log")"
fails member EACCES 'token service http://127.0.0.1:'"$port"'/token.* refused the anonymous request .status 401'
pulls member "a bearer token for a user" user=alice 'password=s3cret&word'
fails member EACCES 'refused the user name and password' user=alice password=hunter2
unlike "$err" "hunter2" "member: no password in the message"
mkdir -p "$DOCKER_CONFIG" "$tmp/bin"
printf '{"auths": {"http://%s/v2/": {"auth": "", "identitytoken": "refresh-me"}}}' "$at" >"$DOCKER_CONFIG/config.json"
pulls member "a bearer token for an identity token"
is "$(awk '$3 ~ /token/ { print $2 }' "$log")" POST "asked by POST"
printf '#!/bin/sh\ncat >/dev/null; echo "{\\"Username\\": \\"<token>\\", \\"Secret\\": \\"refresh-me\\"}"\n' >"$tmp/bin/docker-credential-idp"
printf '#!/bin/sh\nyes\n' >"$tmp/bin/docker-credential-endless"
chmod +x "$tmp"/bin/*
PATH=$tmp/bin:$PATH
printf '{"credsStore": "idp"}' >"$DOCKER_CONFIG/config.json"
pulls member "an identity token from a helper"
printf '{"credsStore": "endless"}' >"$DOCKER_CONFIG/config.json"
fails member EACCES 'docker-credential-endless answered more than 65536 bytes'
rm "$DOCKER_CONFIG/config.json"
fails digest-auth EPROTO 'neither Basic nor Bearer'

# Certificates.
# odd_tls NAME [CLIENT_CA]: the server with TLS; $at is where
odd_tls() {
  local p s
  p=$(free_port) s=$(free_port) at=localhost:$p
  serve python3 "$TOP/test/server/odd-registry.py" "$tmp/layout" "$p" "$s" "$log" "$tmp/$1.crt" "$tmp/$1.key" "${@:2}"
  wait_for 20 bash -c "echo >/dev/tcp/127.0.0.1/$p"
}
certificate good -days 30
certificate old -days -1
ALT_NAMES=DNS:elsewhere.example certificate elsewhere -days 30
certificate client -days 30
odd_tls good
exits 0 "TLS" "$GET" "ca=$tmp/ca.crt" "$at/good/app:1.0"
is "$out" "$want" "the same bytes by TLS"
exits 1 "from https to http" "$GET" "ca=$tmp/ca.crt" user=a password=b "$at/redirect/app:1.0"
like "$err" "^EPROTO: .*redirected from https to http://127.0.0.1:[0-9]+/store/" "the message of a redirect to http"
unlike "$err" "SECRET|user:pw" "without its secrets"
exits 1 "a token service without TLS" "$GET" "ca=$tmp/ca.crt" user=a password=b "$at/far-token/app:1.0"
like "$err" "token from a service without TLS, which is refused" "the message of a token service without TLS"
exits 0 "tokens by TLS, connections that break" "$GET" "ca=$tmp/ca.crt" "$at/expiring/app:1.0"
is "$out" "$want" "the same bytes"
odd_tls old
exits 1 "an expired certificate" "$GET" "ca=$tmp/ca.crt" "$at/good/app:1.0"
like "$err" "^EPROTO: .*certificate has expired" "the message of an expired certificate"
odd_tls elsewhere
exits 1 "a certificate of another host" "$GET" "ca=$tmp/ca.crt" "$at/good/app:1.0"
like "$err" "^EPROTO: .*certificate is for another host name" "the message of another host's certificate"
odd_tls good "$tmp/ca.crt"
exits 1 "no client certificate" "$GET" "ca=$tmp/ca.crt" "$at/good/app:1.0"
like "$err" "^EPROTO: .*may want a client certificate" "the message of a missing client certificate"
exits 0 "a client certificate" "$GET" "ca=$tmp/ca.crt" "cert=$tmp/client.crt" "key=$tmp/client.key" "$at/good/app:1.0"
exits 1 "a client key of another certificate" "$GET" "ca=$tmp/ca.crt" "cert=$tmp/client.crt" "key=$tmp/good.key" "$at/good/app:1.0"
like "$err" "^EINVAL: client key .*does not belong to" "the message of a wrong key"
done_testing
