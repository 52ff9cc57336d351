//! What may keep an application from running as anybody but root, where its start does not show it.

use dfix_engine::Unproven;
use dfix_model::catalogue::UserTools;
use dfix_model::{Base, Command, Os, PackageManager, Stage, Step, Word};

use super::ownership::{absolute, is_below, may_be_given};
use super::user::Who;
use super::writes;

/// Packages of Python and Node that talk to what only root may: what that is.
const RIGHTS: &[(&str, &str)] = &[
    ("docker", DOCKER),
    ("docker-compose", DOCKER),
    ("docker-py", DOCKER),
    ("dockerode", DOCKER),
    ("dockerspawner", DOCKER),
    ("aiodocker", DOCKER),
    ("bluepy", DEVICES),
    ("gpiozero", DEVICES),
    ("onoff", DEVICES),
    ("picamera", DEVICES),
    ("pyserial", DEVICES),
    ("pyusb", DEVICES),
    ("rpi-gpio", DEVICES),
    ("serialport", DEVICES),
    ("smbus", DEVICES),
    ("smbus2", DEVICES),
    ("spidev", DEVICES),
    ("icmplib", PACKETS),
    ("ping3", PACKETS),
    ("pypcap", PACKETS),
    ("pyroute2", PACKETS),
    ("pyshark", PACKETS),
    ("pythonping", PACKETS),
    ("raw-socket", PACKETS),
    ("scapy", PACKETS),
    ("certbot", "writes to /etc/letsencrypt"),
    (
        "pgadmin4",
        "writes to /var/lib/pgadmin and /var/log/pgadmin",
    ),
    ("jupyterhub", "starts processes as other users"),
    ("salt", "changes the system"),
];
const DOCKER: &str = "opens Docker's socket, which only root and its group may";
const DEVICES: &str = "opens devices, which only root and their group may";
const PACKETS: &str = "sends and reads raw packets, which only root may";

/// Packages of the system of the same kind.
const SYSTEM_RIGHTS: &[(&str, &str)] = &[
    ("docker", DOCKER),
    ("docker-ce", DOCKER),
    ("docker-ce-cli", DOCKER),
    ("docker-cli", DOCKER),
    ("docker.io", DOCKER),
    ("iptables", "changes the firewall"),
    ("nftables", "changes the firewall"),
    ("libpcap-dev", PACKETS),
    ("tcpdump", PACKETS),
    ("openvpn", "changes the network"),
    ("wireguard-tools", "changes the network"),
    ("bluez", DEVICES),
    ("udev", DEVICES),
    ("wiringpi", DEVICES),
];

/// Python packages that make files in the home of the user that runs them, or fail.
const AT_HOME: &[&str] = &[
    "datasets",
    "easyocr",
    "huggingface-hub",
    "jupyter",
    "jupyterlab",
    "kaggle",
    "keras",
    "nltk",
    "notebook",
    "openai-whisper",
    "sentence-transformers",
    "streamlit",
    "tensorflow-hub",
    "transformers",
];

/// A label that asks for rights, such as LinuxKit's list of capabilities.
pub(crate) fn asks_for_rights(stage: Stage<'_>) -> bool {
    stage
        .lineage()
        .flat_map(|s| s.steps_named("LABEL"))
        .flat_map(Step::pairs)
        .filter_map(|pair| Some(pair.value()?.written().to_owned()))
        .any(|text| text.contains("CAP_") || text.contains("--privileged"))
}

/// What could not be established for the user of this name, who is given these folders.
pub(crate) fn of(stage: Stage<'_>, who: &Who, given: &[&str], tools: UserTools) -> Vec<Unproven> {
    let mut open = packages(stage);
    let names_docker = stage
        .lineage()
        .flat_map(Stage::env_set)
        .filter_map(|(_, setting)| setting.value)
        .any(|value| value.contains("docker.sock"));
    if names_docker && open.is_empty() {
        open.push(Unproven {
            condition: format!("whether the application needs root, as it {DOCKER}"),
            remedy: "start it once as another user, then set USER by hand".to_owned(),
        });
    }
    open.extend(homeless(stage, who, tools));
    open.extend(places(stage, given));
    open.extend(application(stage, given));
    open.extend(keys(stage, given));
    open
}

