//! The options of what names images, or builds them without an engine.

use super::Options;

/// `docker tag`, `docker manifest create`.
pub(crate) const NAMES: Options = Options {
    values: &[
        "--annotation",
        "--arch",
        "--authfile",
        "--cert-dir",
        "--creds",
        "--os",
        "--variant",
    ],
    flags: &["--all", "--amend", "--insecure", "--tls-verify"],
    short_values: &[],
    short_flags: "a",
    aliases: &[],
};

/// `docker buildx imagetools create`.
pub(crate) const IMAGETOOLS: Options = Options {
    values: &[
        "--annotation",
        "--builder",
        "--file",
        "--metadata-file",
        "--platform",
        "--progress",
        "--tag",
    ],
    flags: &["--append", "--debug", "--dry-run", "--prefer-index"],
    short_values: &[('f', "--file"), ('p', "--platform"), ('t', "--tag")],
    short_flags: "D",
    aliases: &[],
};

/// Kaniko's executor.
pub(crate) const KANIKO: Options = Options {
    values: &[
        "--build-arg",
        "--cache-dir",
        "--cache-repo",
        "--cache-ttl",
        "--context",
        "--context-sub-path",
        "--custom-platform",
        "--destination",
        "--digest-file",
        "--dockerfile",
        "--git",
        "--label",
        "--registry-mirror",
        "--snapshot-mode",
        "--snapshotMode",
        "--tar-path",
        "--tarPath",
        "--target",
        "--verbosity",
    ],
    flags: &[
        "--cache",
        "--cleanup",
        "--force",
        "--no-push",
        "--reproducible",
        "--single-snapshot",
    ],
    short_values: &[
        ('c', "--context"),
        ('d', "--destination"),
        ('f', "--dockerfile"),
        ('v', ""),
    ],
    short_flags: "",
    aliases: &[],
};
