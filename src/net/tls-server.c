/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "net/tls-private.h"

/* A replaced certificate is kept while handshakes may still use it: longer than any may take. */
enum { PEM_MAX = 1 << 20, CHAIN_MAX = 16, RETIRED_S = 300 };

typedef struct Material {
    gnutls_pcert_st chain[CHAIN_MAX];
    unsigned n;
    gnutls_privkey_t key;
    gnutls_x509_trust_list_t clients; /* NULL: none asked for */
    int64_t expires;
    time_t retired;
    struct Material *older;
} Material;

/* What tells that a file was replaced, through links as well. */
typedef struct FileStamp {
    dev_t dev;
    ino_t ino;
    off_t size;
    struct timespec mtime;
} FileStamp;

enum { FILE_CERTIFICATE, FILE_KEY, FILE_CLIENT_CA, FILE_N_ };

struct TlsServer {
    TlsServerOptions o;
    const ServeApi *api;
    pthread_mutex_t lock;     /* of what follows */
    Material *now;            /* and behind it, by `older`, those that were replaced lately */
    unsigned generation;
    FileStamp stamps[FILE_N_]; /* of the one thread that refreshes */
};

static const char *path_of(const TlsServer *t, int file) {
    return file == FILE_CERTIFICATE ? t->o.certificate : file == FILE_KEY ? t->o.key : t->o.client_ca;
}

static void material_free(const ServeApi *api, Material *m) {
    for (unsigned i = 0; i < m->n; i++)
        api->tls_pcert_deinit(&m->chain[i]);
    if (m->key)
        api->tls_privkey_deinit(m->key);
    if (m->clients)
        api->tls_x509_trust_list_deinit(m->clients, 1);
    free(m);
}

static gnutls_datum_t datum(const char *p, size_t n) {
    return (gnutls_datum_t) {(unsigned char *) p, (unsigned) n};
}

static int bad(const ServeApi *api, const char *path, int rc, Error *err) {
    return error_set(err, -EBADMSG, "%s: %s", path, api->tls_strerror(rc));
}

/* Do the two belong together? */
static int check_pair(const TlsServer *t, const gnutls_datum_t *certificate, const gnutls_datum_t *key, Error *err) {
    gnutls_certificate_credentials_t both;
    int rc = t->api->tls_certificate_allocate_credentials(&both);
    if (rc < 0)
        return bad(t->api, t->o.certificate, rc, err);
    rc = t->api->tls_certificate_set_x509_key_mem(both, certificate, key, GNUTLS_X509_FMT_PEM);
    t->api->tls_certificate_free_credentials(both);
    return rc < 0 ? error_set(err, -EBADMSG, "%s and %s: %s", t->o.certificate, t->o.key, t->api->tls_strerror(rc)) : 0;
}

static int64_t expiry(const ServeApi *api, const gnutls_datum_t *der) {
    gnutls_x509_crt_t c;
    if (api->tls_x509_crt_init(&c) < 0)
        return 0;
    int64_t t = api->tls_x509_crt_import(c, der, GNUTLS_X509_FMT_DER) < 0 ? 0 : (int64_t) api->tls_x509_crt_get_expiration_time(c);
    api->tls_x509_crt_deinit(c);
    return t;
}

static int read_own(TlsServer *t, Material *m, Error *err) {
    _cleanup_free_ char *certificate = NULL, *key = NULL;
    size_t n, key_n = 0;
    int r = fs_read(t->o.certificate, PEM_MAX, &certificate, &n, err);
    if (r == 0)
        r = fs_read(t->o.key, PEM_MAX, &key, &key_n, err);
    if (r < 0)
        return r;
    lint_assume(key);
    const gnutls_datum_t c = datum(certificate, n), k = datum(key, key_n);
    r = check_pair(t, &c, &k, err);
    unsigned count = CHAIN_MAX;
    int rc = r < 0 ? 0 : t->api->tls_pcert_list_import_x509_raw(m->chain, &count, &c, GNUTLS_X509_FMT_PEM, 0);
    if (r == 0 && rc == 0) {
        m->n = count;
        rc = t->api->tls_privkey_init(&m->key);
        if (rc == 0)
            rc = t->api->tls_privkey_import_x509_raw(m->key, &k, GNUTLS_X509_FMT_PEM, NULL, 0);
        m->expires = expiry(t->api, &m->chain[0].cert);
    }
    explicit_bzero(key, key_n);
    return r < 0 ? r : rc < 0 ? bad(t->api, t->o.certificate, rc, err) : 0;
}

