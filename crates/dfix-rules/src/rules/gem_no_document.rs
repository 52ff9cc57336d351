//! `--no-document` for gem.

use dfix_catalogue::is_from_before_2015;
use dfix_engine::{
    Effect, Findings, Group, OpenCondition, Phase, Rule, Safety, Severity, fixes, leaves,
};
use dfix_model::packages::OptionUse;
use dfix_model::{Model, PackageCommand, PackageManager, Stage};

pub(crate) const RULE: Rule = Rule {
    id: "gem-no-document",
    aliases: &[],
    groups: &[Group::Size, Group::Speed],
    severity: Severity::Advice,
    summary: "pass `--no-document` to `gem install` and `gem update`",
    why: "gem makes the documentation of each gem as pages and for `ri`: it takes longer than the installation, and \
          nobody reads it in an image. `--no-ri` and `--no-rdoc` are gone since RubyGems 3.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM debian:12\nRUN gem install bundler\n",
            "FROM debian:12\nRUN gem install --no-document bundler\n",
        ),
        fixes(
            "FROM ruby:3.3\nRUN gem install --no-ri --no-rdoc bundler\n",
            "FROM ruby:3.3\nRUN gem install --no-document bundler\n",
        ),
        fixes(
            "FROM alpine:3.22\nRUN gem update --system && gem install a -v 1\n",
            "FROM alpine:3.22\nRUN gem update --no-document --system && gem install --no-document a -v 1\n",
        ),
        // The image says so by itself.
        leaves("FROM ruby:3.3\nRUN gem install bundler\n"),
        leaves("FROM debian:12\nRUN gem install --no-document a && gem install -N b\n"),
        leaves("FROM debian:12\nRUN gem install --document=ri a && gem install --ri b\n"),
        leaves("FROM debian:12\nRUN echo 'gem: --no-document' > ~/.gemrc && gem install a\n"),
        leaves("FROM debian:12\nCOPY gemrc /etc/gemrc\nRUN gem install a\n"),
        leaves("FROM ubuntu:14.04\nRUN gem install --no-ri --no-rdoc a\n"),
        leaves("FROM acme/ruby:3\nRUN gem install a\n").that_says("whether RubyGems is 2"),
        // CentOS 6 has RubyGems 1.3, whoever built the image.
        leaves("FROM oraclelinux:6\nRUN gem install a\n"),
        leaves("FROM akroh/centos:6\nRUN gem install a\n"),
        leaves("FROM nimmis/java-centos:6\nRUN gem install a\n").that_says("whether RubyGems is 2"),
        leaves("FROM debian:12\nRUN gem update --no-document --system 1.8.30\nRUN gem install a\n")
            .that_says("whether RubyGems is 2"),
        leaves("FROM debian:12\nRUN gem build a.gemspec && gem list\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for stage in file.stages() {
        for gem in stage.package_commands(PackageManager::Gem) {
            let is_one = gem.subcommand_is_one_of(&["install", "i", "update"]);
            let is_told = [
                "--no-document",
                "-N",
                "--document",
                "--ri",
                "--rdoc",
                "--config-file",
            ]
            .iter()
            .any(|it| gem.has_flag(it));
            if !is_one || is_told || !gem.step().is_run() || is_configured(stage, &gem) {
                continue;
            }
            let old: Vec<OptionUse<'_>> = gem
                .options()
                .filter(|it| matches!(it.name, "--no-ri" | "--no-rdoc"))
                .collect();
            let image = stage.base_image();
            let (name, tag) = (image.name().unwrap_or(""), image.tag_text().unwrap_or(""));
            let is_rubys = name == "ruby";
            let is_old = match name {
                "ruby" | "jruby" => Some(tag.starts_with("1.")),
                _ => is_from_before_2015(name, tag),
            };
            if is_old == Some(true) || (is_rubys && old.is_empty()) {
                continue;
            }
            let message = match old.first() {
                Some(option) => format!("`{}` is gone since RubyGems 3", option.name),
                None => format!("`gem {}` makes documentation", gem.subcommand_text()),
            };
            out.judge(gem.subcommand(), Safety::Checked, message, |case| {
                let is_unknown = is_old.is_none() || name == "centos" || brings_another(stage);
                case.open(is_unknown.then(|| {
                    OpenCondition::new(
                        "whether RubyGems is 2 or later, and knows the option",
                        "look with `gem --version` there",
                    )
                }))
                .evidence(
                    (!is_unknown)
                        .then_some("the image's RubyGems is 2 or later: it is from after 2014"),
                )
                .declare(Effect::arguments_of(gem.command))
                .fix(|edit| match old.split_first() {
                    Some((first, rest)) => {
                        edit.replace_word(first.word, "--no-document");
                        edit.remove_words(rest.iter().map(|it| it.word));
                    }
                    None => edit.insert_word_after(gem.subcommand(), "--no-document"),
                });
                Ok(())
            });
        }
    }
}

/// Whether the file may bring a Ruby, or a RubyGems, of another version than the image's.
fn brings_another(stage: Stage<'_>) -> bool {
    let is_chosen =
        |it: PackageCommand<'_>| it.has_flag("--system") && it.operands().next().is_some();
    if stage.package_commands(PackageManager::Gem).any(is_chosen) {
        return true;
    }
    let mut steps = stage.base_chain().flat_map(Stage::steps);
    steps.any(|step| {
        ["rbenv", "ruby-build", "ruby-install", "rvm"]
            .iter()
            .any(|it| step.mentions(it))
    })
}

/// Whether a file of settings may say it.
fn is_configured<'m>(stage: Stage<'m>, gem: &PackageCommand<'m>) -> bool {
    let at = gem.range().start();
    let mut steps = stage.base_chain().flat_map(Stage::steps);
    steps.any(|step| step.range().start() < at && step.mentions("gemrc"))
}
