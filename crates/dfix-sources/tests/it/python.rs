use crate::common::{check, check_imports};

#[test]
fn modules() {
    check_imports(
        "a.py",
        &[
            (
                "import os, tkinter as tk\nfrom turtle import width",
                &["os", "tkinter", "turtle width"],
            ),
            (
                "from . import a\nfrom ..b.c import (d as e,\n    f)",
                &[". a", "..b.c d f"],
            ),
            (
                "importlib.import_module('a.b')\n__import__('c')\n__import__(d)",
                &["a.b", "c", "unknown d"],
            ),
            ("if x:\n    import lazy.part", &["lazy.part"]),
            (
                "# import a\n'''\nimport b\n'''\nx = 'import c'\nimported = 1\nfrom_ = 2",
                &[],
            ),
        ],
    );
}

#[test]
fn writes() {
    check(
        "a.py",
        &[
            (
                "open('/var/a', 'w')\nopen(mode='ab', file='/var/b')",
                &["1 writes /var/a", "2 writes /var/b"],
            ),
            (
                "open('/a')\nopen('/b', 'rb')\nopen('/c', mode='r', encoding='w')",
                &[],
            ),
            ("open(x, mode)", &["1 writes unknown x"]),
            (
                "# open('/a', 'w')\n\"\"\"open('/b', 'w')\"\"\"\ns = \"open('/c', 'w')\"\nr = r'\\'open(\"/d\", \"w\")'",
                &[],
            ),
            ("def open(a, b):\n    pass\nopen('/a', 'w')", &[]),
            ("def mine(open):\n    reopen('/a', 'w')", &[]),
            (
                "from os import makedirs as m\nimport os as o\nm('/a')\no.mkdir('/b')",
                &["3 makes /a", "4 makes /b"],
            ),
            (
                "import shutil\nshutil.copy('/a', '/b')\nshutil.rmtree('/c')\nshutil.which('/d')",
                &["2 writes /b", "3 writes /c"],
            ),
            (
                "from logging.handlers import RotatingFileHandler as R\nR('/var/log/x')\nlogging.basicConfig(level=1, filename='/l')",
                &["2 writes /var/log/x", "3 writes /l"],
            ),
            (
                "sqlite3.connect(':memory:')\nsqlite3.connect('/db/a.db')",
                &["2 writes /db/a.db"],
            ),
            (
                "Image.open('data.png')\nimg.save('/out/x.png')\nform.save()\nform.save(commit=False)",
                &["2 writes /out/x.png"],
            ),
            (
                "df.to_csv('/o.csv')\ntext = df.to_csv()\nx.replace('/a', '/b')",
                &["1 writes /o.csv"],
            ),
        ],
    );
}

#[test]
fn paths_are_put_together() {
    check(
        "a.py",
        &[
            (
                "B = '/srv'\nopen(B + '/a', 'w')\nopen(f'{B}/b', 'w')\nopen('%s/%s' % (B, 'c'), 'w')\nopen('{}/d'.format(B), 'w')",
                &[
                    "2 writes /srv/a",
                    "3 writes /srv/b",
                    "4 writes /srv/c",
                    "5 writes /srv/d",
                ],
            ),
            (
                "base = os.path.abspath(os.path.dirname(__file__))\nos.makedirs(os.path.join(base, '..', 'data'))",
                &["2 makes <Source>/../data"],
            ),
            (
                "from pathlib import Path\nB = Path(__file__).resolve().parent.parent\n(B / 'm').mkdir()\n(Path(__file__).parents[2] / 'n').mkdir()\nPath('/a', 'b').touch()\nPath('~/c').expanduser().write_text('')",
                &[
                    "3 makes <Source>/../m",
                    "4 makes <Source>/../../n",
                    "5 writes /a/b",
                    "6 writes <Home>/c",
                ],
            ),
            (
                "Path('/a').open('w')\nPath('/b').open()\nPath('/c').read_text()",
                &["1 writes /a"],
            ),
            (
                "D = os.environ.get('D', '/d')\nos.mkdir(os.path.join(D, 'x'))",
                &["2 makes $D or /d/x", "1 asks D or /d"],
            ),
            (
                "os.mkdir(os.environ['D'] + '/x')",
                &["1 makes $D or ?", "1 asks D"],
            ),
            (
                "os.mkdir(os.getenv('D') or '/d')",
                &["1 makes $D or /d", "1 asks D or /d"],
            ),
            (
                "p = 'a.db' if x else '/b.db'\nsqlite3.connect(p)",
                &["2 writes a.db", "2 writes /b.db"],
            ),
            (
                "os.mkdir('/a'\n    '/b')\nos.mkdir(os.path.join('/x', '/y'))",
                &["1 makes /a/b", "3 makes /y"],
            ),
            (
                "os.mkdir(f'{x:>3}')\nos.mkdir(f'{{a}}')",
                &["1 makes unknown f'{x:>3}'", "2 makes {a}"],
            ),
            (
                "os.mkdir(f(x))\nos.mkdir('/a' + str(n))",
                &["1 makes unknown f(x)", "2 makes unknown '/a' + str(n)"],
            ),
        ],
    );
}

