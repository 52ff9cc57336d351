//! As which users supervisord starts its services, as far as its settings are seen: those that instructions write, and those
//! of the build context. Source: supervisord's documentation, "Configuration File" (`user` of `[program:x]`).

use crate::handles::Stage;

/// The program.
pub(crate) const SUPERVISOR: &str = "supervisord";

/// The beginning of a section of the settings that says how a service is started.
const SERVICE: &str = "[program:";

/// Why supervisord is started as root, as the end of a sentence that its name begins; none where its settings are not seen.
pub(super) fn why_root(stage: Stage<'_>) -> Option<String> {
    let steps = stage.base_chain().flat_map(Stage::steps);
    let written = steps.map(|step| &step.file().text()[step.range()]);
    let shipped = stage.shipped_texts().iter().map(|it| &*it.text);
    let mut is_seen = false;
    for text in written.chain(shipped).filter(|it| it.contains(SERVICE)) {
        is_seen = true;
        if let Some(user) = users(text).find(|it| !matches!(*it, "root" | "0")) {
            return Some(format!("starts services as other users, as `{user}`"));
        }
    }
    is_seen.then(|| {
        "starts its services as root, for its settings name no other user: let each of them say `user`, or run each service \
         in a container of its own"
            .to_owned()
    })
}

/// The users that settings name, also where a shell writes them out of a word: `printf '[program:a]\nuser=b\n'`.
fn users(text: &str) -> impl Iterator<Item = &str> {
    let lines = text.lines().flat_map(|line| line.split("\\n"));
    lines.filter_map(|line| {
        let line = line.trim_start_matches(|c: char| c.is_whitespace() || "'\"".contains(c));
        let value = line.strip_prefix("user")?.trim_start().strip_prefix('=')?;
        let value = value.trim_start();
        let is_end = |c: char| c.is_whitespace() || "'\"\\;%".contains(c);
        let user = value.split(is_end).next()?;
        (!user.is_empty()).then_some(user)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_of_settings_are_read() {
        for (text, wanted) in [
            (
                "[supervisord]\nuser=root\n[program:a]\nuser = web ; x\n",
                &["root", "web"][..],
            ),
            ("RUN printf '[program:a]\\nuser=web\\n' > x", &["web"]),
            (
                "RUN echo '[program:a]\\n\\\n    user=root\\n\\\n' > x",
                &["root"],
            ),
            (
                "[program:a]\n; user=web\nenvironment=user=x\nusername=y\n",
                &[],
            ),
        ] {
            assert_eq!(users(text).collect::<Vec<_>>(), wanted, "{text}");
        }
    }
}
