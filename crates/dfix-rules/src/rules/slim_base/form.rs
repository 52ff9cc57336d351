//! An image and its slim form: what the catalogue knows of both.

use std::cell::RefCell;
use std::collections::HashMap;

use dfix_catalogue::{
    self as catalogue, AS_OF, Class, Distribution, Foundation, Layer, Slim, SlimSibling,
    missing_in_slim, slim_of,
};
use dfix_engine::{OpenCondition, Remedy, remedy};
use dfix_model::ImageRef;

/// What is known of an image's slim form.
pub(super) enum SlimLookup {
    /// Nothing to say: it is a variant already, or nobody knows.
    None,
    /// There is one; a digest pins the image.
    Pinned(SlimForm),
    /// There is none, but another tag is smaller.
    Smaller { from: String, sibling: String },
    /// There is one.
    Slim(SlimForm),
}

/// An image with its slim form.
pub(super) struct SlimForm {
    repository: String,
    /// The name as the file writes it, registry included.
    written: String,
    /// The tag as the file writes it.
    tag: Option<String>,
    sibling: SlimSibling,
    /// What was asked for by name.
    lacked: RefCell<HashMap<String, Option<LackedProgram>>>,
}

/// A program that the slim form lacks.
#[derive(Clone, Copy)]
pub(super) struct LackedProgram {
    /// The package that has it.
    pub(super) package: &'static str,
    /// Whether it is a sign that something is compiled.
    pub(super) is_build: bool,
}

impl SlimLookup {
    /// The slim form of the image that a reference names.
    pub(super) fn of(image: &ImageRef) -> Self {
        let Some(repository) = image.name() else {
            return SlimLookup::None;
        };
        let Some(tag) = image.tag_text().or_else(|| image.effective_tag()) else {
            return SlimLookup::None;
        };
        let written = image.text_without_tag().unwrap_or(repository);
        match slim_of(repository, tag) {
            Slim::Sibling(sibling) if sibling.same_release != Some(false) => {
                let form = SlimForm {
                    repository: repository.to_owned(),
                    written: written.to_owned(),
                    tag: image.tag_text().map(str::to_owned),
                    sibling,
                    lacked: RefCell::default(),
                };
                if image.is_pinned() {
                    SlimLookup::Pinned(form)
                } else {
                    SlimLookup::Slim(form)
                }
            }
            Slim::NoSlimForm { smaller } if !image.is_pinned() => match smaller.first() {
                Some(sibling) => SlimLookup::Smaller {
                    from: image.text().unwrap_or(repository).to_owned(),
                    sibling: format!("{written}:{sibling}"),
                },
                None => SlimLookup::None,
            },
            _ => SlimLookup::None,
        }
    }

    /// What is the matter with the image, if something is.
    pub(super) fn message(&self) -> Option<String> {
        match self {
            SlimLookup::None => None,
            SlimLookup::Pinned(form) => Some(format!(
                "`{}` is not slim, and a digest pins it",
                form.from()
            )),
            SlimLookup::Smaller { from, .. } => {
                Some(format!("`{from}` is not the smallest form of this image"))
            }
            SlimLookup::Slim(form) => {
                Some(format!("`{}` is not slim: `{}` is", form.from(), form.to()))
            }
        }
    }

    /// The slim form, where dfix may take it.
    pub(super) fn form(self) -> Result<SlimForm, Remedy> {
        match self {
            SlimLookup::Slim(form) => Ok(form),
            SlimLookup::Pinned(form) => Err(remedy!("pin the digest of `{}` instead", form.to())),
            SlimLookup::Smaller { sibling, .. } if sibling.contains("alpine") => Err(remedy!(
                "`{sibling}` is smaller and based on Alpine: its C library is another (musl), so that what is compiled for \
                 glibc does not run there and a database sorts text otherwise. Take it where neither matters"
            )),
            SlimLookup::Smaller { sibling, .. } => Err(remedy!(
                "see whether `{sibling}` does for this application: it may differ in more than size"
            )),
            SlimLookup::None => Err(remedy!("there is no slim form of this image")),
        }
    }
}

impl SlimForm {
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

    fn foundation(&self) -> Option<&Foundation> {
        self.sibling.full.foundation.as_ref()
    }

