//! The recipes that dfix brings along.

use dfix_engine::Rule;

use super::error::RecipeError;
use super::load::Recipe;

/// Their files, in order of name.
const FILES: &[(&str, &str)] = &[
    (
        "alpine-release",
        include_str!("../../recipes/alpine-release.toml"),
    ),
    (
        "apt-key-to-keyrings",
        include_str!("../../recipes/apt-key-to-keyrings.toml"),
    ),
    (
        "base-repair",
        include_str!("../../recipes/base-repair.toml"),
    ),
    (
        "build-checks",
        include_str!("../../recipes/build-checks.toml"),
    ),
    (
        "cache-mounts",
        include_str!("../../recipes/cache-mounts.toml"),
    ),
    (
        "debian-release",
        include_str!("../../recipes/debian-release.toml"),
    ),
    (
        "end-of-life",
        include_str!("../../recipes/end-of-life.toml"),
    ),
    (
        "hadolint-ignores",
        include_str!("../../recipes/hadolint-ignores.toml"),
    ),
    (
        "hardened-images",
        include_str!("../../recipes/hardened-images.toml"),
    ),
    ("image-move", include_str!("../../recipes/image-move.toml")),
    (
        "language-bump",
        include_str!("../../recipes/language-bump.toml"),
    ),
    (
        "npm-install-to-ci",
        include_str!("../../recipes/npm-install-to-ci.toml"),
    ),
    (
        "openjdk-to-temurin",
        include_str!("../../recipes/openjdk-to-temurin.toml"),
    ),
    (
        "package-names",
        include_str!("../../recipes/package-names.toml"),
    ),
    ("pip-to-uv", include_str!("../../recipes/pip-to-uv.toml")),
    ("registry", include_str!("../../recipes/registry.toml")),
    (
        "ubuntu-release",
        include_str!("../../recipes/ubuntu-release.toml"),
    ),
];

/// The recipes that dfix brings along, in order of name. `rules` are those that steps may name.
///
/// # Errors
/// None that a user sees: the tests read them all.
pub fn builtin_recipes(rules: &'static [&'static Rule]) -> Result<Vec<Recipe>, RecipeError> {
    let all = FILES.iter();
    all.map(|(name, text)| Recipe::read(&format!("built-in {name}"), text, rules))
        .collect()
}
