#!/bin/bash
# Keys and certificates, made here by openssl and ssh-keygen: what they are must be what these tools say, and each fault of a certificate is found by the time given.
. "$TOP/test/lib.sh" || exit 1
cd "$tmp" || exit 1
quiet() { "$@" >>log 2>&1 || { fail "$*" "$(tail -3 log)"; }; }
facts() { "$PLIMSOLL" facts --analyzer keys "$1" | jq -c '.facts[] | select(.kind == "'"$2"'")'; }

# ---- Private keys: format, algorithm, bits, encrypted, fingerprint of the public part ----
quiet openssl genrsa -out rsa8.pem 2048
quiet openssl rsa -in rsa8.pem -traditional -out rsa1.pem
quiet openssl genrsa -out weak.pem 1024
quiet openssl ecparam -genkey -name secp384r1 -noout -out ec.pem
quiet openssl ecparam -genkey -name secp384r1 -param_enc explicit -noout -out explicit.pem
quiet openssl genpkey -algorithm ed25519 -out ed.pem
quiet openssl dsaparam -out dsap 1024
quiet openssl gendsa -out dsa8.pem dsap
for k in rsa8 rsa1 weak ec ed dsa8; do
  quiet openssl pkcs8 -topk8 -nocrypt -in $k.pem -outform DER -out $k.der
  quiet openssl pkcs8 -topk8 -passout pass:secret -in $k.pem -out $k.encrypted
done
quiet openssl rsa -in rsa8.pem -traditional -outform DER -out rsa1-bare.der
quiet openssl ec -in ec.pem -outform DER -out ec-bare.der
quiet openssl rsa -in rsa8.pem -traditional -aes128 -passout pass:secret -out rsa1.encrypted-old
spki() { echo "sha256:$(openssl pkey -in "$1" -pubout -outform DER | sha256sum | cut -d' ' -f1)"; }
key() { is "$(facts "$1" key | jq -r '[.format, .algorithm, .curve, .bits, .encrypted, .fingerprint] | map(if . == null then "" else tostring end) | join(" ")')" "$2" "$1"; }
key rsa8.pem "PKCS#8 RSA  2048 false $(spki rsa8.pem)"
key rsa8.der "PKCS#8 RSA  2048 false $(spki rsa8.pem)"
key rsa1.pem "PKCS#1 RSA  2048 false $(spki rsa8.pem)"
key rsa1-bare.der "PKCS#1 RSA  2048 false $(spki rsa8.pem)"
key weak.der "PKCS#8 RSA  1024 false $(spki weak.pem)"
key ec.pem "SEC1 EC P-384 384 false $(spki ec.pem)"
key ec.der "PKCS#8 EC P-384 384 false $(spki ec.pem)"
key ec-bare.der "SEC1 EC P-384 384 false $(spki ec.pem)"
key explicit.pem "SEC1 EC explicit 384 false $(spki explicit.pem)"
key ed.pem "PKCS#8 Ed25519  256 false "
key dsa8.der "PKCS#8 DSA  1024 false "
for k in rsa8 ec ed; do key $k.encrypted "PKCS#8    true "; done
key rsa1.encrypted-old "PKCS#1 RSA   true "
for spec in "rsa 2048 RSA" "ecdsa 521 EC P-521" "ed25519 256 Ed25519"; do
  read -r type bits name curve <<<"$spec"
  quiet ssh-keygen -q -t "$type" -b "$bits" -N "" -f "ssh-$type"
  quiet ssh-keygen -q -t "$type" -b "$bits" -N secret -f "ssh-$type-encrypted"
  print=$(ssh-keygen -lf "ssh-$type.pub" | cut -d' ' -f2)
  key "ssh-$type" "OpenSSH $name $curve $bits false $print"
  print=$(ssh-keygen -lf "ssh-$type-encrypted.pub" | cut -d' ' -f2)
  key "ssh-$type-encrypted" "OpenSSH $name $curve $bits true $print"
done

