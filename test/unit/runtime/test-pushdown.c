/* SPDX-License-Identifier: Apache-2.0 */
/* The push-down: what the kernel decides never keeps an event from a rule that fires on it. */
#include "pushdown-rules.h"

#include <fcntl.h>
#include <stdio.h>

#include "tap.h"

enum { RULES = 10000, RULES_AT_ONCE = 4, EVENTS_AT_ONCE = 70 };

typedef struct Loaded {
    RuleSet *set;
    Rule *const *rules;
    size_t n;
    PushDown *down;
    Buf text;
} Loaded;

/* Rules with these conditions, one a line. */
static bool load(Loaded *l, Str conditions) {
    RuleSetOptions o = {0};
    _cleanup_(diag_done) Diag d = {0};
    Str line;
    l->text = buf_new(1 << 20);
    for (int i = 0; str_line(&conditions, &line); i++)
        buf_printf(&l->text, "- rule: r%d\n  desc: d\n  condition: >\n    %.*s\n  output: o\n  priority: INFO\n", i, STR_FMT(line));
    l->set = rule_set_new(&o);
    if (rule_set_add(l->set, buf_view(&l->text), "r.yaml", &d) < 0 || rule_set_finish(l->set, &d) < 0) {
        printf("# %s\n# %s\n", d.items.n ? d.items.p[0].message : "", buf_view(&l->text).p);
        return false;
    }
    l->rules = rule_set_rules(l->set, &l->n);
    l->down = push_down_new(l->rules, l->n, 42);
    return true;
}

static void unload(Loaded *l) {
    push_down_free(l->down);
    rule_set_free(l->set);
    buf_done(&l->text);
}

/* As the sensor evaluates it: by both names of a file. */
static bool fires(const Rule *r, Event *e, Evaluator *v) {
    Subject s = {.source = source_by_name(STR("syscall")), .ops = &event_ops, .object = e};
    if (program_evaluate(r->program, &s, v))
        return true;
    Str other = event_other_name(e), own = e->description;
    if (!other.p)
        return false;
    e->description = other;
    bool holds = program_evaluate(r->program, &s, v) != 0;
    e->description = own;
    return holds;
}

typedef struct Outcome {
    size_t fired, sent, dropped, wrong;
} Outcome;

/* Random rules on recorded events. `spoil` makes the push-down worse than it is: the first event that is dropped wrongly will do then. */
static Outcome differ(size_t rules, bool report, void (*spoil)(PushDown *p)) {
    static Event e;
    Outcome o = {0};
    Records records;
    Tables tables;
    records_load(&records);
    tables_init(&tables);
    _cleanup_(evaluator_freep) Evaluator *v = evaluator_new();
    uint64_t state = 1;
    for (size_t done = 0; records.n && done < rules && !(spoil && o.wrong); done += RULES_AT_ONCE) {
        _cleanup_(buf_done) Buf text = buf_new(1 << 16);
        size_t targets[RULES_AT_ONCE];
        for (size_t i = 0; i < RULES_AT_ONCE; i++) {
            targets[i] = random_below(&state, records.n);
            record_event(&records.p[targets[i]], &tables, &e);
            rule_random(&state, &e, &text);
            buf_putc(&text, '\n');
        }
        Loaded l;
        if (!load(&l, buf_view(&text))) {
            o.wrong++;
            unload(&l);
            break;
        }
        if (spoil)
            spoil(l.down);
        for (size_t i = 0; i < EVENTS_AT_ONCE; i++) {
            record_event(&records.p[i < RULES_AT_ONCE ? targets[i] : random_below(&state, records.n)], &tables, &e);
            bool perhaps = push_down_sends(l.down, &e, false), host = push_down_sends(l.down, &e, true), fired = false;
            o.sent += host;
            o.dropped += !host;
            if (perhaps && host)
                continue;
            for (size_t r = 0; r < l.n; r++)
                if (fires(l.rules[r], &e, v)) {
                    fired = true;
                    if (report && o.wrong < 10)
                        printf("# dropped: %s\n# %s %.*s %.*s\n", buf_view(&text).p, e.kind->name, STR_FMT(e.name), STR_FMT(e.path));
                }
            o.wrong += fired;
        }
        for (size_t i = 0; i < RULES_AT_ONCE; i++) {
            record_event(&records.p[targets[i]], &tables, &e);
            for (size_t r = 0; r < l.n; r++)
                o.fired += fires(l.rules[r], &e, v);
        }
        unload(&l);
    }
    free(records.p);
    tables_done(&tables);
    return o;
}

