//! The wrappers, as data.

use crate::collect::command::WrapperKind;

/// How a wrapper's words are read.
pub(super) struct Spec {
    pub(super) name: &'static str,
    pub(super) kind: WrapperKind,
    /// The word that must come next: `run` of `poetry run`.
    pub(super) sub: Option<&'static str>,
    /// Options that take the next word: letters, and long names.
    pub(super) letters: &'static str,
    pub(super) long: &'static [&'static str],
    /// Options that make it something else than a wrapper.
    pub(super) stops: &'static [&'static str],
    /// How many words stand between the options and the command.
    pub(super) positionals: usize,
    /// What names a user.
    pub(super) user: User,
    /// Whether `NAME=value` may stand before the command.
    pub(super) assigns: bool,
}

pub(super) enum User {
    No,
    Letter(char, &'static str),
    Positional,
}

const PLAIN: Spec = Spec {
    name: "",
    kind: WrapperKind::Plain,
    sub: None,
    letters: "",
    long: &[],
    stops: &[],
    positionals: 0,
    user: User::No,
    assigns: false,
};

/// Sources: the manual pages of sudo, doas, env (coreutils), bash's builtins, findutils' xargs, util-linux,
/// gosu, su-exec, s6, runit, tini, dumb-init.
#[rustfmt::skip]
pub(super) const WRAPPERS: &[Spec] = &[
    Spec {
        name: "sudo", kind: WrapperKind::User, letters: "ughpCrtTUDR",
        long: &[
            "--user", "--group", "--host", "--prompt", "--close-from", "--role", "--type",
            "--command-timeout", "--other-user", "--chdir", "--chroot",
        ],
        stops: &["-l", "--list", "-v", "--validate", "-e", "--edit", "-K"],
        user: User::Letter('u', "--user"), assigns: true, ..PLAIN
    },
    Spec { name: "doas", kind: WrapperKind::User, letters: "aCu", user: User::Letter('u', ""), ..PLAIN },
    Spec {
        name: "env", kind: WrapperKind::Environment, letters: "uC", long: &["--unset", "--chdir"],
        stops: &["-S", "--split-string"], assigns: true, ..PLAIN
    },
    Spec { name: "exec", letters: "a", ..PLAIN },
    Spec { name: "time", letters: "of", long: &["--output", "--format"], ..PLAIN },
    Spec { name: "nice", letters: "n", long: &["--adjustment"], ..PLAIN },
    Spec { name: "ionice", letters: "cnpPu", long: &["--class", "--classdata"], ..PLAIN },
    Spec { name: "nohup", ..PLAIN },
    Spec { name: "setsid", ..PLAIN },
    Spec { name: "command", stops: &["-v", "-V"], ..PLAIN },
    Spec { name: "builtin", ..PLAIN },
    Spec { name: "eval", ..PLAIN },
    Spec { name: "fakeroot", letters: "lsib", ..PLAIN },
    Spec { name: "eatmydata", ..PLAIN },
    Spec { name: "unbuffer", ..PLAIN },
    Spec { name: "catchsegv", ..PLAIN },
    Spec { name: "linux32", ..PLAIN },
    Spec { name: "linux64", ..PLAIN },
    Spec { name: "stdbuf", letters: "ioe", long: &["--input", "--output", "--error"], ..PLAIN },
    Spec { name: "timeout", letters: "ks", long: &["--kill-after", "--signal"], positionals: 1, ..PLAIN },
    Spec {
        name: "xvfb-run", letters: "efnpsw",
        long: &[
            "--error-file", "--auth-file", "--server-num", "--server-args", "--wait", "--xauth-protocol",
        ],
        ..PLAIN
    },
    Spec { name: "dbus-run-session", ..PLAIN },
    Spec { name: "flock", letters: "wE", stops: &["-c", "--command"], positionals: 1, ..PLAIN },
    Spec { name: "ddtrace-run", ..PLAIN },
    Spec { name: "opentelemetry-instrument", ..PLAIN },
    Spec { name: "newrelic-admin", sub: Some("run-program"), ..PLAIN },
    Spec {
        name: "xargs", kind: WrapperKind::Arguments, letters: "adEILnPs",
        long: &[
            "--arg-file", "--delimiter", "--max-lines", "--max-args", "--max-procs", "--max-chars",
            "--replace", "--process-slot-var",
        ],
        ..PLAIN
    },
    Spec { name: "gosu", kind: WrapperKind::User, positionals: 1, user: User::Positional, ..PLAIN },
    Spec { name: "su-exec", kind: WrapperKind::User, positionals: 1, user: User::Positional, ..PLAIN },
    Spec { name: "s6-setuidgid", kind: WrapperKind::User, positionals: 1, user: User::Positional, ..PLAIN },
    Spec { name: "setuidgid", kind: WrapperKind::User, positionals: 1, user: User::Positional, ..PLAIN },
    Spec { name: "setuser", kind: WrapperKind::User, positionals: 1, user: User::Positional, ..PLAIN },
    Spec { name: "chpst", kind: WrapperKind::User, letters: "uUbedmoscfp/n", user: User::Letter('u', ""), ..PLAIN },
    Spec {
        name: "runuser", kind: WrapperKind::User, letters: "ugG",
        long: &["--user", "--group", "--supp-group"], stops: &["-c", "-lc", "--command", "-l", "-"],
        user: User::Letter('u', "--user"), ..PLAIN
    },
    Spec {
        name: "setpriv", kind: WrapperKind::User,
        long: &[
            "--reuid", "--regid", "--groups", "--inh-caps", "--ambient-caps", "--bounding-set",
            "--securebits", "--pdeathsig", "--selinux-label", "--apparmor-profile",
        ],
        user: User::Letter('\0', "--reuid"), ..PLAIN
    },
    Spec { name: "busybox", kind: WrapperKind::Box, stops: &["--install", "--list", "--help"], ..PLAIN },
    Spec { name: "toybox", kind: WrapperKind::Box, ..PLAIN },
    Spec { name: "poetry", sub: Some("run"), kind: WrapperKind::Isolated, ..PLAIN },
    Spec { name: "pipenv", sub: Some("run"), kind: WrapperKind::Isolated, ..PLAIN },
    Spec { name: "pdm", sub: Some("run"), kind: WrapperKind::Isolated, letters: "p", ..PLAIN },
    Spec { name: "hatch", sub: Some("run"), kind: WrapperKind::Isolated, ..PLAIN },
    Spec {
        name: "uv", sub: Some("run"), kind: WrapperKind::Isolated, letters: "p",
        long: &[
            "--extra", "--group", "--no-group", "--only-group", "--env-file", "--with", "--with-editable",
            "--with-requirements", "--package", "--python", "--project", "--directory", "--index-url",
        ],
        ..PLAIN
    },
    Spec {
        name: "conda", sub: Some("run"), kind: WrapperKind::Isolated, letters: "np",
        long: &["--name", "--prefix", "--cwd"], ..PLAIN
    },
    Spec {
        name: "mamba", sub: Some("run"), kind: WrapperKind::Isolated, letters: "np",
        long: &["--name", "--prefix", "--cwd"], ..PLAIN
    },
    Spec {
        name: "micromamba", sub: Some("run"), kind: WrapperKind::Isolated, letters: "nperam",
        long: &["--name", "--prefix", "--root-prefix"], ..PLAIN
    },
    Spec { name: "bundle", sub: Some("exec"), kind: WrapperKind::Isolated, ..PLAIN },
    Spec { name: "tini", kind: WrapperKind::Init, letters: "pe", ..PLAIN },
    Spec { name: "tini-static", kind: WrapperKind::Init, letters: "pe", ..PLAIN },
    Spec { name: "docker-init", kind: WrapperKind::Init, letters: "pe", ..PLAIN },
    Spec { name: "catatonit", kind: WrapperKind::Init, letters: "", ..PLAIN },
    Spec { name: "dumb-init", kind: WrapperKind::Init, letters: "r", long: &["--rewrite"], ..PLAIN },
    Spec { name: "my_init", kind: WrapperKind::Init, long: &["--log-level"], ..PLAIN },
    Spec {
        name: "dockerize",
        long: &[
            "-wait", "-timeout", "-template", "-stdout", "-stderr", "-wait-retry-interval",
            "-wait-http-header", "-delims", "-env",
        ],
        ..PLAIN
    },
];