#[test]
fn settings_of_frameworks_name_files() {
    check(
        "a.py",
        &[
            (
                "L = {'handlers': {'f': {'class': 'logging.FileHandler', 'filename': '/var/log/a'}, 'c': {'class': 'logging.StreamHandler', 'filename': '/no'}}}",
                &["1 writes /var/log/a"],
            ),
            (
                "D = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': '/db/a'}, 'b': {'ENGINE': 'django.db.backends.postgresql', 'NAME': '/no'}}",
                &["1 writes /db/a"],
            ),
            (
                "URI = 'sqlite:////data/x.db'\nU2 = 'sqlite:///' + os.path.join(os.path.dirname(__file__), 'y.db')\nU3 = 'postgresql:///no'\nU4 = u.replace('sqlite:///', '')",
                &["1 writes /data/x.db", "2 writes <Source>/y.db"],
            ),
            (
                "class C:\n    D = '/d'\nos.mkdir(C.D)\nos.mkdir(C.E)",
                &["3 makes /d", "4 makes unknown C.E"],
            ),
            (
                "with (Path('/a') / 'b').open('w') as f:\n    pass",
                &["1 writes /a/b"],
            ),
            (
                "os.execvp('nginx', args)\nsubprocess.run(shlex.split('git pull'))",
                &[
                    "1 runs nginx | unknown args",
                    "2 runs text git pull",
                    "1 right services nginx",
                ],
            ),
        ],
    );
}

#[test]
fn the_folder_counts_where_the_name_is_not_known() {
    check(
        "a.py",
        &[
            (
                "D = os.getenv('D', '/d')\np = os.path.join(D, name)\nopen(p, 'w')\nopen(f'/t/{i}.txt', 'w')\nopen('/u/a' + x, 'w')",
                &[
                    "3 writes unknown p in $D or /d",
                    "4 writes unknown f'/t/{i}.txt' in /t",
                    "5 writes unknown '/u/a' + x in /u",
                    "1 asks D or /d",
                ],
            ),
            (
                "(Path(__file__).parent / 'v' / x).mkdir()\nopen(x + '/a', 'w')\nopen('a' + x, 'w')\nopen('/' + x, 'w')",
                &[
                    "1 makes unknown Path(__file__).parent / 'v' / x in <Source>/v",
                    "2 writes unknown x + '/a'",
                    "3 writes unknown 'a' + x",
                    "4 writes unknown '/' + x",
                ],
            ),
        ],
    );
}

#[test]
fn more_ports() {
    check(
        "a.py",
        &[
            (
                "HOST, PORT = '', 87\nsocketserver.TCPServer((HOST, PORT), H)\na = ('', 88)\ns = socket.socket()\ns.bind(a)\nb = '', 89\ns.bind(b)",
                &["2 port 87", "5 port 88", "7 port unknown b"],
            ),
            (
                "p.add_argument('-p', '--port', type=int, default=80)\np.add_argument('--port', default=x)\np.add_argument('--db-host', default='80')",
                &["1 port 80", "2 port unknown x"],
            ),
            (
                "asyncio.start_server(f, '', 82)\nself.s = socket.socket()\nself.s.bind(('', 83))\ng.add_insecure_port('[::]:85')",
                &["1 port 82", "3 port 83", "4 port 85"],
            ),
            (
                "def get_env(a, b):\n    return os.environ.get(a, b)\napp.run(port=get_env('P', 80))",
                &["3 port $P or 80", "2 asks unknown a", "3 asks P or 80"],
            ),
        ],
    );
}

