use crate::common::{check, check_imports};

#[test]
fn modules() {
    check_imports(
        "a.js",
        &[
            (
                "const a = require('a'), { b } = require('./b');\nimport c, { d as e } from 'c'; import 'f'; import * as g from \"node:g\"; export * from './h'",
                &["c d", "f", "node:g", "./h", "a", "./b"],
            ),
            (
                "import('./lazy').then(x);\nrequire(name);",
                &["./lazy", "unknown name"],
            ),
            (
                "// require('a')\n/* import b from 'b' */\nconst s = \"require('c')\"; const r = /require('d')/; x.require('e');",
                &[],
            ),
        ],
    );
}

#[test]
fn places_of_variables_and_of_callers() {
    check(
        "a.js",
        &[
            (
                "const root = process.env.ROOT;\nfs.mkdirSync(path.join(root, req.query.d)); fs.rmSync(`${root}/${x}`)",
                &[
                    "2 makes unknown path.join(root, req.query.d) in $ROOT or ?",
                    "2 writes unknown `${root}/${x}` in $ROOT or ?",
                    "1 asks ROOT",
                ],
            ),
            (
                "const { from } = req.body; fs.renameSync(req.query.a, path.join('/a', req.query.b));\nfs.rmSync(request.query)",
                &[
                    "1 writes unknown req.query.a (callers)",
                    "1 writes unknown path.join('/a', req.query.b) in /a",
                    "2 writes unknown request.query (callers)",
                ],
            ),
        ],
    );
}

#[test]
fn writes() {
    check(
        "a.js",
        &[
            (
                "const fs = require('fs');\nfs.writeFileSync('/a', 'x'); fs.readFileSync('/b');\nfs.promises.mkdir('/c');",
                &["2 writes /a", "3 makes /c"],
            ),
            (
                "const { mkdirSync: m, existsSync } = require('node:fs');\nm('/a'); existsSync('/b')",
                &["2 makes /a"],
            ),
            (
                "import { writeFile as w } from 'fs/promises';\nimport p from 'path';\nawait w(p.join('/a', '..', 'b'), d)",
                &["3 writes /b"],
            ),
            (
                "import fs from 'fs-extra'\nfs.ensureDir('/a')\nrequire('fs').appendFile('/b', 'x', cb)",
                &["2 makes /a", "3 writes /b"],
            ),
            (
                "fs.open('/a', 'r', f); fs.open('/b', 'a+', f); fs.openSync(c, flags)",
                &["1 writes /b", "1 writes unknown c"],
            ),
            (
                "// fs.writeFileSync('/a')\nconst s = `fs.writeFileSync('/b')`; const r = /fs.writeFileSync('\\/c')/g; notfs.writeFileSyncs('/d')",
                &[],
            ),
            (
                "const up = multer({ dest: 'uploads/' })\nmulter.diskStorage({ destination: (a, b, cb) => cb(null, '/x') })",
                &[
                    "1 makes uploads",
                    "2 makes unknown (a, b, cb) => cb(null, '/x')",
                ],
            ),
            (
                "fs.writeFileSync(path.join(__dirname, '..', 'd', 'x'), y)\nfs.mkdirSync(path.resolve('/l', n))",
                &[
                    "1 writes <Source>/../d/x",
                    "2 makes unknown path.resolve('/l', n) in /l",
                ],
            ),
            (
                "const d = process.env.D || '/d';\nfs.mkdirSync(`${d}/x`)\nfs.mkdirSync(process.env.E + '/y')",
                &[
                    "2 makes $D or /d/x",
                    "3 makes $E or ?",
                    "1 asks D or /d",
                    "3 asks E",
                ],
            ),
            (
                "const c = { a: { dir: '/c' } };\nfs.mkdirSync(c.a.dir); fs.mkdirSync(c.b)",
                &["2 makes /c", "2 makes unknown c.b"],
            ),
            (
                "new URL('x', import.meta.url);\nfs.mkdirSync(new URL('./d', import.meta.url))",
                &["2 makes <Source>/d"],
            ),
        ],
    );
    check(
        "a.ts",
        &[
            (
                "import * as fs from 'fs';\nconst dir: string = '/a';\nfs.mkdirSync(dir as string, <any>{ x: 1 });\nfs.writeFileSync(this.p!, y)",
                &["3 makes /a", "4 writes unknown this.p"],
            ),
            (
                "class A { private readonly dir = '/d'; f(): void { fs.mkdirSync(this.dir) } }",
                &["1 makes /d"],
            ),
        ],
    );
}

