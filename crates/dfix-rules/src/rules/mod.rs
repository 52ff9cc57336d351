//! Every rule. A new one is two lines here, each in its place by name.

use dfix_engine::Rule;

mod add_to_copy;
mod apk_no_cache;
mod apk_virtual_del;
mod apt_clean_redundant;
mod apt_debian_frontend_env;
mod apt_install_without_update;
mod apt_key_missing;
mod apt_lists_cleanup;
mod apt_multiple_installs;
mod apt_no_recommends;
mod apt_not_apt_get;
mod apt_upgrade;
mod apt_yes;
mod arg_env_description;
mod arg_out_of_stage;
mod aspnet_port;
mod base_arg_default_invalid;
mod base_arg_undeclared;
mod base_image_eol;
mod base_image_hub_prefix;
mod base_image_latest;
mod base_image_registry;
mod base_image_tag_and_digest;
mod base_image_untagged;
mod base_platform_constant;
mod base_platform_mismatch;
mod base_platform_redundant;
mod blank_line_between;
mod blank_lines_multiple;
mod bom_nbsp;
mod build_tools_in_final;
mod bundler_cache_left;
mod bundler_flags_deprecated;
mod cache_mount_mismatch;
mod chain_newline;
mod chmod_world_writable;
mod cmd_exec_form;
mod cmd_invalid_json;
mod cmd_multiple;
mod cmd_shell_explicit;
mod conda_clean;
mod continuation_empty;
mod copy_after_user_chown;
mod copy_archive_add;
mod copy_before_install;
mod copy_chmod;
mod copy_chown_run;
mod copy_from_index;
mod copy_from_missing;
mod copy_from_self;
mod copy_from_unknown;
mod copy_from_whole_fs;
mod copy_ignored_file;
mod copy_multi_slash;
mod copy_relative_dest;
mod crlf;
mod dev_dependencies_in_final;
mod dev_server_as_command;
mod digest_shared;
mod directive_case;
mod dnf_clean;
mod dnf_yes;
mod dockerignore_missing;
mod entrypoint_multiple;
mod env_legacy_format;
mod env_multi_merge;
mod env_path_lost;
mod env_self_reference;
mod env_undefined_var;
mod eof_newline;
mod epilogue_order;
mod expose_host_port;
mod expose_merge;
mod expose_port_range;
mod expose_proto_case;
mod from_as_case;
mod gem_no_document;
mod healthcheck_missing;
mod healthcheck_multiple;
mod image_command_missing;
mod image_tag_deleted;
mod indentation;
mod inline_ignore;
mod inst_case;
mod label_duplicate_key;
mod label_format;
mod label_group;
mod label_invalid_key;
mod label_order;
mod label_schema_to_oci;
mod maintainer_deprecated;
mod no_sudo;
mod node_production_env;
mod non_root_user;
mod npm_cache_clean;
mod npm_cache_clean_force;
mod npm_ci;
mod npm_production_flag;
mod package_missing;
mod package_unpinned;
mod pip_externally_managed;
mod pip_no_cache_dir;
mod pkg_cache_mounts;
mod pkg_duplicate;
mod pkg_one_per_line;
mod pkg_sort;
mod python_production_env;
mod python_venv;
mod release_archived;
mod ruby_bootsnap;
mod run_cd;
mod run_cd_back;
mod run_change_shell_ln;
mod run_consecutive;
mod run_curl_fail;
mod run_curl_location;
mod run_export_lost;
mod run_git_protocol;
mod run_gpg_batch;
mod run_heredoc;
mod run_http_url;
mod run_long_line;
mod run_mount_permissions;
mod run_pipefail;
mod run_pointless_command;
mod run_sha256_spaces;
mod run_tar_left;
mod run_wget_and_curl;
mod run_wget_progress;
mod secret_in_arg_env;
mod sh_backticks;
mod sh_braces;
mod sh_cd_unchecked;
mod sh_declare_assign;
mod sh_echo_escapes;
mod sh_find_xargs;
mod sh_glob_dash;
mod sh_heredoc_terminator;
mod sh_quote_cmdsub;
mod sh_quote_vars;
mod sh_redirect_both;
mod sh_rm_empty_var;
mod sh_source;
mod sh_test_equal;
mod sh_trailing_space_after_backslash;
mod sh_useless_cat;
mod sh_useless_echo;
mod slim_base;
mod stage_duplicate;
mod stage_name_case;
mod stage_reserved_name;
mod stopsignal_canonical;
mod syntax_directive_missing;
mod uid_taken;
mod user_created_unused;
mod user_last_root;
mod user_missing;
mod user_non_numeric;
mod useradd_no_log_init;
mod volume_invalid_json;
mod whitespace_multi;
mod whitespace_trailing;
mod win_chown;
mod win_stopsignal;
mod workdir_relative;
mod yarn_cache_clean;
mod yum_clean;
mod yum_yes;
mod zypper_clean;
mod zypper_dist_upgrade;
mod zypper_noninteractive;