# ---- Certificates as openssl prints them ----
quiet openssl req -x509 -new -key ec.pem -subj "/C=DE/O=Example, Inc./CN=Example Root" -days 3650 -out ca.pem
issue() { # NAME KEY OPTION…
  local name=$1 key=$2; shift 2
  quiet openssl req -new -key "$key" -subj "/DC=org/O=a+b=c; \"d\"/CN=$name" -out "$name.csr"
  quiet openssl x509 -req -in "$name.csr" -CA ca.pem -CAkey ec.pem "$@" -out "$name.crt"
}
issue sound rsa8.pem -days 3000 -set_serial 0x00FFEE
issue sha1 rsa8.pem -days 3000 -sha1
issue weak weak.pem -days 3000 -sha512
issue soon ed.pem -days 20
quiet openssl req -x509 -new -key rsa8.pem -subj "/CN=early" -days 36500 -addext basicConstraints=CA:FALSE -out early.crt
quiet openssl x509 -in sound.crt -outform DER -out sound.der
quiet openssl req -x509 -new -key rsa8.pem -sha512 -sigopt rsa_padding_mode:pss -subj "/CN=pss" -days 3000 -addext basicConstraints=CA:FALSE -out pss.crt
time_of() { date -u -d "$(openssl x509 -in "$1" -noout "-$2" | cut -d= -f2)" +%Y-%m-%dT%H:%M:%SZ; }
for c in ca.pem sound.crt sha1.crt weak.crt soon.crt pss.crt; do
  want=$(openssl x509 -in $c -noout -subject -issuer -serial -nameopt RFC2253 | sed 's/^[a-z]*=//')
  want="$want
$(time_of $c startdate)
$(time_of $c enddate)
sha256:$(openssl x509 -in $c -outform DER | sha256sum | cut -d' ' -f1)
sha256:$(openssl x509 -in $c -noout -pubkey | openssl pkey -pubin -outform DER | sha256sum | cut -d' ' -f1)"
  got=$(facts $c certificate | jq -r '.subject, .issuer, (.serial | ltrimstr("00")), .not_before, .not_after, .digest, .key_digest')
  is "$got" "$(printf '%s\n' "$want" | sed 's/^00\(FFEE\)$/\1/')" "$c is what openssl says"
done
is "$(for c in sound sha1 weak soon pss; do facts $c.crt certificate | jq -r '[.hash, .bits, .ca] | join(" ")'; done)" "SHA-256 2048 false
SHA-1 2048 false
SHA-512 1024 false
SHA-256 256 false
SHA-512 2048 false" "hashes of signatures, bits of keys"
is "$(facts sound.der certificate | jq -r .digest)" "$(facts sound.crt certificate | jq -r .digest)" "DER and PEM are the same certificate"

# ---- The system's trust store: every certificate, as openssl counts them ----
if [ -s /etc/ssl/certs/ca-certificates.crt ]; then
  n=$(grep -c BEGIN /etc/ssl/certs/ca-certificates.crt)
  is "$(facts /etc/ssl/certs/ca-certificates.crt certificate | wc -l)" "$n" "all $n certificates of the trust store are read"
  want=$(openssl crl2pkcs7 -nocrl -certfile /etc/ssl/certs/ca-certificates.crt | openssl pkcs7 -print_certs -noout | grep -c '^subject')
  is "$n" "$want" "as many as openssl has"
else
  skip "no /etc/ssl/certs/ca-certificates.crt"
fi

