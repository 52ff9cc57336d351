//! What was meant by a name that is not known.

/// `; did you mean …?` where a known name is near, else nothing.
pub(crate) fn did_you_mean<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> String {
    nearest(name, known).map_or_else(String::new, |it| format!("; did you mean `{it}`?"))
}

/// The known name that is most alike, if one is alike at all.
pub(crate) fn nearest<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let name = name.to_ascii_lowercase();
    let likeness = |it: &str| strsim::jaro_winkler(&name, &it.to_ascii_lowercase());
    known
        .into_iter()
        .map(|it| (likeness(it), it))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, it)| it)
}
