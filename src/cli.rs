//! The command line: clap types only.

mod patch_by;
mod shard;

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::str::FromStr;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::parser::ValueSource;
use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser, ValueEnum};

use dfix_engine::Severity;

use crate::suggest::nearest;

pub(crate) use patch_by::PatchBy;
pub(crate) use shard::Shard;

/// The fixer for Dockerfiles: linters report, dfix repairs.
///
/// Without --diff and --fix it reports what it would change and what it cannot, and writes nothing.
#[derive(Debug, Parser)]
#[command(
    name = "dfix",
    version,
    max_term_width = 100,
    override_usage = "dfix [OPTIONS] [PATHS]...\n       dfix [OPTIONS] <COMMAND>",
    after_help = "Exit codes: 0 nothing left to do; 1 findings remain, or --diff printed something; \
                  2 dfix could not do its work for at least one file, or was called wrongly."
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) subcommand: Option<Subcommand>,
    #[command(flatten)]
    pub(crate) check: Check,
    #[command(flatten)]
    pub(crate) common: Common,
}

/// What `check` is told, the job that needs no subcommand.
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Dockerfiles, and folders to look for them in [default: .]; `-` alone fixes standard input to
    /// standard output
    pub(crate) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) work: Work,
    #[command(flatten)]
    pub(crate) choice: Choice,
    /// Ask about every fix before it is made, at the terminal; with --diff print a patch of what was agreed to, and write nothing
    #[arg(short, long, conflicts_with_all = ["add_ignore", "update_baseline", "limit"])]
    pub(crate) interactive: bool,
    /// The name that standard input goes by: for the build context, the configuration and messages
    #[arg(long, value_name = "FILE")]
    pub(crate) stdin_filename: Option<PathBuf>,
    /// Also print how often each rule found something
    #[arg(long)]
    pub(crate) statistics: bool,
    /// With --since or --staged: only findings on lines that changed; the rest of a file is neither told nor fixed
    #[arg(long, conflicts_with_all = ["add_ignore", "update_baseline"])]
    pub(crate) changed_lines: bool,
    /// Findings that are known, written down in this file: they are not told, not fixed, and do not count
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,
    /// Fix nothing, and write all that is found to the baseline
    #[arg(
        long,
        conflicts_with_all = ["fix", "diff", "add_ignore", "rule", "ignore", "shard"]
    )]
    pub(crate) update_baseline: bool,
    /// Use no baseline, whatever dfix.toml says
    #[arg(long, conflicts_with_all = ["baseline", "update_baseline"])]
    pub(crate) no_baseline: bool,
    /// Fix nothing, and write a comment for all that is found: `# dfix: ignore=RULE REASON` above the instruction; with --diff
    /// print that as a patch
    #[arg(long, value_name = "REASON", conflicts_with = "fix")]
    pub(crate) add_ignore: Option<String>,
}

/// Which fixes count.
#[derive(Debug, Args)]
pub(crate) struct Choice {
    /// Apply only fixes that leave the build's result the same
    #[arg(long, conflicts_with = "allow_unsafe")]
    pub(crate) safe_only: bool,
    /// Also apply fixes with a condition that could not be established
    #[arg(long = "unsafe")]
    pub(crate) allow_unsafe: bool,
    /// Only these rules, by name, group or alias (DL3042)
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub(crate) rule: Vec<String>,
    /// Not these rules
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub(crate) ignore: Vec<String>,
}

