/* SPDX-License-Identifier: Apache-2.0 */
/* Layers in small: decoding through rings of a page, limits that a test can reach, a cache that must stay small. */
#include <dirent.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <isa-l/igzip_lib.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/hash.h"
#include "scan/cache.h"
#include "scan/decode.h"
#include "scan/hidden.h"
#include "scan/job-frames.h"
#include "scan/job-sink.h"
#include "unit/tap.h"

enum { PAGE = 4096 };

typedef struct Side {
    Ring *ring;
    Str bytes;
    Buf got;
} Side;

static void *feed(void *userdata) {
    Side *s = userdata;
    ring_write(s->ring, s->bytes.p, s->bytes.n);
    ring_finish(s->ring);
    return NULL;
}

static void *drain(void *userdata) {
    Side *s = userdata;
    const char *p;
    ssize_t n;
    while ((n = ring_peek(s->ring, 1, &p)) > 0) {
        buf_add(&s->got, p, (size_t) n);
        ring_consume(s->ring, (size_t) n);
    }
    return NULL;
}

/* A worker's two rings with threads at their other ends. */
typedef struct Bench {
    Ring in, out, in_far, out_far;
    Side from, to;
    pthread_t feeder, drainer;
    bool decodes;
} Bench;

static void bench_begin(Bench *b, LayerCompression kind, Str stored) {
    *b = (Bench) {.decodes = kind != LAYER_TAR};
    CHECK_INT(ring_create(PAGE, &b->in_far, NULL), 0);
    CHECK_INT(ring_map(b->in_far.fd, PAGE, &b->in), 0);
    CHECK_INT(ring_create(PAGE, &b->out, NULL), 0);
    CHECK_INT(ring_map(b->out.fd, PAGE, &b->out_far), 0);
    b->from = (Side) {&b->in_far, stored, {0}};
    b->to = (Side) {&b->out_far, STR_NULL, buf_new(16 << 20)};
    pthread_create(&b->feeder, NULL, feed, &b->from);
    if (b->decodes)
        pthread_create(&b->drainer, NULL, drain, &b->to);
}

static void bench_end(Bench *b) {
    ring_abort(&b->in);
    ring_finish(&b->out);
    pthread_join(b->feeder, NULL);
    if (b->decodes)
        pthread_join(b->drainer, NULL);
    ring_done(&b->in);
    ring_done(&b->out);
    ring_done(&b->in_far);
    ring_done(&b->out_far);
    buf_done(&b->to.got);
}

static char *gzip(Str plain, size_t *ret_n) {
    size_t room = plain.n + 1000;
    char *to = xmalloc(room);
    struct isal_zstream *z = xcalloc(1, sizeof(*z));
    isal_deflate_stateless_init(z);
    z->gzip_flag = IGZIP_GZIP;
    z->end_of_stream = 1;
    z->next_in = (uint8_t *) (uintptr_t) plain.p;
    z->avail_in = (uint32_t) plain.n;
    z->next_out = (uint8_t *) to;
    z->avail_out = (uint32_t) room;
    CHECK_INT(isal_deflate_stateless(z), COMP_OK);
    *ret_n = z->total_out;
    free(z);
    return to;
}

/* Decodes `stored`: what came out, and the result of the last step. */
static int decode(LayerCompression kind, Str stored, const Limits *limits, Buf *seen, Buf *drained, Buf *error) {
    Bench b;
    bench_begin(&b, kind, stored);
    _cleanup_(decoder_freep) Decoder *d = decoder_new(kind, &b.in, kind == LAYER_TAR ? NULL : &b.out, limits);
    const char *p;
    ssize_t n;
    while ((n = decoder_next(d, &p)) > 0)
        buf_add(seen, p, (size_t) n);
    buf_putz(error, decoder_error(d));
    ring_abort(&b.in);
    ring_finish(&b.out);
    if (b.decodes) {
        pthread_join(b.drainer, NULL);
        b.decodes = false;
        buf_str(drained, buf_view(&b.to.got));
    }
    bench_end(&b);
    return (int) n;
}

static Str pattern(char *to, size_t n) {
    for (size_t i = 0; i < n; i++)
        to[i] = (char) (i * i >> 7);
    return str_n(to, n);
}

