/* SPDX-License-Identifier: Apache-2.0 */
/* Event: what the kernel handed over, checked, with names put together, and the subject that rules on system calls are evaluated on. */
#pragma once

#include "policy/source.h"
#include "runtime/kind.h"
#include "runtime/tables.h"

enum { EVENT_ROOM = 48 << 10 };

typedef struct Event {
    WireEvent wire;
    Str string[WIRE_STRINGS];  /* into the ring: good until the event's callback returns */
    const Kind *kind;
    Tables *tables;
    uint64_t number;           /* evt.num: from 1 */
    int64_t time;              /* nanoseconds since 1970 */
    Str cwd;                   /* with a "/" at its end; STR_NULL when not known */
    Str name, name2;           /* as given, joined with the directory and cleaned without looking at links; STR_NULL: none */
    Str path;                  /* the kernel's path of the descriptor or program; STR_NULL: none */
    Str description;           /* fd.name, but of sockets: event_description() */
    Str alias;                 /* another name of the file that was opened, which rules look for (alias.h); STR_NULL: none */
    const Image *image;        /* what the process runs; NULL: not known */
    const Image *ancestor[WIRE_ANCESTORS];
    const Container *container; /* NULL: the host */
    size_t used;
    char room[EVENT_ROOM];     /* where the texts above are */
} Event;

/* Checks all lengths and fills in everything down to `cwd`. -EBADMSG when it cannot be what our programs wrote. */
int event_decode(Str bytes, Event *ret);
/* What stands behind it: paths, process, container. After event_decode(), with .tables set. */
void event_resolve(Event *e);

/* The second name of an opened file, by which rules are tried as well: the kernel's, where it is another one. STR_NULL: there is none. */
Str event_other_name(const Event *e);

/* fd.name: .description, or both ends of a socket, in `scratch`; STR_NULL: none, or there is no room. */
Str event_description(const Event *e, Scratch *scratch);

/* Source syscall; the object is an Event. */
extern const SubjectOps event_ops;

/* An argument of the call as text, as Falco shows it; STR_NULL when the call has none of that name. Text lives in the event's room or in `scratch`. */
Str event_argument(const Event *e, Str name, Scratch *scratch);
/* All of them: "NAME=VALUE …". */
Str event_arguments(const Event *e, Scratch *scratch);
/* The flags of an open, O_… of the kernel. */
uint64_t event_open_flags(const Event *e);
/* Is it a call that opens a file by its name? */
bool event_is_open(const Event *e);
/* Paths that something without a name in the tree has begin with one of these: i below event_anon_prefixes(). */
size_t event_anon_prefixes(void);
const char *event_anon_prefix(size_t i);
/* Path from a list of names that begins with the last one, "/" in front; bytes of `out` used. */
size_t path_from_names(Str names, char *out, size_t max);
/* `name` below `base` without ".", ".." and empty parts; links are not looked at. Bytes of `out` used. */
size_t path_join(Str base, Str name, char *out, size_t max);
