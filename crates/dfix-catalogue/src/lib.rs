//! Facts about the world: published image tags, what base images hold, which packages compile,
//! when support ended. Knows no Dockerfile, and no other crate of dfix.
//!
//! Everything here is a pure function of its arguments and of data embedded at compile time
//! (`README.md` tells sources and dates). Nothing is parsed at start: look-ups read the
//! embedded bytes where they lie, so each costs microseconds and nothing is cached.
//! "Unknown" is always a possible answer, and never a guess in disguise.
#![cfg_attr(
    not(test),
    deny(
        clippy::disallowed_methods,
        clippy::disallowed_types,
        clippy::disallowed_macros
    )
)]
#![warn(missing_docs)]

mod account_names;
mod account_options;
mod account_tools;
mod ages;
mod apt_keys;
mod archive_hosts;
mod aspnet;
mod build_outputs;
mod build_tools;
mod bundlers;
mod cache_mounts;
mod caches;
mod certificates;
mod commands;
mod comment_words;
mod copied_images;
mod date;
mod debian;
mod deleted_tags;
mod dependency_folders;
mod download_options;
mod eol;
mod file_names;
mod find_words;
mod folders;
mod font_uses;
mod foundation;
mod generated_marks;
mod hardened;
mod home_writes;
mod https_hosts;
mod image;
mod image_marks;
mod image_moves;
mod image_packages;
mod images;
mod install_scripts;
mod interpreter_options;
mod labels;
mod languages;
mod living;
mod lock_files;
mod login_texts;
mod missing;
mod missing_paths;
mod name_words;
mod names;
mod node_env;
mod onbuild;
mod one_word_outputs;
mod option_names;
mod other_pythons;
mod package_conflicts;
mod package_marks;
mod package_tools;
mod package_writes;
mod packages;
mod path_operands;
mod pip_to_uv;
mod pipe_programs;
mod platforms;
mod program_options;
pub mod programs;
mod provides;
mod python_environments;
mod python_library;
mod python_projects;
mod python_scripts;
mod release_changes;
mod releases;
mod series;
mod served_applications;
mod server_settings;
mod slim;
mod sourced;
mod spdx;
mod stable_paths;
mod starting;
mod sudo_variables;
mod system;
mod system_packages;
mod table;
mod tags;
mod time_zones;
mod told;
mod tool_ages;
mod update_changes;
pub mod variables;
mod vendor_archives;
mod version_numbers;
mod version_requests;
mod versions;
mod wrappers;