/// Which files are worked on, and what is printed of them or written.
#[derive(Debug, Clone, Args)]
pub(crate) struct Work {
    /// The paths that the command line names.
    #[arg(skip)]
    pub(crate) given: Vec<PathBuf>,
    /// Print what --fix would write, as a patch that `git apply` takes; write nothing
    #[arg(long)]
    pub(crate) diff: bool,
    /// Name files in patches as from the current folder, and not as from the root of the work tree
    #[arg(long)]
    pub(crate) relative: bool,
    /// Rewrite in place; with --diff, also print what was written
    #[arg(long)]
    pub(crate) fix: bool,
    /// Also look at files whose names fit this glob, whatever they are called; may be given several times
    #[arg(long, value_name = "GLOB")]
    pub(crate) include: Vec<String>,
    /// Leave files and folders that fit this glob; may be given several times, and `!` takes back
    #[arg(long, value_name = "GLOB")]
    pub(crate) exclude: Vec<String>,
    /// Leave what dfix.toml or --exclude excludes, even where it is named here: for programs that name every file that changed
    #[arg(long)]
    pub(crate) force_exclude: bool,
    /// Only files that differ from this revision of git, or that git does not know yet
    #[arg(long, value_name = "REVISION", conflicts_with = "staged")]
    pub(crate) since: Option<String>,
    /// Only files that the next commit of git would change; one that has other changes beside those is left and named
    #[arg(long)]
    pub(crate) staged: bool,
    /// Change nothing where git has changes below these paths that are not committed
    #[arg(long, requires = "fix")]
    pub(crate) require_clean: bool,
    /// Only the first N files that would change, and all that would not: for a first look, or a first batch
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<NonZeroUsize>,
    /// The build context of all these Dockerfiles, in place of what dfix.toml and the project's files say
    #[arg(long, value_name = "FOLDER")]
    pub(crate) context: Option<PathBuf>,
    /// Read paths from a file, or from standard input, one a line
    #[arg(long, value_name = "FILE|-")]
    pub(crate) files_from: Option<PathBuf>,
    /// The paths of --files-from end with a zero byte
    #[arg(short = '0', requires = "files_from")]
    pub(crate) null: bool,
    /// Only a part of the files, for machines that share the work: part I of N, told by the path alone
    #[arg(long, value_name = "I/N")]
    pub(crate) shard: Option<Shard>,
    /// Also write a report to a file: patch, or any format; may be given several times
    #[arg(long, value_name = "FORMAT=FILE")]
    pub(crate) report: Vec<ReportFile>,
    /// Also write the patch in parts, numbered in the order in which they apply, into this folder, which is made or is empty
    #[arg(long, value_name = "FOLDER")]
    pub(crate) patch_dir: Option<PathBuf>,
    /// How --patch-dir parts the patch
    #[arg(long, requires = "patch_dir", default_value = "rule")]
    pub(crate) patch_by: PatchBy,
    #[command(flatten)]
    pub(crate) threads: Threads,
    /// Exit with 1 only for findings of this severity, or a worse one [default: what dfix.toml says, else warning]
    #[arg(long, value_name = "SEVERITY", value_parser = severity())]
    pub(crate) fail_on: Option<Severity>,
    /// Exit with 0 even where something is left
    #[arg(long)]
    pub(crate) exit_zero: bool,
}

/// The severities, by their names.
fn severity() -> impl TypedValueParser<Value = Severity> {
    let names = Severity::ALL.iter().map(|it| {
        PossibleValue::new(it.name()).help(match it {
            Severity::Advice => "Any finding",
            Severity::Warning => "What does harm, or will one day",
            Severity::Error => "What makes the build or the container fail",
        })
    });
    PossibleValuesParser::new(names).map(|name| Severity::named(&name).unwrap_or(Severity::Warning))
}

/// How many threads work.
#[derive(Debug, Clone, Args)]
pub(crate) struct Threads {
    /// How many threads to use [default: as many as there are processors]
    #[arg(short, long, value_name = "N")]
    pub(crate) jobs: Option<NonZeroUsize>,
}

impl Threads {
    /// As many as are asked for, else as there are processors.
    pub(crate) fn count(&self) -> usize {
        let jobs = self
            .jobs
            .or_else(|| std::thread::available_parallelism().ok());
        jobs.map_or(1, NonZeroUsize::get)
    }
}

/// What every subcommand takes.
#[derive(Debug, Clone, Args)]
pub(crate) struct Common {
    /// How to print [default: text]
    #[arg(long, global = true, value_enum)]
    pub(crate) format: Option<Format>,
    /// Use this configuration for all files
    #[arg(long, global = true, value_name = "FILE", conflicts_with = "no_config")]
    pub(crate) config: Option<PathBuf>,
    /// Use no configuration
    #[arg(long, global = true)]
    pub(crate) no_config: bool,
    /// When to use colour
    #[arg(
        long,
        global = true,
        value_enum,
        default_value = "auto",
        value_name = "WHEN"
    )]
    pub(crate) color: Color,
    /// Print no report and no summary, only what went wrong
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Say which files and configurations were looked at
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,
}