/// A private key that stays root's: such files are often readable by their owner alone.
fn keys(stage: Stage<'_>, given: &[&str]) -> Option<Unproven> {
    let is_key = |name: &str| {
        let name = name.to_ascii_lowercase();
        [".pem", ".key", ".p12", ".pfx"]
            .iter()
            .any(|e| name.ends_with(e))
            || name.starts_with("id_rsa")
    };
    let is_opened_after =
        |step: Step<'_>| step.flags().any(|f| matches!(f.name(), "chown" | "chmod"));
    let (name, _) = stage
        .lineage()
        .flat_map(Stage::steps)
        .filter(|s| matches!(s.name(), "COPY" | "ADD") && !s.is_onbuild() && !is_opened_after(*s))
        .flat_map(|step| step.sources().map(move |source| (source, step)))
        .filter_map(|(source, step)| {
            let name = source.value()?.rsplit('/').next()?.to_owned();
            let target = stage.expand_text(step.target()?, step)?;
            Some((name, absolute(stage, step, &target)))
        })
        .find(|(name, target)| {
            is_key(name)
                && !given.iter().any(|g| is_below(target, g))
                && !is_opened(stage, target)
                && !target.contains("ca-cert")
        })?;
    Some(Unproven {
        condition: format!("whether the user may read {name}, which stays root's"),
        remedy: "give it to the user by `COPY --chown`".to_owned(),
    })
}

fn packages(stage: Stage<'_>) -> Vec<Unproven> {
    let python = stage.python_packages();
    let node = stage.node_packages();
    let of_system = [PackageManager::Apt, PackageManager::Apk]
        .into_iter()
        .flat_map(|manager| {
            stage
                .lineage()
                .flat_map(move |s| s.installs(manager).collect::<Vec<_>>())
        })
        .flat_map(|install| install.packages())
        .filter_map(|package| Some(package.name?.to_string()))
        .find_map(|name| SYSTEM_RIGHTS.iter().find(|(n, _)| *n == name));
    RIGHTS
        .iter()
        .find(|(name, _)| python.has(name) || node.has(name))
        .or(of_system)
        .map(|(name, what)| Unproven {
            condition: format!("whether the application needs root for {name}, which {what}"),
            remedy: "start it once as another user, then set USER by hand".to_owned(),
        })
        .into_iter()
        .collect()
}

fn homeless(stage: Stage<'_>, who: &Who, tools: UserTools) -> Option<Unproven> {
    let packages = stage.python_packages();
    let package = AT_HOME.iter().find(|p| packages.has(p))?;
    (!writes::has_home(stage, who.account(), tools)).then(|| Unproven {
        condition: format!(
            "whether {package} can do without a home, which {} has not",
            who.name
        ),
        remedy: "make the user with a home (`useradd -m`)".to_owned(),
    })
}

/// Places that a variable names and that stay root's.
fn places(stage: Stage<'_>, given: &[&str]) -> Option<Unproven> {
    const FOR_ALL: &[&str] = &["/tmp", "/var/tmp", "/dev", "/proc", "/root"];
    // What is mounted below /etc is read.
    let volumes = writes::volumes(stage)
        .into_iter()
        .filter(|w| !is_below(&w.path, "/etc"));
    let left = writes::written(stage)
        .into_iter()
        .chain(volumes)
        .find(|w| {
            !given.iter().any(|g| is_below(&w.path, g))
                && !FOR_ALL.iter().any(|f| is_below(&w.path, f))
                && !is_opened(stage, &w.path)
        })?;
    Some(Unproven {
        condition: format!(
            "whether the application writes to {} ({}), which stays root's",
            left.path, left.shown_by
        ),
        remedy: "give it to the user by hand, or name a folder below the working directory"
            .to_owned(),
    })
}

