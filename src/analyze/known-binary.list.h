/* SPDX-License-Identifier: Apache-2.0 */
/* KNOWN_BINARY(name, files, before, version, after): a program whose file is called so ("*" any text, "|" between names) has its version between the texts
 * `before` and `after` ("\0" is written "\\0"). In `version`, "#" is a number and anything else itself; "|" separates forms, of which the first that fits
 * counts; "^" is the number in the file's own name ("3.11" of libpython3.11.so). Behind the version there may be a suffix of letters and digits where
 * `after` does not follow at once: "~" in front of `after` skips to it inside of a line. The names are those of Bitnami's advisories where these have one. */
KNOWN_BINARY("apache", "httpd|apache2", "Apache/", "#.#.#", "")
KNOWN_BINARY("bash", "bash", "@(#)Bash version ", "#.#.#", "")
KNOWN_BINARY("busybox", "busybox*", "BusyBox v", "#.#.#", "")
KNOWN_BINARY("curl", "libcurl.so*|libcurl-*.so*|curl", "libcurl/", "#.#.#", "")
KNOWN_BINARY("glibc", "libc.so.6|libc-2*.so", " release version ", "#.#.#|#.#", "")
KNOWN_BINARY("haproxy", "haproxy", " version ", "#.#.#", "~, released ")
KNOWN_BINARY("lighttpd", "lighttpd", "lighttpd/", "#.#.#", "")
KNOWN_BINARY("mariadb", "mariadbd|mysqld", "\0", "#.#.#", "-MariaDB")
KNOWN_BINARY("memcached", "memcached", "\0memcached ", "#.#.#", "")
KNOWN_BINARY("mysql", "mysqld", "/mysql-", "#.#.#", "/")
KNOWN_BINARY("nginx", "nginx|nginx-debug", "nginx version: nginx/", "#.#.#", "")
KNOWN_BINARY("node", "node|nodejs|libnode.so*", "node.js/v", "#.#.#", "")
KNOWN_BINARY("openssl", "openssl|libcrypto.so*|libcrypto-*.so|libssl.so*", "\0OpenSSL ", "#.#.#@", " ")
KNOWN_BINARY("perl", "perl|perl5.*|libperl.so*", "\0v", "5.#.#", "\0")
KNOWN_BINARY("php", "php|php#*|php-fpm*|php-cgi*|libphp*.so*", "X-Powered-By: PHP/", "#.#.#@", "")
KNOWN_BINARY("postgresql", "postgres", "postgres (PostgreSQL) ", "#.#.#|#.#", "")
KNOWN_BINARY("python", "python3.*|python2.*|libpython3.*.so*|libpython2.*.so*", "\0", "^.#@", "\0")
KNOWN_BINARY("redis", "redis-server|redis-check-rdb", "\0", "#.#.#", "\0c11-builtin")
KNOWN_BINARY("ruby", "ruby|ruby#*|libruby*.so*", "\0ruby ", "#.#.#", "")
KNOWN_BINARY("zlib", "libz.so*", " deflate ", "#.#.#|#.#", " Copyright")
