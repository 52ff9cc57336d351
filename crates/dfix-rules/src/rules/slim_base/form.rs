//! An image and its slim form: what the catalogue knows of both.

use dfix_engine::OpenCondition;
use dfix_model::ImageRef;
use dfix_model::catalogue::{
    self, AS_OF, Class, Distribution, Foundation, Layer, Slim, SlimSibling, lost_tool, slim_of,
};

/// What is known of an image's slim form.
pub(super) enum Forms {
    /// Nothing to say: it is a variant already, or nobody knows.
    None,
    /// There is one; a digest pins the image.
    Pinned(Form),
    /// There is none, but another tag is smaller.
    Smaller { from: String, sibling: String },
    /// There is one.
    Slim(Form),
}

/// An image with its slim form.
pub(super) struct Form {
    repository: String,
    /// The name as the file writes it, registry included.
    written: String,
    /// The tag as the file writes it.
    tag: Option<String>,
    sibling: SlimSibling,
}

/// A command that the slim form lacks.
pub(super) struct Lost {
    /// The package that has it.
    pub(super) package: &'static str,
    /// Whether it is a sign that something is compiled.
    pub(super) is_build: bool,
}

/// Images of which it is known that Debian's packages are all that the slim form lacks.
const WELL_KNOWN: &[&str] = &["debian", "node", "perl", "pypy", "python", "ruby"];

/// Releases that the mirrors have no longer: <https://www.debian.org/distrib/archive>.
const ARCHIVED: &[&str] = &["squeeze", "wheezy", "jessie", "stretch", "buster"];

impl Form {
    /// The slim form of the image that a reference names.
    pub(super) fn of(image: &ImageRef) -> Forms {
        let Some(repository) = image.name() else {
            return Forms::None;
        };
        let pinned = image.is_pinned();
        let tag = match (image.tag_text(), pinned) {
            (Some(tag), _) => tag,
            (None, true) => return Forms::None,
            (None, false) => match image.effective_tag() {
                Some(tag) => tag,
                None => return Forms::None,
            },
        };
        let text = image.text().unwrap_or(repository);
        let text = text.split('@').next().unwrap_or(text);
        let written = image.tag_text().and_then(|tag| text.strip_suffix(tag));
        let written = written.map_or(text, |rest| rest.trim_end_matches(':'));
        match slim_of(repository, tag) {
            Slim::Sibling(sibling) if sibling.same_release != Some(false) => {
                let form = Form {
                    repository: repository.to_owned(),
                    written: written.to_owned(),
                    tag: image.tag_text().map(str::to_owned),
                    sibling,
                };
                if pinned {
                    Forms::Pinned(form)
                } else {
                    Forms::Slim(form)
                }
            }
            Slim::NoSlimForm { smaller } if !pinned => match smaller.into_iter().next() {
                Some(sibling) => Forms::Smaller {
                    from: text.to_owned(),
                    sibling: format!("{written}:{sibling}"),
                },
                None => Forms::None,
            },
            _ => Forms::None,
        }
    }

    /// The image as the file names it.
    pub(super) fn from(&self) -> String {
        match &self.tag {
            Some(tag) => format!("{}:{tag}", self.written),
            None => self.written.clone(),
        }
    }

    /// The slim image.
    pub(super) fn to(&self) -> String {
        format!("{}:{}", self.written, self.sibling.tag)
    }

    /// The slim tag.
    pub(super) fn slim(&self) -> &str {
        &self.sibling.tag
    }

    /// The image's one name.
    pub(super) fn repository(&self) -> &str {
        &self.repository
    }

    fn full_foundation(&self) -> Option<&Foundation> {
        self.sibling.full.foundation.as_ref()
    }

