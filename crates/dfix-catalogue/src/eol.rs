//! When support of a release cycle ends or ended.

use std::sync::LazyLock;

use rustc_hash::FxHashSet;

use super::date::{AS_OF, Date};
use super::foundation::{Distribution, Foundation};
use super::table::{Row, Table, table};

const EOL: Table = table!("eol.tsv");

/// The end of a release cycle's support.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Eol {
    /// The code name, where the product has code names.
    pub codename: Option<&'static str>,
    /// The day of the first release.
    pub released: Option<Date>,
    /// The last day of support, when a day is known.
    pub date: Option<Date>,
    /// Whether support had ended on [`AS_OF`].
    pub ended: bool,
}

impl Eol {
    /// The code name, in small letters and of one word; `""` where there is none.
    pub fn code_name(&self) -> String {
        let name = self.codename.unwrap_or_default();
        name.split(' ')
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase()
    }
}

/// Looks up one cycle of a product: `("python", "3.8")`, `("debian", "12")`,
/// `("debian", "bookworm")`, `("nodejs", "18")`, `("alpine-linux", "3.15")`.
///
/// `node`, `golang`, `alpine`, `postgres`, `httpd` and other image names are understood too.
/// A cycle may be given as a longer version: `3.8.10` is of the cycle `3.8`.
pub fn end_of_life(product: &str, cycle: &str) -> Option<Eol> {
    let product = product_of(product);
    let mut wanted = cycle;
    loop {
        if let Some(found) = find(product, wanted) {
            return Some(found);
        }
        (wanted, _) = wanted.rsplit_once('.')?;
    }
}

/// Whether the makers of an image support exactly this version as one: `3.14` of `python`, but neither `3` nor `3.14.7`.
pub(super) fn is_cycle(product: &str, cycle: &str) -> bool {
    find(product_of(product), cycle).is_some()
}

/// The name of a product whose image has another one.
fn product_of(image: &str) -> &str {
    match image {
        "node" => "nodejs",
        "golang" => "go",
        "alpine" => "alpine-linux",
        "postgres" => "postgresql",
        "httpd" => "apache-http-server",
        "rockylinux" => "rocky-linux",
        "oraclelinux" => "oracle-linux",
        "amazonlinux" => "amazon-linux",
        "amazoncorretto" => "amazon-corretto",
        "openjdk" | "java" => "oracle-jdk",
        "ubi" => "rhel",
        "vault" => "hashicorp-vault",
        other => other,
    }
}

/// [`end_of_life`] of the distribution release that an image is based on.
pub fn end_of_release(foundation: &Foundation) -> Option<Eol> {
    let product = match foundation.distribution {
        Distribution::Debian => "debian",
        Distribution::Ubuntu => "ubuntu",
        Distribution::Alpine => "alpine-linux",
        Distribution::Fedora => "fedora",
        Distribution::Ubi => "rhel",
        Distribution::CentOs => "centos",
        Distribution::RockyLinux => "rocky-linux",
        Distribution::AlmaLinux => "almalinux",
        Distribution::OracleLinux => "oracle-linux",
        Distribution::AmazonLinux => "amazon-linux",
        _ => return None,
    };
    find(product, foundation.release?)
}

/// Whether nobody supports the release of a distribution any more: of Debian, volunteers go on for two years after its own
/// support (wiki.debian.org/LTS).
pub(super) fn is_long_over(foundation: Option<&Foundation>) -> bool {
    let Some((of, eol)) = foundation.and_then(|it| Some((it, end_of_release(it)?))) else {
        return false;
    };
    let is_past = |it: Date| it.a_year_later().a_year_later() <= AS_OF;
    eol.ended && (of.distribution != Distribution::Debian || eol.date.is_none_or(is_past))
}

/// The code names of a product's releases, in small letters and without what comes behind the first word.
pub fn code_names(product: &str) -> impl Iterator<Item = String> {
    let names = EOL.rows(product).map(|row| row.column(2));
    let first = names.filter_map(|it| it.split(' ').next());
    first
        .filter(|it| !it.is_empty())
        .map(str::to_ascii_lowercase)
}

/// Whether it is the code name of a release of Debian or Ubuntu.
pub fn is_code_name(word: &str) -> bool {
    static NAMES: LazyLock<FxHashSet<String>> =
        LazyLock::new(|| code_names("debian").chain(code_names("ubuntu")).collect());
    NAMES.contains(word)
}

/// The number of a release by its code name.
pub fn number_of_release(product: &str, code_name: &str) -> Option<&'static str> {
    Some(row_of(product, code_name)?.column(1))
}

fn row_of(product: &str, cycle: &str) -> Option<Row> {
    let is_it = |row: &Row| {
        let word = row.column(2).split(' ').next().unwrap_or_default();
        row.column(1) == cycle || (!word.is_empty() && word.eq_ignore_ascii_case(cycle))
    };
    EOL.rows(product).find(is_it)
}

fn find(product: &str, cycle: &str) -> Option<Eol> {
    let row = row_of(product, cycle)?;
    let end = row.column(4);
    let date = Date::parse(end);
    Some(Eol {
        codename: Some(row.column(2)).filter(|text| !text.is_empty()),
        released: Date::parse(row.column(3)),
        date,
        ended: date.map_or(end == "True", |date| date < AS_OF),
    })
}