/// A subcommand comes first: `dfix rules` is one, `dfix ./rules` is a path.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Subcommand {
    /// List the rules
    Rules,
    /// Say what a rule does, why, and show its examples
    Explain {
        /// A rule, by name, group or alias
        rule: String,
    },
    /// Say what is known of a base image
    ExplainImage {
        /// An image reference such as `python:3.11`
        image: String,
    },
    /// Look for a pattern and put something else in its place
    ///
    /// A pattern is an instruction (`FROM python:{tag}`), a command wherever it stands (`apt-get install {packages...}`),
    /// or an image wherever it is named (`image python:{tag}`). Holes such as {tag} bind what stands there.
    #[command(after_long_help = GRAMMAR)]
    Rewrite(Box<Rewrite>),
    /// Run recipes: migrations that are written down in a file
    ///
    /// A recipe is one that dfix brings along (`dfix migrate --list`), or a file of yours by its path. Its fixes of every
    /// level are what was asked for: --diff and --fix make the unsafe ones, too, and there is no --unsafe. What was not
    /// established is told with each, and in the text of --message.
    Migrate(Box<Migrate>),
    /// Say what is configured, and where
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Write a dfix.toml that says what can be said, with what a .hadolint.yaml beside it says
    Init {
        /// The folder that it is for
        #[arg(default_value = ".")]
        folder: PathBuf,
    },
    /// Print the syntax tree of a Dockerfile
    Tree {
        /// The Dockerfile; `-` is standard input
        file: PathBuf,
    },
    /// Fix Dockerfiles given as JSON, one object a line, and print one object a line: for data engines
    ///
    /// An object has `content`, the Dockerfile's text; and it may have `id` (anything; it comes back), `path` (what the
    /// Dockerfile is called) and `files` (path and text of the other files of its project, from the same folder as
    /// `path`). Back come `id`, `path`, `content` after all fixes, `changed`, `findings`, `errors` and `diff`, in order.
    Batch {
        #[command(flatten)]
        choice: Choice,
        #[command(flatten)]
        threads: Threads,
    },
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// What can be said of configurations.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum ConfigCommand {
    /// Print what is in force for a file, and the file and line that say so
    Show {
        /// A Dockerfile, or a folder
        #[arg(default_value = ".")]
        path: PathBuf,
    },
    /// Print the JSON schema of dfix.toml
    Schema,
}

/// What patterns and replacements can say.
const GRAMMAR: &str = "\
Patterns:
  image python:{tag}              an image wherever one is named: FROM, COPY --from, --mount from=, # syntax=, the ARG that
                                  decides a FROM; without a tag it is one without a tag; {tag...} is with one, or none
  FROM python:{tag}               an instruction; several lines are instructions in a row, a line `...` passes over some
  apt-get install {packages...}   a command wherever it stands; `curl {url} | sh` a pipeline
