#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Does what falco-acts.yaml says under one sensor, and compares each alert with what Falco's rules say it must be. TAP on standard output.

falco.py run PLIMSOLL PROP RULES_DIR TMP [--strict-falco]    the test, in one of the two modes of names
falco.py table RULES_DIR FILE                                docs/sensor-rules.md

The expected alerts come from the rule files alone: which fields, in which order and how the text reads is taken from `output:`, priority and tags from the rule. Values are
what the act is known to be (program, arguments, parents) and what its row says; nothing comes from the sensor.
"""
import json, os, re, shlex, subprocess, sys, time, collections, pty
import yaml

HERE = os.path.dirname(os.path.abspath(__file__))
FILES = ['falco_rules.yaml', 'falco-incubating_rules.yaml', 'falco-sandbox_rules.yaml']
APPENDED = ['container.id', 'container.name', 'container.image.repository', 'container.image.tag', 'k8s.pod.name', 'k8s.ns.name']
STAND_INS = ['prop', 'nginx', 'serf', 'sshd', 'nc', 'redis-server', 'vsftpd']
REAL = ['cat', 'dash', 'find', 'dd', 'shred', 'ln', 'id']
SEPARATOR = '\x1f'


class Rules:
    def __init__(self, directory):
        self.rule, self.file = {}, {}
        for name in FILES:
            with open(os.path.join(directory, name)) as f:
                for item in yaml.safe_load(f):
                    if 'rule' in item:
                        self.rule[item['rule']] = item
                        self.file[item['rule']] = name

    def fields(self, name):
        return re.findall(r'%([a-z0-9_.]+(?:\[[^]]*\])?)', self.rule[name]['output'])


def load_acts():
    with open(os.path.join(HERE, 'falco-acts.yaml')) as f:
        acts = yaml.safe_load(f)
    for act in acts:
        act.setdefault('in', 'plain')
        act.setdefault('fires', {})
        act['words'] = shlex.split(act['act'])
    return acts


# Processes --------------------------------------------------------------------------------------

def split_chain(words):
    """["nginx", "--", "sh", "-c", "x"] is nginx, which runs sh: the words of each process, the outermost first."""
    chain, at = [], 0
    while '--' in words[at:]:
        nxt = words.index('--', at) + 1
        chain.append(words[at:])
        at = nxt
    return chain + [words[at:]]


def comm_of(pid):
    with open(f'/proc/{pid}/comm') as f:
        return f.read().rstrip('\n')


def parent_of(pid):
    with open(f'/proc/{pid}/stat') as f:
        return int(f.read().rsplit(')', 1)[1].split()[1])


def own_ancestors():
    """This process and those above it: name, arguments, program."""
    out, pid = [], os.getpid()
    while pid:
        with open(f'/proc/{pid}/cmdline', 'rb') as f:
            args = f.read().rstrip(b'\0').split(b'\0')
        try:
            exe = os.readlink(f'/proc/{pid}/exe')
        except OSError:
            exe = ''
        out.append((comm_of(pid), [a.decode() for a in args], exe))
        pid = parent_of(pid)
    return out


def line_of(comm, words):
    return ' '.join([comm] + words[1:])


# A test bed -------------------------------------------------------------------------------------

class Bed:
    def __init__(self, plimsoll, prop, rules_dir, tmp, strict):
        self.plimsoll, self.prop, self.rules_dir, self.tmp, self.strict = plimsoll, prop, rules_dir, tmp, strict
        self.rules = Rules(rules_dir)
        self.root = os.path.join(tmp, 'root')
        self.host_bin = os.path.join(tmp, 'bin')
        self.undo = []
        self.up = own_ancestors()

    def make_root(self):
        for d in ('bin', 'etc', 'proc', 'dev', 'sys', 'tmp', 'root', 'lib', 'lib64', 'usr/bin', 'var/log', 'home/web/.ssh'):
            os.makedirs(os.path.join(self.root, d), exist_ok=True)
        for name in REAL:
            path = os.path.realpath(subprocess.check_output(['sh', '-c', f'command -v {name}'], text=True).strip())
            subprocess.check_call(['cp', path, f'{self.root}/bin/{name}'])
            for lib in re.findall(r'/\S+', subprocess.run(['ldd', path], capture_output=True, text=True).stdout):
                os.makedirs(self.root + os.path.dirname(lib), exist_ok=True)
                subprocess.check_call(['cp', '-L', lib, self.root + lib])
        os.symlink('dash', f'{self.root}/bin/sh')
        os.makedirs(self.host_bin)
        for where in (f'{self.root}/bin', self.host_bin):
            subprocess.check_call(['cp', self.prop, f'{where}/prop'])
            for name in STAND_INS[1:]:
                os.link(f'{where}/prop', f'{where}/{name}')
        self.file('/etc/passwd', 'root:x:0:0:root:/root:/bin/sh\nwww-data:x:33:33::/:/bin/sh\nweb:x:1000:1000::/home/web:/bin/sh\n')
        self.file('/etc/group', 'root:x:0:\nwww-data:x:33:\nweb:x:1000:\n')
        for path in ('/etc/shadow', '/etc/shadow-', '/etc/pam.conf', '/etc/hosts', '/var/log/syslog'):
            self.file(path, 'x\n')

    def file(self, path, text):
        with open(self.root + path, 'w') as f:
            f.write(text)

    def make_override(self):
        """Rules that the files switch off are switched on, the way a user does it: a file of one's own behind them."""
        path = os.path.join(self.tmp, 'override.yaml')
        with open(path, 'w') as f:
            yaml.safe_dump([{'rule': name, 'enabled': True, 'override': {'enabled': 'replace'}} for name, rule in self.rules.rule.items() if rule.get('enabled') is False], f)
        return path

    def start_sensor(self):
        self.alerts, self.messages = os.path.join(self.tmp, 'alerts'), os.path.join(self.tmp, 'messages')
        args = [self.plimsoll, 'sensor', '--format', 'json']
        for name in FILES:
            args += ['--rules', os.path.join(self.rules_dir, name)]
        args += ['--rules', self.make_override()] + (['--strict-falco'] if self.strict else [])
        self.sensor = subprocess.Popen(args, stdout=open(self.alerts, 'w'), stderr=open(self.messages, 'w'), stdin=subprocess.DEVNULL)
        self.undo.append(lambda: self.sensor.poll() is None and self.sensor.kill())
        for _ in range(300):
            if 'armed' in open(self.messages).read().split('\n'):
                return
            if self.sensor.poll() is not None:
                break
            time.sleep(0.1)
        raise SystemExit('Bail out! the sensor is not armed: ' + open(self.messages).read())

    def stop_sensor(self):
        """Stopped when nothing more arrives."""
        size = -1
        while size != os.path.getsize(self.alerts):
            size = os.path.getsize(self.alerts)
            time.sleep(0.3)
        self.sensor.terminate()
        self.sensor.wait()
        with open(self.alerts) as f:
            return [json.loads(line, object_pairs_hook=collections.OrderedDict) for line in f]

    # Containers

    KINDS = {
        'plain': {},
    }

    def container_id(self, kind):
        return f'{kind}-{os.getpid()}-of-plimsoll'

    def bundle(self, kind):
        directory = os.path.join(self.tmp, 'bundle', kind)
        merged = os.path.join(directory, 'rootfs')
        for d in ('upper', 'work', 'rootfs'):
            os.makedirs(os.path.join(directory, d))
        subprocess.check_call(['mount', '-t', 'overlay', 'overlay', '-o', f'lowerdir={self.root},upperdir={directory}/upper,workdir={directory}/work', merged])
        self.undo.append(lambda: subprocess.call(['umount', '-l', merged]))
        subprocess.check_call(['runc', 'spec'], cwd=directory)
        with open(directory + '/config.json') as f:
            config = json.load(f)
        config['process'].pop('rlimits', None)
        config['process']['terminal'] = False
        config['root'] = {'path': merged, 'readonly': False}
        config['process']['args'] = ['/bin/prop', 'init', '/tmp/acts']
        for namespace in config['linux']['namespaces']:
            if namespace['type'] == 'network':
                namespace['path'] = self.net
        with open(directory + '/config.json', 'w') as f:
            json.dump(config, f)
        return directory

    def make_net(self):
        self.net = os.path.join(self.tmp, 'net')
        subprocess.check_call([self.prop, 'net', self.net])
        self.undo.append(lambda: subprocess.call(['umount', '-l', self.net]))

    def run_container(self, kind, acts, directory):
        with open(f'{directory}/rootfs/tmp/acts', 'w') as f:
            # Those in the background first, since they take their time.
            for act in sorted(acts, key=lambda a: not a.get('apart')):
                f.write(('&' if act.get('apart') else '') + SEPARATOR.join(act['words']) + SEPARATOR + '\n')
        return subprocess.Popen(['runc', '--root', f'{self.tmp}/runc', 'run', '--bundle', directory, self.container_id(kind)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                stderr=open(f'{self.tmp}/errors', 'a'))

    def go(self, acts):
        directories = {kind: self.bundle(kind) for kind in {a['in'] for a in acts} - {'host'}}
        self.start_sensor()
        self.began = time.time_ns()
        running = [self.run_container(kind, [a for a in acts if a['in'] == kind], directory) for kind, directory in directories.items()]
        for p in running:
            p.wait()
        alerts = self.stop_sensor()
        self.ended = time.time_ns()
        return alerts

    # What must come

    def parents(self, act, chain):
        """The processes above the one that the rules are about, the nearest first: name, words, program."""
        above = [(c[0].rsplit('/', 1)[-1][:15], c, f'/bin/{c[0]}') for c in reversed(chain[:-1])]
        init = ('prop', ['/bin/prop', 'init', '/tmp/acts'], '/bin/prop')
        runc = ('runc', [], '')
        return above + [init, runc] + self.up

    def common(self, act):
        chain = split_chain(act['words'])
        words = chain[-1]
        name = os.path.basename(words[0])[:15]
        exepath = '/bin/' + {'sh': 'dash'}.get(name, name)
        above = self.parents(act, chain)
        user = act.get('user', 0)
        f = {'evt.type': act.get('type', 'openat'), 'user.uid': user, 'user.name': {0: 'root', 33: 'www-data', 1000: 'web'}[user], 'user.loginuid': -1, 'user.loginname': '<NA>',
             'group.gid': user, 'group.name': {0: 'root', 33: 'www-data', 1000: 'web'}[user],
             'proc.name': name, 'proc.exepath': exepath, 'proc.exe': words[0], 'proc.cmdline': line_of(name, words), 'proc.args': ' '.join(words[1:]), 'proc.tty': 0, 'proc.cwd': '/',
             'evt.res': 'SUCCESS', 'proc.pname': above[0][0], 'proc.pcmdline': line_of(above[0][0], above[0][1]), 'proc.pexe': above[0][1][0], 'proc.pexepath': above[0][2]}
        for i in range(2, 8):
            f[f'proc.aname[{i}]'] = above[i - 1][0] if i <= len(above) else None
        if act.get('type') in ('execve', 'execveat'):
            f['evt.arg.flags'] = ('EXE_WRITABLE|' if user == 0 else '') + 'EXE_LOWER_LAYER'
        ident = self.container_id(act['in'])
        f.update({'container.id': ident[:12], 'container.name': ident, 'container.image.repository': None, 'container.image.tag': None, 'k8s.pod.name': None, 'k8s.ns.name': None})
        f.update(act.get('common', {}))
        return f

    def expected(self, act):
        out = []
        for name, own in act['fires'].items():
            values = {**self.common(act), **(own or {})}
            fields = {'evt.time': '@time'}
            for field in self.rules.fields(name) + APPENDED:
                if field not in values:
                    raise SystemExit(f'Bail out! {name}: nothing says what {field} is')
                fields[field] = values[field]
            out.append({'rule': name, 'priority': self.rules.rule[name]['priority'].capitalize(), 'source': 'syscall', 'tags': sorted(map(str, self.rules.rule[name].get('tags', []))),
                        'fields': fields, 'act': act})
        return out

    # Comparing

    def ours(self, alert):
        """Is it about what this test does? Others use the machine as well."""
        f = alert['output_fields']
        if f.get('container.name') in [self.container_id(k) for k in self.KINDS]:
            return not str(f.get('proc.name')).startswith('runc')
        return f['container.id'] == 'host' and self.tmp in json.dumps(alert)

    def text_of(self, want, got):
        """The text that `output:` makes of the fields."""
        def one(m):
            value = got['output_fields'].get(m.group(1))
            return '<NA>' if value is None else str(value).lower() if isinstance(value, bool) else str(value)
        form = self.rules.rule[want['rule']]['output'].strip() + ''.join(f' {f.replace(".", "_") if f.startswith("container") else f.replace(".", "_")}=%{f}' for f in APPENDED)
        return re.sub(r'%([a-z0-9_.]+(?:\[[^]]*\])?)', one, form)

    def differs(self, want, got):
        """None, or what is not as expected."""
        f, bad = got['output_fields'], []
        if list(got) != ['hostname', 'output', 'output_fields', 'priority', 'rule', 'source', 'tags', 'time']:
            bad.append(f'keys {list(got)}')
        if list(f) != sorted(want['fields']):
            bad.append(f'fields {list(f)}, expected {sorted(want["fields"])}')
        for key in ('rule', 'priority', 'source', 'tags'):
            if got[key] != want[key]:
                bad.append(f'{key} {got[key]!r}, expected {want[key]!r}')
        for key, value in want['fields'].items():
            have = f.get(key)
            if isinstance(value, str) and value.startswith('@time'):
                ok = type(have) is int and self.began <= have <= self.ended
            elif isinstance(value, str) and value.startswith('~'):
                ok = isinstance(have, str) and re.fullmatch(value[1:], have)
            else:
                ok = type(have) is type(value) and have == value
            if not ok:
                bad.append(f'{key} {have!r}, expected {value!r}')
        if not bad:
            stamp = time.strftime('%H:%M:%S', time.localtime(f['evt.time'] // 10**9)) + '.%09d' % (f['evt.time'] % 10**9)
            text = f'{stamp}: {want["priority"]} {self.text_of(want, got)}'
            if got['output'] != text:
                bad.append(f'text {got["output"]!r}, expected {text!r}')
        return '; '.join(bad)


class Tap:
    def __init__(self):
        self.n = self.bad = 0

    def say(self, ok, name, why=''):
        self.n += 1
        self.bad += not ok
        print(('ok' if ok else 'not ok') + f' {self.n} - {name}')
        for line in why.split('\n') if why and not ok else []:
            print('# ' + line)


def compare(bed, acts, alerts, tap):
    left = [a for a in alerts if bed.ours(a)]
    for act in acts:
        for want in bed.expected(act):
            same = [a for a in left if a['rule'] == want['rule']]
            found = next((a for a in same if not bed.differs(want, a)), None)
            if found:
                left.remove(found)
            near = sorted((bed.differs(want, a) for a in same), key=len)
            tap.say(bool(found), f'{want["rule"]}: {act["act"]}', near[0] if near else 'no alert')
    for act in acts:
        if act.get('quiet'):
            line = bed.common(act)['proc.cmdline']
            wrong = [a for a in left if a['rule'] == act['quiet'] and a['output_fields'].get('proc.cmdline') == line]
            tap.say(not wrong, f'quiet: {act["quiet"]}: {act["act"]}', json.dumps(wrong))
    tap.say(not left, 'no alert but those', '\n'.join(f'{a["rule"]}: {a["output"]}' for a in left))


def run(plimsoll, prop, rules_dir, tmp, strict):
    mode = 'strict' if strict else 'default'
    acts = [a for a in load_acts() if a.get('mode', mode) == mode]
    bed = Bed(plimsoll, prop, rules_dir, tmp, strict)
    tap = Tap()
    try:
        bed.make_root()
        bed.make_net()
        alerts = bed.go(acts)
    finally:
        for f in reversed(bed.undo):
            f()
    compare(bed, acts, alerts, tap)
    print(f'1..{tap.n}')
    return 1 if tap.bad else 0


if __name__ == '__main__':
    if sys.argv[1] == 'run':
        sys.exit(run(*sys.argv[2:6], '--strict-falco' in sys.argv))