pub use account_names::{is_application_account, is_service_account, is_system_account};
pub use account_options::{AccountOptions, Says, account_options};
pub use account_tools::{AccountTool, account_tool};
pub use ages::is_from_before_2015;
pub use apt_keys::{AptFeature, KeyForm, apt_has, is_shared_host, key_form, own_list};
pub use archive_hosts::{ArchiveKind, list_files, names_archive};
pub use aspnet::says_where_it_listens;
pub use build_outputs::{BuildOutputs, build_cache, build_outputs};
pub use build_tools::is_build_tool;
pub use bundlers::{BundlerFlag, FlagValue, bundler_flag, bundler_of_ruby};
pub use cache_mounts::{CacheFolder, MountedCache, mounted_cache, mounted_caches_at};
pub use caches::{Cache, cache};
pub use certificates::{brings_certificates, has_certificates};
pub use commands::{Class, Tool, has_more_than_slim, is_known_command, package_in, tool, tool_in};
pub use comment_words::{
    tells_of_agreement, tells_of_host, tells_of_locked_packages, tells_of_removal, wants_apt_lists,
    wants_no_mounts, wants_to_stay,
};
pub use copied_images::{CopiedPrograms, copied_programs, is_text_file};
pub use date::{AS_OF, Date};
pub use debian::{
    Recommended, archive_of, documentation_folder, is_archived, is_documentation, left_out_with,
    needs_manual_folders, owner_of_file, reads_documentation, recommended, recommended_by,
};
pub use deleted_tags::deleted_tag;
pub use dependency_folders::{
    DependencyFolder, dependency_folder, is_dependency_folder, is_vendored, writes_dependencies,
};
pub use download_options::{DownloadUse, download_option_is};
pub use eol::{Eol, code_names, end_of_life, end_of_release, is_code_name, number_of_release};
pub use file_names::{FileMark, file_is, is_file_of_a_tool, is_manifest, may_be_dockerfile};
pub use find_words::{FindWord, find_word};
pub use folders::{FolderMark, folder_above, folder_is, is_system_name};
pub use font_uses::{FontUse, font_uses};
pub use foundation::{Distribution, Foundation, Layer, SystemShell};
pub use generated_marks::{is_marked_generated, says_generated};
pub use hardened::{
    HardenedImage, chainguard_image, chainguard_packages, chainguard_ports, hardened_folders,
    hardened_image, hardened_image_lacks, has_hardened_image,
};
pub use home_writes::{HomeWrite, home_writes};
pub use https_hosts::serves_https;
pub use image::{
    Account, Family, ImageFacts, Libc, Purpose, Shell, ShippedUser, SystemPackageManager,
    UserTools, Variant, Wget,
};
pub use image_marks::{ImageMark, image_is};
pub use image_moves::{ImageMove, ImageSuccessor, image_move, image_successor, is_moved_to};
pub use image_packages::image_packages;
pub use images::{image, variant_of};
pub use install_scripts::{InstallScript, LeftPart, install_script};
pub use interpreter_options::{InterpreterOption, interpreter_option_is};
pub use labels::oci_label;
pub use languages::{
    ChangeSign, LanguageChange, PackageVersions, VersionPlace, has_known_tags, images_of_language,
    language_changes, language_of_image,
};
pub use living::{LivingTag, is_living, is_same_series, last_version, living_tag};
pub use lock_files::wanted_lock_files;
pub use login_texts::login_in;
pub use missing::{missing_in_slim, package_missing_in_slim};
pub use missing_paths::{MissingPath, missing_path};
pub use name_words::{
    is_named_for_a_key, is_named_for_a_list, is_named_for_a_place, is_named_for_all,
    is_named_for_development, is_named_for_python, is_named_for_work, is_named_rootless,
    is_of_secrets, names_a_secret,
};
pub use names::{assumed_like, is_docker_hub, is_official, is_registry_host, normalise};
pub use node_env::{NodeEnvEffect, is_production_by_itself, node_env_effect};
pub use onbuild::{has_triggers, onbuild_triggers};
pub use one_word_outputs::{OneWord, prints_one_word};
pub use other_pythons::tells_of_other_python;
pub use package_conflicts::push_each_other_out;
pub use package_marks::{Ecosystem, PackageMark, needs_root, package_is, web_frameworks};
pub use package_tools::{
    PackageManager, PackageTool, PackageWord, apt_setting, package_options, package_tool,
    package_word_is,
};
pub use package_writes::{
    PackageWrite, downloads_into_home, node_package_at_home, node_package_in_itself,
    python_package_at_home, python_package_in_itself,
};
pub use packages::{Form, Package, node_package, python_package, ruby_gem};
pub use path_operands::{PathOperands, path_operands};
pub use pip_to_uv::{ForUv, pip_for_uv};
pub use pipe_programs::{PipeProgram, pipe_program};
pub use platforms::{
    has_platform, platform, platform_of_name, platforms_of_image, was_ever_made_for,
};
pub use program_options::{ProgramOptions, program_options};
pub use provides::{Brought, provides};
pub use python_environments::{
    ImageTools, is_pip_told, pip_for_environments, python_release, tools_of_image,
};
pub use python_library::{
    LibraryNeed, is_of_python, need_of_module, need_of_started_module, needs_of_names,
};
pub use python_projects::{
    ProjectBuild, bring_its_libraries, comes_alone, extra_has_wheels, project_build_word,
};
pub use python_scripts::packages_of_script;
pub use release_changes::{ReleaseChange, ReleaseSign, release_changes};
pub use releases::{ReleaseMark, names_release, release_is};
pub use series::series_tag;
pub use served_applications::{ServedApplication, served_application};
pub use server_settings::{ServerSetting, sets};
pub use slim::{Slim, SlimSibling, beside_packages, slim_of};
pub use sourced::only_prepares_shell;
pub use spdx::{is_spdx_expression, spdx_name};
pub use stable_paths::is_stable_path;
pub use starting::{
    interpreter_by_ending, is_harmless_file, manager_of_module, manager_run_by, mentions_starting,
    runs_texts, started_by,
};
pub use sudo_variables::sudo_keeps;
pub use system_packages::{
    PackagePresence, PackageSuccessor, Succession, UnknownPackage, package_presence,
    package_successor, successor_from_debian,
};
pub use tags::{TagRecord, aliases, tag, version_of};
pub use time_zones::is_zone_of_today;
pub use told::{PACKAGE_MANAGERS, SHELLS, ToldImage};
pub use tool_ages::{DatedOption, is_known_to};
pub use update_changes::changes_of_updates;
pub use vendor_archives::{names_vendor_archive, vendor_archive_has};
pub use version_numbers::version_numbers;
pub use version_requests::{VersionRequest, version_requests};
pub use versions::{VersionTag, numbered_tag, tag_of_version};
pub use wrappers::{WrapperKind, WrapperSpec, wrapper};

#[cfg(test)]
mod tests;
