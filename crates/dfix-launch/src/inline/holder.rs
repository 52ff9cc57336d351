//! Files that may hold Dockerfiles.

/// What a file is that may hold Dockerfiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holder {
    /// A file of Compose.
    Compose,
    /// A bake file in HCL.
    Bake,
    /// A bake file in JSON.
    BakeJson,
}

impl Holder {
    /// The key under which it holds Dockerfiles.
    pub fn key(self) -> &'static str {
        match self {
            Holder::Compose => "dockerfile_inline",
            Holder::Bake | Holder::BakeJson => "dockerfile-inline",
        }
    }

    /// What one of those that are built is called in such a file.
    pub fn noun(self) -> &'static str {
        match self {
            Holder::Compose => "service",
            Holder::Bake | Holder::BakeJson => "target",
        }
    }

    /// The name by which launches know the Dockerfile of a service or a target, in the file of this name.
    pub fn dockerfile_name(self, file: &str, name: &str) -> String {
        format!("{file}, {} {name}", self.noun())
    }
    /// The name of the file in such a name; of another one nothing.
    pub fn file_of(dockerfile: &str) -> Option<&str> {
        let nouns = [Holder::Compose, Holder::Bake].map(Holder::noun);
        let parted = |noun| dockerfile.split_once(&format!(", {noun} "));
        nouns.into_iter().find_map(parted).map(|it| it.0)
    }
}
