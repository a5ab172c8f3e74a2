/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/* What the rules need of an event, as tables that the programs in the kernel look things up in (docs/sensor.md, "Push-down"). The programs and the sensor share what is here, so
 * that both say the same of the same event.
 *
 * An event belongs to a class: its kind and what is cheap to know of it. Its class says "drop", "send", or names a set of rules (a mask, one bit a rule; bits are shared when
 * there are more rules). Then the names of the file and of the process say which rules they could matter to; the event is sent when one of these is in the class's set. */
#pragma once

#include "runtime/wire.h"

enum {
    FILTER_CLASSES = 2048,    /* of one kind */
    FILTER_HOST = 1024,       /* bit of a class: certainly no container */
    FILTER_MASKS = 256,
    FILTER_BASES = 4096,      /* hash table of names of files */
    FILTER_COMMS = 1024,      /* hash table of names of processes */
    FILTER_PROBES = 16,       /* places that are looked at in either */
    FILTER_SUFFIXES = 16,
    FILTER_SUFFIX_BYTES = 8,
    FILTER_SETS = 8192,       /* memory of directories: sets of four */
    FILTER_WAYS = 4,
    FILTER_NAME_MAX = 256,    /* a longer name is sent */
    FILTER_DEPTH = 24,        /* directories above a file; more: sent */
    FILTER_HOSTS = 1024,
    FILTER_HARMLESS = 8192,
    FILTER_PORTS = 128,       /* ranges of ports that rules tell apart */
    FILTER_ADDRESSES = 32,    /* the same of IPv4 addresses; the last one is all of IPv6 */
    FILTER_DOMAINS = 1024,    /* words of the table of addresses that have names */
};

/* Row of FilterTables.row: nothing can fire; anything may; else the number of a mask. */
enum { FILTER_DROP = 0, FILTER_SEND = 255 };

/* The set of all rules: whatever its names are. */
#define FILTER_ALL (~0ull)

/* What an event's class is made of. */
enum FilterShape {
    FILTER_PLAIN,  /* the result */
    FILTER_OPEN,   /* a file is opened: success, flags */
    FILTER_FD,     /* the result, and what the descriptor is */
    FILTER_NUMBER, /* the result, and a small number among the arguments */
};

/* The result: 0, 1, 2, other successes, EINPROGRESS, other failures. */
enum { FILTER_RESULT_MORE = 3, FILTER_RESULT_PROGRESS, FILTER_RESULT_FAILED, FILTER_RESULTS };
enum { FILTER_RESULT_BITS = 3 };

/* FILTER_OPEN: bit 0 failed, 1 and 2 O_ACCMODE, then these. */
enum { FILTER_OPEN_FAILED = 1, FILTER_OPEN_ACCESS = 1, FILTER_OPEN_CREATE = 1 << 3, FILTER_OPEN_PROGRAM = 1 << 4, FILTER_OPEN_DIRECTORY = 1 << 5, FILTER_OPEN_TRUNCATE = 1 << 6 };

/* FILTER_FD, above the result: what it is, its protocol, and two facts. */
enum FilterType { FILTER_TYPE_UNKNOWN, FILTER_TYPE_FILE, FILTER_TYPE_IPV4, FILTER_TYPE_IPV6, FILTER_TYPE_UNIX, FILTER_TYPE_SOCKET, FILTER_TYPES };
enum FilterProtocol { FILTER_OTHER, FILTER_TCP, FILTER_UDP, FILTER_PROTOCOLS };
enum { FILTER_TYPE_SHIFT = 3, FILTER_PROTOCOL_SHIFT = 6, FILTER_CONNECTED = 1 << 8, FILTER_NAMED = 1 << 9 };

/* FILTER_NUMBER, above the result: numbers from this one on count as one. */
enum { FILTER_NUMBER_OTHER = 63, FILTER_NUMBER_SHIFT = 3 };

typedef struct FilterName {
    __u64 hash;    /* 0: empty */
    __u64 bits;
} FilterName;

