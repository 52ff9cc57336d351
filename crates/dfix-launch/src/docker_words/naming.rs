//! Commands that give an image which is built elsewhere a further name: `docker tag`, `docker manifest create`,
//! `docker buildx imagetools create`.
//!
//! Source: the reference of Docker's command line (those three), and podman-manifest-create(1).

use super::Reader;
use super::options;
use crate::launch::Launch;
use crate::shell::Word;

impl Reader<'_> {
    /// The words behind `docker tag`: an image, and its further name.
    pub(super) fn tag(self, words: &[Word]) -> Option<Launch> {
        match options::NAMES.take(words, true).operands.as_slice() {
            [image, name] => self.name(std::slice::from_ref(name), std::slice::from_ref(image)),
            _ => None,
        }
    }

    /// The words behind `docker manifest`: the name, and the images that stand for it on one machine or another.
    pub(super) fn manifest(self, words: &[Word]) -> Option<Launch> {
        let (subcommand, rest) = words.split_first()?;
        let taken = options::NAMES.take(rest, true);
        let (name, images) = taken.operands.split_first()?;
        let is_naming = matches!(&*subcommand.text, "create" | "add");
        is_naming.then(|| self.name(std::slice::from_ref(name), images))?
    }

    /// The words behind `docker buildx imagetools`: names by `--tag`, and such images.
    pub(super) fn imagetools(self, words: &[Word]) -> Option<Launch> {
        let (subcommand, rest) = words.split_first()?;
        let taken = options::IMAGETOOLS.take(rest, true);
        let names = taken
            .options
            .into_iter()
            .filter(|(name, _)| *name == "--tag");
        let names: Vec<Word> = names.filter_map(|(_, value)| value).collect();
        let is_naming = subcommand.text == "create";
        is_naming.then(|| self.name(&names, &taken.operands))?
    }

    /// Gives the images these names; nothing where one of both is missing.
    fn name(mut self, names: &[Word], images: &[Word]) -> Option<Launch> {
        for name in names {
            self.image(name.text.clone());
        }
        self.launch.named_images = images.iter().map(|it| it.text.clone()).collect();
        (!names.is_empty() && !images.is_empty()).then_some(self.launch)
    }
}
