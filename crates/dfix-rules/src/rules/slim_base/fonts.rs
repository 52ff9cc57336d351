//! The fonts of the system that the application's sources draw with: full images have some, slim forms have none.

use dfix_model::{CallSite, Stage};

use super::losses::Losses;

impl<'m> Losses<'m, '_> {
    /// Fonts that sources name by their names alone, or take by drawing text.
    pub(super) fn fonts(&mut self, last: Stage<'m>, site: &CallSite<'m>) {
        for font in last.drawn_fonts() {
            self.library(font.package, &font.who, site);
        }
    }
}
