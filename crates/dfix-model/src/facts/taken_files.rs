//! The files of a stage that a `COPY --from` takes by a pattern, or with the folder around them.

use crate::facts::context_files::matches;
use crate::handles::Step;
use crate::path::ImagePath;
use crate::ternary::Ternary;

impl Step<'_> {
    /// Whether this `COPY --from` takes the file: by its name or a pattern of it; unknown where it takes a folder around it, or
    /// what only the build can tell.
    pub fn takes_of_stage(self, file: &ImagePath) -> Ternary {
        let takes = self.sources().map(|word| {
            let Some(text) = word.value() else {
                return self.may_take();
            };
            let path = ImagePath::new(text);
            let fits = |(pattern, name): (&str, &str)| matches(pattern.as_bytes(), name.as_bytes());
            let (asked, own) = (path.parts().count(), file.parts().count());
            if asked > own || !path.parts().zip(file.parts()).all(fits) {
                Ternary::No
            } else if asked == own {
                Ternary::Yes
            } else {
                self.may_take()
            }
        });
        takes.fold(Ternary::No, |all, one| all.or(|| one))
    }

    fn may_take(self) -> Ternary {
        Ternary::unknown(
            format!("whether {} is to take the file, too", self.label()),
            "look at what is done with it there",
        )
    }
}
