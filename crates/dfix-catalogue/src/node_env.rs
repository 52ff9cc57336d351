//! What packages of npm do otherwise where `NODE_ENV` is `production`.

use super::table::{Row, Table, table};

const EFFECTS: Table = table!("node-env-effects.tsv");

/// What a package does otherwise in production.
#[derive(Clone, Copy, Debug)]
pub struct NodeEnvEffect {
    row: Row,
}

/// What the package does otherwise where `NODE_ENV` is `production` than where it is not set, if that is known. What chooses
/// an application's settings by it has [`PackageMark::NodeEnv`](crate::PackageMark::NodeEnv).
///
/// Sources: the packages' own code, as npm has it: Express 4 and 5, Prisma's client 5 to 7, React 19, Vue 3.
pub fn node_env_effect(package: &str) -> Option<NodeEnvEffect> {
    EFFECTS.row(package).map(|row| NodeEnvEffect { row })
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
