/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures of archives: OpenPGP by gpgv, Alpine's RSA by OpenSSL. */
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "advisory/archive-index.h"
#include "base/alloc.h"
#include "base/fs.h"

enum { FD_STATUS = 3, TEXT_MAX = 16 << 20 };

/* An unlinked file with these bytes, on a number above those that the child is given. */
static int memory_file(Str bytes) {
    _cleanup_fd_ int fd = memfd_create("plimsoll-verify", MFD_CLOEXEC);
    if (fd < 0)
        return -errno;
    int r = bytes.n ? fs_write_all(fd, bytes.p, bytes.n) : 0;
    if (r < 0)
        return r;
    if (lseek(fd, 0, SEEK_SET) < 0)
        return -errno;
    int high = fcntl(fd, F_DUPFD_CLOEXEC, 10);
    return high < 0 ? -errno : high;
}

/* Exit code of gpgv, or -errno when it could not be run. */
static int run_gpgv(const char *const *keyrings, int in, int out, int status) {
    Vec(char *) argv = {0};
    vec_push(&argv, (char *) "gpgv");
    vec_push(&argv, (char *) "--status-fd");
    vec_push(&argv, (char *) "3");
    for (size_t i = 0; keyrings[i]; i++) {
        vec_push(&argv, (char *) "--keyring");
        vec_push(&argv, (char *) keyrings[i]);
    }
    vec_push(&argv, (char *) "--output");
    vec_push(&argv, (char *) "-");
    vec_push(&argv, (char *) "-");
    vec_push(&argv, NULL);
    /* Nothing of the user's GnuPG configuration or language may change what it says. */
    char *const env[] = {(char *) "PATH=/usr/local/bin:/usr/bin:/bin", (char *) "LC_ALL=C", (char *) "GNUPGHOME=/nonexistent", NULL};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, status, FD_STATUS);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    pid_t pid;
    int r = posix_spawnp(&pid, "gpgv", &actions, NULL, argv.p, env);
    posix_spawn_file_actions_destroy(&actions);
    vec_done(&argv);
    if (r != 0)
        return -r;
    int code;
    while (waitpid(pid, &code, 0) < 0)
        if (errno != EINTR)
            return -errno;
    return WIFEXITED(code) ? WEXITSTATUS(code) : 128;
}

int verify_clearsigned(Str text, const char *const *keyrings, Buf *ret, Error *err) {
    if (!keyrings[0])
        return error_set(err, -ENOENT, "no keyring to check the signature with: install the distribution's archive keyring");
    _cleanup_fd_ int in = memory_file(text), out = memory_file(STR_NULL), status = memory_file(STR_NULL);
    if (in < 0 || out < 0 || status < 0)
        return error_errno(err, in < 0 ? in : out < 0 ? out : status, "memory for the signature check");
    int code = run_gpgv(keyrings, in, out, status);
    if (code < 0)
        return error_set(err, code, code == -ENOENT ? "gpgv is not installed: the signature cannot be checked" : "gpgv cannot be run");
    _cleanup_free_ char *said = NULL;
    size_t n = 0;
    if (lseek(status, 0, SEEK_SET) < 0 || fs_read_fd(status, "status of gpgv", 1 << 20, &said, &n, err) < 0)
        return -EIO;
    /* As apt does: one good and valid signature is enough (others may be by keys not known here), a bad one is fatal. */
    bool good = false, valid = false, bad = false;
    Str rest = str_n(said, n), line, missing = STR_NULL;
    while (str_line(&rest, &line)) {
        if (!str_starts(line, STR("[GNUPG:] ")))
            continue;
        line = str_from_at(line, 9);
        good = good || str_starts(line, STR("GOODSIG "));
        valid = valid || str_starts(line, STR("VALIDSIG "));
        bad = bad || str_starts(line, STR("BADSIG ")) || str_starts(line, STR("REVKEYSIG ")) || str_starts(line, STR("NODATA "));
        if (str_starts(line, STR("NO_PUBKEY ")))
            missing = str_from_at(line, 10);
    }
    if (bad)
        return error_set(err, -EKEYREJECTED, "the signature is bad");
    if (!good || !valid) {
        if (!str_empty(missing))
            return error_set(err, -ENOKEY, "signed by key %.*s, which none of the keyrings has", STR_FMT(str_head(missing, 40)));
        return error_set(err, -EKEYREJECTED, "there is no valid signature (gpgv: exit code %d)", code);
    }
    _cleanup_free_ char *signed_text = NULL;
    if (lseek(out, 0, SEEK_SET) < 0 || fs_read_fd(out, "output of gpgv", TEXT_MAX, &signed_text, &n, err) < 0)
        return -EIO;
    *ret = buf_new(TEXT_MAX + 1);
    return buf_add(ret, signed_text, n);
}

static EVP_PKEY *read_key(const char *path) {
    FILE *f = fopen(path, "re");
    if (!f)
        return NULL;
    EVP_PKEY *key = PEM_read_PUBKEY(f, NULL, NULL, NULL);
    fclose(f);
    return key;
}

int verify_apk(Str file, const ApkSignature *s, const char *const *key_dirs, Error *err) {
    EVP_PKEY *key = NULL;
    for (size_t i = 0; key_dirs[i] && !key; i++) {
        _cleanup_free_ char *path = xasprintf("%s/%.*s", key_dirs[i], STR_FMT(s->key));
        key = read_key(path);
    }
    if (!key)
        return error_set(err, -ENOKEY, "signed by key %.*s, which is not among the trusted ones", STR_FMT(str_head(s->key, 100)));
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    int ok = ctx && s->signed_from < file.n && EVP_DigestVerifyInit(ctx, NULL, s->sha256 ? EVP_sha256() : EVP_sha1(), NULL, key) == 1
             && EVP_DigestVerify(ctx, (const uint8_t *) s->signature.p, s->signature.n, (const uint8_t *) file.p + s->signed_from,
                                 file.n - s->signed_from) == 1;
    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(key);
    return ok ? 0 : error_set(err, -EKEYREJECTED, "the signature by %.*s is bad", STR_FMT(str_head(s->key, 100)));
}
