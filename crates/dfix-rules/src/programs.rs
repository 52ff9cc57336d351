//! What is known of programs: which start a service without root's rights, which need them.

/// What a program asks of the user that starts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rights {
    /// It runs as anybody.
    Anybody,
    /// It is a service that must start as root; what it needs that for.
    Root(&'static str),
    /// It gives root's rights up by itself.
    Drops,
    /// Not known.
    Unknown,
}

/// What the program of this name (without its folder) asks for when it is the start of a container.
pub(crate) fn rights(name: &str) -> Rights {
    if DROPS.contains(&name) {
        return Rights::Drops;
    }
    if let Some((_, why)) = ROOT.iter().find(|(program, _)| *program == name) {
        return Rights::Root(why);
    }
    if ANYBODY.contains(&name) || is_plumbing(name) || is_pythons(name) {
        return Rights::Anybody;
    }
    Rights::Unknown
}

/// `python`, `python3`, `python3.11`, `pypy3`.
pub(crate) fn is_python(name: &str) -> bool {
    let rest = name
        .strip_prefix("python")
        .or_else(|| name.strip_prefix("pypy"));
    rest.is_some_and(|version| version.bytes().all(|b| b.is_ascii_digit() || b == b'.'))
}

/// Whether the program waits for what a person types when it is given nothing else.
pub(crate) fn is_prompt(name: &str) -> bool {
    is_python(name)
        || matches!(
            name,
            "bpython"
                | "clj"
                | "clojure"
                | "erl"
                | "ghci"
                | "hy"
                | "iex"
                | "ipython"
                | "ipython3"
                | "irb"
                | "jshell"
                | "julia"
                | "lua"
                | "node"
                | "perl"
                | "php"
                | "ptpython"
                | "R"
                | "ruby"
        )
}

/// Whether the program belongs to a Python application's start: the interpreter, a server for Python,
/// a task runner of Python.
pub(crate) fn is_pythons(name: &str) -> bool {
    is_python(name) || PYTHONS.contains(&name)
}

/// Programs that a start command is only held together by.
pub(crate) fn is_plumbing(name: &str) -> bool {
    PLUMBING.contains(&name) || SHELL_WORDS.contains(&name)
}

/// Servers and runners that come as Python packages.
const PYTHONS: &[&str] = &[
    "arq",
    "celery",
    "chainlit",
    "daphne",
    "dagster",
    "django-admin",
    "dramatiq",
    "fastapi",
    "flask",
    "granian",
    "gunicorn",
    "huey_consumer",
    "hypercorn",
    "litestar",
    "locust",
    "mlflow",
    "prefect",
    "rq",
    "scrapy",
    "streamlit",
    "uvicorn",
    "uwsgi",
    "waitress-serve",
];

/// What start commands are made of, beside what they start.
const PLUMBING: &[&str] = &[
    "cat",
    "date",
    "dirname",
    "basename",
    "env",
    "expr",
    "false",
    "find",
    "grep",
    "head",
    "hostname",
    "id",
    "ls",
    "nc",
    "nproc",
    "printenv",
    "pwd",
    "readlink",
    "realpath",
    "sed",
    "awk",
    "seq",
    "sleep",
    "sort",
    "tail",
    "tee",
    "timeout",
    "tr",
    "true",
    "uname",
    "wc",
    "which",
    "whoami",
    "xargs",
    "curl",
    "wget",
    "sh",
    "bash",
    "dash",
    "ash",
    "tini",
    "dumb-init",
    "wait-for-it.sh",
    "wait-for",
    "wait-for-it",
    "dockerize",
    "psql",
    "pg_isready",
    "mysqladmin",
    "redis-cli",
    "jq",
    "envsubst",
    "cut",
    "uniq",
];

/// What serves or runs an application, beside [`PYTHONS`].
const ANYBODY: &[&str] = &[
    // Python
    "mkdocs",
    "pytest",
    "alembic",
    "ipython",
    "jupyter",
    "jupyter-lab",
    "jupyter-notebook",
    "mitmdump",
    "moto_server",
    "pserve",
    "scrapyd",
    // Node
    "node",
    "nodejs",
    "npm",
    "npx",
    "yarn",
    "pnpm",
    "next",
    "nuxt",
    "nodemon",
    "ts-node",
    "tsx",
    "deno",
    "bun",
    "serve",
    "http-server",
    "nest",
    "vite",
    "pm2-docker",
    "pm2-runtime",
    // Java and its kin
    "java",
    "clojure",
    "scala",
    "kotlin",
    // Ruby
    "ruby",
    "rails",
    "rake",
    "bundle",
    "rackup",
    "puma",
    "unicorn",
    "thin",
    "sidekiq",
    // Others
    "dotnet",
    "php",
    "perl",
    "mix",
    "iex",
    "elixir",
    "erl",
    "lua",
    "Rscript",
    "julia",
    "mono",
    "go",
    "cargo",
];

