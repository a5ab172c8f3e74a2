#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Does what falco-acts.yaml says under one sensor, and compares each alert with what Falco's rules say it must be. TAP on standard output.

falco.py run PLIMSOLL PROP RULES_DIR TMP [--strict-falco]    the test, in one of the two modes of names
falco.py table RULES_DIR                                     docs/sensor-rules.md

The expected alerts come from the rule files alone: which fields, in which order and how the text reads is taken from `output:`, priority and tags from the rule. Values are
what the act is known to be (program, arguments, parents) and what its row says; nothing comes from the sensor.
"""
import ctypes, errno, json, os, re, shlex, subprocess, sys, time, collections, pty
import yaml

HERE = os.path.dirname(os.path.abspath(__file__))
FILES = ['falco_rules.yaml', 'falco-incubating_rules.yaml', 'falco-sandbox_rules.yaml']
APPENDED = ['container.id', 'container.name', 'container.image.repository', 'container.image.tag', 'k8s.pod.name', 'k8s.ns.name']
STAND_INS = ('prop nginx serf sshd nc redis-server vsftpd debugfs ssh crontab mysqld calico tac curl ping useradd apk apt-get nmap scp mount wget tar python3 perl dpkg certbot kubectl sudo '
             'pkexec java socat npm xmrig').split()
REAL = 'cat dash find dd shred ln id grep cp env rm chmod mkdir base64'.split()
FILES_OF_ROOT = ('/etc/shadow /etc/shadow- /etc/pam.conf /etc/hosts /etc/encoded /etc/cron.d/job /etc/apt/sources.list /var/log/syslog /tmp/plain /home/web/.bashrc /home/web/notes '
                 '/home/web/history /home/web/.bash_history /home/web/.ssh/id_rsa /home/web/.ssh/authorized_keys /lib/liblzma.so.5.6.1 /lib/liblzma.so.5.6.2 /usr/bin/tool /usr/bin/old '
                 '/usr/local/bin/tool /root/notes /root/.bash_history /var/lib/rpm/Packages /host/file /hosted').split()
# In the order of the kernel's numbers.
ALL_CAPABILITIES = ['CAP_' + c for c in (
    'CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO '
    'SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG '
    'WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE').split()]
with open('/proc/self/status') as f:
    BOUNDING = int(re.search(r'CapBnd:\s*(\w+)', f.read()).group(1), 16)
ALL_CAPABILITIES = [c for i, c in enumerate(ALL_CAPABILITIES) if BOUNDING >> i & 1]
# What Docker gives a container.
CAPABILITIES = ['CAP_' + c for c in ('CHOWN DAC_OVERRIDE FOWNER FSETID KILL SETGID SETUID SETPCAP NET_BIND_SERVICE NET_RAW SYS_CHROOT MKNOD AUDIT_WRITE SETFCAP').split()]
INIT = ('prop', ['/bin/prop', 'init', '/tmp/acts'], '/bin/prop')
USERS = {0: 'root', 33: 'www-data', 1000: 'web'}
PRIORITIES = {'INFO': 'Informational'}
SOCKET_FIELDS = ['fd.name', 'fd.type', 'fd.l4proto', 'fd.lport', 'fd.rport', 'fd.sport', 'fd.sip', 'fd.rip']
with open('/proc/self/loginuid') as f:
    LOGINUID = int(f.read())
    LOGINUID = -1 if LOGINUID == 2**32 - 1 else LOGINUID
END = 'the-last-act'
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
        act['chain'] = split_chain(act['words'])
        if 'runs' in act:
            act['chain'][-1] = shlex.split(act['runs'])
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


def socket_fields(text, server):
    """What "tcp A:P->B:Q" says about the fields of a descriptor. A socket that listens has no two ends."""
    if not text:
        return {}
    protocol, name = text.split()
    f = {'fd.name': name, 'fd.type': 'ipv4', 'fd.l4proto': protocol}
    if '->' not in name:
        return {**f, 'fd.lport': None, 'fd.rport': None}
    (client, cport), (far, sport) = (end.split(':') for end in name.split('->'))
    local, remote = (int(sport), int(cport)) if server else (int(cport), int(sport))
    return {**f, 'fd.lport': local, 'fd.rport': remote, 'fd.sport': int(sport), 'fd.sip': far, 'fd.rip': client if server else far}


# A test bed -------------------------------------------------------------------------------------

class Bed:
    def __init__(self, plimsoll, prop, rules_dir, tmp, strict):
        self.plimsoll, self.prop, self.rules_dir, self.tmp, self.strict = plimsoll, prop, rules_dir, tmp, strict
        self.rules = Rules(rules_dir)
        self.root = os.path.join(tmp, 'root')
        self.host_bin = os.path.join(tmp, 'bin')
        self.undo = []
        self.up = own_ancestors()
        libc = ctypes.CDLL(None, use_errno=True)
        libc.syscall(313, -1, b'x=1', 0)   # finit_module of no file: what this kernel says to that
        self.module_error = errno.errorcode[ctypes.get_errno()]

    def make_root(self):
        for d in ['bin', 'proc', 'dev', 'sys', 'tmp', 'mnt/etc'] + [os.path.dirname(path)[1:] for path in FILES_OF_ROOT]:
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
        for path in FILES_OF_ROOT:
            self.file(path, 'eAo=\n')

    def file(self, path, text):
        with open(self.root + path, 'w') as f:
            f.write(text)

    def make_override(self):
        """The way a user does it, in a file of one's own behind Falco's: rules that are off are switched on, and the two templates that are meant to be filled in are."""
        items = [{'rule': name, 'enabled': True, 'override': {'enabled': 'replace'}} for name, rule in self.rules.rule.items() if rule.get('enabled') is False]
        items.append({'list': 'namespace_scope_network_only_subnet', 'items': ['shop'], 'override': {'items': 'append'}})
        items.append({'macro': 'allowed_containers', 'condition': 'container.image.repository = registry.example/shop/web', 'override': {'condition': 'replace'}})
        path = os.path.join(self.tmp, 'override.yaml')
        with open(path, 'w') as f:
            yaml.safe_dump(items, f)
        return path

    def start_sensor(self):
        self.alerts, self.messages = os.path.join(self.tmp, 'alerts'), os.path.join(self.tmp, 'messages')
        # Others may be busy on this machine, too: the ring is larger than usual.
        args = [self.plimsoll, 'sensor', '--format', 'json', '--ring-bytes', str(64 << 20)]
        for name in FILES:
            args += ['--rules', os.path.join(self.rules_dir, name)]
        args += ['--rules', self.make_override()] + (['--strict-falco'] if self.strict else [])
        hosts = os.path.join(self.tmp, 'hosts')
        with open(hosts, 'w') as f:
            f.write('127.0.0.1 localhost\n203.0.113.10 kubernetes.default.svc.cluster.local\n203.0.113.20 pool.supportxmr.com\n')
        switch = os.path.join(self.tmp, 'nsswitch')
        with open(switch, 'w') as f:
            f.write('hosts: files\n')
        # The names that rules ask for are looked up by the sensor: it sees another /etc/hosts than everybody else, and asks no server.
        args = ['unshare', '--mount', 'sh', '-c', 'mount --bind "$0" /etc/hosts && mount --bind "$1" /etc/nsswitch.conf && shift && exec "$@"', hosts, switch] + args
        self.sensor = subprocess.Popen(args, stdout=open(self.alerts, 'w'), stderr=open(self.messages, 'w'), stdin=subprocess.DEVNULL)
        self.undo.append(lambda: self.sensor.poll() is None and self.sensor.kill())
        for _ in range(900):
            if 'armed' in open(self.messages).read().split('\n'):
                return
            if self.sensor.poll() is not None:
                break
            time.sleep(0.1)
        raise SystemExit('Bail out! the sensor is not armed: ' + open(self.messages).read())

    def stop_sensor(self):
        """Stopped when what was done last has arrived."""
        subprocess.call(['nmap', END], executable=os.path.join(self.host_bin, 'nmap'))
        for _ in range(200):
            if END in open(self.alerts).read():
                break
            time.sleep(0.1)
        self.sensor.terminate()
        self.sensor.wait()
        with open(self.alerts) as f:
            return [json.loads(line, object_pairs_hook=collections.OrderedDict) for line in f]

    # Containers

    IMAGE = {'io.kubernetes.cri.image-name': 'registry.example/shop/web:1.2', 'io.kubernetes.cri.container-name': 'web', 'io.kubernetes.cri.sandbox-name': 'web-0',
             'io.kubernetes.cri.sandbox-namespace': 'shop'}
    KINDS = {
        'plain': {},
        'privileged': {'capabilities': ALL_CAPABILITIES, 'devices': [{'path': '/dev/sdx', 'type': 'c', 'major': 1, 'minor': 3}]},
        'kube': {'annotations': IMAGE, 'names': {'container.name': 'web', 'container.image.repository': 'registry.example/shop/web', 'container.image.tag': '1.2', 'k8s.pod.name': 'web-0',
                                                 'k8s.ns.name': 'shop'}},
        'mounts': {'mounts': [{'destination': '/mnt/etc', 'type': 'bind', 'source': '/etc', 'options': ['rbind', 'ro']}]},
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
        config['mounts'] += self.KINDS[kind].get('mounts', [])
        config['annotations'] = self.KINDS[kind].get('annotations', {})
        for mount in config['mounts']:
            mount['options'] = [o for o in mount.get('options', []) if o != 'noexec' or mount['destination'] != '/dev/shm']
        if kind == 'privileged':
            config['linux'].update(maskedPaths=[], readonlyPaths=[], devices=self.KINDS[kind]['devices'])
        config['root'] = {'path': merged, 'readonly': False}
        config['process']['args'] = ['/bin/prop', 'init', '/tmp/acts']
        for kind_of_set in ('bounding', 'effective', 'permitted'):
            config['process']['capabilities'][kind_of_set] = self.KINDS[kind].get('capabilities', CAPABILITIES)
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
            f.write('&' + SEPARATOR.join(['prop', 'wait', '/tmp/end']) + SEPARATOR + '\n')
            # Those in the background first, since they take their time.
            for act in sorted((a for a in acts if not a.get('by')), key=lambda a: not a.get('apart')):
                f.write(('&' if act.get('apart') else '') + SEPARATOR.join(act['words']) + SEPARATOR + '\n')
        return subprocess.Popen(['runc', '--root', f'{self.tmp}/runc', 'run', '--bundle', directory, self.container_id(kind)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                stderr=open(f'{self.tmp}/errors', 'a'))

    def go(self, acts):
        directories = {kind: self.bundle(kind) for kind in {a['in'] for a in acts} - {'host'}}
        self.start_sensor()
        self.began = time.time_ns()
        running = [self.run_container(kind, [a for a in acts if a['in'] == kind], directory) for kind, directory in directories.items()]
        for act in acts:
            if act['in'] == 'host':
                subprocess.call(act['words'], executable=os.path.join(self.host_bin, act['words'][0]), cwd='/')
        for act in acts:
            if act.get('by') in ('exec', 'terminal'):
                self.bring(act)
        for directory in directories.values():
            open(f'{directory}/rootfs/tmp/end', 'w').close()
        for p in running:
            p.wait()
        self.times = {path: os.stat(directories['plain'] + '/upper' + path) for path in ['/tmp/dropped']}
        alerts = self.stop_sensor()
        self.ended = time.time_ns()
        return alerts

    def bring(self, act):
        """A process that joins the container."""
        runc = ['runc', '--root', f'{self.tmp}/runc']
        ident = self.container_id(act['in'])
        for _ in range(100):
            if '"running"' in subprocess.run(runc + ['state', ident], capture_output=True, text=True).stdout:
                break
            time.sleep(0.1)
        if act['by'] == 'exec':
            subprocess.call(runc + ['exec', ident] + act['words'], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
            return
        master, slave = pty.openpty()
        p = subprocess.Popen(runc + ['exec', '--tty', ident] + act['words'], stdin=slave, stdout=slave, stderr=slave, start_new_session=True)
        p.wait()
        os.close(slave)
        os.close(master)

    # What must come

    def parents(self, act, chain):
        """The processes above the last one of the chain, the nearest first: name, words, program."""
        if act['in'] == 'host':
            return self.up
        above = [(os.path.basename(c[0])[:15], c, f'/bin/{c[0]}') for c in reversed(chain[:-1])]
        runc = ('runc', ['runc'], os.path.realpath(subprocess.check_output(['sh', '-c', 'command -v runc'], text=True).strip()))
        return above + ([INIT] if act.get('by') is None else []) + [runc] + self.up

    def common(self, act, process=None):
        chain = act['chain'][:process + 1] if process is not None else act['chain']
        words = chain[-1]
        name = os.path.basename(words[0])[:15]
        user = act.get('user', 0) if process is None else 0
        above = self.parents(act, chain)
        f = dict.fromkeys(SOCKET_FIELDS)
        f.update({'evt.type': act.get('type', 'openat'), 'user.uid': user, 'user.name': USERS[user], 'user.loginuid': -1, 'user.loginname': '<NA>', 'group.gid': user,
                  'group.name': USERS[user], 'proc.name': name, 'proc.exepath': '/bin/' + {'sh': 'dash'}.get(name, name), 'proc.exe': words[0], 'proc.cmdline': ' '.join([name] + words[1:]),
                  'proc.args': ' '.join(words[1:]), 'proc.tty': 136 << 8 if act.get('by') == 'terminal' else 0, 'proc.cwd': '/', 'evt.res': 'SUCCESS', 'proc.pname': above[0][0],
                  'proc.pcmdline': ' '.join([above[0][0]] + above[0][1][1:]), 'proc.pexe': above[0][1][0], 'proc.pexepath': above[0][2]})
        for i in range(2, 8):
            f[f'proc.aname[{i}]'] = above[i - 1][0] if i <= len(above) else None
        if f['evt.type'] == 'execve':
            f['evt.arg.flags'] = '|'.join((['EXE_WRITABLE'] if user == 0 else []) + (['EXE_LOWER_LAYER'] if act['in'] != 'host' else []))
        f.update(dict.fromkeys(APPENDED))
        if act['in'] == 'host':
            f.update({'container.id': 'host', 'container.name': 'host', 'proc.exepath': os.path.join(self.host_bin, name), 'user.loginuid': LOGINUID})
        else:
            ident = self.container_id(act['in'])
            f.update({'container.id': ident[:12], 'container.name': ident})
            f.update(self.KINDS[act['in']].get('names', {}))
        f.update(socket_fields(act.get('socket'), act.get('server')))
        f.update(act.get('common', {}))
        return f

    def expected(self, act):
        out = []
        for name, some in act['fires'].items():
            for own in some if isinstance(some, list) else [some]:
                values = {**self.common(act, own.get('process')), **socket_fields(own.get('socket'), own.get('server')), **own}
                missing = [f for f in self.rules.fields(name) if f not in values]
                if missing:
                    raise SystemExit(f'Bail out! {name}: {act["act"]}: nothing says what {missing} are')
                fields = {'evt.time': '@time', **{f: values[f] for f in self.rules.fields(name) + APPENDED}}
                rule = self.rules.rule[name]
                out.append({'rule': name, 'priority': PRIORITIES.get(rule['priority'], rule['priority'].capitalize()), 'source': 'syscall', 'tags': sorted(map(str, rule.get('tags', []))),
                            'fields': fields})
        return out

    def holds(self, want, have):
        """Is the value what it must be? `@…` and `~…` stand for what is known only when it happened."""
        word, _, rest = want.partition(' ') if isinstance(want, str) else ('', '', '')
        if word == '@time':
            return type(have) is int and self.began <= have <= self.ended
        if word == '@duration':
            return type(have) is int and 0 < have < 60 * 10**9
        if word in ('@ctime', '@mtime'):
            return type(have) is int and have == getattr(self.times[rest], f'st_{word[1:]}_ns')
        if word == '@runc':
            return have == os.path.realpath(subprocess.check_output(['sh', '-c', 'command -v runc'], text=True).strip())
        if word == '@module':
            return have == self.module_error
        if word == '@all':
            return have == ' '.join(ALL_CAPABILITIES)
        if word.startswith('~'):
            return isinstance(have, str) and re.fullmatch(want[1:], have) is not None
        return type(have) is type(want) and have == want

    # Comparing

    def ours(self, alert):
        """Is it about what this test does? Others use the machine as well."""
        f = alert['output_fields']
        # Where cgroups are of version 2, runc says which devices a container may use by programs of its own.
        if alert['rule'] == 'BPF Program Not Profiled' and f['container.id'] == 'host' and f['proc.name'] == 'runc' and os.path.exists('/sys/fs/cgroup/cgroup.controllers'):
            return False
        if f['container.id'] in [self.container_id(k)[:12] for k in self.KINDS]:
            return not str(f.get('proc.name')).startswith('runc')
        return f['container.id'] == 'host' and self.tmp in json.dumps(alert) and END not in alert['output']

    def text_of(self, want, got):
        """The text that `output:` makes of the fields."""
        def one(m):
            value = got['output_fields'].get(m.group(1))
            return '<NA>' if value is None else str(value).lower() if isinstance(value, bool) else str(value)
        form = self.rules.rule[want['rule']]['output'].strip() + ''.join(f' {f.replace(".", "_")}=%{f}' for f in APPENDED)
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
            if key not in f or not self.holds(value, have):
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
            line, ident = bed.common(act)['proc.cmdline'], bed.common(act)['container.id']
            wrong = [a for a in left if a['rule'] == act['quiet'] and a['output_fields'].get('proc.cmdline') == line and a['output_fields']['container.id'] == ident]
            tap.say(not wrong, f'quiet: {act["quiet"]}: {act["act"]}', json.dumps(wrong))
    tap.say(not left, 'no alert but those', '\n'.join(f'{a["rule"]}: {a["output"]}' for a in left))


KIND_WORDS = {'plain': 'container', 'privileged': 'privileged container', 'kube': 'container of a pod', 'mounts': "container with the host's /etc", 'host': 'host'}
INTRODUCTION = '''# Falco's rules and the sensor

Each of the {n} rules of Falco's three files (falco_rules.yaml, falco-incubating_rules.yaml, falco-sandbox_rules.yaml; unmodified) with the act that fires it in
`test/cli/sensor-falco.t`, and with what is almost the same and stays quiet ({quiet} of those). {fired} of {n} fire, in a real container of runc or on the host, with both meanings of file names
(the default, and `--strict-falco`). One sensor runs for all acts of a mode, and the alerts must be these and no others. Of each alert everything is compared: keys and their order, rule,
priority, tags, container, each output field with its value and type, and the text. What is expected is taken from the rule files and from what Falco says about its fields; pids and times
are checked for being plausible.

Rules that the files switch off are switched on in a file behind them (`override: {{enabled: replace}}`), and two templates are filled in there: the namespaces of "Network Connection outside
Local Subnet" (empty in the file) and the allowed images of "Launch Disallowed Container" (all are in the file). Names of hosts come from an /etc/hosts of the sensor's own. In acts, "X -- Y" is a
program by the name of X that runs Y.

| rule | act | where | almost |
|---|---|---|---|
'''


def cell(act):
    how = {'exec': ', brought by runc exec', 'terminal': ', brought by runc exec with a terminal', 'start': ' starts'}.get(act.get('by'), '')
    return KIND_WORDS[act['in']] + how, '`' + act['act'].replace('|', '\\|') + '`'


def table(rules_dir):
    """docs/sensor-rules.md"""
    rules, acts = Rules(rules_dir), load_acts()
    fired = {name for act in acts for name in act['fires']}
    out = [INTRODUCTION.format(n=len(rules.rule), fired=len(fired & set(rules.rule)), quiet=sum('quiet' in a for a in acts))]
    for name in rules.rule:
        own = [a for a in acts if name in a['fires']]
        twins = [cell(a) for a in acts if a.get('quiet') == name]
        where, what = cell(min(own, key=lambda a: len(a['fires']))) if own else ('', 'none')
        note = next((f' ({a["note"]})' for a in own if 'note' in a), '')
        out.append(f'| {name} | {what}{note} | {where} | {"; ".join(f"{t[1]} ({t[0]})" if t[0] != where else t[1] for t in twins)} |\n')
    return ''.join(out)


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
    sys.stdout.write(table(sys.argv[2]))
