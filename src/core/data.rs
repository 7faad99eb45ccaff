//! The data files nixml carries (steps, templates, assets), with what an overlay folder puts over them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, OnceLock};

use include_dir::{Dir, include_dir};

use crate::core::catalog::Catalog;

static STEPS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/wizard-steps");
static TEMPLATES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/templates");
static ASSETS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/assets");

type Files = BTreeMap<String, Cow<'static, [u8]>>;

static EMBEDDED: LazyLock<Arc<Files>> = LazyLock::new(|| {
    let mut files = Files::new();
    for (name, dir) in [("wizard-steps", &STEPS), ("templates", &TEMPLATES), ("assets", &ASSETS)] {
        collect(name, dir, &mut files);
    }
    Arc::new(files)
});

/// Every data file by its path from the repository root (`wizard-steps/20-framework.toml`), sorted. Clones share the files; what
/// nobody asks for is not looked at, so that a program that starts does not read a megabyte first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Data {
    files: Arc<Files>,
    /// What [`Catalog::of`] read in it.
    pub(super) catalog: Known,
}

/// The catalog, once somebody asked for it. It adds nothing to what the files say, so it makes no two data differ.
#[derive(Debug, Clone, Default)]
pub(super) struct Known(pub(super) Arc<OnceLock<Arc<Catalog>>>);

impl PartialEq for Known {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Known {}

impl Data {
    /// What the binary carries. Files that are not UTF-8 text (pictures) have no text.
    #[must_use]
    pub fn embedded() -> Self {
        Self { files: Arc::clone(&EMBEDDED), catalog: Known::default() }
    }

    /// The same with `over` put on top: a file of the same path replaces, a new one joins.
    #[must_use]
    pub fn overlaid(mut self, over: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut over = over.into_iter().peekable();
        if over.peek().is_some() {
            Arc::make_mut(&mut self.files).extend(over.map(|(path, text)| (path, Cow::Owned(text.into_bytes()))));
            self.catalog = Known::default();
        }
        self
    }

    /// The text of one file.
    #[must_use]
    pub fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path).and_then(|bytes| str::from_utf8(bytes).ok())
    }

    /// The files below `folder` (`assets/diagnoses/`) that end in `ending` (`.toml`), in order of their paths.
    pub fn below<'a>(&'a self, folder: &'a str, ending: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.files
            .range(folder.to_owned()..)
            .take_while(move |(path, _)| path.starts_with(folder))
            .filter(move |(path, _)| path.ends_with(ending))
            .filter_map(|(path, bytes)| Some((path.as_str(), str::from_utf8(bytes).ok()?)))
    }

    /// Every path, in order.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }
}

fn collect(prefix: &str, dir: &'static Dir<'static>, files: &mut Files) {
    for file in dir.files() {
        files.insert(format!("{prefix}/{}", file.path().display()), Cow::Borrowed(file.contents()));
    }
    for inner in dir.dirs() {
        collect(prefix, inner, files);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalog_is_read_once_and_anew_for_an_overlay() {
        let data = Data::embedded();
        let copy = data.clone();
        let first = Catalog::of(&data).unwrap();
        assert!(Arc::ptr_eq(&first, &Catalog::of(&copy).unwrap()) && Arc::ptr_eq(&first, &Catalog::of(&data).unwrap()));
        let pin = data.text("assets/catalog/nixpkgs.toml").unwrap().replacen("schema = 1", "schema = 2", 1);
        let over = data.clone().overlaid([("assets/catalog/nixpkgs.toml".to_owned(), pin)]);
        assert!(Catalog::of(&over).is_err(), "the catalog of another data");
    }
}
