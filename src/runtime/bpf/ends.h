/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which rules could a connection matter to, by the server's port and both addresses? */
#pragma once

#include "runtime/bpf/lookup.h"

/* Addresses that have a name which a rule compares with. */
__u64 domain_addresses[FILTER_DOMAINS];

/* The range of an address; FILTER_ADDRESSES: it has a name. Global, as what follows: the kernel verifies them once. */
__attribute__((noinline)) u32 find_address(u32 active, u64 high, u64 low) {
    u32 bit = filter_domain_bit(high, low);
    if (domain_addresses[(bit / 64) & (FILTER_DOMAINS - 1)] >> (bit & 63) & 1)
        return FILTER_ADDRESSES;
    return filter_address_range(&filter_tables(active)->end, high, low);
}

__attribute__((noinline)) u64 find_port(u32 active, u32 port) {
    const FilterEndTables *t = &filter_tables(active)->end;
    return t->port_bits[filter_range(t->port_from, FILTER_PORTS, port) & (FILTER_PORTS - 1)];
}

static __always_inline u32 find_ipv6(u32 active, u64 at) {
    return find_address(active, load(at), load(at + 8));
}

/* Of a socket of IPv4 or IPv6; FILTER_ALL: it has no other end, or what it is connected to may be known by a name. */
__attribute__((noinline)) u64 find_ends(struct question *q, u32 ends) {
    NEEDS_CAST(FILTER_ALL);
    if (!q)
        return FILTER_ALL;
    u64 socket = q->socket;
    struct sock *sk = AS(struct sock, socket);
    u32 active = q->active;
    u32 port = sk->__sk_common.skc_dport, local, remote;
    if (!port)
        return FILTER_ALL;
    if (sk->__sk_common.skc_family == FAMILY_INET) {
        local = find_address(active, 0, filter_mapped(sk->__sk_common.skc_rcv_saddr));
        remote = find_address(active, 0, filter_mapped(sk->__sk_common.skc_daddr));
    } else {
        local = find_ipv6(active, socket + bpf_core_field_offset(struct sock, __sk_common.skc_v6_rcv_saddr));
        remote = find_ipv6(active, socket + bpf_core_field_offset(struct sock, __sk_common.skc_v6_daddr));
    }
    if (local >= FILTER_ADDRESSES || remote >= FILTER_ADDRESSES)
        return FILTER_ALL;
    bool server = ends == FILTER_ENDS_SERVER;
    port = server ? sk->__sk_common.skc_num : __builtin_bswap16(port);
    u32 pair = server ? local * FILTER_ADDRESSES + remote : remote * FILTER_ADDRESSES + local;
    return filter_tables(active)->end.pair_bits[pair & (FILTER_ADDRESSES * FILTER_ADDRESSES - 1)] & find_port(active, port);
}
