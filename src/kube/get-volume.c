/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/getter.h"
#include "kube/subject.h"
#include "policy/fields/slots.h"

static Value get_mode(const KubeVolume *v) {
    int64_t mode = 0644;
    if (!str_eqz(v->type, "secret") && !str_eqz(v->type, "configMap") && !str_eqz(v->type, "projected") && !str_eqz(v->type, "downwardAPI"))
        return value_none();
    (void) kube_int(kube_at(v->source, "defaultMode"), &mode);
    return value_int(mode);
}

static Value get_expiration(const KubeVolume *v) {
    int64_t longest = -1;
    list_each(s, kube_at(v->source, "sources")) {
        const Node *token = kube_at(s, "serviceAccountToken");
        int64_t n = 3600;
        if (!token)
            continue;
        (void) kube_int(kube_at(token, "expirationSeconds"), &n);
        longest = MAX(longest, n);
    }
    return longest >= 0 ? value_int(longest) : value_none();
}

static bool mounted(const KubeVolume *v, bool writable) {
    const KubeWorkload *w = v->workload;
    for (size_t i = 0; i < w->n_containers; i++)
        for (size_t k = 0; k < w->containers[i].n_mounts; k++) {
            const Node *m = w->containers[i].mounts[k].node;
            if (str_eq(kube_text(m, "name"), v->name) && (!writable || !kube_bool(kube_at(m, "readOnly"), false)))
                return true;
        }
    return false;
}

static Value below(const KubeVolume *v, const char *type, GetterHow how, const char *path, Scratch *scratch) {
    Getter g = {how, path, NULL, NULL};
    return str_eqz(v->type, type) ? getter_value(&g, v->source, NULL, scratch) : value_none();
}

static Value get(const void *object, const FieldRef *ref, Scratch *scratch) {
    const KubeVolume *v = object;
    switch (ref->field->slot) {
    case SLOT_VOLUME_NAME:
        return value_str_or_none(v->name);
    case SLOT_VOLUME_TYPE:
        return value_str(v->type);
    case SLOT_VOLUME_HOST_PATH:
        return value_str_or_none(v->host_path);
    case SLOT_VOLUME_HOST_PATH_TYPE:
        return below(v, "hostPath", GET_FILLED, "type", scratch);
    case SLOT_VOLUME_SECRET:
        return below(v, "secret", GET_TEXT, "secretName", scratch);
    case SLOT_VOLUME_CONFIG_MAP:
        return below(v, "configMap", GET_TEXT, "name", scratch);
    case SLOT_VOLUME_CLAIM:
        return below(v, "persistentVolumeClaim", GET_TEXT, "claimName", scratch);
    case SLOT_VOLUME_CSI_DRIVER:
        return below(v, "csi", GET_TEXT, "driver", scratch);
    case SLOT_VOLUME_NFS_SERVER:
        return below(v, "nfs", GET_TEXT, "server", scratch);
    case SLOT_VOLUME_IMAGE:
        return below(v, "image", GET_TEXT, "reference", scratch);
    case SLOT_VOLUME_MEDIUM:
        return below(v, "emptyDir", GET_FILLED, "medium", scratch);
    case SLOT_VOLUME_SIZE_LIMIT:
        return below(v, "emptyDir", GET_BYTES, "sizeLimit", scratch);
    case SLOT_VOLUME_DEFAULT_MODE:
        return get_mode(v);
    case SLOT_VOLUME_TOKEN_EXPIRATION:
        return get_expiration(v);
    case SLOT_VOLUME_MOUNTED:
        return value_bool(mounted(v, false));
    case SLOT_VOLUME_WRITABLE:
        return value_bool(mounted(v, true));
    default:
        return value_none();
    }
}

const SubjectOps kube_volume_ops = {.get = get};