static int read_clients(TlsServer *t, Material *m, Error *err) {
    _cleanup_free_ char *ca = NULL;
    size_t n;
    int r = t->o.client_ca ? fs_read(t->o.client_ca, PEM_MAX, &ca, &n, err) : 0;
    if (r < 0 || !ca)
        return r;
    const gnutls_datum_t d = datum(ca, n);
    int rc = t->api->tls_x509_trust_list_init(&m->clients, 0);
    if (rc == 0)
        rc = t->api->tls_x509_trust_list_add_trust_mem(m->clients, &d, NULL, GNUTLS_X509_FMT_PEM, 0, 0);
    return rc < 0 ? bad(t->api, t->o.client_ca, rc, err) : rc == 0 ? error_set(err, -EBADMSG, "%s: there is no certificate in it", t->o.client_ca) : 0;
}

/* Puts it in place and takes down what no handshake can be using any more. */
static void use(TlsServer *t, Material *fresh) {
    time_t now = time(NULL);
    pthread_mutex_lock(&t->lock);
    if (t->now)
        t->now->retired = now;
    fresh->older = t->now;
    t->now = fresh;
    t->generation++;
    Material **at = &fresh->older, *gone;
    while (*at && now - (*at)->retired < RETIRED_S)
        at = &(*at)->older;
    gone = *at;
    *at = NULL;
    pthread_mutex_unlock(&t->lock);
    for (Material *older; gone; gone = older) {
        older = gone->older;
        material_free(t->api, gone);
    }
}

static void stamp(const char *path, FileStamp *ret) {
    struct stat st;
    memset(ret, 0, sizeof(*ret));
    if (path && stat(path, &st) == 0) {
        ret->dev = st.st_dev;
        ret->ino = st.st_ino;
        ret->size = st.st_size;
        ret->mtime = st.st_mtim;
    }
}

int tls_server_refresh(TlsServer *t, bool all, Error *err) {
    FileStamp stamps[FILE_N_];
    for (int i = 0; i < FILE_N_; i++)
        stamp(path_of(t, i), &stamps[i]);
    if (!all && memcmp(stamps, t->stamps, sizeof(stamps)) == 0)
        return 0;
    /* Remembered also when they are bad, or half written: they are looked at again when they change again. */
    memcpy(t->stamps, stamps, sizeof(stamps));
    Material *m = xcalloc(1, sizeof(*m));
    int r = read_own(t, m, err);
    if (r == 0)
        r = read_clients(t, m, err);
    if (r < 0) {
        material_free(t->api, m);
        return r;
    }
    use(t, m);
    return 1;
}

int tls_server_new(const TlsServerOptions *o, TlsServer **ret, Error *err) {
    const char *why = NULL;
    const ServeApi *api = serve_api(&why);
    if (!api)
        return error_set(err, -ENOSYS, "%s", why);
    TlsServer *t = xcalloc(1, sizeof(*t));
    t->o = *o;
    t->api = api;
    pthread_mutex_init(&t->lock, NULL);
    int r = tls_server_refresh(t, true, err);
    if (r < 0) {
        tls_server_free(t);
        return r;
    }
    *ret = t;
    return 0;
}

void tls_server_free(TlsServer *t) {
    for (Material *m = t->now, *older; m; m = older) {
        older = m->older;
        material_free(t->api, m);
    }
    pthread_mutex_destroy(&t->lock);
    free(t);
}

int64_t tls_server_expires(TlsServer *t) {
    pthread_mutex_lock(&t->lock);
    int64_t expires = t->now->expires;
    pthread_mutex_unlock(&t->lock);
    return expires;
}

unsigned tls_server_generation(TlsServer *t) {
    pthread_mutex_lock(&t->lock);
    unsigned g = t->generation;
    pthread_mutex_unlock(&t->lock);
    return g;
}

