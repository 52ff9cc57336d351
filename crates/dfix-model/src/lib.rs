//! What a Dockerfile means: stages, images, users, commands, packages.
//!
//! Computed once per parse, read-only; each fact keeps its place in the text. Says what is, never
//! what would be good.
//!
//! Everything is asked through small handles that are free to copy: [`Model`] gives [`Stage`]s, a
//! stage its [`Step`]s, a step its [`Command`]s, a command its [`Word`]s. What few ask for is worked
//! out on the first question and kept. Offsets are bytes of the file, also inside `sh -c "…"`.
//!
//! ```
//! use dfix_model::context::MemoryContext;
//! use dfix_model::{Model, PackageCommand};
//!
//! let text = "FROM python:3.12\nRUN bash <<X\npython -m pip install flask\nX\nRUN curl -s https://x | sh\n";
//! let context = MemoryContext::new([("app.py", "import flask\n")]);
//! let parse = dfix_syntax::parse(text);
//! let model = Model::new(&parse.file(), text, &context);
//! let stage = model.final_stage().expect("there is one");
//!
//! let pip = stage.build_commands().find_map(PackageCommand::of).expect("it is read");
//! assert!(pip.is_install() && pip.packages()[0].name == Some("flask"));
//!
//! // What was not read is told, and never harmless.
//! let unread: Vec<&str> = stage.interpreted().unread().map(|it| it.what.as_str()).collect();
//! assert_eq!(unread, ["the text that `curl -s https://x` hands to `sh`"]);
//! ```
#![cfg_attr(
    not(test),
    deny(
        clippy::disallowed_methods,
        clippy::disallowed_types,
        clippy::disallowed_macros
    )
)]
#![warn(missing_docs)]

mod collect;
pub mod context;
pub mod dockerignore;
mod facts;
mod handles;
pub mod lfs;
mod lines;
pub mod packages;
pub mod path;
pub mod semantic_diff;
mod ternary;

pub use collect::command::{Connector, Operator, Surroundings, WrapperKind};
pub use collect::expand::{Origin, Piece};
pub use collect::image::{ImageRef, Part};
pub use collect::instruction::StepKind;
pub use collect::model::{LineEnding, Model};
pub use collect::shell::{Os, ShellKind};
pub use collect::word::WordKind;
pub use dfix_catalogue as catalogue;
pub use dfix_launch as launch;
pub use dfix_sources as sources;
pub use dfix_syntax::BrokenArray;
pub use facts::account_numbers::AccountNumber;
pub use facts::accounts::Accounts;
pub use facts::accounts::account::{Account, MadeBy};
pub use facts::accounts::making::Making;
pub use facts::application_sources::{ApplicationSource, ApplicationSources};
pub use facts::apt_in_text;
pub use facts::archives::AddedSource;
pub use facts::backticks::Backticks;
pub use facts::blank_runs::BlankRun;
pub use facts::build_arguments::GivenArgument;
pub use facts::cache_calls::{CacheCall, CacheFolders};
pub use facts::call_site::CallSite;
pub use facts::calls::{Call, Calls, NotRead, ProgramUse, UnreadKind};
pub use facts::clearing::Clearing;
pub use facts::data_folders::DataFolder;
pub use facts::dependencies::Dependencies;
pub use facts::destination::Destination;
pub use facts::drawn_fonts::DrawnFont;
pub use facts::entry::{Entry, StartCommand};
pub use facts::epilogue::Misplaced;
pub use facts::expansions::Expansion;
pub use facts::exposed::Exposed;
pub use facts::files_of_variables::LoadedVariables;
pub use facts::filesystem::Filesystem;
pub use facts::filesystem::entry::{
    Entry as FileEntry, Landing, Origin as FileOrigin, Owner, Touch, Touched,
};
pub use facts::filesystem::mode::Access;
pub use facts::frontend::{Frontend, foreign_frontend};
pub use facts::given_sources::{GivenSource, GivenSources};
pub use facts::hidden_calls::HiddenCalls;
pub use facts::image_positions::{ImagePlace, ImagePosition, Written};
pub use facts::indents::OddIndent;
pub use facts::installs_at_run_time::{BuildAtRunTime, InstallAtRunTime};
pub use facts::interpreted::{self, Interpreted, Reading};
pub use facts::joins::{Join, LineEnd};
pub use facts::lacked_packages::{LackedPackage, PackageChange};
pub use facts::launches::LowPorts;
pub use facts::launches::homes::LaunchedHome;
pub use facts::left_by_commands::{BuiltBelow, LeftByCommands};
pub use facts::lone_backslashes::LoneBackslash;
pub use facts::lookalikes::{Lookalike, Looks};
pub use facts::named_places::NamedPlace;
pub use facts::named_programs::{HeldPath, NamedProgram};
pub use facts::needs::absence::Absence;
pub use facts::needs::need::Need;
pub use facts::needs::{Needs, Users};
pub use facts::npm_lock::NpmLock;
pub use facts::open_heredocs::OpenHeredoc;
pub use facts::own_lines::{Gap, ListJoin, NotOnLines, OwnLines};
pub use facts::package_archives::{PackageArchive, is_comment};
pub use facts::package_lines::PackageLines;
pub use facts::platforms::NamedPlatform;
pub use facts::ports::{Port, Protocol};
pub use facts::private_keys::{KeyOrigin, PrivateKey};
pub use facts::program_names::ProgramNames;
pub use facts::programs_there::come_together;
pub use facts::project;
pub use facts::project::normal_python_name;
pub use facts::python_installs::PythonInstall;
pub use facts::pythons::{Python, PythonFrom};
pub use facts::read_by::ReadBy;
pub use facts::requirements::{Requirement, Requirements};
pub use facts::root_rights::RootRights;
pub use facts::roots_home::LeftAtHome;
pub use facts::run_scripts::RunScript;
pub use facts::run_time_writes::{RunTimeWrite, RunTimeWrites, UnknownWrite};
pub use facts::runtime::{self, Leads, Privileges, Process, Runtime};
pub use facts::schemas::DatabaseOfVariable;
pub use facts::scripts;
pub use facts::search_path::Login;
pub use facts::services::Services;
pub use facts::setting::{EnvFrom, EnvValue, Setting};
pub use facts::settings::Settings;
pub use facts::shell::Shell;
pub use facts::shell_values::{ShellValue, ShellValues};
pub use facts::shipped_texts::{ShippedLine, ShippedText, absolute_paths};
pub use facts::sources::{Source as SourceFile, known_words};
pub use facts::stage_references::StageReference;
pub use facts::system_packages::SystemPackage;
pub use facts::user::User;
pub use facts::user_packages::USER_BASE;
pub use facts::variable_readers::{names_whole, reads_variable};
pub use facts::workplace::Editor;
pub use handles::segments::{BarePart, Segment, SegmentKind, segments_of_node};
pub use handles::{
    Assignment, Base, Command, Flag, Given, GlobalArg, Interpreting, Mount, Pair, ProgramPoint,
    Redirect, Source, Stage, Step, Word, Wrapper,
};
pub use lines::lines;
pub use packages::{PackageCommand, PackageManager, PackageSpec, SpecKind};
pub use path::ImagePath;
pub use ternary::{OpenCondition, Ternary};