    fn release(&self) -> Option<&'static str> {
        let slim = self.sibling.slim.foundation.and_then(|f| f.release);
        slim.or_else(|| self.foundation()?.release)
    }

    fn is_archived(&self) -> bool {
        self.release().is_some_and(catalogue::is_archived)
    }

    /// Whether the slim form lacks more than documentation.
    pub(super) fn lacks_tools(&self) -> bool {
        let Some(foundation) = self.foundation() else {
            return true;
        };
        match foundation.layer {
            Layer::Slim => false,
            Layer::Plain => foundation
                .release
                .is_some_and(catalogue::has_more_than_slim),
            _ => true,
        }
    }

    /// The program, if the slim form lacks it and the full one has it.
    pub(super) fn lacks_program(&self, name: &str) -> Option<LackedProgram> {
        if let Some(known) = self.lacked.borrow().get(name) {
            return *known;
        }
        let found = self.look_up(name);
        self.lacked.borrow_mut().insert(name.to_owned(), found);
        found
    }

    fn look_up(&self, name: &str) -> Option<LackedProgram> {
        let (from, to) = (self.foundation()?, self.sibling.slim.foundation.as_ref()?);
        let is_python2 = matches!(name, "python" | "python2" | "python2.7");
        if is_python2 && self.is_archived() && self.lacks_tools() && !self.has_own(name) {
            // Debian's own Python 2 was there as long as Mercurial was written in it.
            return Some(LackedProgram {
                package: "python",
                is_build: false,
            });
        }
        // PyPy's folder, which comes first on its PATH, has `python3` too.
        if self.repository == "pypy" && name.starts_with("python") {
            return None;
        }
        let tool = missing_in_slim(&self.repository, from, to, name)?;
        Some(LackedProgram {
            package: tool.package,
            is_build: tool.class == Class::Build,
        })
    }

    /// Whether the package is one that the full image has and the slim one lacks.
    pub(super) fn lacks_package(&self, package: &str) -> bool {
        let (Some(from), Some(to)) = (self.foundation(), self.sibling.slim.foundation.as_ref())
        else {
            return false;
        };
        self.lacks_tools()
            && catalogue::package_missing_in_slim(&self.repository, from, to, package)
    }

    /// Whether the slim form has certificates, without which nothing is fetched over https.
    pub(super) fn has_certificates(&self) -> bool {
        !self.lacks_tools() || self.lacks_program("update-ca-certificates").is_none()
    }

    /// Whether the image itself brings this command, in both forms.
    fn has_own(&self, command: &str) -> bool {
        let tag = self.tag.as_deref().unwrap_or("latest");
        let facts = catalogue::image(&self.repository, tag);
        facts.own_commands().any(|own| own == command)
    }

    /// Why packages cannot be installed, if they cannot.
    pub(super) fn no_packages(&self) -> Option<String> {
        let is_debian = self
            .foundation()
            .is_some_and(|f| matches!(f.distribution, Distribution::Debian | Distribution::Ubuntu));
        if !is_debian {
            return Some("the distribution under the image is not known to be Debian".to_owned());
        }
        match self.release() {
            Some(release) if self.is_archived() => Some(format!(
                "the mirrors have no packages of Debian {release} any more"
            )),
            Some(_) => None,
            None => Some("the release under the image is not known".to_owned()),
        }
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
            && let (Some(foundation), Some(release)) = (self.foundation(), self.release())
        {
            evidence.push(format!(
                "both are based on {:?} {release}",
                foundation.distribution
            ));
        }
        if !self.lacks_tools() {
            evidence.push(
                "the slim form has the same packages: only documentation and translations are left out".to_owned(),
            );
        }
        evidence
    }

    /// What the catalogue could not establish.
    pub(super) fn open(&self) -> Vec<OpenCondition> {
        let mut open = Vec::new();
        let mut push = |condition: String| {
            let remedy = format!("compare `{}` with `{}`", self.from(), self.to());
            open.push(OpenCondition::new(condition, remedy));
        };
        if self.sibling.same_release.is_none() {
            push(
                "whether both images are based on the same release of the distribution".to_owned(),
            );
        }
        let is_exact = self.tag.as_deref().is_some_and(|tag| {
            let version = tag.split('-').next();
            version.is_some_and(|version| version.matches('.').count() >= 2)
        });
        if !self.sibling.same_age && !is_exact {
            push("whether both images hold the same version: one was maintained longer".to_owned());
        }
        let else_lacking = |known: &str| {
            format!(
                "what else the slim form of `{}` lacks beside Debian's packages{known}",
                self.repository
            )
        };
        match catalogue::beside_packages(&self.repository) {
            Some("") => {}
            Some(known) => push(else_lacking(&format!(": {known}"))),
            None => push(else_lacking("")),
        }
        open
    }
}
