//! Platforms that start containers, and what describes their containers by maps of well-known keys: Amazon's ECS, Fly, Render,
//! Railway, DigitalOcean, Nomad, Terraform, Ansible and their like. One table says which files are whose, and one reader
//! reads the containers in all of them; two formats of a shape of their own have readers of theirs.
//!
//! Source: the references of these files: Amazon's `ContainerDefinition`, Fly's `fly.toml`, Render's Blueprints, Railway's
//! "Config as Code", DigitalOcean's "App Spec", Nomad's `docker` driver, Terraform's providers docker, aws, google and
//! kubernetes, Ansible's `community.docker`, CapRover's `captain-definition`, Heroku's `heroku.yml`, Unraid's templates.

mod container;
mod heroku;
mod keys;
mod unraid;

use crate::ci;
use crate::files::{Files, FolderLaunches, MOST_FILES};
use crate::hcl_tree;
use crate::json;
use crate::path::{join, name_of};
use crate::toml_tree;
use crate::yaml::{self, Node, YamlError};

use container::{Reader, of_all, of_whole};

/// How a file is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Hcl,
    Heroku,
    Json,
    Toml,
    Unraid,
    Yaml,
}

/// A kind of files.
struct Kind {
    /// Names, with `*` for any signs; where a `/` stands in it, the folder counts, too.
    name: &'static str,
    format: Format,
    /// Whether the file as a whole describes one container, of the Dockerfile beside it where it names no other.
    is_whole: bool,
    /// How many folders above it the root lies that its paths are from.
    is_from_above: bool,
    /// One of these stands in each that speaks of containers; none: the name says so.
    signs: &'static [&'static str],
    /// Whether others read all files of such names, and tell of those that cannot be read.
    is_told_elsewhere: bool,
}