/// Every rule, sorted by id.
pub const ALL: &[&Rule] = &[
    &add_to_copy::RULE,
    &apk_no_cache::RULE,
    &apk_virtual_del::RULE,
    &apt_clean_redundant::RULE,
    &apt_debian_frontend_env::RULE,
    &apt_install_without_update::RULE,
    &apt_key_missing::RULE,
    &apt_lists_cleanup::RULE,
    &apt_multiple_installs::RULE,
    &apt_no_recommends::RULE,
    &apt_not_apt_get::RULE,
    &apt_upgrade::RULE,
    &apt_yes::RULE,
    &arg_env_description::RULE,
    &arg_out_of_stage::RULE,
    &aspnet_port::RULE,
    &base_arg_default_invalid::RULE,
    &base_arg_undeclared::RULE,
    &base_image_eol::RULE,
    &base_image_hub_prefix::RULE,
    &base_image_latest::RULE,
    &base_image_registry::RULE,
    &base_image_tag_and_digest::RULE,
    &base_image_untagged::RULE,
    &base_platform_constant::RULE,
    &base_platform_mismatch::RULE,
    &base_platform_redundant::RULE,
    &blank_line_between::RULE,
    &blank_lines_multiple::RULE,
    &bom_nbsp::RULE,
    &build_tools_in_final::RULE,
    &bundler_cache_left::RULE,
    &bundler_flags_deprecated::RULE,
    &cache_mount_mismatch::RULE,
    &chain_newline::RULE,
    &chmod_world_writable::RULE,
    &cmd_exec_form::RULE,
    &cmd_invalid_json::RULE,
    &cmd_multiple::RULE,
    &cmd_shell_explicit::RULE,
    &conda_clean::RULE,
    &continuation_empty::RULE,
    &copy_after_user_chown::RULE,
    &copy_archive_add::RULE,
    &copy_before_install::RULE,
    &copy_chmod::RULE,
    &copy_chown_run::RULE,
    &copy_from_index::RULE,
    &copy_from_missing::RULE,
    &copy_from_self::RULE,
    &copy_from_unknown::RULE,
    &copy_from_whole_fs::RULE,
    &copy_ignored_file::RULE,
    &copy_multi_slash::RULE,
    &copy_relative_dest::RULE,
    &crlf::RULE,
    &dev_dependencies_in_final::RULE,
    &dev_server_as_command::RULE,
    &digest_shared::RULE,
    &directive_case::RULE,
    &dnf_clean::RULE,
    &dnf_yes::RULE,
    &dockerignore_missing::RULE,
    &entrypoint_multiple::RULE,
    &env_legacy_format::RULE,
    &env_multi_merge::RULE,
    &env_path_lost::RULE,
    &env_self_reference::RULE,
    &env_undefined_var::RULE,
    &eof_newline::RULE,
    &epilogue_order::RULE,
    &expose_host_port::RULE,
    &expose_merge::RULE,
    &expose_port_range::RULE,
    &expose_proto_case::RULE,
    &from_as_case::RULE,
    &gem_no_document::RULE,
    &healthcheck_missing::RULE,
    &healthcheck_multiple::RULE,
    &image_command_missing::RULE,
    &image_tag_deleted::RULE,
    &indentation::RULE,
    &inline_ignore::RULE,
    &inst_case::RULE,
    &label_duplicate_key::RULE,
    &label_format::RULE,
    &label_group::RULE,
    &label_invalid_key::RULE,
    &label_order::RULE,
    &label_schema_to_oci::RULE,
    &maintainer_deprecated::RULE,
    &no_sudo::RULE,
    &node_production_env::RULE,
    &non_root_user::RULE,
    &npm_cache_clean::RULE,
    &npm_cache_clean_force::RULE,
    &npm_ci::RULE,
    &npm_production_flag::RULE,
    &package_missing::RULE,
    &package_unpinned::RULE,
    &pip_externally_managed::RULE,
    &pip_no_cache_dir::RULE,
    &pkg_cache_mounts::RULE,
    &pkg_duplicate::RULE,
    &pkg_one_per_line::RULE,
    &pkg_sort::RULE,
    &python_production_env::RULE,
    &python_venv::RULE,
    &release_archived::RULE,
    &ruby_bootsnap::RULE,
    &run_cd::RULE,
    &run_cd_back::RULE,
    &run_change_shell_ln::RULE,
    &run_consecutive::RULE,
    &run_curl_fail::RULE,
    &run_curl_location::RULE,
    &run_export_lost::RULE,
    &run_git_protocol::RULE,
    &run_gpg_batch::RULE,
    &run_heredoc::RULE,
    &run_http_url::RULE,
    &run_long_line::RULE,
    &run_mount_permissions::RULE,
    &run_pipefail::RULE,
    &run_pointless_command::RULE,
    &run_sha256_spaces::RULE,
    &run_tar_left::RULE,
    &run_wget_and_curl::RULE,
    &run_wget_progress::RULE,
    &secret_in_arg_env::RULE,
    &sh_backticks::RULE,
    &sh_braces::RULE,
    &sh_cd_unchecked::RULE,
    &sh_declare_assign::RULE,
    &sh_echo_escapes::RULE,
    &sh_find_xargs::RULE,
    &sh_glob_dash::RULE,
    &sh_heredoc_terminator::RULE,
    &sh_quote_cmdsub::RULE,
    &sh_quote_vars::RULE,
    &sh_redirect_both::RULE,
    &sh_rm_empty_var::RULE,
    &sh_source::RULE,
    &sh_test_equal::RULE,
    &sh_trailing_space_after_backslash::RULE,
    &sh_useless_cat::RULE,
    &sh_useless_echo::RULE,
    &slim_base::RULE,
    &stage_duplicate::RULE,
    &stage_name_case::RULE,
    &stage_reserved_name::RULE,
    &stopsignal_canonical::RULE,
    &syntax_directive_missing::RULE,
    &uid_taken::RULE,
    &user_created_unused::RULE,
    &user_last_root::RULE,
    &user_missing::RULE,
    &user_non_numeric::RULE,
    &useradd_no_log_init::RULE,
    &volume_invalid_json::RULE,
    &whitespace_multi::RULE,
    &whitespace_trailing::RULE,
    &win_chown::RULE,
    &win_stopsignal::RULE,
    &workdir_relative::RULE,
    &yarn_cache_clean::RULE,
    &yum_clean::RULE,
    &yum_yes::RULE,
    &zypper_clean::RULE,
    &zypper_dist_upgrade::RULE,
    &zypper_noninteractive::RULE,
];
