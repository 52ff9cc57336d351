use super::super::*;
use super::ground;
use crate::table::Table;

#[test]
fn names_of_official_images() {
    for (written, name) in [
        ("python", "python"),
        ("docker.io/library/python", "python"),
        ("docker.io/python", "python"),
        ("library/python", "python"),
        ("index.docker.io/library/python", "python"),
        ("public.ecr.aws/docker/library/python", "python"),
        ("mirror.gcr.io/library/python", "python"),
        ("docker.io/bitnami/redis", "bitnami/redis"),
        ("gcr.io/distroless/static", "gcr.io/distroless/static"),
        (
            "registry.corp/library/python",
            "registry.corp/library/python",
        ),
        (
            "public.ecr.aws/lambda/python",
            "public.ecr.aws/lambda/python",
        ),
    ] {
        assert_eq!(normalise(written), name, "{written}");
    }
    assert!(is_official("python"));
    assert!(!is_official("registry.corp/python"));
    assert!(!is_official("bitnami/redis"));
    assert_eq!(assumed_like("registry.corp/mirror/python"), Some("python"));
    assert_eq!(assumed_like("localhost:5000/node"), Some("node"));
    assert_eq!(assumed_like("bitnami/redis"), None);
    assert_eq!(assumed_like("registry.corp/our-app"), None);
    assert!(!image("registry.corp/python", "3.11").is_known());
}

#[test]
fn series_of_moving_tags() {
    for (repository, tag) in [
        ("python", "3.14"),
        ("node", "26"),
        ("debian", "13"),
        ("ubuntu", "26.04"),
        ("alpine", "3.24"),
        ("golang", "1.27"),
        ("maven", "3.9"),
        ("nginx", "1.31"),
        ("eclipse-temurin", "25"),
        ("busybox", "1.38"),
    ] {
        assert_eq!(series_tag(repository, "latest"), Some(tag), "{repository}");
    }
    for repository in ["archlinux", "centos", "acme/app"] {
        assert_eq!(series_tag(repository, "latest"), None, "{repository}");
    }
}

#[test]
fn every_current_tag_of_the_languages_has_facts() {
    let table = Table::new(include_str!("../../data/current-tags.tsv"));
    for row in table.all().filter(|row| row.column(1).is_empty()) {
        let (repository, _) = row.key().split_once(':').expect("repository:tag");
        for name in row.words(2) {
            let record = tag(repository, name).unwrap_or_else(|| panic!("{repository}:{name}"));
            assert_eq!(record.last_maintained, None, "{repository}:{name}");
            if matches!(
                repository,
                "python" | "node" | "ruby" | "golang" | "php" | "debian"
            ) {
                let facts = image(repository, name);
                let foundation = facts.foundation.expect(name);
                assert!(foundation.release.is_some(), "{repository}:{name}");
                assert_ne!(facts.libc, Libc::Unknown, "{repository}:{name}");
                assert_ne!(facts.package_manager, SystemPackageManager::Unknown);
                assert_eq!(facts.has_shell(), Some(true));
            }
        }
    }
}