    fn release(&self) -> Option<&'static str> {
        let slim = self.sibling.slim.foundation.and_then(|f| f.release);
        slim.or_else(|| self.full_foundation()?.release)
    }

    fn is_debian(&self) -> bool {
        self.full_foundation()
            .is_some_and(|f| matches!(f.distribution, Distribution::Debian | Distribution::Ubuntu))
    }

    /// Whether the slim form lacks more than documentation.
    pub(super) fn loses_tools(&self) -> bool {
        self.full_foundation()
            .is_none_or(|f| !matches!(f.layer, Layer::Plain | Layer::Slim))
    }

    /// The command, if the slim form lacks it and the full one has it.
    pub(super) fn lost(&self, command: &str) -> Option<Lost> {
        let (from, to) = (
            self.full_foundation()?,
            self.sibling.slim.foundation.as_ref()?,
        );
        let is_python2 = matches!(command, "python" | "python2" | "python2.7");
        if is_python2 && self.is_archived() && self.loses_tools() && !self.has_own(command) {
            // Debian's own Python 2 was there as long as Mercurial was written in it.
            return Some(Lost {
                package: "python",
                is_build: false,
            });
        }
        // PyPy's folder, which comes first on its PATH, has `python3` too.
        if self.repository == "pypy" && command.starts_with("python") {
            return None;
        }
        let tool = lost_tool(&self.repository, from, to, command)?;
        Some(Lost {
            package: tool.package,
            is_build: tool.class == Class::Build,
        })
    }

    /// Whether the package is one that the full image has and the slim one lacks.
    pub(super) fn loses_package(&self, package: &str) -> bool {
        let (Some(from), Some(to)) = (
            self.full_foundation(),
            self.sibling.slim.foundation.as_ref(),
        ) else {
            return false;
        };
        self.loses_tools() && catalogue::lost_package(&self.repository, from, to, package)
    }

    /// Whether the slim form has certificates, without which nothing is fetched over https.
    pub(super) fn has_certificates(&self) -> bool {
        !self.loses_tools() || self.lost("update-ca-certificates").is_none()
    }

    /// Whether the slim form lacks the time zones: Debian's own images have none since trixie.
    pub(super) fn loses_time_zones(&self) -> bool {
        let has_own = matches!(self.repository.as_str(), "python" | "pypy" | "ruby");
        self.loses_tools()
            && !has_own
            && matches!(self.release(), Some("trixie" | "forky" | "sid") | None)
    }

    /// Whether the image itself brings this command, in both forms.
    pub(super) fn has_own(&self, command: &str) -> bool {
        let tag = self.tag.as_deref().unwrap_or("latest");
        catalogue::image(&self.repository, tag)
            .own_commands()
            .any(|own| own == command)
    }

    /// Why packages cannot be installed, if they cannot.
    pub(super) fn no_packages(&self) -> Option<String> {
        if !self.is_debian() {
            return Some("the distribution under the image is not known to be Debian".to_owned());
        }
        match self.release() {
            Some(release) if ARCHIVED.contains(&release) => Some(format!(
                "the mirrors have no packages of Debian {release} any more"
            )),
            Some(_) => None,
            None => Some("the release under the image is not known".to_owned()),
        }
    }

    fn is_archived(&self) -> bool {
        self.release().is_some_and(|r| ARCHIVED.contains(&r))
    }

    /// Whether the slim form has no folders of manual pages, into which some packages put links when they
    /// are installed. They are kept since 2021-07-30:
    /// <https://github.com/debuerreotype/debuerreotype/pull/116>.
    pub(super) fn has_no_manual_folders(&self) -> bool {
        self.was_left_before(2021, 9)
    }

    /// Whether nobody has rebuilt the slim form since this month.
    pub(super) fn was_left_before(&self, year: u16, month: u8) -> bool {
        let last = self.sibling.slim.last_maintained;
        last.is_some_and(|day| (day.year, day.month) < (year, month))
    }

    /// Whether the tag goes over to the next version of Python when there is one: `3`, `latest`.
    pub(super) fn moves_python(&self) -> bool {
        let tag = self.tag.as_deref().unwrap_or("latest");
        let version = tag.split('-').next().unwrap_or(tag);
        self.repository == "python" && !version.contains('.') && !version.starts_with('2')
    }

    /// The version of Python, where the image has one: `3.11`.
    pub(super) fn python(&self) -> Option<String> {
        if self.repository != "python" {
            return None;
        }
        if self
            .tag
            .as_deref()
            .is_some_and(|tag| tag == "2" || tag.starts_with("2-"))
        {
            return Some("2.7".to_owned());
        }
        let of = |tag: &str| {
            let mut numbers = tag.split('-').next()?.split('.');
            let (major, minor) = (numbers.next()?, numbers.next()?);
            let is_number = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
            let minor = minor.trim_end_matches(|c: char| !c.is_ascii_digit());
            (is_number(major) && is_number(minor)).then(|| format!("{major}.{minor}"))
        };
        let tag = self.tag.as_deref().unwrap_or("latest");
        of(tag).or_else(|| catalogue::aliases("python", tag).find_map(of))
    }

    /// What the catalogue established.
    pub(super) fn evidence(&self) -> Vec<String> {
        let record = &self.sibling.slim;
        let tag = self.slim();
        let mut evidence = vec![match record.last_maintained {
            None => format!(
                "the tag {tag} is published since {} and maintained (as of {AS_OF})",
                record.first_published
            ),
            Some(day) => format!("the tag {tag} was published, and maintained until {day}"),
        }];
        if self.sibling.same_release == Some(true)
            && let (Some(foundation), Some(release)) = (self.full_foundation(), self.release())
        {
            evidence.push(format!(
                "both stand on {:?} {release}",
                foundation.distribution
            ));
        }
        if !self.loses_tools() {
            evidence.push(
                "the slim form has the same packages: only documentation is left out".to_owned(),
            );
        }
        evidence
    }

    /// What the catalogue could not establish.
    pub(super) fn open(&self) -> Vec<OpenCondition> {
        let mut open = Vec::new();
        let mut push = |condition: String| {
            open.push(OpenCondition {
                condition,
                remedy: format!("compare `{}` with `{}`", self.from(), self.to()),
            });
        };
        if self.sibling.same_release.is_none() {
            push("whether both images stand on the same release of the distribution".to_owned());
        }
        let is_exact = self.tag.as_deref().is_some_and(|tag| {
            tag.split('-')
                .next()
                .is_some_and(|version| version.matches('.').count() >= 2)
        });
        if !self.sibling.same_age && !is_exact {
            push("whether both images hold the same version: one was maintained longer".to_owned());
        }
        if !WELL_KNOWN.contains(&self.repository.as_str()) {
            let known = match self.repository.as_str() {
                "openjdk" => ": fonts, and what programs need that draw or print",
                _ => "",
            };
            push(format!(
                "what else the slim form of `{}` lacks beside Debian's packages{known}",
                self.repository
            ));
        }
        open
    }
}