/// Words of the shell itself that do nothing to the system.
const SHELL_WORDS: &[&str] = &[
    ".", ":", "[", "[[", "alias", "break", "cd", "command", "continue", "declare", "echo", "eval",
    "exec", "exit", "export", "getopts", "hash", "jobs", "kill", "let", "local", "popd", "printf",
    "pushd", "read", "readonly", "return", "set", "shift", "shopt", "source", "test", "times",
    "trap", "type", "typeset", "ulimit", "umask", "unalias", "unset", "until", "wait", "while",
];

/// Programs that change to another user before they start the real one.
const DROPS: &[&str] = &[
    "chpst",
    "gosu",
    "runuser",
    "s6-setuidgid",
    "setpriv",
    "setuidgid",
    "su",
    "su-exec",
    "sudo",
    "start-stop-daemon",
    "fixuid",
];

const ROOT: &[(&str, &str)] = &[
    ("apache2", "listens below 1024 and keeps its logs as root"),
    (
        "apache2-foreground",
        "listens below 1024 and keeps its logs as root",
    ),
    (
        "apache2ctl",
        "listens below 1024 and keeps its logs as root",
    ),
    ("apachectl", "listens below 1024 and keeps its logs as root"),
    ("chroot", "only root may change the root folder"),
    ("chronyd", "sets the clock"),
    ("buildkitd", "manages containers"),
    ("containerd", "manages containers"),
    ("crun", "manages containers"),
    ("kubelet", "manages containers"),
    ("podman", "manages containers"),
    ("runc", "manages containers"),
    ("cron", "starts jobs as other users"),
    ("crond", "starts jobs as other users"),
    ("dhcpd", "listens below 1024"),
    ("dnsmasq", "listens below 1024"),
    ("dockerd", "manages containers"),
    ("dockerd-entrypoint.sh", "manages containers"),
    ("dovecot", "serves other users' mail"),
    ("exim", "serves other users' mail"),
    ("fail2ban-server", "changes the firewall"),
    ("httpd", "listens below 1024 and keeps its logs as root"),
    (
        "httpd-foreground",
        "listens below 1024 and keeps its logs as root",
    ),
    ("init", "is an init system"),
    ("iptables", "changes the firewall"),
    ("keepalived", "changes the network"),
    ("mount", "mounts"),
    ("named", "listens below 1024"),
    ("nginx", "listens below 1024 and keeps its caches as root"),
    ("nmbd", "listens below 1024"),
    ("ntpd", "sets the clock"),
    ("openvpn", "changes the network"),
    ("php-fpm", "starts its workers as another user"),
    ("postfix", "serves other users' mail"),
    ("proftpd", "logs other users in"),
    ("rc-service", "controls system services"),
    ("rpcbind", "listens below 1024"),
    ("rsyslogd", "keeps the system's logs"),
    ("runsvdir", "starts services as other users"),
    ("s6-svscan", "starts services as other users"),
    ("sendmail", "serves other users' mail"),
    ("service", "controls system services"),
    ("smbd", "logs other users in"),
    ("squid", "starts its workers as another user"),
    ("sshd", "logs other users in"),
    ("supervisord", "starts services as other users"),
    ("syslog-ng", "keeps the system's logs"),
    ("sysctl", "sets the kernel"),
    ("systemctl", "controls system services"),
    ("systemd", "is an init system"),
    ("tcpdump", "listens on the network"),
    ("vsftpd", "logs other users in"),
    ("wg-quick", "changes the network"),
    // Changes to the system when the container starts.
    ("adduser", "changes the system's users"),
    ("addgroup", "changes the system's users"),
    ("apk", "installs packages"),
    ("apt", "installs packages"),
    ("apt-get", "installs packages"),
    ("chown", "gives files to others"),
    ("chpasswd", "changes the system's users"),
    ("dnf", "installs packages"),
    ("groupadd", "changes the system's users"),
    ("groupmod", "changes the system's users"),
    ("ldconfig", "changes the system's libraries"),
    (
        "update-ca-certificates",
        "changes the system's certificates",
    ),
    ("useradd", "changes the system's users"),
    ("usermod", "changes the system's users"),
    ("yum", "installs packages"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_told_apart() {
        assert_eq!(rights("gunicorn"), Rights::Anybody);
        assert_eq!(rights("python3.11"), Rights::Anybody);
        assert_eq!(rights("pythonista"), Rights::Unknown);
        assert_eq!(rights("gosu"), Rights::Drops);
        assert!(matches!(rights("nginx"), Rights::Root(_)));
        assert_eq!(rights("my-server"), Rights::Unknown);
    }
}
