//! What packages of npm do otherwise where `NODE_ENV` is `production`.

use super::table::{Row, Table, table};

const EFFECTS: Table = table!("node-env-effects.tsv");

const BY_THEMSELVES: Table = table!("production-servers.tsv");

/// What a package does otherwise in production.
#[derive(Clone, Copy, Debug)]
pub struct NodeEnvEffect {
    row: Row,
}

/// What the package does otherwise where `NODE_ENV` is `production` than where it is not set, if that is known. What chooses
/// an application's settings by it has [`PackageMark::NodeEnv`](crate::PackageMark::NodeEnv).
///
/// Sources: the packages' own code, as npm has it: Express 4 and 5, json-server 0.17, Prisma's client 5 to 7, React 19, Vue 3.
pub fn node_env_effect(package: &str) -> Option<NodeEnvEffect> {
    EFFECTS.row(package).map(|row| NodeEnvEffect { row })
}

/// Whether a program of Node takes `NODE_ENV` for `production` by itself where it is not set, by its name and its words.
pub fn is_production_by_itself(name: &str, words: &[&str]) -> bool {
    let next = words.iter().find(|word| !word.starts_with('-'));
    let row = BY_THEMSELVES.row(name);
    row.is_some_and(|row| {
        row.lists(1, ' ', "*") || next.is_some_and(|next| row.lists(1, ' ', next))
    })
}

impl NodeEnvEffect {
    /// The end of a sentence that the package's name begins; none where nothing of its own changes.
    pub fn what(self) -> Option<&'static str> {
        Some(self.row.column(1)).filter(|it| !it.is_empty())
    }

    /// Whether it answers by itself for the errors of routes of Express.
    pub fn answers_errors(self) -> bool {
        self.row.lists(2, ' ', "own-errors")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Ecosystem, PackageMark, package_is};

    #[test]
    fn effects_are_told_of_packages() {
        let express = node_env_effect("express").unwrap();
        assert!(express.what().is_some() && !express.answers_errors());
        let nest = node_env_effect("@nestjs/core");
        assert!(nest.is_some_and(|it| it.what().is_none() && it.answers_errors()));
        assert!(node_env_effect("fastify").is_none());
        assert!(is_production_by_itself("next", &["start", "-p", "80"]));
        assert!(
            !is_production_by_itself("next", &["dev"]) && !is_production_by_itself("next", &[])
        );
        assert!(is_production_by_itself("remix-serve", &["build/index.js"]));
        for row in EFFECTS.all() {
            let line = row.line();
            assert!(row.words(2).all(|it| it == "own-errors"), "{line}");
            // Said once: what is a condition is no evidence.
            assert!(
                !package_is(Ecosystem::Language, row.key(), PackageMark::NodeEnv),
                "{line}"
            );
        }
    }
}