TEST(decoding_through_rings_of_a_page) {
    enum { N = 300000 };
    static char plain[N];
    Str want = pattern(plain, N);
    Limits limits = limits_default();
    size_t n;
    _cleanup_free_ char *one = gzip(want, &n), *twice = xmalloc(2 * n + 50);
    memcpy(twice, one, n);
    memcpy(twice + n, one, n);
    memset(twice + 2 * n, 0, 50);
    const struct {
        LayerCompression kind;
        Str stored;
        size_t times;
        const char *error; /* NULL: none */
    } cases[] = {
        {LAYER_TAR, want, 1, NULL},
        {LAYER_GZIP, str_n(one, n), 1, NULL},
        {LAYER_GZIP, str_n(twice, 2 * n), 2, NULL},
        {LAYER_GZIP, str_n(twice, 2 * n + 50), 2, NULL},
        {LAYER_GZIP, str_n(one, n - 1), 0, "truncated: the compressed stream ends before its end mark"},
        {LAYER_GZIP, str_n(one, n / 2), 0, "truncated: the compressed stream ends before its end mark"},
        {LAYER_GZIP, STR(""), 0, "empty: no compressed stream"},
        {LAYER_GZIP, STR("no gzip at all"), 0, "not a valid gzip stream"},
        {LAYER_ZSTD, STR("no zstd at all"), 0, "not a valid zstd stream"},
        {LAYER_ZSTD, STR(""), 0, "empty: no compressed stream"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        _cleanup_(buf_done) Buf seen = buf_new(1 << 20), drained = buf_new(1 << 20), error = buf_new(1000);
        int r = decode(cases[i].kind, cases[i].stored, &limits, &seen, &drained, &error);
        CHECK_MSG(cases[i].error ? r == -EBADMSG && str_starts(buf_view(&error), str_from(cases[i].error)) : r == 0, "case %zu: %d %.*s", i, r, STR_FMT(buf_view(&error)));
        if (cases[i].error)
            continue;
        CHECK_INT(seen.n, cases[i].times * N);
        for (size_t k = 0; k < cases[i].times; k++)
            CHECK(memcmp(seen.p + k * N, plain, N) == 0);
        if (cases[i].kind != LAYER_TAR)
            CHECK(str_eq(buf_view(&seen), buf_view(&drained)));
    }
    one[n - 5] ^= 1; /* of the checksum */
    _cleanup_(buf_done) Buf seen = buf_new(1 << 20), drained = buf_new(1 << 20), error = buf_new(1000);
    CHECK_INT(decode(LAYER_GZIP, str_n(one, n), &limits, &seen, &drained, &error), -EBADMSG);
    CHECK(str_starts(buf_view(&error), STR("gzip checksum is wrong")));
}

TEST(a_gzip_bomb_is_stopped) {
    enum { N = 4 << 20 };
    _cleanup_free_ char *zeros = xcalloc(1, N);
    size_t n;
    _cleanup_free_ char *bomb = gzip(str_n(zeros, N), &n);
    Limits limits = limits_default();
    limits.expansion_floor = 1 << 20;
    limits.expansion_ratio = 20;
    _cleanup_(buf_done) Buf seen = buf_new(8 << 20), drained = buf_new(8 << 20), error = buf_new(1000);
    CHECK_INT(decode(LAYER_GZIP, str_n(bomb, n), &limits, &seen, &drained, &error), -E2BIG);
    CHECK(str_starts(buf_view(&error), STR("expands more than the allowed ratio")));
    CHECK(seen.n < (1 << 20) + (1 << 19));
    limits.expansion_floor = N;
    CHECK_INT(decode(LAYER_GZIP, str_n(bomb, n), &limits, &seen, &drained, &error), 0);
    /* However little the ratio, a layer has an end. */
    limits.expanded_bytes = 1 << 20;
    buf_clear(&error);
    CHECK_INT(decode(LAYER_GZIP, str_n(bomb, n), &limits, &seen, &drained, &error), -E2BIG);
    CHECK(str_starts(buf_view(&error), STR("expands to more bytes than a layer may have")));
    CHECK_INT(decode(LAYER_TAR, str_n(zeros, N), &limits, &seen, &drained, &error), -E2BIG);
}

/* A tar header as POSIX.1-1988 has it. */
static void tar_entry(Buf *b, const char *name, char type, Str content) {
    char h[512] = {0};
    unsigned sum = 0;
    snprintf(h, 100, "%s", name);
    snprintf(h + 100, 8, "%07o", 0644);
    snprintf(h + 108, 8, "%07o", 0);
    snprintf(h + 116, 8, "%07o", 0);
    snprintf(h + 124, 12, "%011zo", content.n);
    snprintf(h + 136, 12, "%011o", 0);
    memset(h + 148, ' ', 8);
    h[156] = type;
    memcpy(h + 257, "ustar\00000", 8);
    for (size_t i = 0; i < sizeof(h); i++)
        sum += (unsigned char) h[i];
    snprintf(h + 148, 8, "%06o", sum);
    buf_add(b, h, sizeof(h));
    buf_str(b, content);
    static const char zeros[512];
    buf_add(b, zeros, -content.n & 511);
}

static ssize_t read_fd(void *userdata, void *p, size_t n) {
    return read(*(int *) userdata, p, n);
}

/* Runs a job on an uncompressed tar. */
static LayerFacts facts_of(Str tar, const Limits *limits, ListingKind listing) {
    static JobState state;
    _cleanup_fd_ int answer = memfd_create("answer", MFD_CLOEXEC);
    WorkerIo io = {.out = answer};
    JobArgs args = {.limits = *limits, .compression = LAYER_TAR, .look_for = {.analyzers = UINT64_MAX, .listing = listing, .digests = listing ? 1 << DIGEST_SHA256 | 1 << DIGEST_MD5 : 0}};
    Job j = job_new(&io, &args, &state);
    Bench b;
    bench_begin(&b, LAYER_TAR, tar);
    CHECK_INT(job_run_stream(&j, &b.in, NULL), 0);
    CHECK_INT(job_end(&j), 0);
    bench_end(&b);
    LayerFacts facts = {0};
    FrameReader f = {read_fd, &answer, limits};
    lseek(answer, 0, SEEK_SET);
    CHECK_INT(frames_gather(&f, &facts, NULL), 0);
    job_done(&j);
    return facts;
}

/* The problems it states, "KIND PATH: REASON\n" each, and how many packages. */
static size_t problems_of(Str tar, const Limits *limits, Buf *ret) {
    static const char *const kinds[] = {[PROBLEM_FILE] = "file", [PROBLEM_LIMIT] = "limit", [PROBLEM_CRASH] = "crash", [PROBLEM_HOSTILE] = "hostile"};
    LayerFacts facts = facts_of(tar, limits, LISTING_NONE);
    WireReader r = wire_reader(buf_view(&facts.facts));
    LocatedFact lf;
    size_t packages = 0;
    while (located_fact_decode(&r, &lf) == 1) {
        packages += lf.fact.kind == FACT_PACKAGE;
        if (lf.fact.kind == FACT_PROBLEM)
            buf_printf(ret, "%s %.*s: %.*s\n", kinds[lf.fact.problem.kind], STR_FMT(lf.fact.path), STR_FMT(lf.fact.problem.reason));
    }
    layer_facts_done(&facts);
    return packages;
}

static const char STATUS[] = "Package: a\nStatus: install ok installed\nVersion: 1\nArchitecture: all\nMaintainer: x\n\n"
                             "Package: b\nStatus: install ok installed\nVersion: 1\nArchitecture: all\nMaintainer: x\n\n";

TEST(limits_are_problems_and_never_an_abort) {
    _cleanup_(buf_done) Buf tar = buf_new(1 << 20);
    tar_entry(&tar, "one", '0', STR("x"));
    tar_entry(&tar, "a/path/that/is/longer/than/others", '0', STR("x"));
    tar_entry(&tar, "../out", '0', STR("x"));
    tar_entry(&tar, "var/lib/dpkg/status", '0', STR(STATUS));
    tar_entry(&tar, "five", '0', STR("x"));
    char end[1024] = {0};
    buf_add(&tar, end, sizeof(end));
    const struct {
        Limits limits;
        size_t packages;
        const char *want;
    } cases[] = {
#define WITH(...) ({ Limits l_ = limits_default(); __VA_ARGS__; l_; })
        {WITH((void) 0), 2, "hostile ../out: path leads out of the root: entry left out\n"},
        {WITH(l_.path_bytes = 25), 2,
         "limit a/path/that/is/longer/tha: path of more than 25 bytes: entry left out\nhostile ../out: path leads out of the root: entry left out\n"},
        {WITH(l_.entries = 2), 0, "limit : more than 2 entries: the rest of the layer was not looked at\n"},
        {WITH(l_.file_bytes = sizeof(STATUS) - 2), 0,
         "hostile ../out: path leads out of the root: entry left out\nlimit var/lib/dpkg/status: 168 bytes, more than the 167 that an analyzer reads\n"},
        {WITH(l_.facts = 1), 1, "hostile ../out: path leads out of the root: entry left out\nlimit var/lib/dpkg/status: more than 1 facts in one layer: the rest was not taken\n"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        _cleanup_(buf_done) Buf got = buf_new(1 << 16);
        CHECK_INT(problems_of(buf_view(&tar), &cases[i].limits, &got), cases[i].packages);
        CHECK_STR(buf_view(&got), cases[i].want);
    }
}

static int print_entry(void *userdata, const PlacedEntry *e) {
    static const char *const kinds[] = {[ENTRY_FILE] = "file", [ENTRY_DIR] = "dir", [ENTRY_SYMLINK] = "link"};
    Buf *b = userdata;
    buf_printf(b, "%d %s %.*s %llu", e->layer, kinds[e->entry.kind], STR_FMT(e->entry.path), (unsigned long long) e->entry.size);
    if (e->hidden_by != LAYER_NONE)
        buf_printf(b, " %s by %d", e->deleted ? "deleted" : "replaced", e->hidden_by);
    buf_putz(b, e->entry.content ? " hashed\n" : "\n");
    return 0;
}

TEST(a_listing_says_what_upper_layers_hide) {
    static const char end[1024] = {0};
    Limits limits = limits_default();
    LayerFacts l[3];
    Buf tar = buf_new(1 << 20), got = buf_new(1 << 16);
    tar_entry(&tar, "a/", '5', STR(""));
    tar_entry(&tar, "a/deleted", '0', STR("12345"));
    tar_entry(&tar, "a/replaced", '0', STR("123"));
    tar_entry(&tar, "a/stays", '0', STR("1"));
    tar_entry(&tar, "b/c/below-file", '0', STR("1234"));
    tar_entry(&tar, "d/e/cleared", '0', STR("12"));
    tar_entry(&tar, "f/removed-and-made", '0', STR("12"));
    buf_add(&tar, end, sizeof(end));
    l[0] = facts_of(buf_view(&tar), &limits, LISTING_CONTENT);
    buf_clear(&tar);
    tar_entry(&tar, "a/", '5', STR(""));
    tar_entry(&tar, "a/.wh.deleted", '0', STR(""));
    tar_entry(&tar, "a/replaced", '0', STR("1"));
    tar_entry(&tar, "b", '0', STR(""));
    tar_entry(&tar, "d/.wh..wh..opq", '0', STR(""));
    tar_entry(&tar, "d/new", '0', STR("123"));
    tar_entry(&tar, "f/.wh.removed-and-made", '0', STR(""));
    tar_entry(&tar, "f/removed-and-made", '0', STR("x"));
    buf_add(&tar, end, sizeof(end));
    l[1] = facts_of(buf_view(&tar), &limits, LISTING_SIZES);
    buf_clear(&tar);
    tar_entry(&tar, ".wh.d", '0', STR(""));
    tar_entry(&tar, "a/deleted", '0', STR("again"));
    buf_add(&tar, end, sizeof(end));
    l[2] = facts_of(buf_view(&tar), &limits, LISTING_SIZES);
    CHECK_INT(layers_list(l, 3, print_entry, &got), 0);
    CHECK_STR(buf_view(&got), "2 file a/deleted 5\n"
                              "1 dir a 0\n"
                              "1 file a/replaced 1\n"
                              "1 file b 0\n"
                              "1 file d/new 3 deleted by 2\n"
                              "1 file f/removed-and-made 1\n"
                              "0 dir a 0\n"
                              "0 file a/deleted 5 deleted by 1 hashed\n"
                              "0 file a/replaced 3 replaced by 1 hashed\n"
                              "0 file a/stays 1 hashed\n"
                              "0 file b/c/below-file 4 deleted by 1 hashed\n"
                              "0 file d/e/cleared 2 deleted by 1 hashed\n"
                              "0 file f/removed-and-made 2 replaced by 1 hashed\n");
    for (size_t i = 0; i < ARRAY_SIZE(l); i++)
        layer_facts_done(&l[i]);
    buf_done(&tar);
    buf_done(&got);
}

static int check_content(void *userdata, const PlacedEntry *e) {
    const Str *bytes = userdata;
    const Str content = str_head(*bytes, e->entry.size);
    uint8_t digest[DIGEST_MAX];
    _cleanup_(hasher_freep) Hasher *h = hasher_new(DIGEST_SHA256);
    hasher_add(h, content.p, content.n);
    CHECK_MSG(content.n == 0 || e->entry.content == hash_seeded(content.p, content.n, 0), "%.*s", STR_FMT(e->entry.path));
    CHECK_MSG(str_eq(e->entry.digests[DIGEST_SHA256], str_n((const char *) digest, content.n ? hasher_raw(h, digest) : 0)), "%.*s", STR_FMT(e->entry.path));
    return 0;
}

/* Through a ring of a page, files begin and end everywhere in the decoder's blocks: some lie in one of them, some in three. */
TEST(a_file_is_the_same_however_it_lies_in_blocks) {
    static char content[3000];
    static const char end[1024] = {0};
    char name[32];
    Limits limits = limits_default();
    Buf tar = buf_new(1 << 20);
    Str bytes = pattern(content, sizeof(content));
    for (unsigned i = 0; i < 40; i++) {
        snprintf(name, sizeof(name), "%u", i);
        tar_entry(&tar, name, '0', bytes);
        tar_entry(&tar, "between", '0', str_head(bytes, i * 7 % 512));
    }
    buf_add(&tar, end, sizeof(end));
    LayerFacts l = facts_of(buf_view(&tar), &limits, LISTING_CONTENT);
    CHECK_INT(l.entries, 80);
    CHECK_INT(layers_list(&l, 1, check_content, &bytes), 0);
    layer_facts_done(&l);
    buf_done(&tar);
}

TEST(a_million_problems_are_a_thousand) {
    _cleanup_(buf_done) Buf tar = buf_new(4 << 20), got = buf_new(1 << 20);
    char end[1024] = {0}, name[32];
    for (unsigned i = 0; i < 3000; i++) {
        snprintf(name, sizeof(name), "../%u", i);
        tar_entry(&tar, name, '0', STR(""));
    }
    tar_entry(&tar, "var/lib/dpkg/status", '0', STR(STATUS));
    buf_add(&tar, end, sizeof(end));
    Limits limits = limits_default();
    CHECK_INT(problems_of(buf_view(&tar), &limits, &got), 2);
    size_t lines = 0;
    for (size_t i = 0; i < got.n; i++)
        lines += got.p[i] == '\n';
    CHECK_INT(lines, 1001);
    CHECK(str_ends(buf_view(&got), STR("more than 1000 problems in one layer: the rest was not taken\n")));
}

static uint64_t size_of(const char *dir, size_t *ret_files) {
    uint64_t total = 0;
    DIR *d = opendir(dir);
    struct dirent *e;
    *ret_files = 0;
    while (d && (e = readdir(d))) {
        struct stat st;
        if (fstatat(dirfd(d), e->d_name, &st, 0) == 0 && S_ISREG(st.st_mode)) {
            total += (uint64_t) st.st_size;
            ++*ret_files;
        }
    }
    if (d)
        closedir(d);
    return total;
}

TEST(the_cache_stays_within_its_bounds_and_the_oldest_go_first) {
    enum { MAX = 100000 };
    char dir[] = "/var/tmp/plimsoll-cache.XXXXXX", diff_id[160];
    CHECK(mkdtemp(dir) != NULL);
    Cache *c;
    CHECK_INT(cache_open(dir, MAX, &c, NULL), 0);
    LookFor what = {.analyzers = 1};
    LayerFacts l = {.facts = buf_new(BUF_OWN_MAX), .links = buf_new(BUF_OWN_MAX)}, back;
    for (size_t i = 0; i < 2000; i++)
        vec_push(&l.index, i << ENTRY_KIND_BITS);
    size_t files;
    for (unsigned i = 0; i < 20; i++) {
        char id[32], blob[32];
        snprintf(id, sizeof(id), "sha256:%u", i);
        snprintf(blob, sizeof(blob), "sha256:b%u", i);
        CHECK_INT(cache_put(c, str_from(blob), str_from(id), &what, &l, NULL), 0);
        CHECK(size_of(dir, &files) <= MAX);
        usleep(2000); /* so that times differ */
        /* The first is used again and again, so it must stay. */
        CHECK_INT(cache_get(c, STR("sha256:0"), &what, &back), 1);
        layer_facts_done(&back);
    }
    CHECK_INT(cache_get(c, STR("sha256:19"), &what, &back), 1);
    CHECK_INT(back.index.n, 2000);
    layer_facts_done(&back);
    CHECK_INT(cache_get(c, STR("sha256:1"), &what, &back), 0);
    what.analyzers = 3;
    CHECK_INT(cache_get(c, STR("sha256:19"), &what, &back), 0);
    CHECK_INT(cache_diff_id(c, STR("sha256:b19"), diff_id, sizeof(diff_id)), 1);
    CHECK_STR(str_from(diff_id), "sha256:19");
    CHECK_INT(cache_diff_id(c, STR("sha256:none"), diff_id, sizeof(diff_id)), 0);
    layer_facts_done(&l);
    cache_close(c);
    char command[64];
    snprintf(command, sizeof(command), "rm -rf %s", dir);
    CHECK_INT(system(command), 0);
}
TEST_MAIN()
