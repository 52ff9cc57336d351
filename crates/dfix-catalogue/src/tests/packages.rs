use super::super::*;

#[test]
fn python_packages() {
    let form = |name| python_package(name).map(|package| package.form);
    assert_eq!(form("flask"), Some(Form::Pure));
    assert_eq!(form("Flask_SQLAlchemy"), Some(Form::Pure));
    assert_eq!(form("Flask.SQLAlchemy"), Some(Form::Pure));
    assert_eq!(form("flask--sqlalchemy"), Some(Form::Pure));
    assert_eq!(form("flasksqlalchemy"), None);
    assert_eq!(form("psycopg2"), Some(Form::Source));
    assert_eq!(form("psycopg2_binary"), Some(Form::Prebuilt));
    assert_eq!(form("mysqlclient"), Some(Form::Source));
    assert_eq!(form("uWSGI"), Some(Form::Source));
    assert_eq!(form("numpy"), Some(Form::Prebuilt));
    assert_eq!(form("nobody-knows-this"), None);
    assert_eq!(form(""), None);
    let psycopg2 = python_package("psycopg2").expect("listed");
    assert!(
        psycopg2
            .build_packages()
            .any(|package| package == "libpq-dev")
    );
    assert!(
        psycopg2
            .run_time_packages()
            .any(|package| package == "libpq5")
    );
    assert_eq!(psycopg2.compiles(None, None, Libc::Glibc), Some(true));
    let numpy = python_package("numpy").expect("listed");
    for (version, language, compiles) in [
        (Some("1.26.4"), Some("3.12"), Some(false)),
        (Some("1.19.5"), Some("3.9"), Some(false)),
        (Some("1.19.5"), Some("3.11"), Some(true)),
        (Some("1.16.0"), Some("3.8"), Some(true)),
        (None, Some("3.11"), Some(false)),
        (Some("1.26.4"), Some("3.99"), Some(true)),
        (Some("1.26.4"), None, None),
        (Some("main"), Some("3.11"), None),
    ] {
        assert_eq!(
            numpy.compiles(version, language, Libc::Glibc),
            compiles,
            "{version:?} {language:?}"
        );
    }
    assert_eq!(
        numpy.compiles(Some("1.24.0"), Some("3.9"), Libc::Musl),
        Some(true)
    );
    let netifaces = python_package("netifaces").expect("listed");
    assert_eq!(
        netifaces.compiles(None, Some("3.11"), Libc::Glibc),
        Some(true)
    );
    let flask = python_package("flask").expect("listed");
    assert_eq!(
        flask.compiles(Some("2.2.5"), Some("3.11"), Libc::Musl),
        Some(false)
    );
}

#[test]
fn packages_of_npm_and_ruby() {
    assert_eq!(
        node_package("bcrypt").map(|found| found.form),
        Some(Form::Prebuilt)
    );
    assert_eq!(
        node_package("express").map(|found| found.form),
        Some(Form::Pure)
    );
    assert_eq!(
        node_package("ref-napi").map(|found| found.form),
        Some(Form::Source)
    );
    assert_eq!(node_package("left-pad"), None);
    assert_eq!(ruby_gem("pg").map(|found| found.form), Some(Form::Source));
    let nokogiri = ruby_gem("nokogiri").expect("listed");
    assert_eq!(
        nokogiri.compiles(Some("1.10.9"), None, Libc::Glibc),
        Some(true)
    );
    assert_eq!(
        nokogiri.compiles(Some("1.16.2"), None, Libc::Glibc),
        Some(false)
    );
    assert_eq!(
        nokogiri.compiles(Some("1.16.2"), None, Libc::Musl),
        Some(true)
    );
}

#[test]
fn what_comes_along() {
    assert!(provides("git", "git") && provides("build-essential", "make"));
    assert!(provides("libpq-dev", "libpq5") && provides("ffmpeg", "libglib2.0-0t64"));
    assert!(provides("imagemagick", "libmagickwand-7.q16-10"));
    let brought = Brought::by(["build-essential", "libpq-dev"].into_iter());
    assert!(
        ["make", "libpq5", "libpq-dev"]
            .iter()
            .all(|it| brought.has(it))
    );
    assert!(!brought.has("curl") && !brought.has("git"));
    assert!(!provides("git", "curl") && !provides("make", "gcc") && !provides("lib-dev", "libpq5"));
}

#[test]
fn gems_that_bring_others_along() {
    let brings = |name: &str| ruby_gem(name).expect("listed").brings_more;
    assert!(brings("rubocop") && brings("rails"));
    assert!(!brings("rack") && !brings("pg"));
}

#[test]
fn a_library_is_called_otherwise_on_each_release() {
    let on = |release, layer| Foundation {
        distribution: Distribution::Debian,
        release: Some(release),
        layer,
    };
    let wand = python_package("wand").expect("listed");
    for (release, name) in [
        ("bookworm", "libmagickwand-6.q16-6"),
        ("trixie", "libmagickwand-7.q16-10"),
    ] {
        let lost: Vec<_> = wand
            .run_time_packages()
            .filter(|package| {
                package_missing_in_slim(
                    "python",
                    &on(release, Layer::Full),
                    &on(release, Layer::Slim),
                    package,
                )
            })
            .collect();
        assert_eq!(lost, [name]);
    }
}
