/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the Compose reader share. Nodes that are made have the place of what they were made from. */
#pragma once

#include "kube/compose.h"

typedef struct Compose {
    const char *file;
    Arena *arena;
    Diag *diag;
    Str service;             /* for messages */
    Node *pod, *container;   /* specs */
    Node *pod_security, *security;
    Node *volumes, *mounts;
    size_t n_volumes;
    bool bad;
} Compose;

/* A new node with this key in the map, or item of the list; NULL when the arena is full, which all of them take for an argument. */
Node *compose_put(Compose *c, Node *into, const char *key, NodeType type, const Node *from);
Node *compose_item(Compose *c, Node *list, NodeType type, const Node *from);
void compose_text(Compose *c, Node *into, const char *key, Str text, const Node *from);
void compose_number(Compose *c, Node *into, const char *key, Str digits, const Node *from);
void compose_bool(Compose *c, Node *into, const char *key, bool value, const Node *from);
/* The value as it is, under another key; nothing when it is absent. */
void compose_move(Compose *c, Node *into, const char *key, const Node *from);
void compose_error(Compose *c, const Node *at, const char *expected);
/* Digits only? */
bool compose_is_number(Str s);

/* compose-volume.c: volumes, tmpfs, devices, secrets, configs. */
void compose_volumes(Compose *c, const Node *service);
/* compose-port.c: ports and expose. */
void compose_ports(Compose *c, const Node *service);