/// Whether a command of the build gives the place to somebody or opens it for all.
fn is_opened(stage: Stage<'_>, path: &str) -> bool {
    stage
        .lineage()
        .flat_map(Stage::build_commands)
        .filter(|c| c.is_any(&["chmod", "chown", "chgrp"]))
        .any(|c| {
            c.args()
                .filter_map(|w| stage.expand_text(w, c))
                .any(|text| text.starts_with('/') && is_below(path, text.trim_end_matches('/')))
        })
}

/// Whether the application lies where nobody but root may write, or is not in the image at all.
fn application(stage: Stage<'_>, given: &[&str]) -> Option<Unproven> {
    let served = stage.entry().served()?;
    let runs_files = crate::programs::is_pythons(served.name())
        || served.is_any(&[
            "bundle", "bun", "deno", "node", "nodemon", "npm", "perl", "php", "pnpm", "puma",
            "rails", "ruby", "yarn",
        ]);
    let folder = stage.final_workdir().unwrap_or_else(|| "/".to_owned());
    let is_given = may_be_given(&folder) || given.iter().any(|g| is_below(&folder, g));
    if !is_given && folder != "/tmp" && writes_where_it_stands(served) {
        return Some(Unproven {
            condition: format!(
                "whether {} may write into the working directory, {folder}, which stays root's",
                served.name()
            ),
            remedy: "let WORKDIR name a folder of the application's own".to_owned(),
        });
    }
    if !runs_files || stage.os() == Os::Windows {
        return None;
    }
    let copies = || {
        stage
            .lineage()
            .flat_map(Stage::steps)
            .filter(|s| matches!(s.name(), "COPY" | "ADD") && !s.is_onbuild())
    };
    if copies().next().is_none() {
        return is_missing(stage, served).then(|| Unproven {
            condition: "whether the user may read and write the application, which this file does not put into the image".to_owned(),
            remedy: "see whom the files belong to that are mounted or added later".to_owned(),
        });
    }
    if is_given {
        return None;
    }
    // Files of the application that land in a place of the system itself.
    let lands = copies()
        .filter(|s| s.source().is_none())
        .filter_map(|step| {
            let text = stage.expand_text(step.target()?, step)?;
            let is_file = step.sources().count() == 1
                && step.sources().all(|w| {
                    let name = w.known_start().rsplit('/').next().unwrap_or("");
                    ["requirements", "package", "pyproject", "Gemfile"]
                        .iter()
                        .any(|known| name.starts_with(known))
                });
            (!is_file).then(|| absolute(stage, step, &text))
        })
        .any(|target| target.is_empty() || target == folder);
    lands.then(|| Unproven {
        condition: format!(
            "whether the application writes beside its own files in {folder}, which stays root's"
        ),
        remedy: "let WORKDIR name a folder of the application's own".to_owned(),
    })
}

/// Programs that keep their files in the working directory unless told otherwise.
fn writes_where_it_stands(served: Command<'_>) -> bool {
    served.is_any(&["gallery-dl", "mlflow", "scrapyd", "youtube-dl", "yt-dlp"])
        || (served.is("celery")
            && served
                .args()
                .any(|w| w.is("beat") || w.is("-B") || w.is("--beat")))
}

/// Whether what is started is a file that nothing of the build can have made.
fn is_missing(stage: Stage<'_>, served: Command<'_>) -> bool {
    let runs_script = served
        .args()
        .find(|w| !w.starts_with("-"))
        .and_then(Word::value)
        .is_some_and(|text| text.contains('.') || text.contains(':'));
    let is_known = stage.root().base() == Base::Image;
    let fetches = stage.lineage().flat_map(Stage::build_commands).any(|c| {
        c.is_any(&[
            "curl", "git", "tar", "unzip", "wget", "svn", "cat", "tee", "echo", "printf",
        ])
    });
    let is_prepared = stage.lineage().any(|s| {
        s.users_made().next().is_some()
            || s.steps()
                .any(|step| matches!(step.name(), "VOLUME" | "WORKDIR"))
    });
    runs_script && is_known && !is_prepared && !fetches && !served.has_arg("-m")
}