Holes:
  {name}                          one word, or a part of one (python{v}); the same name twice is the same text; {_} binds nothing
  {name...}                       any number of words, none too
  {v: 3.*|2.7}  {v: >=3.9 <3.12}  one of these (* any text, ? one character, no [classes]); a version, `v3.10` too
  {v: /regex/}  {v: not 3.*}  {v: none}
                                  all of the text fits; anything else; nothing is there
  Braces in single quotes, ${X}, {a,b} and {{x} are no holes.
Replacements:
  Only what differs from the pattern is edited; what the pattern does not mention stays: further options and flags, `AS name`,
  --platform, digests, comments. '' takes away. A replacement may be several instructions, with line ends between, and a
  command may become several, with && between. A replacement that its pattern finds again wants a --not that excludes it.
Examples:
  dfix rewrite 'image python:{tag}' 'image registry.example.com/python:{tag}' --diff .
  dfix rewrite 'apt-get install libgl1-mesa-glx' 'apt-get install libgl1' --diff .
  dfix rewrite 'FROM {image}' 'FROM {image}
COPY ca.crt /etc/ssl/' --before 'RUN curl {_...}' --not-before 'COPY ca.crt {_}' --diff .
  dfix rewrite 'RUN {x...}' 'RUN {x...}
USER 1001' --final --last --diff .
Levels hold nothing back that was asked for: --diff and --fix make every rewrite that its proofs let through.";

/// What `rewrite` is told.
#[derive(Debug, Args)]
pub(crate) struct Rewrite {
    /// What to look for
    pub(crate) pattern: String,
    /// What to put in its place; '' takes it away. With --search and --count there is none
    pub(crate) replacement: Option<String>,
    /// Dockerfiles, and folders to look for them in [default: .]
    pub(crate) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) work: Work,
    /// Print where the pattern fits, and what its holes bind; change nothing
    #[arg(long, conflicts_with_all = ["diff", "fix"])]
    pub(crate) search: bool,
    /// Print how often the pattern fits
    #[arg(long, conflicts_with_all = ["diff", "fix", "search"])]
    pub(crate) count: bool,
    /// With --count: how often for each text that this hole binds, several for what they bind together;
    /// `--base 'image {image}'` counts bases as they are built
    #[arg(long, value_name = "HOLE", requires = "count")]
    pub(crate) by: Vec<String>,
    /// Say how the pattern is understood, and what counts as equal
    #[arg(long)]
    pub(crate) explain: bool,
    /// Only in stages that are based on such an image, perhaps through other stages; of several one: fedora:{_...} is with any
    /// tag, or none
    #[arg(long, value_name = "IMAGE")]
    pub(crate) in_stage_based_on: Vec<String>,
    /// Only in stages whose image is known to be made of such a distribution (debian, ubuntu, alpine, fedora, …); of several one.
    /// Images that dfix does not know are left out: see `dfix explain-image`
    #[arg(long, value_name = "NAME")]
    pub(crate) distribution: Vec<String>,
    /// Only in the last stage; with --base the image that this is based on, also through other stages
    #[arg(long = "final")]
    pub(crate) is_final: bool,
    /// Only with no instruction behind it in its stage
    #[arg(long = "last")]
    pub(crate) is_last: bool,
    /// Of images only those that a stage is based on
    #[arg(long = "base")]
    pub(crate) is_base: bool,
    /// Only where the user is known to be root: at the place itself, which of an image or a FROM is the base's user, whatever
    /// USER follows
    #[arg(long)]
    pub(crate) as_root: bool,
    /// Only with something behind it, in the same stage, that fits this pattern
    #[arg(long, value_name = "PATTERN")]
    pub(crate) before: Vec<String>,
    /// Only with something before it, in the same stage or in one that it is based on, that fits this pattern
    #[arg(long, value_name = "PATTERN")]
    pub(crate) after: Vec<String>,
    /// Only with nothing behind it in the stage that fits this pattern
    #[arg(long, value_name = "PATTERN")]
    pub(crate) not_before: Vec<String>,
    /// Only with nothing before it in the stage, or in one that it is based on, that fits this pattern
    #[arg(long, value_name = "PATTERN")]
    pub(crate) not_after: Vec<String>,
    /// Not what fits this pattern, too, or stands in what does. A hole of the pattern must bind the same there
    #[arg(long, value_name = "PATTERN")]
    pub(crate) not: Vec<String>,
}

/// What `migrate` is told.
#[derive(Debug, Args)]
pub(crate) struct Migrate {
    /// Recipes, by name or by the path of their file; several, with commas, run in this order
    #[arg(required_unless_present_any = ["list", "schema"])]
    pub(crate) recipes: Option<String>,
    /// Dockerfiles, and folders to look for them in [default: .]
    pub(crate) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) work: Work,
    /// What a recipe is told: NAME=VALUE, or RECIPE.NAME=VALUE where several run
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) set: Vec<String>,
    /// Write a commit message, which is the text of a pull request too, to a file; a step that has a `message` says that there
    #[arg(long, value_name = "FILE|-")]
    pub(crate) message: Option<PathBuf>,
    /// List the recipes that dfix brings along
    #[arg(long, conflicts_with_all = ["recipes", "schema"])]
    pub(crate) list: bool,
    /// Run the examples of recipes, or of all in a folder, and change nothing
    #[arg(long, conflicts_with_all = ["diff", "fix", "explain"])]
    pub(crate) test: bool,
    /// Say what recipes do, and which parameters they take
    #[arg(long, conflicts_with_all = ["diff", "fix"])]
    pub(crate) explain: bool,
    /// Print the JSON schema of recipe files
    #[arg(long, conflicts_with = "recipes")]
    pub(crate) schema: bool,
}

