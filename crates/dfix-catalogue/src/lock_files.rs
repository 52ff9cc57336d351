//! Which commands of package managers fail without a lock file.

use super::table::{Table, table};

const LOCK_FILES: Table = table!("lock-files.tsv");

/// The names of the lock file, any of which, without which a command of this program fails, as one of its words says:
/// `pnpm install --frozen-lockfile`. None where it has no such word, or installs by no lock file.
pub fn wanted_lock_files<'w>(
    program: &str,
    words: impl IntoIterator<Item = &'w str>,
) -> Option<impl Iterator<Item = &'static str>> {
    let row = LOCK_FILES.row(program)?;
    let mut is_first = true;
    let mut words = words.into_iter();
    words
        .any(|word| {
            // `npm run ci` is a script of the project's.
            let is_told = word.starts_with('-') || std::mem::take(&mut is_first);
            is_told && row.lists(1, ' ', word)
        })
        .then(|| row.words(2))
}

#[cfg(test)]
mod tests {
    use super::wanted_lock_files;

    #[test]
    fn words_of_commands_want_lock_files() {
        let wanted = |text: &str| {
            let mut words = text.split(' ');
            let found = wanted_lock_files(words.next()?, words)?;
            Some(found.collect::<Vec<_>>())
        };
        assert_eq!(
            wanted("pnpm install --frozen-lockfile"),
            Some(vec!["pnpm-lock.yaml"])
        );
        assert_eq!(wanted("npm ci").map(|it| it.len()), Some(2));
        assert_eq!(wanted("npm --quiet ci").map(|it| it.len()), Some(2));
        assert_eq!(wanted("npm run ci"), None);
        assert_eq!(wanted("npm install"), None);
        assert_eq!(wanted("make ci"), None);
    }
}
