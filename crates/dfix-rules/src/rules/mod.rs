//! Every rule. A new one is two lines here, each in its place by name.

use dfix_engine::Rule;

mod add_to_copy;
mod apk_no_cache;
mod apt_lists_cleanup;
mod apt_not_apt_get;
mod apt_yes;
mod cmd_exec_form;
mod env_legacy_format;
mod from_as_case;
mod inst_case;
mod maintainer_deprecated;
mod no_sudo;
mod node_production_env;
mod non_root_user;
mod npm_ci;
mod pip_no_cache_dir;
mod python_production_env;
mod python_venv;
mod slim_base;

/// Every rule, sorted by id.
pub const ALL: &[&Rule] = &[
    &add_to_copy::RULE,
    &apk_no_cache::RULE,
    &apt_lists_cleanup::RULE,
    &apt_not_apt_get::RULE,
    &apt_yes::RULE,
    &cmd_exec_form::RULE,
    &env_legacy_format::RULE,
    &from_as_case::RULE,
    &inst_case::RULE,
    &maintainer_deprecated::RULE,
    &no_sudo::RULE,
    &node_production_env::RULE,
    &non_root_user::RULE,
    &npm_ci::RULE,
    &pip_no_cache_dir::RULE,
    &python_production_env::RULE,
    &python_venv::RULE,
    &slim_base::RULE,
];