# ---- Findings of an image: a package's files are inventory only; the trust store is; the rest is found by the time ----
mkdir -p ssh
quiet ssh-keygen -q -t ed25519 -N "" -C host -f ssh_host_ed25519_key
quiet openssl pkcs12 -export -in ca.pem -inkey ec.pem -passout pass:changeit -out store.p12
{ cat ssh-rsa.pub; echo "# nobody"; echo "no-pty $(cat ssh-ecdsa.pub)"; } >authorized
printf '{"auths": {"registry.example": {\n"auth": "%s"}}}\n' "$(printf 'nobody:open sesame %s' "$RANDOM" | base64)" >docker
printf 'ID=debian\nVERSION_ID="12"\n' >os
printf 'Package: ca-bundle\nStatus: install ok installed\nVersion: 1\nArchitecture: all\nMaintainer: x\n\n' >status
printf '/.\n/usr/share/tests/tls.key\n/usr/share/tests/old.crt\n' >list
printf '#!/bin/sh\ncat >key <<X\n%s\nX\n' "$(cat rsa8.pem)" >script
python3 "$TOP/test/mkimage.py" image >/dev/null <<'X' || fail "an image is made"
layer gzip
file etc/os-release os
file var/lib/dpkg/status status
file var/lib/dpkg/info/ca-bundle.list list
file usr/share/tests/tls.key rsa8.pem
file usr/share/tests/old.crt sha1.crt
file etc/ssl/certs/private-but-trusted.pem ca.pem
file srv/tls.key rsa1.pem
file srv/gone.key ed.pem
layer gzip
text srv/.wh.gone.key x
file srv/node_modules/x/test/tls.key weak.pem
file srv/encrypted.key rsa8.encrypted
file srv/weak.crt weak.crt
file srv/soon.crt soon.crt
file srv/early.crt early.crt
file srv/sound.der sound.der
file srv/script script
file srv/store.p12 store.p12
file etc/ssh/ssh_host_ed25519_key ssh_host_ed25519_key
file root/.ssh/authorized_keys authorized
file root/.docker/config.json docker
X
scan() { run "$PLIMSOLL" scan --archives never --db none --format json --allow-incomplete no-database --allow-incomplete no-packages "$@" image; }
found() { jq -r '.findings[] | select(.kind == "key" or .kind == "certificate" or .kind == "secret") | .severity + " " + .id + " " + .path' .out | sort; }
now=$(date -u +%Y-%m-%d)
scan --as-of "$now"T23:59:59Z
is "$rc" 0 "the image is seen whole"
keys="HIGH DOCKER-CONFIG root/.docker/config.json
HIGH PRIVATE-KEY srv/gone.key
HIGH PRIVATE-KEY srv/script
HIGH PRIVATE-KEY srv/tls.key
HIGH SSH-HOST-KEY etc/ssh/ssh_host_ed25519_key
LOW ENCRYPTED-PRIVATE-KEY srv/encrypted.key
LOW KEYSTORE srv/store.p12
MEDIUM AUTHORIZED-KEY root/.ssh/authorized_keys
MEDIUM AUTHORIZED-KEY root/.ssh/authorized_keys"
is "$(found)" "$(sort <<<"$keys
LOW CERTIFICATE-EXPIRES-SOON srv/soon.crt
MEDIUM CERTIFICATE-WEAK-KEY srv/weak.crt")" "one finding for each key and each fault; none for what a package, a published test or the trust store has"
is "$(jq -r '.findings[] | select(.path == "srv/gone.key") | .title' .out)" "Private key in the image, not encrypted; deleted in layer 2, but still there" "a deleted key is still there"
is "$(jq -r '[.keys[] | select(.owner) | .path + " " + .owner] | join(",")' .out)" "usr/share/tests/tls.key ca-bundle" "the package's key is in the inventory"
is "$(jq -r '.certificates[] | select(.trust_store) | .subject' .out)" "CN=Example Root,O=Example\\, Inc.,C=DE" "and the trust store's certificate"
SOURCE_DATE_EPOCH=0 scan --as-of 2200-01-01
like "$(found)" "MEDIUM CERTIFICATE-EXPIRED srv/early.crt" "later, certificates have expired: facts of the cache hold dates"
scan --as-of 2001-01-01
is "$(found | grep -c NOT-YET-VALID)" 4 "and earlier they were not valid yet"
cp .out old.json
scan --as-of "$now" --baseline old.json
is "$(jq '[.findings[] | select((.kind == "key") and .new)] | length' .out)" 0 "a report of before knows the keys"

# ---- No key anywhere ----
for f in rsa8.pem rsa1.pem ed.pem ssh_host_ed25519_key; do sed -n 3p "$f" | tr -d '\n'; echo; done | grep -v '^$' >secrets.txt
sed -n 2p ed.pem >>secrets.txt
"$PLIMSOLL" scan --archives never --db none image >table.txt 2>&1
find . -name '*.out' -o -name table.txt -o -path './.cache/*' -type f | xargs cat >all
is "$(grep -cFf secrets.txt all)" 0 "no line of a key stands in a report or in the cache"
done_testing
