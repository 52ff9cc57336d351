//! Double quotes around words with what a command prints.

use dfix_engine::{Findings, Group, Phase, Rule, Severity, fixes, leaves};
use dfix_model::Model;

use crate::quoting;

pub(crate) const RULE: Rule = Rule {
    id: "sh-quote-cmdsub",
    aliases: &["SC2046"],
    groups: &[Group::Correctness],
    severity: Severity::Advice,
    summary: "put words with what a command prints into double quotes, where that is one word",
    why: "Without quotes the shell takes what is printed apart at blanks, and takes `*` and `?` in it for \
          patterns. What prints lists on purpose, such as `find`, is left.",
    phase: Phase::Equivalent,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM debian:12\nRUN make -j$(nproc) && cd $(mktemp -d) && make\n",
            "FROM debian:12\nRUN make \"-j$(nproc)\" && cd \"$(mktemp -d)\" && make\n",
        )
        .that_says("`nproc` prints one word"),
        fixes(
            "FROM debian:12\nRUN curl -fO https://example.com/a-$(dpkg --print-architecture).tgz\n",
            "FROM debian:12\nRUN curl -fO \"https://example.com/a-$(dpkg --print-architecture).tgz\"\n",
        ),
        leaves("FROM debian:12\nRUN make $(dpkg --print-architecture)\n").that_says("ever empty"),
        leaves("FROM debian:12\nARG V=1\nRUN curl https://example.com/$V/$(uname -m)\n")
            .that_says("whether every build gives `V`"),
        leaves("FROM debian:12\nRUN apt-get purge $(cat list) && rm $(find / -name x) && make $(date)\n")
            .with_unsafe(),
        leaves("FROM debian:12\nRUN make -j$(nproc; nproc) -k$(nproc | cat) \"-l$(nproc)\" -m$((1+1))\n")
            .with_unsafe(),
        leaves("FROM debian:12\n# hadolint ignore=SC2046\nRUN make -j$(nproc)\n").with_unsafe(),
        leaves("FROM debian:12\nRUN a=$(nproc) && case $(uname) in Linux) make;; esac\n").with_unsafe(),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    quoting::check(file, out, true);
}