#[test]
fn what_is_no_file_is_left_out() {
    check(
        "src/a.py",
        &[
            (
                "sqlite3.connect('file::memory:?cache=shared')\nopen('/dev/null', 'w')\nopen(os.devnull, 'w')\nopen('http://a', 'w')",
                &[],
            ),
            (
                "open(__file__ + '.lock', 'w')\nopen(os.path.join(tempfile.mkdtemp(), 'x'), 'w')",
                &["1 writes <Source>/a.py.lock", "2 writes /tmp/x"],
            ),
            (
                "f'<{self} at {id(self):#x}>'\nrf'({a})(\\{{)'\nos.mkdir('/a')",
                &["3 makes /a"],
            ),
            (
                "def app(environ, start):\n    return environ['A'], environ",
                &[],
            ),
        ],
    );
}

#[test]
fn names_count_where_they_are_known() {
    check(
        "a.py",
        &[
            (
                "path = '/etc/x'\ndef f(path):\n    open(path, 'w')",
                &["3 writes unknown path"],
            ),
            (
                "path = '/etc/x'\ndef f():\n    path = '/b'\n    open(path, 'w')\ndef g():\n    open(path, 'w')",
                &["4 writes /b", "6 writes /etc/x"],
            ),
            (
                "path = '/a'\nfor path in paths:\n    open(path, 'w')",
                &["3 writes /a", "3 writes unknown path"],
            ),
            (
                "def f(path='/a'):\n    os.mkdir(path)",
                &["2 makes unknown path", "2 makes /a"],
            ),
            (
                "class A:\n    D = '/d'\n    def __init__(self):\n        self.p = '/p'\n    def f(self):\n        os.mkdir(self.D)\n        os.mkdir(self.p)\n        os.mkdir(self.q)",
                &["6 makes /d", "7 makes /p", "8 makes unknown self.q"],
            ),
            (
                "app.config['UP'] = '/up'\nos.mkdir(app.config['UP'])\nos.mkdir(app.config['NO'])",
                &["2 makes /up", "3 makes unknown app.config['NO']"],
            ),
            ("C = {'dir': '/c'}\nos.mkdir(C['dir'])", &["2 makes /c"]),
            ("a = b\nb = a\nos.mkdir(a)", &["3 makes unknown a"]),
        ],
    );
}

#[test]
fn ports() {
    check(
        "a.py",
        &[
            ("app.run(host='0.0.0.0', port=80)", &["1 port 80"]),
            (
                "from flask import Flask\napp = Flask(__name__)\napp.run('0.0.0.0', 8000)",
                &["3 port 8000"],
            ),
            (
                "from flask import Flask\napp = Flask(__name__)\napp.run()",
                &["3 port 5000"],
            ),
            (
                "asyncio.run(main())\nsubprocess.run(x)\nrequests.get('http://a:80')",
                &["2 runs text unknown x"],
            ),
            (
                "HTTPServer(('', 80), H)\nhttp.server.HTTPServer(address, H)",
                &["1 port 80", "2 port unknown address"],
            ),
            (
                "s = socket.socket()\ns.bind(('', 443))\ns.connect(('', 25))\nwidget.bind('<Key>', f)",
                &["2 port 443"],
            ),
            (
                "uvicorn.run('a:b')\nuvicorn.run(a, port=int(os.environ.get('PORT', 80)))",
                &["1 port 8000", "2 port $PORT or 80", "2 asks PORT or 80"],
            ),
            (
                "app.run_webhook(host, 443)\napp.run_webhook(port=25)\napp.run_webhook()\napp.run_webhook(unix=s)",
                &["1 port 443", "2 port 25", "3 port 80"],
            ),
            ("PORT = 80\nDB_PORT = 5432\ndb(port=25)", &["1 port 80"]),
            (
                "port = int(os.environ.get('SMTP_PORT', 25))\nsmtplib.SMTP(host, port)",
                &["1 asks SMTP_PORT or 25"],
            ),
            (
                "port = int(os.environ.get('THE_PORT', 25))",
                &["1 port $THE_PORT or 25", "1 asks THE_PORT or 25"],
            ),
            (
                "def f(url):\n    host, port = split(url)\n    port = 25\nport = g()\nhost, port = 'a', 25",
                &[],
            ),
        ],
    );
    check(
        "gunicorn.conf.py",
        &[
            (
                "bind = '0.0.0.0:80'\naccesslog = '-'\nerrorlog = '/var/log/e'\nuser = 'www'",
                &["3 writes /var/log/e", "1 port 80", "4 user www"],
            ),
            (
                "bind = ['0.0.0.0:80', 'unix:/tmp/s']",
                &["1 writes /tmp/s", "1 port 80"],
            ),
            (
                "def f():\n    pass\nbind = ':' + os.getenv('PORT', '81')",
                &["3 port $PORT or 81", "3 asks PORT or 81"],
            ),
        ],
    );
    check("other.py", &[("bind = '0.0.0.0:80'\nuser = 'www'", &[])]);
}