TEST(no_event_is_dropped_on_which_one_of_10000_random_rules_fires) {
    Outcome o = differ(RULES, true, NULL);
    printf("# %zu sent, %zu dropped; rules fired %zu times on the events that they were made for\n", o.sent, o.dropped, o.fired);
    CHECK_INT((long long) o.wrong, 0);
    CHECK(o.fired > RULES / 4);
    CHECK(3 * o.dropped > o.sent);
}

/* Each of these is a mistake that a push-down could have; the test above must see it. */
static void forget_names(PushDown *p) {
    memset(p->tables.bases, 0, sizeof(p->tables.bases));
}
static void forget_suffixes(PushDown *p) {
    p->tables.n_suffixes = 0;
}
static void forget_processes(PushDown *p) {
    memset(p->tables.comms, 0, sizeof(p->tables.comms));
}
static void forget_prefixes(PushDown *p) {
    for (size_t i = 0; i < p->atoms.n; i++)
        if (p->atoms.p[i].op == OP_STARTSWITH)
            p->atoms.p[i].bits = 0;
}
static void exchange_success_and_failure(PushDown *p) {
    for (size_t i = 0; i < sizeof(p->tables.row); i += 2)
        if (p->tables.shape[i / FILTER_CLASSES] == FILTER_OPEN) {
            uint8_t row = p->tables.row[i];
            p->tables.row[i] = p->tables.row[i + 1];
            p->tables.row[i + 1] = row;
        }
}
static void take_reading_for_writing(PushDown *p) {
    for (size_t i = 0; i < sizeof(p->tables.row); i++)
        if (p->tables.shape[i / FILTER_CLASSES] == FILTER_OPEN && (i >> FILTER_OPEN_ACCESS & 3) == O_RDONLY)
            p->tables.row[i] = p->tables.row[i | O_WRONLY << FILTER_OPEN_ACCESS];
}
static void take_all_for_files(PushDown *p) {
    for (size_t i = 0; i < sizeof(p->tables.row); i++)
        if (p->tables.shape[i / FILTER_CLASSES] == FILTER_FD)
            p->tables.row[i] = p->tables.row[(i & ~(size_t) (7 << FILTER_TYPE_SHIFT)) | FILTER_TYPE_FILE << FILTER_TYPE_SHIFT];
}

static void forget_ports(PushDown *p) {
    for (size_t i = 0; i < FILTER_PORTS / 2; i++)
        p->tables.end.port_bits[i] = p->tables.end.port_bits[0];
}
static void exchange_ends(PushDown *p) {
    for (size_t i = 0; i < WIRE_KINDS; i++)
        p->tables.ends[i] = p->tables.ends[i] ? FILTER_ENDS_CLIENT + FILTER_ENDS_SERVER - p->tables.ends[i] : FILTER_ENDS_NONE;
}
static void exchange_addresses(PushDown *p) {
    FilterEndTables *t = &p->tables.end;
    for (size_t a = 0; a < FILTER_ADDRESSES; a++)
        for (size_t b = 0; b < a; b++) {
            uint64_t bits = t->pair_bits[a * FILTER_ADDRESSES + b];
            t->pair_bits[a * FILTER_ADDRESSES + b] = t->pair_bits[b * FILTER_ADDRESSES + a];
            t->pair_bits[b * FILTER_ADDRESSES + a] = bits;
        }
}
static void take_ipv6_for_ipv4(PushDown *p) {
    FilterEndTables *t = &p->tables.end;
    for (size_t i = 0; i < FILTER_ADDRESSES; i++)
        t->pair_bits[(FILTER_ADDRESSES - 1) * FILTER_ADDRESSES + i] = t->pair_bits[i];
}