/* The last bytes of a name; the value is in the highest ones. */
typedef struct FilterSuffix {
    __u64 value, mask, bits;
    __u64 bytes;
} FilterSuffix;

/* What is known of a directory: rules to which any file in it could matter, and rules to which one does if its own name is among those that they name. */
typedef struct FilterDirectory {
    __u64 key;     /* 0: empty */
    __u64 any, named;
} FilterDirectory;

/* Which end of its connection the process is, for calls that tell: rules are then asked by both ends as well. */
enum FilterEnds { FILTER_ENDS_NONE, FILTER_ENDS_CLIENT, FILTER_ENDS_SERVER };

/* Rules that may hold for a connection, by the server's port and by both addresses. */
typedef struct FilterEndTables {
    __u64 port_from[FILTER_PORTS];       /* first port of each range, from 0 up; the highest number where there are no more */
    __u64 port_bits[FILTER_PORTS];
    __u64 address_from[FILTER_ADDRESSES];
    __u64 pair_bits[FILTER_ADDRESSES * FILTER_ADDRESSES]; /* [range of the server's address * FILTER_ADDRESSES + the client's] */
} FilterEndTables;

/* Rules that may hold in a class if the event has one of their names, and those that may whatever its names are: of connections. Of other events such a rule means FILTER_SEND. */
typedef struct FilterWanted {
    __u64 named, free;
} FilterWanted;

/* Never changed while programs look at them, but for being switched off first. */
typedef struct FilterTables {
    /* What is looked at for each event comes first, so that it shares pages. */
    __u64 seed;    /* of the keys of directories; other tables have another one, so that what was remembered under these is not found any more */
    __u64 comm_bits, suffix_bits; /* all that are in `comms`, in `suffix` */
    __u64 exact_bits; /* rules that look for whole names of files */
    __u64 suffix_ends[4]; /* by the last byte of a name: does one of `suffix` end with it? */
    __u8 ends[WIRE_KINDS];     /* enum FilterEnds */
    __u8 shape[WIRE_KINDS];
    __u8 argument[WIRE_KINDS]; /* FILTER_NUMBER: which; FILTER_OPEN: 1 for creat(), whose flags are given */
    FilterWanted wanted[FILTER_MASKS];
    __u8 row[WIRE_KINDS * FILTER_CLASSES];
    __u8 bloom[FILTER_BASES];  /* is the name in `bases` at all? */
    __u64 n_suffixes;
    FilterSuffix suffix[FILTER_SUFFIXES];
    FilterName comms[FILTER_COMMS];
    FilterName bases[FILTER_BASES];
    FilterEndTables end;
} FilterTables;

static inline __u64 filter_mix(__u64 h, __u64 word) {
    h = (h ^ word) * 0x9fb21c651e98df25ull;
    return h ^ h >> 32;
}

/* Different starts, so that a name, a directory by its names and one by its text are never taken for each other. */
enum { FILTER_START_PATH = 1, FILTER_START_TEXT = 2, FILTER_START_BASE = 3, FILTER_START_COMM = 4, FILTER_START_FILE = 5 };
static inline __u64 filter_start(__u64 seed, __u64 what) {
    return filter_mix(seed, what);
}

/* The first `bytes` (below 8) of a word; the others are 0. */
static inline __u64 filter_head(__u64 word, __u32 bytes) {
    return word & ((1ull << 8 * bytes) - 1);
}

/* The last word of a name among others: what is left of it, and a mark behind, so that names of directories do not run into each other. */
static inline __u64 filter_last(__u64 word, __u32 n) {
    return filter_head(word, n & 7) | (__u64) '/' << 8 * (n & 7);
}

/* The bytes of a word that are c, each as 0x80. */
static inline __u64 filter_bytes(__u64 word, __u8 c) {
    const __u64 low = 0x7f7f7f7f7f7f7f7full;
    word ^= c * 0x0101010101010101ull;
    return ~(((word & low) + low) | word | low);
}

/* A word of a text without what stands behind its NUL. */
static inline __u64 filter_until_zero(__u64 word) {
    __u64 zero = filter_bytes(word, 0);
    zero &= -zero;
    return zero ? word & ((zero >> 7) - 1) : word;
}

