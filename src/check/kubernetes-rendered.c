/* SPDX-License-Identifier: Apache-2.0 */
/* Helm charts and Kustomize overlays: what their own programs make of them. */
#include <stdlib.h>

#include "base/alloc.h"
#include "check/kubernetes.h"
#include "check/render.h"

static char *folder_of(const char *path) {
    ssize_t slash = str_rchr(str_from(path), '/');
    return slash < 0 ? xstrdup(".") : slash == 0 ? xstrdup("/") : xstrndup(path, (size_t) slash);
}

static bool recognise_helm(Str path, Str head) {
    return str_eqz(check_basename(path), "Chart.yaml") && str_find(head, STR("apiVersion:")) >= 0;
}

static int render_helm(const char *path, size_t max, char **ret_text, size_t *ret_n, Error *err) {
    _cleanup_free_ char *folder = folder_of(path);
    const char *argv[] = {"helm", "template", "release", folder, NULL};
    int r = check_render(argv, max, ret_text, ret_n, err);
    return r == -ENOENT ? error_set(err, r, "the chart was not looked at: there is no program helm to render it") : r;
}

static bool recognise_kustomize(Str path, Str head) {
    Str base = check_basename(path);
    return str_eqz(base, "kustomization.yaml") || str_eqz(base, "kustomization.yml") || str_eqz(base, "Kustomization");
}

static int render_kustomize(const char *path, size_t max, char **ret_text, size_t *ret_n, Error *err) {
    _cleanup_free_ char *folder = folder_of(path);
    const char *own[] = {"kustomize", "build", folder, NULL}, *kubectl[] = {"kubectl", "kustomize", folder, NULL};
    int r = check_render(own, max, ret_text, ret_n, err);
    if (r == -ENOENT)
        r = check_render(kubectl, max, ret_text, ret_n, err);
    return r == -ENOENT ? error_set(err, r, "the overlay was not looked at: there is neither kustomize nor kubectl to build it") : r;
}

const CheckInput check_input_helm = {
    .name = "helm",
    .doc = "Helm charts, by their Chart.yaml: what helm template makes of them with the values that they bring along; a gap where helm is not installed",
    .sources = KUBE_SOURCES,
    .recognise = recognise_helm,
    .render = render_helm,
    .read = kubernetes_read_rendered,
    .secrets = true,
};

const CheckInput check_input_kustomize = {
    .name = "kustomize",
    .doc = "Kustomize overlays, by their kustomization.yaml: what kustomize or kubectl builds of them; a gap where neither is installed",
    .sources = KUBE_SOURCES,
    .recognise = recognise_kustomize,
    .render = render_kustomize,
    .read = kubernetes_read_rendered,
    .secrets = true,
};