TEST(a_push_down_that_is_wrong_is_found_out) {
    static const struct {
        const char *name;
        void (*spoil)(PushDown *p);
    } mistakes[] = {
        {"names of files", forget_names}, {"ends of names", forget_suffixes}, {"names of processes", forget_processes}, {"prefixes", forget_prefixes},
        {"success and failure", exchange_success_and_failure}, {"flags", take_reading_for_writing}, {"types of descriptors", take_all_for_files},
        {"ports", forget_ports}, {"which end", exchange_ends}, {"addresses", exchange_addresses}, {"IPv6", take_ipv6_for_ipv4},
    };
    for (size_t i = 0; i < ARRAY_SIZE(mistakes); i++) {
        Outcome o = differ(RULES, false, mistakes[i].spoil);
        printf("# %s: noticed after %zu events\n", mistakes[i].name, o.sent + o.dropped);
        CHECK(o.wrong > 0);
    }
}

/* One rule and one open. */
static bool sends(const char *condition, const char *name, const char *path, unsigned flags, int result) {
    static Event e;
    static Record r;
    Loaded l;
    Tables t;
    tables_init(&t);
    _cleanup_free_ char *line = xasprintf("openat\t0 %d -100 1 %u 0 0 0\tcat\t%d %d 33188 0 0 0 0 0 0 0 0 0\t0\t/home/u\t-\t%s\t-\t%s", result, flags, result < 0 ? -1 : result,
                                          result < 0 ? WIRE_FILE_NONE : WIRE_FILE_PATH, name, path);
    bool ok = load(&l, str_from(condition));
    record_read(str_from(line), &r);
    record_event(&r, &t, &e);
    bool sent = ok && push_down_sends(l.down, &e, true);
    unload(&l);
    tables_done(&t);
    return sent;
}

TEST(what_a_condition_implies_decides) {
    const char *shadow = "evt.type = openat and evt.is_open_read = true and fd.num >= 0 and fd.name = /etc/shadow and not proc.name = sshd";
    CHECK(sends(shadow, "/etc/shadow", "/etc/shadow", O_RDONLY, 3));
    CHECK(!sends(shadow, "/etc/shadow", "/etc/shadow", O_WRONLY, 3));
    CHECK(!sends(shadow, "/etc/shadow", "-", O_RDONLY, -2));
    CHECK(!sends(shadow, "/etc/passwd", "/etc/passwd", O_RDONLY, 3));
    CHECK(!sends(shadow, "/var/shadow", "/var/shadow", O_RDONLY, 3));
    CHECK(!sends("evt.type = connect", "/etc/shadow", "/etc/shadow", O_RDONLY, 3));
    CHECK(!sends("evt.type = openat and container.id != host", "/etc/shadow", "/etc/shadow", O_RDONLY, 3));
    CHECK(!sends("evt.type = openat and proc.name = sshd", "/etc/shadow", "/etc/shadow", O_RDONLY, 3));
    CHECK(sends("evt.type = openat and proc.name = cat", "/etc/shadow", "/etc/shadow", O_RDONLY, 3));
    CHECK(!sends("evt.type = openat and evt.arg.flags contains O_TRUNC", "/a", "/a", O_WRONLY, 3));
    CHECK(sends("evt.type = openat and evt.arg.flags contains O_TRUNC", "/a", "/a", O_WRONLY | O_TRUNC, 3));
}

TEST(both_names_of_a_file_count) {
    const char *rule = "evt.type = openat and fd.name startswith /etc/ssh/";
    CHECK(sends(rule, "/tmp/link", "/etc/ssh/key", O_RDONLY, 3));         /* a link to it */
    CHECK(sends(rule, "/etc/ssh/key", "/data/key", O_RDONLY, 3));         /* what Falco goes by */
    CHECK(sends(rule, "../../etc/ssh/key", "/data/key", O_RDONLY, 3));    /* relative to the working directory */
    CHECK(sends(rule, "/etc/./x/..//ssh/key", "-", O_RDONLY, -13));
    CHECK(!sends(rule, "ssh/key", "/home/u/ssh/key", O_RDONLY, 3));
    CHECK(!sends(rule, "/etc/sshd/key", "/etc/sshd/key", O_RDONLY, 3));
    CHECK(sends(rule, "/home/u/..", "/home", O_RDONLY, 3));               /* names without a last part are not looked into */
    CHECK(sends("evt.type = openat and fd.nameraw contains ../", "../x", "/home/x", O_RDONLY, 3));
    CHECK(!sends("evt.type = openat and fd.nameraw contains ../", "x", "/home/u/x", O_RDONLY, 3));
}

