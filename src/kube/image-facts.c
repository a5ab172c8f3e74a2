/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/image-facts.h"

#include "base/alloc.h"

/* Some hundred thousand images. A text that is longer than any of ours is none of ours. */
enum { FACTS_BYTES = 40 << 20, DIGEST_TEXT_MAX = 160, TAG_TEXT_MAX = 512, POLICY_TEXT_MAX = 256, REASONS_TEXT_MAX = 2048 };

struct ImageFacts {
    Arena arena;
    Map images;  /* digest -> ImageFact */
    Map tags;    /* tag -> TagFact */
};

static bool is_verdict(Str s) {
    return str_eqz(s, "allow") || str_eqz(s, "warn") || str_eqz(s, "deny") || str_eqz(s, "incomplete");
}

static int take_image(void *userdata, const ImageFact *f) {
    ImageFacts *all = userdata;
    if (!is_verdict(f->verdict) || f->digest.n > DIGEST_TEXT_MAX || f->policy.n > POLICY_TEXT_MAX)
        return -EBADMSG;
    ImageFact *copy = arena_new(&all->arena, ImageFact);
    if (!copy)
        return -E2BIG;
    *copy = (ImageFact) {arena_str(&all->arena, f->digest), arena_str(&all->arena, f->verdict), arena_str(&all->arena, f->policy),
                         arena_str(&all->arena, str_head(f->reasons, REASONS_TEXT_MAX)), f->scanned};
    if (!copy->digest.p || !copy->reasons.p)
        return -E2BIG;
    map_set(&all->images, copy->digest, copy);
    return 0;
}

static int take_tag(void *userdata, const TagFact *f) {
    ImageFacts *all = userdata;
    if (f->digest.n > DIGEST_TEXT_MAX || f->tag.n > TAG_TEXT_MAX)
        return -EBADMSG;
    TagFact *copy = arena_new(&all->arena, TagFact);
    if (!copy)
        return -E2BIG;
    *copy = (TagFact) {arena_str(&all->arena, f->tag), arena_str(&all->arena, f->digest), f->resolved, f->expires};
    if (!copy->tag.p || !copy->digest.p)
        return -E2BIG;
    map_set(&all->tags, copy->tag, copy);
    return 0;
}

int image_facts_load(const char *path, ImageFacts **ret, Error *err) {
    _cleanup_(fact_store_closep) FactStore *s = NULL;
    _cleanup_(image_facts_freep) ImageFacts *f = xcalloc(1, sizeof(*f));
    f->arena.max = FACTS_BYTES;
    int r = fact_store_open(path, FACT_STORE_READ, &s, err);
    if (r == 0)
        r = fact_store_images(s, take_image, f, err);
    if (r == 0)
        r = fact_store_tags(s, take_tag, f, err);
    if (r < 0 && err && !err->message)
        error_set(err, r, "%s: %s", path, r == -E2BIG ? "there is more in it than fits into memory" : "there are rows in it that no scan has written");
    if (r < 0)
        return r;
    *ret = TAKE_PTR(f);
    return 0;
}

void image_facts_free(ImageFacts *f) {
    map_done(&f->images);
    map_done(&f->tags);
    arena_done(&f->arena);
    free(f);
}

size_t image_facts_count(const ImageFacts *f, size_t *ret_tags) {
    *ret_tags = f ? f->tags.n : 0;
    return f ? f->images.n : 0;
}

enum { REFERENCE_MAX = 1024 };

/* Official images of Docker Hub live in "library". Into `buf`, for this is on the path of every request; STR_NULL when it is longer. */
static Str reference_text(const KubeImage *i, bool by_digest, char buf[static REFERENCE_MAX]) {
    bool official = str_eqz(i->registry, "docker.io") && str_chr(i->repository, '/') < 0;
    Str end = by_digest ? i->digest : i->tag;
    int n = snprintf(buf, REFERENCE_MAX, "%.*s/%s%.*s%s%.*s", STR_FMT(i->registry), official ? "library/" : "", STR_FMT(i->repository), by_digest ? "@" : ":", STR_FMT(end));
    return n > 0 && n < REFERENCE_MAX ? str_n(buf, (size_t) n) : STR_NULL;
}

Str kube_image_reference(const KubeImage *i, Arena *a) {
    char buf[REFERENCE_MAX];
    Str s = reference_text(i, i->digest.n > 0, buf);
    return s.p ? arena_str(a, s) : STR_NULL;
}

ImageAnswer image_facts_find(const ImageFacts *f, const KubeImage *image, int64_t now, int64_t max_age) {
    ImageAnswer a = {.known = IMAGE_UNRESOLVED, .digest = image->digest};
    char buf[REFERENCE_MAX];
    if (!a.digest.n) {
        Str tag = reference_text(image, false, buf);
        const TagFact *t = f && tag.p ? map_get(&f->tags, tag) : NULL;
        if (!t || t->expires <= now)
            return a;
        a.digest = t->digest;
    }
    a.fact = f ? map_get(&f->images, a.digest) : NULL;
    a.known = !a.fact ? IMAGE_UNKNOWN : str_eqz(a.fact->verdict, "incomplete") ? IMAGE_INCOMPLETE : max_age && now - a.fact->scanned > max_age ? IMAGE_OLD : IMAGE_SETTLED;
    return a;
}