/* A key or hash is never 0, which means "empty". */
static inline __u64 filter_end(__u64 h) {
    return h ? h : 1;
}

/* A file as it is now, for who sees those mounts: making a link and renaming change the time. */
static inline __u64 filter_file_key(__u64 seed, __u32 device, __u64 inode, __u64 changed, __u32 mnt_ns) {
    __u64 h = filter_mix(filter_mix(filter_start(seed, FILTER_START_FILE), inode), changed);
    return filter_end(filter_mix(h, (__u64) mnt_ns << 32 | device));
}

/* May a name end with one of the suffixes? `last`: its last eight bytes. */
static inline int filter_may_end(const FilterTables *t, __u64 last) {
    return t->suffix_ends[last >> 62] >> (last >> 56 & 63) & 1;
}

static inline __u32 filter_result(__s64 result) {
    if (result >= 0)
        return result < FILTER_RESULT_MORE ? (__u32) result : FILTER_RESULT_MORE;
    return result == -115 ? FILTER_RESULT_PROGRESS : FILTER_RESULT_FAILED; /* EINPROGRESS */
}

/* Flags and mode as open() takes them. */
static inline __u32 filter_open_class(__s64 result, __u64 flags, __u64 mode) {
    const __u64 create = 0100, truncate = 01000, directory = 0200000, temporary = 020200000;
    __u32 c = (result < 0 ? FILTER_OPEN_FAILED : 0) | (__u32) (flags & 3) << FILTER_OPEN_ACCESS;
    if (flags & create || (flags & temporary) == temporary) {
        c |= FILTER_OPEN_CREATE;
        c |= mode & 0111 ? FILTER_OPEN_PROGRAM : 0;
    }
    return c | (flags & directory ? FILTER_OPEN_DIRECTORY : 0) | (flags & truncate ? FILTER_OPEN_TRUNCATE : 0);
}

/* What creat() opens with. */
enum { FILTER_CREAT_FLAGS = 01101 };

static inline __u32 filter_fd_class(__s64 result, __u32 type, __u32 protocol, __u32 facts) {
    return filter_result(result) | type << FILTER_TYPE_SHIFT | protocol << FILTER_PROTOCOL_SHIFT | facts;
}

static inline __u32 filter_type(__u32 family) {
    return family == 2 ? FILTER_TYPE_IPV4 : family == 10 ? FILTER_TYPE_IPV6 : family == 1 ? FILTER_TYPE_UNIX : FILTER_TYPE_SOCKET;
}

static inline __u32 filter_protocol(__u32 protocol) {
    return protocol == 6 ? FILTER_TCP : protocol == 17 ? FILTER_UDP : FILTER_OTHER;
}

static inline __u32 filter_number_class(__s64 result, __u64 number) {
    return filter_result(result) | (__u32) (number < FILTER_NUMBER_OTHER ? number : FILTER_NUMBER_OTHER) << FILTER_NUMBER_SHIFT;
}

/* An address as IPv6 has it, in two words; of IPv4 the one that is mapped. */
static inline __u64 filter_mapped(__u32 address) {
    return (__u64) address << 32 | 0xffff0000;
}

static inline __u32 filter_range(const __u64 *from, __u32 n, __u64 value) {
    __u32 at = 0;
    for (__u32 step = n / 2; step; step /= 2)
        if (from[(at + step) & (n - 1)] <= value)
            at += step;
    return at;
}

static inline __u32 filter_address_range(const FilterEndTables *t, __u64 high, __u64 low) {
    if (high || (__u32) low != 0xffff0000)
        return FILTER_ADDRESSES - 1;
    return filter_range(t->address_from, FILTER_ADDRESSES, __builtin_bswap32((__u32) (low >> 32)));
}

/* Where an address has its bit in the table of those that have names: more of them may share it. */
static inline __u32 filter_domain_bit(__u64 high, __u64 low) {
    return filter_mix(filter_mix(0, high), low) % (64 * FILTER_DOMAINS);
}