#[test]
fn facts_of_the_python_image() {
    let full = image("python", "3.11-bookworm");
    assert_eq!(full.family, Family::Python);
    assert_eq!(full.variant, Variant::Default);
    assert_eq!(full.foundation, Some(ground("debian:bookworm/full")));
    assert_eq!(full.default_user, Account::Root);
    assert_eq!(full.user_tools, UserTools::DebianBoth);
    assert_eq!(full.wget, Wget::Gnu);
    assert_eq!(full.python_commands(), ["python", "python3"]);
    assert_eq!(full.workdir(), Some("/"));
    assert_eq!(full.sets("PYTHON_VERSION"), Some(true));
    assert_eq!(full.sets("LANG"), Some(true));
    assert!(full.environment().any(|(name, value)| name == "PATH"
        && value.is_some_and(|value| value.starts_with("/usr/local/bin:"))));
    assert_eq!(image("python", "latest").sets("LANG"), None);
    assert_eq!(full.sets("PYTHONUNBUFFERED"), Some(false));
    assert_eq!(full.has_command("gcc"), Some(true));
    assert_eq!(full.application_user(), None);
    let slim = image("python", "3.11-slim-bookworm");
    assert_eq!(slim.variant, Variant::Slim);
    assert_eq!(slim.has_command("curl"), Some(false));
    assert_eq!(slim.has_command("useradd"), Some(true));
    assert_eq!(slim.has_command("pip"), Some(true));
    let alpine = image("python", "3.12-alpine");
    assert_eq!(alpine.libc, Libc::Musl);
    assert_eq!(alpine.user_tools, UserTools::Busybox);
    assert_eq!(alpine.package_manager, SystemPackageManager::Apk);
    assert_eq!(alpine.has_command("bash"), Some(false));
    assert_eq!(alpine.has_command("wget"), Some(true));
    // Debian 13 no longer has adduser in its base image; the full image gets it back.
    assert_eq!(
        image("python", "3.13-slim-trixie").user_tools,
        UserTools::Shadow
    );
    assert_eq!(
        image("python", "3.13-trixie").user_tools,
        UserTools::DebianBoth
    );
    let windows = image("python", "3.11-windowsservercore-ltsc2022");
    assert_eq!(windows.variant, Variant::Windows);
    assert_eq!(windows.shell, Shell::Cmd);
}

#[test]
fn facts_of_other_images() {
    let node = image("node", "22-bookworm-slim");
    let user = node.application_user().expect("the node user");
    assert_eq!((user.name, user.uid), ("node", Some(1000)));
    assert_eq!(user.home, Some("/home/node"));
    let entrypoint: Vec<_> = node.entrypoint().expect("known").collect();
    assert_eq!(entrypoint, ["docker-entrypoint.sh"]);
    // Old images had neither, and the newest lack yarn.
    let old = image("node", "6.2.0");
    assert_eq!(old.application_user(), None);
    assert_eq!(old.entrypoint().map(Iterator::count), Some(0));
    assert_eq!(image("node", "20").has_command("yarn"), Some(true));
    assert_eq!(image("node", "latest").has_command("yarn"), None);

    let nonroot = image("gcr.io/distroless/python3-debian12", "nonroot");
    assert_eq!(nonroot.family, Family::Distroless);
    assert_eq!(nonroot.has_shell(), Some(false));
    assert_eq!(
        nonroot.default_user,
        Account::Other {
            name: "nonroot",
            uid: Some(65532)
        }
    );
    assert_eq!(nonroot.workdir(), Some("/home/nonroot"));
    let root = image("gcr.io/distroless/static-debian12", "latest");
    assert_eq!(root.default_user, Account::Root);
    assert_eq!(
        root.application_user().map(|user| user.name),
        Some("nonroot")
    );
    assert_eq!(root.foundation, Some(ground("debian:bookworm/bare")));
    assert_eq!(
        image("gcr.io/distroless/base", "debug").has_shell(),
        Some(true)
    );

    let scratch = image("scratch", "latest");
    assert_eq!(scratch.family, Family::Scratch);
    assert_eq!(scratch.has_shell(), Some(false));
    assert_eq!(scratch.has_command("sh"), Some(false));

    let ubi = image("registry.access.redhat.com/ubi9/ubi-minimal", "9.4");
    assert_eq!(ubi.package_manager, SystemPackageManager::Microdnf);
    assert_eq!(ubi.user_tools, UserTools::None);
    assert_eq!(ubi.foundation, Some(ground("ubi:9/minimal")));
    let ubi = image("registry.access.redhat.com/ubi8/ubi", "latest");
    assert_eq!(ubi.package_manager, SystemPackageManager::Dnf);
    assert_eq!(ubi.user_tools, UserTools::Shadow);
    let s2i = image("registry.access.redhat.com/ubi9/python-311", "latest");
    assert_eq!(s2i.family, Family::Python);
    assert_eq!(s2i.sets("PIP_NO_CACHE_DIR"), Some(true));
    assert!(matches!(
        s2i.default_user,
        Account::Other {
            uid: Some(1001),
            ..
        }
    ));

    let noble = image("ubuntu", "24.04");
    assert_eq!(
        noble.application_user().map(|user| user.name),
        Some("ubuntu")
    );
    for (name, tag) in [
        ("eclipse-temurin", "21"),
        ("maven", "3.9-eclipse-temurin-21"),
        ("tomcat", "10-jdk21"),
    ] {
        let user = image(name, tag).application_user();
        assert_eq!(
            user.map(|user| (user.name, user.uid)),
            Some(("ubuntu", Some(1000)))
        );
    }
    assert_eq!(
        image("gradle", "8-jdk21")
            .users()
            .filter(|user| user.name == "ubuntu")
            .count(),
        0
    );
    assert_eq!(noble.package_manager, SystemPackageManager::Apt);
    assert_eq!(image("ubuntu", "22.04").application_user(), None);
    assert_eq!(image("ubuntu", "22.04").has_command("adduser"), Some(true));
    assert_eq!(noble.has_command("adduser"), None);
    assert_eq!(noble.has_command("useradd"), Some(true));
    assert_eq!(image("ubuntu", "22.04").python_commands(), ["python3"]);

    assert_eq!(
        image("centos", "7").package_manager,
        SystemPackageManager::Yum
    );
    assert_eq!(
        image("amazonlinux", "2023").package_manager,
        SystemPackageManager::Dnf
    );
    assert_eq!(image("amazonlinux", "2023").user_tools, UserTools::None);
    assert!(image("postgres", "16").drops_privileges);
    assert!(
        !image("redis", "7")
            .users()
            .any(|user| user.purpose == Purpose::Application)
    );
    let dotnet = image("mcr.microsoft.com/dotnet/aspnet", "8.0-jammy-chiseled");
    assert_eq!(dotnet.has_shell(), Some(false));
    assert_eq!(dotnet.application_user().map(|user| user.name), Some("app"));
    assert_eq!(
        image("mcr.microsoft.com/dotnet/aspnet", "8.0-alpine").package_manager,
        SystemPackageManager::Apk
    );
    assert_eq!(
        image("nvidia/cuda", "12.2.0-base-ubuntu22.04").foundation,
        Some(ground("ubuntu:jammy/plain"))
    );
    assert_eq!(image("bitnami/redis", "7.0").application_user(), None);
    assert_eq!(image("nobody/knows", "1").family, Family::Unknown);
    assert_eq!(image("golang", "1.22").workdir(), Some("/go"));
    assert_eq!(image("arm64v8/python", "3.11-slim").family, Family::Python);
    assert!(!image("arm64v8/nobody-knows", "1").is_known());
    assert_eq!(image("python", "nonsense").foundation, None);
    assert_eq!(image("golang", "1.22-alpine").libc, Libc::Musl);
}