const fn kind(name: &'static str, format: Format, signs: &'static [&'static str]) -> Kind {
    Kind {
        name,
        format,
        is_whole: false,
        is_from_above: false,
        signs,
        is_told_elsewhere: false,
    }
}

const fn whole(name: &'static str, format: Format) -> Kind {
    Kind {
        is_whole: true,
        ..kind(name, format, &[])
    }
}

const fn from_above(name: &'static str) -> Kind {
    Kind {
        is_from_above: true,
        ..kind(name, Format::Yaml, &[])
    }
}

const fn any_yaml(name: &'static str) -> Kind {
    Kind {
        is_told_elsewhere: true,
        ..kind(name, Format::Yaml, YAML)
    }
}

const ECS: &[&str] = &["containerDefinitions", "ContainerDefinitions"];
const NOMAD: &[&str] = &["docker", "podman"];
const TERRAFORM: &[&str] = &["docker_", "container", "google_cloud_run"];
const YAML: &[&str] = &[
    "ContainerDefinitions",
    "containerDefinitions",
    "docker_container:",
    "docker_swarm_service:",
    "podman_container:",
];

/// The kinds, of which the first that a name fits counts.
const KINDS: [Kind; 29] = [
    from_above(".do/app.yaml"),
    from_above(".do/app.yml"),
    kind("*.nomad*", Format::Hcl, NOMAD),
    kind("*.hcl", Format::Hcl, &["driver"]),
    kind("*.tf", Format::Hcl, TERRAFORM),
    kind("*.xml", Format::Unraid, &["<Repository>"]),
    kind("*container*.json", Format::Json, ECS),
    kind("*definition*.json", Format::Json, ECS),
    kind("*ecs*.json", Format::Json, ECS),
    kind("*task*.json", Format::Json, ECS),
    kind("Dockerrun.aws.json", Format::Json, &["mage"]),
    whole("fly*.toml", Format::Toml),
    kind("heroku.yaml", Format::Heroku, &["docker"]),
    kind("heroku.yml", Format::Heroku, &["docker"]),
    kind("koyeb.yaml", Format::Yaml, &["docker"]),
    kind("koyeb.yml", Format::Yaml, &["docker"]),
    kind("manifest.yaml", Format::Yaml, &["dockerfile", "location:"]),
    kind("manifest.yml", Format::Yaml, &["dockerfile", "location:"]),
    whole("railway*.json", Format::Json),
    whole("railway*.toml", Format::Toml),
    kind("render.yaml", Format::Yaml, &["docker", "image"]),
    kind("render.yml", Format::Yaml, &["docker", "image"]),
    whole("zbpack.json", Format::Json),
    kind("zeabur.json", Format::Json, &["docker", "image"]),
    kind("zeabur.yaml", Format::Yaml, &["docker", "image"]),
    kind("zeabur.yml", Format::Yaml, &["docker", "image"]),
    whole("*captain-definition*", Format::Json),
    any_yaml("*.yaml"),
    any_yaml("*.yml"),
];

/// Whether a name fits a pattern.
fn fits(pattern: &str, folder: &str, name: &str) -> bool {
    let (in_folder, pattern) = match pattern.rsplit_once('/') {
        Some((folder, name)) => (Some(folder), name),
        None => (None, pattern),
    };
    if in_folder.is_some_and(|it| it != name_of(folder)) {
        return false;
    }
    let Some((first, rest)) = pattern.split_once('*') else {
        return name == pattern;
    };
    let inner = rest.rsplit_once('*');
    let (middle, last) = inner.unwrap_or(("", rest));
    let between = name
        .strip_prefix(first)
        .and_then(|it| it.strip_suffix(last));
    between.is_some_and(|it| it.contains(middle))
}

/// Reads what platforms are told in a folder.
pub(crate) fn read(files: &dyn Files, folder: &str, names: &[String], found: &mut FolderLaunches) {
    // What is in a chart is filled in elsewhere.
    if names.iter().any(|it| it == "Chart.yaml") {
        return;
    }
    let all = names.iter().filter(|it| !it.ends_with('/'));
    let all = all.filter_map(|name| {
        let kind = KINDS.iter().find(|it| fits(it.name, folder, name))?;
        let is_others = kind.is_told_elsewhere && ci::is_of_a_service(folder, name);
        Some((kind, join(folder, name)?)).filter(|_| !is_others)
    });
    let mut number = 0;
    for (kind, path) in all {
        let text = if kind.is_told_elsewhere {
            files.read(&path).ok().flatten()
        } else {
            found.text(files, &path)
        };
        let speaks = |text: &String| {
            kind.signs.is_empty() || kind.signs.iter().any(|sign| text.contains(sign))
        };
        let Some(text) = text.filter(speaks) else {
            continue;
        };
        if number >= 4 * MOST_FILES {
            let why = format!("there are more than {}", 4 * MOST_FILES);
            found.unread(&path, 1, "further files for platforms", why);
            break;
        }
        number += 1;
        read_file(files, kind, folder, &path, &text, found);
    }
}

fn read_file(
    files: &dyn Files,
    kind: &Kind,
    folder: &str,
    path: &str,
    text: &str,
    found: &mut FolderLaunches,
) {
    let documents = match kind.format {
        Format::Unraid => {
            let launches = unraid::launches(path, text);
            if !launches.is_empty() {
                found.note(path);
            }
            found.launches.extend(launches);
            return;
        }
        format => documents(format, text),
    };
    let documents = match documents {
        Ok(documents) => documents,
        Err(error) => {
            let why = format!("it cannot be made out: {}", error.message);
            found.unread(path, error.line, name_of(path), why);
            return;
        }
    };
    let root = if kind.is_from_above {
        crate::path::folder_of(folder)
    } else {
        folder
    };
    let reader = Reader {
        files,
        path,
        root,
        is_filled_in: kind.format == Format::Hcl,
        is_ansible: kind.format == Format::Yaml,
    };
    let before = found.launches.len();
    for document in &documents {
        if kind.format == Format::Heroku {
            found
                .launches
                .extend(heroku::launches(path, folder, document));
        } else if kind.is_whole {
            found.launches.extend(of_whole(&reader, document));
        } else {
            found.launches.extend(of_all(&reader, document));
        }
    }
    if found.launches.len() > before {
        found.note(path);
    }
}

fn documents(format: Format, text: &str) -> Result<Vec<Node>, YamlError> {
    Ok(match format {
        Format::Hcl => vec![hcl_tree::document(text)?],
        Format::Json => json::document(text)?.into_iter().collect(),
        Format::Toml => vec![toml_tree::document(text)?],
        Format::Heroku | Format::Unraid | Format::Yaml => yaml::documents(text)?,
    })
}

#[cfg(test)]
mod tests {
    use super::{fits, read};
    use crate::files::{Files, FolderLaunches};

    /// Definitions of tasks, but for files that cannot be read.
    struct Tasks;

    impl Files for Tasks {
        fn read(&self, path: &str) -> Result<Option<String>, String> {
            match path {
                "fly.toml" | "x.yaml" => Err("it is not UTF-8".to_owned()),
                path if path.starts_with('a') => Ok(Some("{}".to_owned())),
                _ => Ok(Some(
                    "{\"containerDefinitions\": [{\"image\": \"x\"}]}".to_owned(),
                )),
            }
        }

        fn list(&self, _: &str) -> Vec<String> {
            Vec::new()
        }
    }

    #[test]
    fn what_cannot_be_read_is_told_and_what_says_nothing_is_not_counted() {
        let read = |names: &[String]| {
            let mut found = FolderLaunches::default();
            read(&Tasks, "", names, &mut found);
            let told = found.unread.into_iter().map(|it| it.what);
            (found.launches.len(), told.collect::<Vec<String>>())
        };
        let names = ["fly.toml", "x.yaml"].map(str::to_owned);
        assert_eq!(read(&names), (0, vec!["fly.toml".to_owned()]));
        let tasks = |letter: char| (0..300).map(move |it| format!("{letter}{it}-task.json"));
        let mut names: Vec<String> = tasks('a').collect();
        names.push("web-task.json".to_owned());
        assert_eq!(read(&names), (1, Vec::new()));
        let told = vec!["further files for platforms".to_owned()];
        assert_eq!(read(&tasks('b').collect::<Vec<_>>()), (256, told));
    }

    #[test]
    fn names_fit_patterns() {
        for (pattern, folder, name, is) in [
            ("fly*.toml", "", "fly.toml", true),
            ("fly*.toml", "", "fly.prod.toml", true),
            ("fly*.toml", "", "flyway.conf", false),
            ("*task*.json", "", "my-task-def.json", true),
            ("*task*.json", "", "tasks.jsonc", false),
            ("*.tf", "", "main.tf", true),
            ("*.tf", "", "main.tfvars", false),
            (".do/app.yaml", "x/.do", "app.yaml", true),
            (".do/app.yaml", "x", "app.yaml", false),
            ("render.yaml", "", "render.yaml", true),
            ("render.yaml", "", "render.yaml2", false),
        ] {
            assert_eq!(fits(pattern, folder, name), is, "{pattern} {name}");
        }
    }
}