#[test]
fn variables() {
    check(
        "a.py",
        &[
            (
                "os.environ['A']\nos.getenv('B', 'b')\nfrom os import environ as e\ne.get('C')",
                &["1 asks A", "2 asks B or b", "4 asks C"],
            ),
            (
                "os.environ['A'] = 'x'\nos.environ.setdefault('B', 'b')\nos.environ[name]",
                &["2 asks B or b", "3 asks unknown name"],
            ),
            (
                "if 'A' in os.environ: pass\nsubprocess.call(['a'], env=os.environ)\nSettings(os.environ)",
                &["1 asks A", "3 asks unknown os.environ", "2 runs a"],
            ),
            (
                "# os.environ['A']\n'os.environ[\"B\"]'\nenviron_ = {}\nenviron_['C']",
                &[],
            ),
            (
                "app.config['ENV']\napp.config.get('ENV')\napp.config['NAME']",
                &["1 asks FLASK_ENV", "2 asks FLASK_ENV"],
            ),
            (
                "class S(BaseSettings):\n    db_url: str\n    port_no: int = 5\nclass T:\n    other: str",
                &["2 asks DB_URL", "3 asks PORT_NO or 5"],
            ),
            (
                "import environ\nenv = environ.Env()\nenv('A', default='a')\nenv.bool('B')",
                &["3 asks A or a", "4 asks B"],
            ),
        ],
    );
}

#[test]
fn programs_rights_and_users() {
    check(
        "a.py",
        &[
            (
                "subprocess.run(['git', 'clone', url])\nsubprocess.run('ls -l', shell=True)\nos.system('mount /dev/a')",
                &[
                    "1 runs git | clone | unknown url",
                    "2 runs text ls -l",
                    "3 runs text mount /dev/a",
                    "3 right mount mount",
                ],
            ),
            (
                "cmd = ['apt-get', 'update']\nsubprocess.check_call(cmd)\nos.execvp('a', ['a', 'b'])",
                &[
                    "2 runs apt-get | update",
                    "3 runs a | b",
                    "2 right packages apt-get",
                ],
            ),
            (
                "import socket\nsocket.socket(socket.AF_PACKET, socket.SOCK_RAW)\nsocket.SOCK_STREAM",
                &[
                    "2 right raw-socket socket.AF_PACKET",
                    "2 right raw-socket socket.SOCK_RAW",
                ],
            ),
            (
                "from scapy.all import *\nimport RPi.GPIO as G\nimport scapyish",
                &["1 right raw-socket scapy.all", "2 right device RPi.GPIO"],
            ),
            (
                "if os.geteuid() == 0: pass\nuid = os.getuid()",
                &["1 right root-check os.geteuid"],
            ),
            (
                "d = '/dev/ttyUSB0'\nn = '/dev/null'\ns = '/var/run/docker.sock'\nu = 'unix:///var/run/docker.sock'",
                &[
                    "1 right device /dev/ttyUSB0",
                    "3 right docker-socket /var/run/docker.sock",
                    "4 right docker-socket /var/run/docker.sock",
                ],
            ),
            (
                "'''\n/dev/sda\n'''\n'/dev/sda'\n# '/dev/sda'\nx = 'see /dev/sda'",
                &[],
            ),
            (
                "os.setuid(pwd.getpwnam('www').pw_uid)",
                &[
                    "1 right set-user os.setuid",
                    "1 user unknown pwd.getpwnam('www').pw_uid",
                    "1 user www",
                ],
            ),
            (
                "os.chown('/d', 1, 1)",
                &["1 writes /d", "1 right own os.chown"],
            ),
        ],
    );
}

