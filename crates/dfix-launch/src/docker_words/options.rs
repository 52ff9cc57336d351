//! Which options there are, and which take a value.

use crate::shell::Word;

mod of_images;

pub(crate) use of_images::{IMAGETOOLS, KANIKO, NAMES};

/// The options of a command.
#[derive(Clone, Copy)]
pub(crate) struct Options {
    /// Long options that take a value, sorted.
    values: &'static [&'static str],
    /// Long options that take none, sorted; with `=` they may.
    flags: &'static [&'static str],
    /// Short options that take a value, with their long form or `""`.
    short_values: &'static [(char, &'static str)],
    /// Short options that take none.
    short_flags: &'static str,
    /// Other names of long options.
    aliases: &'static [(&'static str, &'static str)],
}

/// What stands before a subcommand.
pub(crate) const GLOBAL: Options = Options {
    values: &[
        "--builder",
        "--config",
        "--connection",
        "--context",
        "--host",
        "--identity",
        "--log-level",
        "--namespace",
        "--root",
        "--runroot",
        "--storage-driver",
        "--storage-opt",
        "--tlscacert",
        "--tlscert",
        "--tlskey",
        "--url",
    ],
    flags: &["--debug", "--remote", "--tls", "--tlsverify"],
    short_values: &[('H', ""), ('c', ""), ('l', ""), ('n', "")],
    short_flags: "Dr",
    aliases: &[],
};

/// `docker build`, `docker buildx build`, `podman build`.
pub(crate) const BUILD: Options = Options {
    values: &[
        "--add-host",
        "--allow",
        "--annotation",
        "--arch",
        "--attest",
        "--authfile",
        "--build-arg",
        "--build-context",
        "--builder",
        "--cache-from",
        "--cache-to",
        "--call",
        "--cap-add",
        "--cap-drop",
        "--cgroup-parent",
        "--cpu-period",
        "--cpu-quota",
        "--cpu-shares",
        "--cpuset-cpus",
        "--cpuset-mems",
        "--creds",
        "--device",
        "--dns",
        "--env",
        "--file",
        "--format",
        "--from",
        "--ignorefile",
        "--iidfile",
        "--isolation",
        "--jobs",
        "--label",
        "--layer-label",
        "--logfile",
        "--memory",
        "--memory-swap",
        "--metadata-file",
        "--network",
        "--no-cache-filter",
        "--os",
        "--output",
        "--platform",
        "--progress",
        "--retry",
        "--runtime",
        "--secret",
        "--security-opt",
        "--shm-size",
        "--ssh",
        "--tag",
        "--target",
        "--timestamp",
        "--ulimit",
        "--userns",
        "--variant",
        "--volume",
    ],
    flags: &[
        "--all-platforms",
        "--check",
        "--compress",
        "--debug",
        "--disable-content-trust",
        "--force-rm",
        "--layers",
        "--load",
        "--no-cache",
        "--provenance",
        "--pull",
        "--pull-always",
        "--push",
        "--quiet",
        "--rm",
        "--sbom",
        "--squash",
        "--squash-all",
        "--stdin",
        "--tls-verify",
    ],
    short_values: &[
        ('c', ""),
        ('f', "--file"),
        ('m', ""),
        ('o', "--output"),
        ('t', "--tag"),
        ('v', "--volume"),
    ],
    short_flags: "Dq",
    aliases: &[("--net", "--network")],
};

