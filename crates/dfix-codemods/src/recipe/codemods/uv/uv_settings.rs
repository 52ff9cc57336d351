//! What uv reads and pip does not: `[tool.uv]` of pyproject.toml, and uv.toml.
//!
//! Source: docs.astral.sh/uv/concepts/configuration-files; tried with uv 0.13.9.

use dfix_engine::{OpenCondition, Remedy, remedy};
use dfix_model::context::Answer;
use dfix_model::{PackageCommand, Stage, Step};

/// Keys that change nothing of `uv pip install`.
const HARMLESS: [&str; 4] = [
    "default-groups",
    "dev-dependencies",
    "package",
    "build-backend",
];

/// Whether settings of uv's change what is installed, where pip was called.
///
/// # Errors
/// Where they name versions of uv.
pub(super) fn look(
    stage: Stage<'_>,
    pip: &PackageCommand<'_>,
) -> Result<Option<OpenCondition>, Remedy> {
    for name in ["uv.toml", "pyproject.toml"] {
        let text = match stage.read_at(name, pip.command) {
            Answer::Found(text) => text,
            Answer::Absent => continue,
            Answer::Unknown(_) => {
                let mut steps = stage.base_chain().flat_map(Stage::steps);
                let copying = steps.find(|it| Step::is_copy_or_add(*it) && it.mentions(name));
                let Some(step) = copying else { continue };
                return Ok(Some(OpenCondition::new(
                    format!(
                        "whether `{name}`, which line {} copies, has settings for uv, which pip does not read",
                        step.line()
                    ),
                    "run dfix where the build context is, or look into it",
                )));
            }
        };
        let Ok(table) = text.parse::<toml::Table>() else {
            continue;
        };
        let settings = if name == "uv.toml" {
            Some(&table)
        } else {
            let tool = table.get("tool").and_then(toml::Value::as_table);
            tool.and_then(|it| it.get("uv")?.as_table())
        };
        let Some(settings) = settings else { continue };
        if let Some(version) = settings.get("required-version") {
            return Err(remedy!(
                "`{name}` asks for uv {version}, and another one may be put in: take that (`--set version=…`), and change it by hand"
            ));
        }
        let mut keys = settings.keys().map(String::as_str);
        if let Some(key) = keys.find(|it| !HARMLESS.contains(it)) {
            return Ok(Some(OpenCondition::new(
                format!(
                    "whether uv installs the same: `{name}` says `{key}` for it, which pip does not read"
                ),
                "see what it says",
            )));
        }
    }
    Ok(None)
}
