//! The JSON schema of recipes.

/// The JSON schema of `recipe.toml`, for editors.
pub fn recipe_schema() -> &'static str {
    include_str!("../../recipes/schema.json")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::file::{
        ExampleFile, FileConditions, ParameterFile, RecipeFile, RewriteFile, StepFile,
    };

    /// The keys that a part of the file takes, as the reader's complaint lists them.
    fn keys<T: serde::de::DeserializeOwned + std::fmt::Debug>() -> BTreeSet<String> {
        let error = toml::from_str::<T>("zzz = 1").unwrap_err();
        let names = error.message().split('`').skip(1).step_by(2);
        names.filter(|it| *it != "zzz").map(str::to_owned).collect()
    }

    #[test]
    fn the_schema_has_the_keys_of_the_reader() {
        let schema: serde_json::Value = serde_json::from_str(super::recipe_schema()).unwrap();
        for (part, keys) in [
            ("", keys::<RecipeFile>()),
            ("/$defs/parameter", keys::<ParameterFile>()),
            ("/properties/file", keys::<FileConditions>()),
            ("/$defs/step", keys::<StepFile>()),
            ("/$defs/rewrite", keys::<RewriteFile>()),
            ("/$defs/example", keys::<ExampleFile>()),
        ] {
            let part = schema.pointer(part).unwrap();
            let properties = part["properties"].as_object().unwrap();
            assert_eq!(properties.keys().cloned().collect::<BTreeSet<_>>(), keys);
            assert_eq!(part["additionalProperties"], false);
        }
    }
}