/// `docker run`, `docker create`, `podman run`.
pub(crate) const RUN: Options = Options {
    values: &[
        "--add-host",
        "--annotation",
        "--arch",
        "--attach",
        "--authfile",
        "--blkio-weight",
        "--blkio-weight-device",
        "--cap-add",
        "--cap-drop",
        "--cgroup-parent",
        "--cgroupns",
        "--cgroups",
        "--cidfile",
        "--cpu-count",
        "--cpu-percent",
        "--cpu-period",
        "--cpu-quota",
        "--cpu-rt-period",
        "--cpu-rt-runtime",
        "--cpu-shares",
        "--cpus",
        "--cpuset-cpus",
        "--cpuset-mems",
        "--detach-keys",
        "--device",
        "--device-cgroup-rule",
        "--device-read-bps",
        "--device-read-iops",
        "--device-write-bps",
        "--device-write-iops",
        "--dns",
        "--dns-option",
        "--dns-search",
        "--domainname",
        "--entrypoint",
        "--env",
        "--env-file",
        "--expose",
        "--gidmap",
        "--gpus",
        "--group-add",
        "--health-cmd",
        "--health-interval",
        "--health-retries",
        "--health-start-interval",
        "--health-start-period",
        "--health-timeout",
        "--hostname",
        "--hostuser",
        "--ip",
        "--ip6",
        "--ipc",
        "--isolation",
        "--kernel-memory",
        "--label",
        "--label-file",
        "--link",
        "--link-local-ip",
        "--log-driver",
        "--log-opt",
        "--mac-address",
        "--memory",
        "--memory-reservation",
        "--memory-swap",
        "--memory-swappiness",
        "--mount",
        "--name",
        "--network",
        "--network-alias",
        "--oom-score-adj",
        "--os",
        "--passwd-entry",
        "--personality",
        "--pid",
        "--pids-limit",
        "--platform",
        "--pod",
        "--publish",
        "--pull",
        "--requires",
        "--restart",
        "--runtime",
        "--secret",
        "--security-opt",
        "--shm-size",
        "--stop-signal",
        "--stop-timeout",
        "--storage-opt",
        "--subgidname",
        "--subuidname",
        "--sysctl",
        "--systemd",
        "--timeout",
        "--tmpfs",
        "--tz",
        "--uidmap",
        "--ulimit",
        "--umask",
        "--user",
        "--userns",
        "--uts",
        "--variant",
        "--volume",
        "--volume-driver",
        "--volumes-from",
        "--workdir",
    ],
    flags: &[
        "--detach",
        "--disable-content-trust",
        "--env-host",
        "--force-rm",
        "--http-proxy",
        "--init",
        "--interactive",
        "--no-healthcheck",
        "--no-hosts",
        "--oom-kill-disable",
        "--passwd",
        "--privileged",
        "--publish-all",
        "--quiet",
        "--read-only",
        "--read-only-tmpfs",
        "--replace",
        "--rm",
        "--rmi",
        "--rootfs",
        "--sig-proxy",
        "--tls-verify",
        "--tty",
        "--use-api-socket",
    ],
    short_values: &[
        ('a', ""),
        ('c', ""),
        ('e', "--env"),
        ('h', ""),
        ('l', ""),
        ('m', ""),
        ('p', "--publish"),
        ('u', "--user"),
        ('v', "--volume"),
        ('w', "--workdir"),
    ],
    short_flags: "Pdiqt",
    aliases: &[
        ("--net", "--network"),
        ("--net-alias", "--network-alias"),
        ("--dns-opt", "--dns-option"),
    ],
};

/// `docker compose`, before its subcommand; those of its first version among them.
pub(crate) const COMPOSE: Options = Options {
    values: &[
        "--ansi",
        "--context",
        "--env-file",
        "--file",
        "--host",
        "--log-level",
        "--parallel",
        "--profile",
        "--progress",
        "--project-directory",
        "--project-name",
        "--tlscacert",
        "--tlscert",
        "--tlskey",
    ],
    flags: &[
        "--all-resources",
        "--compatibility",
        "--dry-run",
        "--no-ansi",
        "--skip-hostname-check",
        "--tls",
        "--tlsverify",
        "--verbose",
    ],
    short_values: &[
        ('H', ""),
        ('c', ""),
        ('f', "--file"),
        ('p', "--project-name"),
    ],
    short_flags: "D",
    aliases: &[],
};

/// `docker compose run`.
pub(crate) const COMPOSE_RUN: Options = Options {
    values: &[
        "--cap-add",
        "--cap-drop",
        "--entrypoint",
        "--env",
        "--env-from-file",
        "--label",
        "--name",
        "--publish",
        "--pull",
        "--user",
        "--volume",
        "--workdir",
    ],
    flags: &[
        "--build",
        "--detach",
        "--interactive",
        "--no-TTY",
        "--no-deps",
        "--no-tty",
        "--quiet",
        "--quiet-build",
        "--quiet-pull",
        "--remove-orphans",
        "--rm",
        "--service-ports",
        "--tty",
        "--use-aliases",
    ],
    short_values: &[
        ('e', "--env"),
        ('l', ""),
        ('p', "--publish"),
        ('u', "--user"),
        ('v', "--volume"),
        ('w', "--workdir"),
    ],
    short_flags: "PTdiqt",
    aliases: &[],
};

/// `docker exec`, `docker compose exec`.
pub(crate) const EXEC: Options = Options {
    values: &[
        "--detach-keys",
        "--env",
        "--env-file",
        "--index",
        "--preserve-fds",
        "--user",
        "--workdir",
    ],
    flags: &[
        "--detach",
        "--dry-run",
        "--interactive",
        "--latest",
        "--no-TTY",
        "--no-tty",
        "--privileged",
        "--tty",
    ],
    short_values: &[('e', "--env"), ('u', "--user"), ('w', "--workdir")],
    short_flags: "Tdilt",
    aliases: &[],
};

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    /// The options by their long names, with their values, in order.
    pub(crate) options: Vec<(&'static str, Option<Word>)>,
    /// What is no option.
    pub(crate) operands: Vec<Word>,
    /// Where the first of them stands, or the end.
    pub(crate) operands_at: usize,
    /// Words that begin like options, or stand for some, and are not known.
    pub(crate) unknown: Vec<Word>,
}

