//! What is said of a Dockerfile that a template of the repository makes.

use crate::common::Folder;

const MADE: &str = "FROM php:8.4-apache\nRUN a2enmod ssl\nEXPOSE 443\nENV MATOMO_VERSION 5.1.0\nCOPY php.ini /usr/local/etc/php/conf.d/php.ini\nCMD [\"apache2-foreground\"]\n";

/// What is said of `apache/Dockerfile`, where this template lies above it.
fn said(name: &str, template: &str) -> String {
    let folder = Folder::new(&[
        (".git/HEAD", "ref: refs/heads/main\n"),
        ("apache/Dockerfile", MADE),
        (name, template),
    ]);
    let (_, out, _) = folder.dfix(&["--rule", "env-legacy-format", "apache/Dockerfile"]);
    assert!(out.contains("[env-legacy-format]"), "{out}");
    out
}

#[test]
fn a_change_that_the_template_takes_back_is_unsafe() {
    let template = MADE
        .replace("8.4-apache", "8.4-%%VARIANT%%")
        .replace("5.1.0", "%%V%%");
    let out = said("Dockerfile-debian.template", &template);
    assert!(out.contains("unsafe[env-legacy-format]"), "{out}");
    assert!(out.contains("`Dockerfile-debian.template`"), "{out}");
}

#[test]
fn another_template_is_none_of_its() {
    let another = "FROM nginx:%%V%%\nRUN rm /etc/nginx/conf.d/default.conf\nCMD [\"nginx\"]\n";
    let out = said("Dockerfile.template", another);
    assert!(out.contains("fix[env-legacy-format]"), "{out}");
    let out = said("Dockerfile.dev", MADE);
    assert!(out.contains("fix[env-legacy-format]"), "{out}");
}