/// How to print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// The place in the source, the evidence and the remedy
    Text,
    /// One line a finding
    Concise,
    /// One document
    Json,
    /// One JSON object a line
    Jsonl,
    /// SARIF 2.1.0, for code scanning services
    Sarif,
    /// Annotations of a GitHub workflow
    Github,
    /// GitLab's code quality report
    Gitlab,
    /// JUnit's XML, for test reporters
    Junit,
    /// Checkstyle's XML, for services that know no other
    Checkstyle,
    /// Reviewdog's diagnostics, with suggestions
    Rdjson,
    /// Markdown, for the comment of a pull request
    Markdown,
    /// One page for a reviewer: charts, base images, each patch side by side, and filters
    Html,
}

/// A report, and where it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReportFile {
    /// What it is.
    pub(crate) kind: ReportKind,
    /// Where it is written.
    pub(crate) path: PathBuf,
}

/// What a report is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReportKind {
    /// What `--diff` prints.
    Patch,
    /// What `--format` prints.
    Format(Format),
}

impl FromStr for ReportFile {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let formats = Format::value_variants().iter();
        let names: Vec<String> = formats
            .filter_map(|it| Some(it.to_possible_value()?.get_name().to_owned()))
            .collect();
        let wrong = || {
            format!(
                "write `FORMAT=FILE`; formats are patch, {}",
                names.join(", ")
            )
        };
        let (name, path) = text.split_once('=').ok_or_else(wrong)?;
        if path.is_empty() {
            return Err(wrong());
        }
        if path == "-" {
            return Err("reports go to files; --format says what is printed".to_owned());
        }
        let kind = match name {
            "patch" => ReportKind::Patch,
            name => ReportKind::Format(Format::from_str(name, false).map_err(|_| wrong())?),
        };
        Ok(ReportFile {
            kind,
            path: PathBuf::from(path),
        })
    }
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// The arguments of this process; leaves it where they make no sense or ask for help.
pub(crate) fn arguments() -> Arguments {
    let mut command = Arguments::command();
    let matches = command.get_matches_mut();
    if matches.subcommand_name().is_some() {
        let is_given = |id: &&clap::Id| {
            matches.value_source(id.as_str()) == Some(ValueSource::CommandLine)
                && command
                    .get_arguments()
                    .any(|it| it.get_id() == *id && !it.is_global_set())
        };
        if let Some(id) = matches.ids().find(is_given) {
            let name = matches.subcommand_name().unwrap_or_default();
            let message = format!(
                "--{} does not go with the command `{name}`; for a path of that name write `./{name}`",
                id.as_str().replace('_', "-")
            );
            command
                .error(clap::error::ErrorKind::ArgumentConflict, message)
                .exit();
        }
    }
    let mut arguments = Arguments::from_arg_matches(&matches)
        .unwrap_or_else(|error| error.format(&mut command).exit());
    // Comments, and what is agreed to, are written as all fixes are.
    let check = &mut arguments.check;
    check.work.fix |= (check.add_ignore.is_some() || check.interactive) && !check.work.diff;
    check.work.given.clone_from(&check.paths);
    match &mut arguments.subcommand {
        Some(Subcommand::Rewrite(it)) => it.work.given.clone_from(&it.paths),
        Some(Subcommand::Migrate(it)) => it.work.given.clone_from(&it.paths),
        _ => {}
    }
    arguments
}

/// The subcommand that `word` is, or is nearly.
pub(crate) fn subcommand_like(word: &str) -> Option<String> {
    // What needs no command.
    if ["check", "lint", "fix", "format"].contains(&word) {
        return None;
    }
    let command = Arguments::command();
    let names: Vec<&str> = command
        .get_subcommands()
        .map(clap::Command::get_name)
        .collect();
    nearest(word, names).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_are_read() {
        let report = "json=a=b.json".parse::<ReportFile>().unwrap();
        assert_eq!(report.kind, ReportKind::Format(Format::Json));
        assert_eq!(report.path.to_str(), Some("a=b.json"));
        assert_eq!(
            "patch=x".parse::<ReportFile>().unwrap().kind,
            ReportKind::Patch
        );
        for wrong in ["json", "json=", "xml=a", "=a", "json=-"] {
            assert!(wrong.parse::<ReportFile>().is_err(), "{wrong}");
        }
    }
}