#[test]
fn sockets_are_files() {
    check(
        "a.py",
        &[
            (
                "import socket\ns = socket.socket(socket.AF_UNIX)\ns.bind('/run/app.sock')",
                &["3 writes /run/app.sock"],
            ),
            (
                "import socket\ns = socket.socket()\ns.bind(('', 8000))",
                &["3 port 8000"],
            ),
            (
                "import socket\nf = socket.AF_UNIX\ns.bind(path())",
                &["3 writes unknown path()"],
            ),
            ("widget.bind('<Return>', f)\nsession.bind(engine)", &[]),
            (
                "zmq_socket.bind('ipc:///tmp/a')\nzmq_socket.bind('tcp://*:5555')",
                &["1 writes /tmp/a"],
            ),
            (
                "import asyncio, uvicorn\nasyncio.start_unix_server(f, '/run/a')\nuvicorn.run('a:b', uds='/run/b')\nuvicorn.run('a:b', uds=None, port=80)",
                &["2 writes /run/a", "3 writes /run/b", "4 port 80"],
            ),
            (
                "from aiohttp import web\nweb.run_app(app, path='/run/c.sock', port=0)",
                &["2 writes /run/c.sock", "2 port 0"],
            ),
        ],
    );
    check(
        "gunicorn.conf.py",
        &[("bind = 'unix:/run/g.sock'", &["1 writes /run/g.sock"])],
    );
}

#[test]
fn loggers_write_where_their_settings_say() {
    check(
        "a.py",
        &[
            (
                "import logging.config, yaml\nlogging.config.dictConfig(yaml.safe_load(open('l.yml')))",
                &["2 writes unknown yaml.safe_load(open('l.yml'))"],
            ),
            (
                "import logging.config\nlogging.config.dictConfig({'version': 1})",
                &[],
            ),
            (
                "import logging.config\nlogging.config.fileConfig('log.ini')",
                &["2 writes unknown 'log.ini'"],
            ),
        ],
    );
}

/// The programs whose names are not told, and the libraries.
fn unknown(path: &str, text: &str) -> Vec<String> {
    let source = dfix_sources::read(path, text).unwrap();
    let programs = source.programs.iter();
    let programs = programs.filter_map(|it| Some(format!("{} {}", it.line, it.unknown.as_ref()?)));
    let libraries = source.libraries.iter();
    let libraries = libraries.map(|it| format!("{} {:?}", it.line, it.name));
    programs.chain(libraries).collect()
}

#[test]
fn programs_whose_names_are_not_told() {
    for text in [
        "import subprocess\nsubprocess.run(['git', x])",
        "import subprocess, sys\nsubprocess.run([sys.executable, '-m', 'a'])",
        "import os\nos.system(f'git clone {x}')",
        "import subprocess\ndef f(x):\n    c = ['git']\n    c += x\n    subprocess.run(c)",
        "import subprocess\nsubprocess.run('a' if x else 'b')",
        "import subprocess, os\nsubprocess.run([os.environ['TOOL']])",
    ] {
        assert!(unknown("a.py", text).is_empty(), "{text}");
    }
    for text in [
        "import subprocess\nsubprocess.run(settings['cmd'])",
        "import subprocess, c\nsubprocess.run([c.TOOLS['vcs'], '-v'])",
        "import os\nos.system(command())",
    ] {
        assert_eq!(unknown("a.py", text).len(), 1, "{text}");
    }
    let text = "const { execFileSync, fork } = require('node:child_process');\nexecFileSync(j.cmd, j.args);\nfork(j.file);";
    assert_eq!(unknown("a.js", text), ["2 j.cmd"]);
}

#[test]
fn libraries_of_the_machine() {
    let text = "import ctypes, ctypes.util\nfrom ctypes import cdll\nctypes.CDLL('libpq.so.5')\ncdll.LoadLibrary('libxslt.so.1')\nctypes.CDLL(ctypes.util.find_library('magic'))\nctypes.CDLL(None)\nctypes.CDLL('libc.so.6')";
    assert_eq!(
        unknown("a.py", text),
        [
            "3 Known(\"libpq.so.5\")",
            "4 Known(\"libxslt.so.1\")",
            "5 Known(\"magic\")"
        ]
    );
}
