//! What is known of the image that a stage is built as, for those that are based on it.

use dfix_catalogue::{ImageFacts, ToldImage};

use crate::facts::accounts::Accounts;
use crate::facts::base_image::base_facts;
use crate::facts::user::final_user;
use crate::facts::workdir::final_workdir;
use crate::handles::Stage;

/// The image that the stage is built as: its users, its shell, its package manager, and the user that it runs as. None
/// where the image that it is based on is not known, or its user is not. The texts are kept for as long as the program
/// runs: ask once.
pub(crate) fn facts(stage: Stage<'_>) -> Option<ImageFacts> {
    let base = base_facts(stage);
    let user = final_user(stage).name?;
    if !base.is_known() {
        return None;
    }
    let accounts = Accounts::of(stage).all().into_iter();
    let users = accounts.filter(|it| it.is_for_application && it.is_certain && it.uid != Some(0));
    let told = ToldImage {
        user: Some(if user.is_empty() {
            "root".to_owned()
        } else {
            user
        }),
        users: users
            .map(|it| match it.uid {
                Some(uid) => format!("{}:{uid}", it.name),
                None => it.name,
            })
            .collect(),
        ..ToldImage::default()
    };
    Some(told.facts_on(*base, final_workdir(stage).as_deref()))
}
