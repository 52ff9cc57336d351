//! What the tests share: a model of a text, with files beside it or none.

use dfix_model::Model;
use dfix_model::context::{Context, MemoryContext, NoContext};

/// Asks questions about a text's model.
pub(crate) fn with<R>(text: &str, ask: impl FnOnce(&Model<'_>) -> R) -> R {
    with_context(text, &NoContext, ask)
}

/// Asks questions about a text's model with a context.
pub(crate) fn with_context<R>(
    text: &str,
    context: &dyn Context,
    ask: impl FnOnce(&Model<'_>) -> R,
) -> R {
    let parse = dfix_syntax::parse(text);
    ask(&Model::new(&parse.file(), text, context))
}

/// Asks questions about a text's model with these files beside it.
pub(crate) fn with_files<R>(
    text: &str,
    files: &[(&str, &str)],
    ask: impl FnOnce(&Model<'_>) -> R,
) -> R {
    with_context(text, &MemoryContext::new(files.iter().copied()), ask)
}

/// Every command as `name arg arg`, and a check that each known word stands where its range says.
pub(crate) fn commands(text: &str) -> Vec<String> {
    with(text, |model| {
        model
            .commands()
            .map(|c| {
                for word in c.words() {
                    assert!(
                        text.get(std::ops::Range::<usize>::from(word.range()))
                            .is_some()
                    );
                    if let Some(value) = word.value()
                        && value.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
                        && !word.source_text().contains(['\\', '\n', '`'])
                    {
                        assert_eq!(word.source_text().trim_matches(['"', '\'']), value);
                    }
                }
                let words = c.program().into_iter().chain(c.args());
                words
                    .map(|w| {
                        w.value()
                            .map_or_else(|| format!("{}…", w.literal_prefix()), str::to_owned)
                    })
                    .collect::<Vec<_>>()
                    .join(" ")
            })
            .collect()
    })
}