#[test]
fn tools_missing_in_slim() {
    let from = ground("debian:bookworm/full");
    let to = ground("debian:bookworm/slim");
    let lost = |command| {
        missing_in_slim("python", &from, &to, command).map(|tool| (tool.package, tool.class))
    };
    for (command, package, class) in [
        ("curl", "curl", Class::RunTime),
        ("wget", "wget", Class::RunTime),
        ("git", "git", Class::RunTime),
        ("hg", "mercurial", Class::RunTime),
        ("svn", "subversion", Class::RunTime),
        ("gpg", "gnupg", Class::RunTime),
        ("dirmngr", "dirmngr", Class::RunTime),
        ("ssh", "openssh-client", Class::RunTime),
        ("ssh-keygen", "openssh-client", Class::RunTime),
        ("ps", "procps", Class::RunTime),
        ("unzip", "unzip", Class::RunTime),
        ("xz", "xz-utils", Class::RunTime),
        ("bzip2", "bzip2", Class::RunTime),
        ("file", "file", Class::RunTime),
        ("patch", "patch", Class::RunTime),
        ("convert", "imagemagick", Class::RunTime),
        ("identify", "imagemagick", Class::RunTime),
        ("gcc", "gcc", Class::Build),
        ("cc", "gcc", Class::Build),
        ("g++", "g++", Class::Build),
        ("make", "make", Class::Build),
        ("autoconf", "autoconf", Class::Build),
        ("aclocal", "automake", Class::Build),
        ("libtoolize", "libtool", Class::Build),
        ("m4", "m4", Class::Build),
        ("ld", "binutils", Class::Build),
        ("pkg-config", "pkg-config", Class::Build),
        ("pg_config", "libpq-dev", Class::Build),
        ("mysql_config", "default-libmysqlclient-dev", Class::Build),
        ("curl-config", "libcurl4-openssl-dev", Class::Build),
        ("/usr/bin/curl", "curl", Class::RunTime),
    ] {
        assert_eq!(lost(command), Some((package, class)), "{command}");
    }
    for kept in [
        "python",
        "python3",
        "pip",
        "sh",
        "bash",
        "tar",
        "gzip",
        "sed",
        "useradd",
        "adduser",
        "update-ca-certificates",
        "openssl",
        "/usr/local/bin/curl",
        "node",
        "vim",
        "apt-get",
        "kill",
        "perl",
        "sqlite3",
        "zip",
        "jq",
    ] {
        assert_eq!(lost(kept), None, "{kept}");
    }
}

