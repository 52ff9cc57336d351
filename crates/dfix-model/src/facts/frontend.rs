//! The program that reads the Dockerfile: BuildKit's own frontend, or the one of an image that `# syntax=` names.

use dfix_syntax::ast;

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
