/* SPDX-License-Identifier: Apache-2.0 */
/* From os-release to the release keys of the advisory database. */
#include <stdio.h>

#include "model/inventory.h"

typedef enum KeyForm {
    KEY_MAJOR,       /* "debian:12" */
    KEY_MAJOR_MINOR, /* "alpine:3.20" */
    KEY_WHOLE,       /* "ubuntu:22.04" */
    KEY_NONE,        /* rolling: "wolfi" */
} KeyForm;

/* Adding a distribution: one row. */
static const struct {
    const char *id, *key;
    KeyForm form;
} families[] = {
    {"debian", "debian", KEY_MAJOR},
    {"ubuntu", "ubuntu", KEY_WHOLE},
    {"alpine", "alpine", KEY_MAJOR_MINOR},
    {"rhel", "rhel", KEY_MAJOR},
    {"centos", "rhel", KEY_MAJOR},
    {"almalinux", "almalinux", KEY_MAJOR},
    {"rocky", "rocky", KEY_MAJOR},
    {"amzn", "amazon", KEY_WHOLE},
    {"wolfi", "wolfi", KEY_NONE},
    {"chainguard", "chainguard", KEY_NONE},
    {"sles", "sles", KEY_WHOLE},
    {"sle_hpc", "sles", KEY_WHOLE},
    {"opensuse-leap", "opensuse-leap", KEY_WHOLE},
    {"opensuse-tumbleweed", "opensuse-tumbleweed", KEY_NONE},
    {"ol", "oracle", KEY_MAJOR},
    {"fedora", "fedora", KEY_MAJOR},
};

int os_release_key(const OsFact *os, char *buf, size_t n) {
    for (size_t i = 0; i < ARRAY_SIZE(families); i++) {
        if (!str_eqz(os->id, families[i].id))
            continue;
        Str v = os->version_id;
        KeyForm form = families[i].form;
        if (form == KEY_NONE) {
            snprintf(buf, n, "%s", families[i].key);
            return 0;
        }
        /* Debian testing and sid have no VERSION_ID: their code name is the release. */
        if (str_empty(v) && !str_empty(os->codename)) {
            snprintf(buf, n, "%s:%.*s", families[i].key, STR_FMT(os->codename));
            return 0;
        }
        if (str_empty(v))
            return -ENOENT;
        if (form != KEY_WHOLE) {
            ssize_t dot = str_chr(v, '.');
            if (dot >= 0 && form == KEY_MAJOR_MINOR) {
                ssize_t second = str_chr(str_from_at(v, (size_t) dot + 1), '.');
                dot = second < 0 ? -1 : dot + 1 + second;
            }
            if (dot >= 0)
                v = str_head(v, (size_t) dot);
            /* Alpine edge calls itself 3.22.0_alpha20250108. */
            ssize_t suffix = str_chr(v, '_');
            if (suffix >= 0)
                v = str_head(v, (size_t) suffix);
        }
        snprintf(buf, n, "%s:%.*s", families[i].key, STR_FMT(v));
        return 0;
    }
    return -ENOENT;
}
