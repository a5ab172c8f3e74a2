/* SPDX-License-Identifier: Apache-2.0 */
/* Which addresses the domain names of rules (fd.sip.name = …) have. Only names that a rule compares with are looked up, by a process of its own without privileges: answers
 * of strangers are read there, and the sensor waits for none of them. */
#pragma once

#include "base/error.h"
#include "base/macro.h"
#include "policy/rules.h"

/* The names that rules of source syscall compare fd.*.name with, without duplicates; free() the array, the texts are the rules'. */
StrArray domains_wanted(Rule *const *rules, size_t n);

typedef struct Domains Domains;
Domains *domains_new(void);
void domains_free(Domains *d);
/* From now on these are asked for, again and again. The first call starts the process, also when there is nothing to ask yet: later, the sensor may have given up the rights
 * that this takes. What is known already stays until it is answered anew. */
int domains_set(Domains *d, StrArray names, Error *err);
/* Becomes readable when answers have come; -1: none will. */
int domains_fd(const Domains *d);
/* Takes in the answers that have come. True: there were some. */
bool domains_update(Domains *d);
/* All addresses that are known. */
void domains_each(const Domains *d, void (*each)(void *userdata, const IpValue *ip), void *userdata);

typedef struct DomainsState {
    size_t names, known;       /* that are asked for; that have addresses */
    uint64_t restarts;         /* times that the process ended and was begun anew */
    bool dead;                 /* nothing is looked up any more: what is known stays, and becomes old */
} DomainsState;
void domains_state(const Domains *d, DomainsState *ret);
/* The names that have this address, at most `max`; their texts are good until the next update. */
size_t domains_of(const Domains *d, const IpValue *ip, Str *ret, size_t max);

enum {
    DOMAINS_MAX = 4096,        /* names */
    DOMAIN_BYTES = 255,
    DOMAIN_ADDRESSES = 64,     /* of a name */
    DOMAINS_BYTES = 128 << 10, /* of all names */
};

/* What the process answers for a name: the name, a NUL, and this for each address. */
typedef struct DomainAddress {
    uint8_t family;            /* 4 or 6 */
    uint8_t bytes[16];
} DomainAddress;

/* Starts it; *ret: a socket of packets. What is written to it are the names, each ended by a NUL; what is read are answers, or a NUL alone when it ended and was begun anew. It ends with
 * the caller. */
int resolver_start(int *ret, Error *err);
