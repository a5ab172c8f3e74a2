# SPDX-License-Identifier: Apache-2.0
# What tests with registries share; after lib.sh. GET pulls a reference; certificates; a real docker-registry.
GET=$BUILD/test/unit/registry-get
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY all_proxy ALL_PROXY

# certificate NAME [openssl x509 argument]…: $tmp/NAME.{crt,key} for localhost and 127.0.0.1, issued by $tmp/ca.crt
certificate() {
  local name=$1 names=${ALT_NAMES:-DNS:localhost,IP:127.0.0.1}
  shift
  if [ ! -f "$tmp/ca.crt" ]; then
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=test-ca -keyout "$tmp/ca.key" -out "$tmp/ca.crt" 2>/dev/null
  fi
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$name" -addext "subjectAltName=$names" \
    -keyout "$tmp/$name.key" -out "$tmp/$name.csr" 2>/dev/null
  openssl x509 -req -in "$tmp/$name.csr" -CA "$tmp/ca.crt" -CAkey "$tmp/ca.key" -CAcreateserial -copy_extensions copy -out "$tmp/$name.crt" \
    "$@" 2>/dev/null
}

# serve COMMAND…: runs a server until the test ends
serve() {
  "$@" >>"$tmp/server.log" 2>&1 &
  at_exit "kill $! 2>/dev/null; wait $! 2>/dev/null"
}

# (Its own settings can come from REGISTRY_… variables: export none.)
# docker_registry PORT [tls] [password]: Debian's registry with an empty store
docker_registry() {
  local port=$1 file=$tmp/registry-$1.yml
  shift
  {
    printf 'version: 0.1\nlog:\n  level: error\nstorage:\n  filesystem:\n    rootdirectory: %s\nhttp:\n  addr: 127.0.0.1:%s\n' "$tmp/registry-$port" "$port"
    case " $* " in *" tls "*) printf '  tls:\n    certificate: %s\n    key: %s\n' "$tmp/server.crt" "$tmp/server.key" ;; esac
    case " $* " in *" password "*)
      htpasswd -Bbn alice 's3cret&word' >"$tmp/htpasswd" 2>/dev/null
      printf 'auth:\n  htpasswd:\n    realm: test\n    path: %s\n' "$tmp/htpasswd"
      ;;
    esac
  } >"$file"
  serve docker-registry serve "$file"
  wait_for 20 bash -c "echo >/dev/tcp/127.0.0.1/$port" || { echo "Bail out! docker-registry does not start"; note "$(cat "$tmp/server.log")"; exit 1; }
}