TEST(what_is_not_understood_is_sent) {
    CHECK(sends("evt.type = openat and not fd.name = /etc/shadow", "/a", "/a", O_RDONLY, 3));
    CHECK(sends("evt.type = openat and fd.name != /etc/shadow", "/a", "/a", O_RDONLY, 3));
    CHECK(sends("evt.type = openat and (fd.name = /etc/shadow or proc.pname = x)", "/a", "/a", O_RDONLY, 3));
    CHECK(sends("evt.type = openat and tolower(fd.name) = /etc/shadow", "/a", "/a", O_RDONLY, 3));
    CHECK(sends("evt.type = openat and fd.name regex '/et.*'", "/a", "/a", O_RDONLY, 3));
    CHECK(sends("not evt.type = connect", "/a", "/a", O_RDONLY, 3));
}

TEST(a_directory_is_remembered_once) {
    static Event e;
    static Record r;
    static FilterDirectory memory[FILTER_SETS * FILTER_WAYS];
    Loaded l;
    Tables t;
    tables_init(&t);
    CHECK(load(&l, STR("evt.type = openat and (fd.name startswith /etc/ or fd.filename = id_rsa)")));
    record_read(STR("openat\t0 3 -100 1 0 0 0 0\tcat\t3 1 33188 0 0 0 0 0 0 0 0 0\t0\t/home/u\t-\tx/f\t-\t/etc/f"), &r);
    record_event(&r, &t, &e);
    for (int i = 0; i < 3; i++)
        push_down_learn(l.down, &e, memory);
    size_t n = 0, any = 0, named = 0;
    for (size_t i = 0; i < ARRAY_SIZE(memory); i++) {
        n += memory[i].key != 0;
        any += memory[i].any != 0;
        named += memory[i].named != 0;
    }
    CHECK_INT((long long) n, 2);
    CHECK_INT((long long) any, 1);
    CHECK_INT((long long) named, 2);
    unload(&l);
    tables_done(&t);
}

/* A storm goes through some thousand directories again and again: those that push each other out are sent each time. */
TEST(thousands_of_directories_are_remembered) {
    enum { DIRECTORIES = 3000 };
    static Event e;
    static Record r;
    static FilterDirectory memory[FILTER_SETS * FILTER_WAYS];
    Loaded l;
    Tables t;
    tables_init(&t);
    CHECK(load(&l, STR("evt.type = openat and fd.name startswith /etc/")));
    for (int i = 0; i < DIRECTORIES; i++) {
        char line[256];
        snprintf(line, sizeof(line), "openat\t0 3 -100 1 0 0 0 0\tcat\t3 1 33188 0 0 0 0 0 0 0 0 0\t0\t/home/u\t-\t/srv/data-%d/f\t-\t/srv/data-%d/f", i, i);
        record_read(str_from(line), &r);
        record_event(&r, &t, &e);
        push_down_learn(l.down, &e, memory);
    }
    size_t n = 0;
    for (size_t i = 0; i < ARRAY_SIZE(memory); i++)
        n += memory[i].key != 0;
    CHECK(n > 2 * DIRECTORIES * 99 / 100); /* each by its path and by its text */
    unload(&l);
    tables_done(&t);
}

TEST(names_find_room_under_every_seed) {
    _cleanup_(buf_done) Buf text = buf_new(1 << 20);
    Loaded l;
    buf_putz(&text, "evt.type = openat and container.id != host and proc.name in (p0");
    for (int i = 1; i < 500; i++)
        buf_printf(&text, ", p%d", i);
    buf_putz(&text, ")\n");
    CHECK(load(&l, buf_view(&text)));
    for (uint64_t seed = 0; seed < 200; seed++) {
        PushDown *p = push_down_new(l.rules, l.n, seed * 0x9e3779b97f4a7c15);
        CHECK(!memchr(push_down_tables(p)->row, FILTER_SEND, sizeof(push_down_tables(p)->row)));
        push_down_free(p);
    }
    unload(&l);
}

TEST(the_environment_is_asked_for_where_it_is_used) {
    Loaded l;
    CHECK(load(&l, STR("evt.type = execve and proc.name = a")));
    CHECK(!push_down_env(l.down));
    unload(&l);
    CHECK(load(&l, STR("evt.type = execve and proc.env icontains http_proxy")));
    CHECK(push_down_env(l.down));
    unload(&l);
}

TEST_MAIN()
