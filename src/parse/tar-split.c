/* SPDX-License-Identifier: Apache-2.0 */
#include "parse/tar-split.h"

#include "parse/node.h"

static int digit(char c) {
    return c >= 'A' && c <= 'Z' ? c - 'A' : c >= 'a' && c <= 'z' ? c - 'a' + 26 : c >= '0' && c <= '9' ? c - '0' + 52 : c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* RFC 4648 with padding, as Go's encoding/json writes bytes. */
static int base64(Str s, Buf *out) {
    if (s.n % 4)
        return -EBADMSG;
    int r = buf_reserve(out, s.n / 4 * 3);
    if (r < 0)
        return r;
    for (size_t i = 0; i < s.n; i += 4) {
        int v[4], pad = 0;
        for (int k = 0; k < 4; k++) {
            v[k] = digit(s.p[i + (size_t) k]);
            if (s.p[i + (size_t) k] == '=' && i + 4 == s.n && k >= 2) {
                v[k] = 0;
                pad++;
            } else if (v[k] < 0 || pad) {
                return -EBADMSG;
            }
        }
        uint32_t bits = (uint32_t) v[0] << 18 | (uint32_t) v[1] << 12 | (uint32_t) v[2] << 6 | (uint32_t) v[3];
        char three[3] = {(char) (bits >> 16), (char) (bits >> 8), (char) bits};
        r = buf_add(out, three, (size_t) (3 - pad));
        if (r < 0)
            return r;
    }
    return 0;
}

int tar_split_line(Str line, Buf *text, TarSplitEntry *ret) {
    enum { FILE_TYPE = 1, SEGMENT_TYPE = 2 };
    Limits limits = limits_default();
    limits.document_bytes = TAR_SPLIT_LINE_MAX;
    limits.document_depth = 8;
    limits.document_nodes = 64;
    _cleanup_(arena_done) Arena a = {.max = (size_t) TAR_SPLIT_LINE_MAX * 2};
    Node *root;
    int64_t type;
    if (json_parse(line, "tar-split", &limits, &a, NULL, &root) < 0 || node_i64(node_get(root, "type"), &type) < 0)
        return -EBADMSG;
    if (type != FILE_TYPE && type != SEGMENT_TYPE)
        return -EBADMSG;
    buf_clear(text);
    TarSplitEntry e = {.is_file = type == FILE_TYPE};
    int64_t size = 0;
    int r = node_i64(node_get(root, "size"), &size);
    if ((r < 0 && r != -ENOENT) || size < 0)
        return -EBADMSG;
    if (!e.is_file) {
        r = base64(node_get_str(root, "payload"), text);
    } else {
        Str raw = node_get_str(root, "name_raw"); /* of names that are not UTF-8 */
        if (size == 0)
            return 0; /* directories, links and empty files have no bytes */
        r = str_empty(raw) ? buf_str(text, node_get_str(root, "name")) : base64(raw, text);
    }
    if (r < 0)
        return -EBADMSG;
    e.bytes = buf_view(text);
    e.size = (uint64_t) size;
    *ret = e;
    return 1;
}
