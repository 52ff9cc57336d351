//! The names that languages go by.

/// The names that a language has in tags and comments.
pub(super) fn names(language: &str) -> &'static [&'static str] {
    match language {
        "python" => &["python"],
        "node" => &["nodejs", "node"],
        "golang" => &["golang", "go"],
        "ruby" => &["ruby"],
        "java" => &["java", "jdk", "jre", "openjdk", "temurin"],
        "dotnet" => &["dotnet", ".net"],
        _ => &[],
    }
}
