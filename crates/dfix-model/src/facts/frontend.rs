//! The program that reads the Dockerfile: BuildKit's own frontend, or the one of an image that `# syntax=` names.

use dfix_syntax::ast;

use crate::collect::model::Model;
use crate::facts::image_positions::ImagePlace;
use crate::handles::Step;

/// The names of images with Docker's own frontend.
///
/// Source: docs.docker.com/build/buildkit/frontend.
const OWN: [&str; 2] = ["dockerfile", "dockerfile-upstream"];

/// The image of a frontend that is not Docker's, nor a mirror's copy of it: nobody here knows what it makes of the file.
pub fn foreign_frontend(file: &ast::File) -> Option<String> {
    let is_syntax = |name: String| name.eq_ignore_ascii_case("syntax");
    let directive = file
        .directives()
        .find(|it| it.name().is_some_and(is_syntax))?;
    let value = directive.value()?;
    let image = value.split_whitespace().next()?;
    let name = image.split('@').next().unwrap_or(image);
    let last = name.rsplit('/').next().unwrap_or(name);
    let last = last.split(':').next().unwrap_or(last);
    (!OWN.contains(&last)).then(|| image.to_owned())
}

/// The frontend that reads a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frontend {
    /// The one that the builder brings along.
    Builtin,
    /// Docker's.
    Docker {
        /// The numbers of its tag (`1`, `1.4`, `1.4.2`), of which the newest is taken; none where that is the newest of all.
        numbers: Vec<u32>,
        /// Whether it is an experimental one, which knew mounts before others did.
        is_experimental: bool,
    },
    /// An image that nobody here knows: its reference.
    Other(String),
}

impl Frontend {
    /// Whether it is Docker's, and at least 1.`minor`.
    pub fn is_since(&self, minor: u32) -> bool {
        let Frontend::Docker { numbers, .. } = self else {
            return false;
        };
        match numbers.as_slice() {
            [] | [1] => true,
            [major, ..] if *major > 1 => true,
            [1, own, ..] => *own >= minor,
            _ => false,
        }
    }
}

/// Flags of `COPY` and `ADD` that came with BuildKit.
///
/// Source: docs.docker.com/reference/dockerfile.
const OF_BUILDKIT: [&str; 4] = ["checksum", "chmod", "exclude", "link"];

impl Model<'_> {
    /// Whether it has what only BuildKit knows, and builders that do as BuildKit does: a mount, a here-document, a flag such as
    /// `--chmod`; or asks for a frontend, of which others know nothing.
    pub fn is_for_buildkit(&self) -> bool {
        let has_flag = |it: &Step<'_>| it.flags().any(|flag| OF_BUILDKIT.contains(&flag.name()));
        let is_one = |it: Step<'_>| {
            it.mounts().next().is_some()
                || it.instruction().heredocs().next().is_some()
                || (it.is_copy_or_add() && has_flag(&it))
        };
        self.frontend() != Frontend::Builtin || self.steps().any(is_one)
    }

    /// The frontend that its `# syntax=` asks for.
    pub fn frontend(&self) -> Frontend {
        let mut positions = self.image_positions().into_iter();
        let syntax = positions.find(|it| matches!(it.place, ImagePlace::Syntax(_)));
        let Some(image) = syntax.map(|it| it.image) else {
            return Frontend::Builtin;
        };
        if image.name() != Some("docker/dockerfile") {
            return Frontend::Other(image.text().unwrap_or("the frontend").to_owned());
        }
        let tag = image.tag_text().unwrap_or("latest");
        let numbers = tag.split(['.', '-']).map_while(|it| it.parse().ok());
        Frontend::Docker {
            numbers: numbers.collect(),
            is_experimental: tag.contains("experimental"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dfix_syntax::ast::AstNode;

    #[test]
    fn frontends_are_told_apart() {
        let of = |text: &str| {
            let parse = dfix_syntax::parse(&format!("{text}\nFROM scratch\n"));
            foreign_frontend(&ast::File::cast(parse.syntax())?)
        };
        for own in [
            "# syntax=docker/dockerfile:1",
            "#syntax = docker.io/docker/dockerfile:1.4@sha256:0",
            "# syntax=mirror.example.com:5000/docker/dockerfile-upstream:master",
            "# escape=`",
            "# a comment",
        ] {
            assert_eq!(of(own), None, "{own}");
        }
        assert_eq!(
            of("# syntax = devthefuture/dockerfile-x"),
            Some("devthefuture/dockerfile-x".to_owned())
        );
        assert_eq!(
            of("# syntax=example.com/frontend:1"),
            Some("example.com/frontend:1".to_owned())
        );
    }
}
