/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of sources and fields. */
#include "base/map.h"
#include "policy/fields/slots.h"
#include "policy/source.h"
#include "unit/tap.h"

TEST(rows_are_whole) {
    size_t n;
    const Source *const *all = sources(&n);
    CHECK(n > 0);
    for (size_t i = 0; i < n; i++) {
        const Source *s = all[i];
        CHECK(s->name && s->doc && *s->doc && s->phase && s->actions);
        CHECK(!s->parent || source_by_name(str_from(s->parent)));
        Str rest = s->children ? str_from(s->children) : STR_NULL, child;
        while (str_split(&rest, ' ', &child)) {
            const Source *c = source_by_name(child);
            CHECK_MSG(c && c->parent && str_eqz(str_from(c->parent), s->name), "%s: child %.*s", s->name, STR_FMT(child));
        }
        Map names = {0}, slots = {0};
        for (const Field *f = s->fields; f->name; f++) {
            CHECK_MSG(!map_has(&names, str_from(f->name)), "%s: %s twice", s->name, f->name);
            map_set(&names, str_from(f->name), (void *) f);
            CHECK_MSG(!map_has(&slots, str_n((const char *) &f->slot, sizeof(f->slot))), "%s: the slot of %s has two fields", s->name, f->name);
            map_set(&slots, str_n((const char *) &f->slot, sizeof(f->slot)), (void *) f);
            CHECK_MSG(f->doc && *f->doc, "%s: %s has no documentation", s->name, f->name);
            CHECK_MSG(!f->unit || f->type == FIELD_INT, "%s: %s has a unit and is no number", s->name, f->name);
            CHECK_MSG(!(f->flags & FIELD_ARG_REQUIRED) || f->flags & (FIELD_ARG_INDEX | FIELD_ARG_KEY | FIELD_ARG_CONDITION), "%s: %s", s->name, f->name);
            CHECK_MSG(str_chr(str_from(f->name), '.') > 0, "%s: %s has no dot", s->name, f->name);
            unsigned up = 9;
            CHECK(source_field(s, str_from(f->name), &up) == f && up == 0);
        }
        map_done(&names);
        map_done(&slots);
    }
}

TEST(fields_of_parents_are_seen) {
    unsigned up = 9;
    const Field *f = source_field(source_by_name(STR("vulnerability")), STR("image.registry"), &up);
    CHECK(f && up == 1 && f->slot == SLOT_IMAGE_REGISTRY);
    f = source_field(source_by_name(STR("vulnerability")), STR("package.name"), &up);
    CHECK(f && up == 0 && f->slot == SLOT_PACKAGE_NAME);
    CHECK(!source_field(source_by_name(STR("image")), STR("vuln.id"), &up));
    CHECK(!source_by_name(STR("imag")));
}

TEST_MAIN()