bool tls_server_asks(const TlsServer *t) {
    return t->o.client_ca != NULL;
}

int tls_server_retrieve(TlsServer *t, gnutls_session_t session, gnutls_pcert_st **ret_chain, unsigned *ret_n, gnutls_privkey_t *ret_key) {
    pthread_mutex_lock(&t->lock);
    *ret_chain = t->now->chain;
    *ret_n = t->now->n;
    *ret_key = t->now->key;
    pthread_mutex_unlock(&t->lock);
    /* No names of authorities are sent along: those of a rotated one would keep clients from answering. */
    if (t->o.client_ca)
        t->api->tls_certificate_server_set_request(session, GNUTLS_CERT_REQUEST);
    return 0;
}

static int import_chain(const ServeApi *api, const gnutls_datum_t *der, unsigned n, gnutls_x509_crt_t ret[static CHAIN_MAX]) {
    for (unsigned i = 0; i < n; i++) {
        int rc = api->tls_x509_crt_init(&ret[i]);
        if (rc == 0 && (rc = api->tls_x509_crt_import(ret[i], &der[i], GNUTLS_X509_FMT_DER)) < 0)
            api->tls_x509_crt_deinit(ret[i]);
        if (rc < 0) {
            while (i-- > 0)
                api->tls_x509_crt_deinit(ret[i]);
            return rc;
        }
    }
    return 0;
}

static bool is_let_in(const TlsServer *t, const char *name) {
    const char *const *p = t->o.client_names;
    if (!p || !*p)
        return true;
    for (; *p; p++)
        if (strcmp(*p, name) == 0)
            return true;
    return false;
}

static int check_client(TlsServer *t, gnutls_x509_crt_t *chain, unsigned n, char **ret_name, Error *err) {
    gnutls_typed_vdata_st purpose = {GNUTLS_DT_KEY_PURPOSE_OID, (unsigned char *) (uintptr_t) GNUTLS_KP_TLS_WWW_CLIENT, 0};
    unsigned status = 0;
    char name[256] = "";
    size_t size = sizeof(name);
    /* The list of authorities may be replaced beside us; it lives on as handshakes' certificates do. */
    pthread_mutex_lock(&t->lock);
    gnutls_x509_trust_list_t clients = t->now->clients;
    pthread_mutex_unlock(&t->lock);
    int rc = t->api->tls_x509_trust_list_verify_crt2(clients, chain, n, &purpose, 1, 0, &status, NULL);
    if (rc < 0)
        return error_set(err, -EACCES, "the client's certificate cannot be verified: %s", t->api->tls_strerror(rc));
    if (status & GNUTLS_CERT_EXPIRED)
        return error_set(err, -EACCES, "the client's certificate has expired");
    if (status & GNUTLS_CERT_NOT_ACTIVATED)
        return error_set(err, -EACCES, "the client's certificate is not valid yet");
    if (status)
        return error_set(err, -EACCES, "the client's certificate is not signed by an authority that is trusted here, for clients");
    if (t->api->tls_x509_crt_get_dn_by_oid(chain[0], GNUTLS_OID_X520_COMMON_NAME, 0, 0, name, &size) < 0)
        name[0] = 0;
    if (!is_let_in(t, name))
        return error_set(err, -EACCES, "the client's certificate is good, but its name is none of those that are let in");
    *ret_name = xstrdup(name);
    return 0;
}

int tls_server_client(TlsServer *t, gnutls_session_t session, char **ret_name, Error *err) {
    unsigned n = 0;
    const gnutls_datum_t *der = t->api->tls_certificate_get_peers(session, &n);
    gnutls_x509_crt_t chain[CHAIN_MAX];
    if (!der || n == 0)
        return error_set(err, -EACCES, "a client certificate is needed");
    if (n > CHAIN_MAX || import_chain(t->api, der, n, chain) < 0)
        return error_set(err, -EACCES, "the client's certificate cannot be read");
    int r = check_client(t, chain, n, ret_name, err);
    for (unsigned i = 0; i < n; i++)
        t->api->tls_x509_crt_deinit(chain[i]);
    return r;
}
