//! Double quotes around words with variables.

use dfix_engine::{Findings, Group, Phase, Rule, Severity, fixes, leaves};
use dfix_model::Model;

use crate::quoting;

pub(crate) const RULE: Rule = Rule {
    id: "sh-quote-vars",
    aliases: &["SC2086"],
    groups: &[Group::Correctness],
    severity: Severity::Advice,
    summary: "put words with variables of a `RUN` into double quotes",
    why: "Without quotes the shell takes what a variable holds apart at blanks, and takes `*` and `?` in it for \
          patterns. Variables that the stage sets by `ENV` or `ARG` are left, and so are lists.",
    phase: Phase::Equivalent,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM debian:12\nRUN arch=$(uname -m) && curl -fO https://example.com/a-${arch}.tgz\n",
            "FROM debian:12\nRUN arch=$(uname -m) && curl -fO \"https://example.com/a-${arch}.tgz\"\n",
        )
        .that_says("`uname -m` prints one word"),
        fixes(
            "FROM debian:12\nRUN d=\"$(mktemp -d)\" && cd $d && make\n",
            "FROM debian:12\nRUN d=\"$(mktemp -d)\" && cd \"$d\" && make\n",
        ),
        fixes(
            "FROM debian:12\nRUN a=$(uname -m) && env ARCH=$a make\n",
            "FROM debian:12\nRUN a=$(uname -m) && env ARCH=\"$a\" make\n",
        ),
        fixes(
            "FROM debian:12\nRUN a=$(dpkg --print-architecture); make -C $a\n",
            "FROM debian:12\nRUN a=$(dpkg --print-architecture); make -C \"$a\"\n",
        )
        .with_unsafe()
        .that_says("is ever empty"),
        fixes(
            "FROM debian:12 AS a\nENV APP=/srv/app\nFROM a\nRUN mkdir $APP/x\n",
            "FROM debian:12 AS a\nENV APP=/srv/app\nFROM a\nRUN mkdir \"$APP/x\"\n",
        )
        .that_says("in line 2"),
        fixes(
            "FROM acme/base:1\nRUN ls $UNKNOWN/a\n",
            "FROM acme/base:1\nRUN ls \"$UNKNOWN/a\"\n",
        )
        .with_unsafe(),
        leaves("FROM acme/base:1\nRUN ls $UNKNOWN/a\n").that_says("whether `$UNKNOWN` holds one word"),
        // A build may choose another value.
        leaves("FROM debian:12\nARG V=1\nRUN a=$(uname -m) && curl https://example.com/$V/$a\n")
            .that_says("whether every build gives `V`"),
        leaves("FROM debian:12\nRUN [ -n x ] && a=$(uname -m); make $a\n").that_says("ever empty"),
        leaves("FROM debian:12\nRUN . /etc/os-release && echo $ID\n").that_says("whether `$ID`"),
        // ShellCheck is given what the stage declares, and knows what stands in the text.
        leaves("FROM debian:12\nENV V=1\nARG W\nRUN curl https://example.com/$V/$W\n").with_unsafe(),
        leaves("FROM debian:12\nRUN a=b && make $a && for x in c d; do make $x; done\n").with_unsafe(),
        // Lists.
        leaves("FROM debian:12\nRUN apt-get install $BUILD_PKGS && make $CFLAGS && apk add $X\n")
            .with_unsafe(),
        leaves("FROM debian:12\nRUN o='-a -b' && make $o && p= && make $p && q=\"$X -a\" && make $q\n").with_unsafe(),
        leaves("FROM debian:12\nRUN a=$X; case $X in b) c;; esac; $X d; set -- $X; e $# $? $@\n")
            .with_unsafe(),
        leaves("FROM debian:12\nRUN sh -c \"make $X\"\nRUN [\"make\", \"$X\"]\nONBUILD RUN make $X\nCMD make $X\n")
            .with_unsafe(),
        leaves("FROM debian:12\n# hadolint ignore=SC2086\nRUN make $X\n").with_unsafe(),
        leaves("FROM debian:12\nRUN make ~/$X {a,b}$X *$X ${X:-y} \"$X\" $(cat $X)$X `make $X`\n")
            .with_unsafe(),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    quoting::check(file, out, false);
}
