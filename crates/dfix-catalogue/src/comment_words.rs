//! What the words of a comment tell of what stands beside it.

use super::table::{Table, table};

const WORDS: Table = table!("comment-words.tsv");

/// The words of a comment, and what they are.
struct Comment(Vec<String>);

impl Comment {
    fn of(text: &str) -> Self {
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '\'');
        let words = text.split(|c: char| !is_part(c));
        Comment(words.map(str::to_ascii_lowercase).collect())
    }

    fn has(&self, mark: &str) -> bool {
        let mut rows = self.0.iter().filter_map(|word| WORDS.row(word));
        rows.any(|row| row.column(1) == mark)
    }
}

/// What a word of a comment, in lower case, is; none where it is nothing of these.
pub(crate) fn class_of_word(word: &str) -> Option<&'static str> {
    WORDS.row(word).map(|row| row.column(1))
}

/// Whether a comment has words of all these kinds.
pub(crate) fn has_all(comment: &str, kinds: &[&str]) -> bool {
    let comment = Comment::of(comment);
    kinds.iter().all(|it| comment.has(it))
}

/// Whether a comment says that apt's lists are there on purpose: "leave apt functional", "do not remove the lists".
pub fn wants_apt_lists(comment: &str) -> bool {
    let comment = Comment::of(comment);
    let is_kept = || comment.has("keeps") || (comment.has("not") && comment.has("removes"));
    comment.has("lists") && is_kept()
}

/// Whether a comment speaks of `npm ci` or of the lock file: "install instead of ci, the lock file is out of date".
pub fn tells_of_locked_packages(comment: &str) -> bool {
    Comment::of(comment).has("locked")
}

/// Whether a comment says that there are to be no mounts: "no cache mount here: it disturbs the compiler".
pub fn wants_no_mounts(comment: &str) -> bool {
    let comment = Comment::of(comment);
    comment.has("mounts") && comment.has("not")
}

/// Whether a comment wants two things to be the same: "must match the version in .ruby-version".
pub fn tells_of_agreement(comment: &str) -> bool {
    Comment::of(comment).has("agrees")
}

/// Whether a comment says that a version is held on purpose: "pinned to 8 because of SSLv3", "do not upgrade".
pub fn wants_to_stay(comment: &str) -> bool {
    let comment = Comment::of(comment);
    let is_held = ["keeps", "locked", "stays"]
        .iter()
        .any(|it| comment.has(it));
    is_held || (comment.has("not") && comment.has("moves"))
}

/// Whether a comment speaks of taking something away: "clean up in the same layer".
pub fn tells_of_removal(comment: &str) -> bool {
    Comment::of(comment).has("removes")
}

/// Whether a line of a comment starts a container with something of the host's, or with rights of it:
/// "docker run -v /var/run/docker.sock:/var/run/docker.sock", "needs --cap-add NET_ADMIN".
pub fn tells_of_host(comment: &str) -> bool {
    let comment = Comment::of(comment);
    comment.has("rights") || (comment.has("hosts") && comment.has("engine"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_tell_what_is_wanted() {
        for wanted in [
            "For the devcontainer, leave apt functional",
            "the lists are kept for plug-ins",
            "Don't remove /var/lib/apt/lists here",
            "apt-get must stay usable",
        ] {
            assert!(wants_apt_lists(wanted), "{wanted}");
        }
        for other in [
            "install what apt has",
            "keep the image small",
            "remove apt's lists",
            "packages that are needed later",
            "adapt, and keep it",
        ] {
            assert!(!wants_apt_lists(other), "{other}");
        }
        for told in [
            "use npm install instead of ci due to lockfile issues",
            "npm ci fails here",
            "package-lock.json is out of sync",
            "the lock file is Windows'",
        ] {
            assert!(tells_of_locked_packages(told), "{told}");
        }
        for other in ["install dependencies", "for city data", "circle"] {
            assert!(!tells_of_locked_packages(other), "{other}");
        }
        assert!(wants_no_mounts(
            "No mount cache here, it disturbs the compiler"
        ));
        assert!(!wants_no_mounts(
            "the folder that a volume is mounted to, not the root"
        ));
        assert!(tells_of_removal("clean up in the same layer") && !tells_of_removal("install"));
        for told in [
            " TORUN -v /var/run/docker.sock:/var/run/docker.sock",
            " docker run --privileged --net=host x",
            " needs --cap-add NET_ADMIN",
            " docker run -v /etc:/host/etc x",
        ] {
            assert!(tells_of_host(told), "{told}");
        }
        assert!(!tells_of_host(" docker build -t x .") && !tells_of_host(" tar -v"));
        assert!(tells_of_agreement(
            "Make sure RUBY_VERSION matches .ruby-version"
        ));
        assert!(!tells_of_agreement("the version of .ruby-version"));
        assert!(wants_to_stay("pinned to 8 because of SSLv3") && wants_to_stay("do not upgrade"));
        assert!(!wants_to_stay("upgrade all packages") && !wants_to_stay("based on 8"));
        let marks = [
            "agrees",
            "edits",
            "engine",
            "generated",
            "hosts",
            "keeps",
            "lists",
            "locked",
            "mounts",
            "moves",
            "not",
            "removes",
            "rights",
            "stays",
        ];
        assert!(WORDS.all().all(|row| marks.contains(&row.column(1))));
    }
}
