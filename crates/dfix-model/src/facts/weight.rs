//! How much the build context holds at a path.

use crate::context::{Answer, Context};
use crate::handles::Stage;

/// How many names are looked at. What has more weighs more than any bound that is asked for.
const MOST_NAMES: usize = 2_000;

impl Stage<'_> {
    /// Whether what lies at a path of the build context, `""` being its root, has at least so many bytes.
    pub fn context_is_heavy(self, path: &str, bytes: u64) -> bool {
        is_heavy(self.file().context(), path, bytes)
    }
}

/// Whether a file, or a folder with all that `.dockerignore` does not leave out of it, has at least so many bytes in the
/// build context. What is not there has none, and so has all of a context that cannot be listed.
fn is_heavy(context: &dyn Context, path: &str, bytes: u64) -> bool {
    let mut sum = 0;
    let mut seen = 0;
    let mut paths = vec![path.to_owned()];
    while let Some(path) = paths.pop() {
        seen += 1;
        if let Answer::Found(size) = context.size(&path) {
            sum += size;
        } else {
            match context.list(&path) {
                Answer::Found(names) => {
                    let inside = |name: String| match path.as_str() {
                        "" => name.trim_end_matches('/').to_owned(),
                        path => format!("{path}/{}", name.trim_end_matches('/')),
                    };
                    paths.extend(names.into_iter().map(inside));
                }
                Answer::Absent => {}
                // It holds more than a list has, or cannot be looked into. Of a context in doubt nothing is said.
                Answer::Unknown(_) => return matches!(context.list(""), Answer::Found(_)),
            }
        }
        if sum >= bytes || seen + paths.len() > MOST_NAMES {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::is_heavy;
    use crate::context::{MemoryContext, NoContext};

    #[test]
    fn folders_weigh_what_is_in_them() {
        let text = "x".repeat(60);
        let files = [("a/b/c.txt", text.as_str()), ("a/d.txt", &text), ("e", "")];
        let context = MemoryContext::new(files);
        assert!(is_heavy(&context, "a", 120));
        assert!(!is_heavy(&context, "a", 121));
        assert!(is_heavy(&context, "", 120));
        assert!(is_heavy(&context, "a/d.txt", 60));
        assert!(!is_heavy(&context, "e", 1));
        assert!(!is_heavy(&context, "none", 1));
        assert!(!is_heavy(&NoContext, "a", 1));
    }

    #[test]
    fn what_has_more_names_than_are_looked_at_is_heavy() {
        let paths: Vec<String> = (0..2_001).map(|n| format!("a/{n}")).collect();
        let context = MemoryContext::new(paths.iter().map(|path| (path.as_str(), "")));
        assert!(is_heavy(&context, "a", 1));
        assert!(!is_heavy(&context, "a/7", 1));
    }
}