#[test]
fn tools_missing_in_slim_differ_by_image_and_release() {
    let bookworm = (
        ground("debian:bookworm/full"),
        ground("debian:bookworm/slim"),
    );
    let trixie = (ground("debian:trixie/full"), ground("debian:trixie/slim"));
    let package = |repository, (from, to): &(Foundation, Foundation), command| {
        missing_in_slim(repository, from, to, command).map(|tool| tool.package)
    };
    assert_eq!(package("node", &bookworm, "python3"), Some("python3"));
    assert_eq!(package("node", &bookworm, "openssl"), Some("openssl"));
    assert_eq!(package("python", &trixie, "adduser"), Some("adduser"));
    assert_eq!(package("python", &bookworm, "adduser"), None);
    assert_eq!(package("rust", &bookworm, "gcc"), None);
    assert_eq!(package("rust", &bookworm, "g++"), Some("g++"));
    assert_eq!(package("haskell", &bookworm, "git"), None);
    let buster = (ground("debian:buster/full"), ground("debian:buster/slim"));
    assert_eq!(package("node", &buster, "python"), Some("python"));
    assert_eq!(package("node", &buster, "gcc-8"), Some("gcc"));
    let jessie = (ground("debian:jessie/full"), ground("debian:jessie/curl"));
    assert_eq!(package("node", &jessie, "curl"), None);
    assert_eq!(package("node", &jessie, "git"), Some("git"));
    let openjdk = (
        ground("debian:bullseye/scm"),
        ground("debian:bullseye/slim"),
    );
    assert_eq!(package("openjdk", &openjdk, "git"), Some("git"));
    assert_eq!(package("openjdk", &openjdk, "gcc"), None);
    let debian = (
        ground("debian:bookworm/plain"),
        ground("debian:bookworm/slim"),
    );
    assert_eq!(package("debian", &debian, "curl"), None);
}

#[test]
fn packages_missing_in_slim() {
    let bookworm = (
        ground("debian:bookworm/full"),
        ground("debian:bookworm/slim"),
    );
    let lost = |package| package_missing_in_slim("python", &bookworm.0, &bookworm.1, package);
    for package in [
        "libmagic1",
        "libpq5",
        "libcairo2",
        "libglib2.0-0",
        "libxml2",
        "libmariadb3",
        "libgomp1",
        "imagemagick",
        "git",
        "libmagickwand-6.q16-6",
    ] {
        assert!(lost(package), "{package}");
    }
    for package in [
        "libgl1",
        "ffmpeg",
        "poppler-utils",
        "libzbar0",
        "libsqlite3-0",
        "libffi8",
        "zlib1g",
        "bash",
        "ca-certificates",
    ] {
        assert!(!lost(package), "{package}");
    }
    let trixie = ground("debian:trixie/full");
    assert_eq!(package_in(&trixie, "libglib2.0-0"), Some(true));
    assert_eq!(package_in(&trixie, "libglib2.0-0t64"), Some(true));
    assert_eq!(package_in(&bookworm.1, "libglib2.0-0"), Some(false));
}