#[test]
fn names_count_where_they_are_known() {
    check(
        "a.js",
        &[
            (
                "const p = '/a';\nfunction f(p) { fs.mkdirSync(p) }\nconst g = (p) => fs.mkdirSync(p);\nconst h = p => { fs.mkdirSync(p) };\nfs.mkdirSync(p)",
                &[
                    "2 makes unknown p",
                    "3 makes unknown p",
                    "4 makes unknown p",
                    "5 makes /a",
                ],
            ),
            (
                "const path = require('path');\nfiles.map(path => path.x);\nfs.mkdirSync(path.join('/a', 'b'))",
                &["3 makes /a/b"],
            ),
            (
                "let p;\nif (x) { p = '/a' } else { p = '/b' }\nfs.mkdirSync(p)",
                &["3 makes /a", "3 makes /b"],
            ),
            (
                "{ const p = '/a' }\nfs.mkdirSync(p)",
                &["2 makes unknown p"],
            ),
            (
                "for (const d of ['/a']) { fs.mkdirSync(d) }",
                &["1 makes unknown d"],
            ),
        ],
    );
}

#[test]
fn ports_and_variables() {
    check(
        "a.js",
        &[
            (
                "app.listen(80, () => console.log('x'))\nserver.listen({ port: 81, host })\nhistory.listen(() => {})\nsock.listen('/tmp/s')",
                &["4 writes /tmp/s", "1 port 80", "2 port 81"],
            ),
            (
                "const port = process.env.PORT || 80;\nhttp.createServer(f)\n  .listen(port)",
                &[
                    "1 port $PORT or 80",
                    "3 port $PORT or 80",
                    "1 asks PORT or 80",
                ],
            ),
            (
                "const port = parseInt(process.env.SMTP_PORT) || 587;\nmail.createTransport({ port })",
                &["1 asks SMTP_PORT"],
            ),
            (
                "const port = process.env.SMTP_PORT || 587;\napp.listen(port)",
                &["2 port $SMTP_PORT or 587", "1 asks SMTP_PORT or 587"],
            ),
            (
                "const { PORT = 80, A } = process.env;\napp.listen(PORT)",
                &["2 port $PORT or 80", "1 asks PORT or 80", "1 asks A"],
            ),
            (
                "app.listen(+process.env['P'] ?? 8080)\napp.listen(config.port)",
                &[
                    "1 port $P or 8080",
                    "2 port unknown config.port",
                    "1 asks P or 8080",
                ],
            ),
            (
                "var port = normalizePort(process.env.PORT || '3000');\napp.set('port', port);\nfunction normalizePort(v) { return v }",
                &[
                    "1 port $PORT or 3000",
                    "2 port $PORT or 3000",
                    "1 asks PORT or 3000",
                ],
            ),
            (
                "const app = express();\nif (app.get('env') === 'x') {}\napp.get('/env', f); map.get('env'); app.get('env', f)",
                &["2 asks NODE_ENV"],
            ),
            (
                "process.env.A = 'x'; process.env[b]; cleanEnv(process.env)\nif ('C' in process.env) {}\nf({ env: { ...process.env } })",
                &["1 asks unknown b", "1 asks unknown process.env", "2 asks C"],
            ),
            (
                "Bun.serve({ fetch });\nnew ws.Server({ port: 9 })",
                &["1 port 3000", "2 port 9"],
            ),
            (
                "const a = <p className=\"x\">Don't {process.env.A}</p>;\nconst b = <><B c={'/d'} /> it's</>;\napp.listen(1)",
                &["3 port 1", "1 asks A"],
            ),
        ],
    );
}