impl Options {
    /// Tells options from operands. `is_mixed`: options may stand behind operands.
    pub(crate) fn take(self, words: &[Word], is_mixed: bool) -> Taken {
        let mut taken = Taken::default();
        let mut at = 0;
        let mut first = None;
        while let Some(word) = words.get(at) {
            at += 1;
            let text = &*word.text;
            if text == "--" {
                first.get_or_insert(at);
                taken.operands.extend_from_slice(&words[at..]);
                break;
            }
            if text.starts_with("--") {
                at += self.long(word, words.get(at), &mut taken);
            } else if text.starts_with('-') && text.len() > 1 {
                at += self.short(word, words.get(at), &mut taken);
            } else if is_ellipsis(text) {
                // Options that are shown elsewhere, or that the reader chooses.
            } else if stands_for_options(word) {
                taken.unknown.push(word.clone());
            } else {
                first.get_or_insert(at - 1);
                if is_mixed {
                    taken.operands.push(word.clone());
                } else {
                    taken.operands.extend_from_slice(&words[at - 1..]);
                    break;
                }
            }
        }
        taken.operands_at = first.unwrap_or(words.len());
        taken
    }

    /// Takes a long option; returns how many further words it takes.
    fn long(self, word: &Word, next: Option<&Word>, taken: &mut Taken) -> usize {
        let (name, value) = match word.text.split_once('=') {
            Some((name, value)) => (name, Some(with_text(word, value))),
            None => (&*word.text, None),
        };
        let alias = self.aliases.iter().find(|(alias, _)| *alias == name);
        let name = alias.map_or(name, |(_, name)| name);
        let find = |all: &'static [&'static str]| all.iter().copied().find(|it| *it == name);
        match (find(self.values), find(self.flags), value) {
            (Some(name), _, Some(value)) => {
                taken.options.push((name, Some(value)));
                0
            }
            (Some(name), _, None) => {
                taken.options.push((name, next.cloned()));
                1
            }
            (None, Some(name), value) => {
                taken
                    .options
                    .push((name, value.filter(|it| it.text != "true")));
                0
            }
            (None, None, _) => {
                taken.unknown.push(word.clone());
                0
            }
        }
    }

    /// Takes short options that stand together; returns how many further words they take.
    fn short(self, word: &Word, next: Option<&Word>, taken: &mut Taken) -> usize {
        for (at, letter) in word.text.char_indices().skip(1) {
            let of = |it: &&(char, &str)| it.0 == letter;
            if let Some((_, name)) = self.short_values.iter().find(of) {
                let rest = &word.text[at + letter.len_utf8()..];
                let rest = rest.strip_prefix('=').unwrap_or(rest);
                let (value, further) = match rest {
                    "" => (next.cloned(), 1),
                    rest => (Some(with_text(word, rest)), 0),
                };
                taken.options.push((name, value));
                return further;
            }
            if !self.short_flags.contains(letter) {
                taken.unknown.push(word.clone());
                return 0;
            }
        }
        0
    }
}

/// The part of a word; what was not known of the whole may be in it.
fn with_text(word: &Word, text: &str) -> Word {
    Word {
        text: text.to_owned(),
        open: word.open.clone().filter(|_| text.contains('$')),
    }
}

/// Whether a word of an example stands for what it leaves out: `docker run ... -v data:/data web`, `docker run [OPTIONS] web`.
fn is_ellipsis(text: &str) -> bool {
    let inner = text.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
    matches!(inner.unwrap_or(text), "..." | "…")
        || inner.is_some_and(|it| {
            it.eq_ignore_ascii_case("options") || it.eq_ignore_ascii_case("flags")
        })
}

/// Whether a word that is not known stands for options and not for an image or a folder: its name says so.
fn stands_for_options(word: &Word) -> bool {
    let Some(open) = word.open.as_ref().filter(|_| word.text.starts_with('$')) else {
        return false;
    };
    let open = open.to_ascii_uppercase();
    if open.contains("IMAGE") {
        return false;
    }
    [
        "ARG", "ENV", "FLAG", "OPT", "PARAM", "VOLUME", "MOUNT", "PORTS",
    ]
    .into_iter()
    .any(|part| open.contains(part))
}

#[cfg(test)]
mod tests {
    use super::{BUILD, COMPOSE, COMPOSE_RUN, EXEC, GLOBAL, IMAGETOOLS, KANIKO, NAMES, RUN};

    #[test]
    fn the_tables_are_sorted_and_agree() {
        let all = [
            GLOBAL,
            BUILD,
            RUN,
            COMPOSE,
            COMPOSE_RUN,
            EXEC,
            NAMES,
            IMAGETOOLS,
            KANIKO,
        ];
        for options in all {
            for list in [options.values, options.flags] {
                assert!(list.is_sorted_by(|a, b| a < b), "{list:?}");
            }
            assert!(options.flags.iter().all(|it| !options.values.contains(it)));
            for (_, name) in options.short_values {
                assert!(name.is_empty() || options.values.contains(name), "{name}");
            }
        }
    }
}
