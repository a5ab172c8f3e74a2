/* SPDX-License-Identifier: Apache-2.0 */
/* Programs that install packages: which of their words are options, values, packages, versions. */
#include "check/dockerfile.h"

typedef struct PackageTool {
    const char *names;    /* of the program, separated by spaces */
    const char *installs; /* its subcommands that install */
    const char *values;   /* options whose value is the next word */
    const char *pins;     /* bytes that part package and version; NULL: versions are not looked at */
} PackageTool;

static const PackageTool tools[] = {
    {"apt-get apt aptitude", "install", "-t -o -c -a --target-release --option --config-file --host-architecture", "=/"},
    {"apk", "add", "-p -X -t --root --repository --virtual --repositories-file --keys-dir --cache-dir --arch", "=<>~@"},
    {"dnf yum microdnf tdnf", "install localinstall reinstall", "-c -x --config --enablerepo --disablerepo --repo --repoid --setopt --installroot --releasever --exclude --arch", NULL},
    {"zypper", "install in", "-r -t --repo --type --from --root -R", NULL},
    {"pacman", "-S -Sy -Syu -Syyu -Syuu", "--root -r --dbpath -b --config", NULL},
    {"pip pip3 pip2 pipx", "install",
     "-r -c -i -e -t -f -b -d --requirement --constraint --index-url --extra-index-url --editable --target --find-links --prefix --root --src --cache-dir --trusted-host --timeout --retries --proxy "
     "--platform --python-version --implementation --abi --only-binary --no-binary --progress-bar --upgrade-strategy --cert --client-cert --log",
     "=<>~@"},
    {"npm", "install i add", "--registry --prefix --loglevel --cache --userconfig --tag --omit --include --workspace -w", "@"},
    {"gem", "install i", "-v --version -i --install-dir -n --bindir -s --source -p --http-proxy --platform", ":"},
    {"go", "install", "-ldflags -tags -mod -o -gcflags", "@"},
    {"cargo", "install", "--version --vers --git --branch --tag --rev --path --root --features --target --profile", "@"},
};

/* Values of options of other programs that rules ask about. */
static const struct {
    const char *name, *values;
} others[] = {
    {"curl", "-o -H -d -X -u -A -e -F -T -b -c -C -m -w -x -E -K --output --header --data --request --user --user-agent --retry --retry-delay --max-time --connect-timeout --proxy --cacert --cert --key "
             "--data-binary --form --write-out --url --config --output-dir --proto --tlsv1.2-max --referer --cookie --resolve"},
    {"wget", "-O -o -P -U -t -T -a --output-document --directory-prefix --user-agent --header --tries --timeout --post-data --user --password"},
    {"git", "-C -c -b -o --branch --depth --git-dir --work-tree --origin"},
    {"useradd", "-u -g -G -d -s -c -r -m --uid --gid --groups --home-dir --home --shell --comment"},
    {"tar", "-f -C --file --directory --strip-components --exclude --owner --group"},
    {"unzip", "-d"},
    {"ssh", "-i -l -o -p -F -L -R -D"},
};

static const PackageTool *tool_of(Str program) {
    for (size_t i = 0; i < ARRAY_SIZE(tools); i++)
        if (str_has_word(str_from(tools[i].names), program))
            return &tools[i];
    return NULL;
}

Str command_program(const ShellCommand *c, size_t *ret_first) {
    Str program = shell_program(c);
    *ret_first = 1;
    if (str_starts(program, STR("python")))
        for (size_t i = 1; i + 1 < c->n_words && c->words[i].text.n && c->words[i].text.p[0] == '-'; i++)
            if (str_eqz(c->words[i].text, "-m")) {
                *ret_first = i + 2;
                return c->words[i + 1].text;
            }
    return program;
}

static Str values_of(Str program) {
    const PackageTool *t = tool_of(program);
    if (t)
        return str_from(t->values);
    for (size_t i = 0; i < ARRAY_SIZE(others); i++)
        if (str_eqz(program, others[i].name))
            return str_from(others[i].values);
    return STR("");
}

const ShellWord *command_operand(const ShellCommand *c, size_t *i) {
    size_t first;
    Str values = values_of(command_program(c, &first));
    *i = MAX(*i, first);
    while (*i < c->n_words) {
        const ShellWord *w = &c->words[(*i)++];
        if (w->text.n < 2 || w->text.p[0] != '-')
            return w;
        if (str_has_word(values, w->text))
            ++*i;
    }
    return NULL;
}

size_t command_subcommand(const ShellCommand *c) {
    size_t first, i = 0;
    Str program = command_program(c, &first);
    /* Its options are its subcommands. */
    if (str_eqz(program, "pacman"))
        return first < c->n_words ? first : 0;
    return command_operand(c, &i) ? i - 1 : 0;
}

bool command_installs(const ShellCommand *c) {
    size_t first, sub = command_subcommand(c), i = sub + 1;
    const PackageTool *t = tool_of(command_program(c, &first));
    return t && sub && str_has_word(str_from(t->installs), c->words[sub].text) && command_operand(c, &i);
}

/* A file, a URL, a directory: it has no version to be named. */
static bool is_place(Str s) {
    static const char *const ends[] = {".whl", ".tar.gz", ".tgz", ".zip", ".deb", ".rpm", ".apk", ".gem"};
    for (size_t i = 0; i < ARRAY_SIZE(ends); i++)
        if (str_ends(s, str_from(ends[i])))
            return true;
    return s.n == 0 || s.p[0] == '.' || s.p[0] == '/' || s.p[0] == '$' || str_find(s, STR("://")) >= 0;
}

bool command_unpinned(const ShellCommand *c, Str operand) {
    size_t first;
    const PackageTool *t = tool_of(command_program(c, &first));
    if (!t || !t->pins || is_place(operand) || shell_option(c, STR("--version"), NULL) || str_starts(operand, STR("git+")))
        return false;
    bool gem = str_eqz(str_from(t->names), "gem"), cargo = str_eqz(str_from(t->names), "cargo"), npm = str_eqz(str_from(t->names), "npm");
    if ((gem && shell_option(c, STR("-v"), NULL)) || (cargo && (shell_option(c, STR("--git"), NULL) || shell_option(c, STR("--path"), NULL))))
        return false;
    /* A scope begins with the sign that parts name and version. */
    Str s = npm && operand.p[0] == '@' ? str_from_at(operand, 1) : operand;
    for (size_t i = 0; i < s.n; i++)
        if (strchr(t->pins, s.p[i]))
            return (npm || str_eqz(str_from(t->names), "go")) && str_ends(s, STR("@latest"));
    return true;
}