#[test]
fn the_environment_by_other_names() {
    check(
        "a.js",
        &[
            (
                "const { A: env } = process.env;\nlet { B = 'x', C: c = 'y', ...rest } = process.env;\nrest.D; rest['E']",
                &[
                    "1 asks A",
                    "2 asks B or x",
                    "2 asks C or y",
                    "3 asks D",
                    "3 asks E",
                ],
            ),
            (
                "const { env } = process;\nenv.A;\nconst { B } = env",
                &["3 asks B", "2 asks A"],
            ),
            (
                "const { env: { A, B: b = 'x' } } = process;\nconst { env: { C } } = require('process')",
                &["1 asks A", "1 asks B or x", "2 asks C"],
            ),
            (
                "const env = process.env;\nenv.A;\nconst { B } = env;\n({ C: c } = process.env)",
                &["3 asks B", "4 asks C", "2 asks A"],
            ),
            (
                "function f({ A, B = 'x' } = process.env) {}\nconst g = ({ C } = process.env) => C",
                &["1 asks A", "1 asks B or x", "2 asks C"],
            ),
            (
                "import.meta.env.A; Bun.env.B; globalThis.process.env.C; process['env'].D; process.env?.E",
                &["1 asks A", "1 asks B", "1 asks C", "1 asks D", "1 asks E"],
            ),
            (
                "const { A } = require('process').env;\nconst { B } = process.env || {};\nconst { c } = process.env.D",
                &["1 asks A", "2 asks B", "3 asks D"],
            ),
        ],
    );
    check(
        "a.ts",
        &[(
            "import { env } from 'node:process';\nenv.A;\nconst { B } = env as Env;\nconst { C }: Env = process.env;\n(process.env as Env).D; process.env!.E",
            &[
                "3 asks B",
                "2 asks A",
                "4 asks unknown process.env",
                "5 asks unknown process.env",
                "5 asks E",
            ],
        )],
    );
}

#[test]
fn programs_rights_and_users() {
    check(
        "a.js",
        &[
            (
                "const { promisify } = require('util');\nconst run = promisify(require('child_process').exec);\nrun('cd x && git pull')",
                &["3 runs text cd x && git pull"],
            ),
            (
                "import util from 'node:util';\nimport { exec } from 'node:child_process';\nconst run = util.promisify(exec);\nawait run('cd x; git pull')",
                &["4 runs text cd x; git pull"],
            ),
            (
                "const { exec, spawn: s } = require('child_process');\nexec('ls -l', f);\ns('git', ['clone', u], { cwd })\n/x/.exec('ls')",
                &["2 runs text ls -l", "3 runs git | clone | unknown u"],
            ),
            (
                "process.setuid('node'); if (process.getuid() === 0) {}\nprocess.getuid()",
                &[
                    "1 right set-user process.setuid",
                    "1 right root-check process.getuid",
                    "1 user node",
                ],
            ),
            (
                "const { Gpio } = require('onoff')\nnew Docker({ socketPath: '/var/run/docker.sock' })",
                &[
                    "1 right device onoff",
                    "2 right docker-socket /var/run/docker.sock",
                ],
            ),
        ],
    );
}

#[test]
fn sockets_are_files() {
    check(
        "a.js",
        &[
            (
                "const net = require('node:net');\nnet.createServer().listen('/run/x.sock');",
                &["2 writes /run/x.sock"],
            ),
            (
                "server.listen({ path: '/run/y.sock' });",
                &["1 writes /run/y.sock"],
            ),
            (
                "server.listen(process.env.PORT || '/run/z.sock');",
                &[
                    "1 writes $PORT or /run/z.sock",
                    "1 port $PORT or ?",
                    "1 asks PORT or /run/z.sock",
                ],
            ),
            ("server.listen(3000, 'localhost');", &["1 port 3000"]),
            ("server.listen('@app');", &[]),
        ],
    );
}
