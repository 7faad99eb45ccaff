//! One entry of a binary cache: which store path it is, where its archive lies, whether somebody signed it.

use std::collections::{BTreeMap, BTreeSet};

/// A `.narinfo` file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Narinfo {
    /// The file itself, by its path in the kit.
    pub file: String,
    pub path: String,
    /// The archive, by its path in the kit.
    pub archive: String,
    pub nar_bytes: u64,
    /// Base names of the store paths it needs.
    pub references: Vec<String>,
    /// Signed, or named by its own content: a daemon takes it from anybody.
    pub trusted: bool,
}

impl Narinfo {
    /// Reads one; `None` when it is not one.
    #[must_use]
    pub fn read(file: &str, text: &str) -> Option<Self> {
        let values = |key: &'static str| {
            text.lines()
                .filter_map(move |line| line.split_once(": ").filter(|(name, _)| *name == key).map(|(_, value)| value.trim()))
        };
        let value = |key: &'static str| values(key).next().filter(|value| !value.is_empty());
        Some(Self {
            file: file.to_owned(),
            path: value("StorePath")?.to_owned(),
            archive: format!("store/{}", value("URL")?),
            nar_bytes: value("NarSize")?.parse().ok()?,
            references: value("References").unwrap_or("").split_whitespace().map(str::to_owned).collect(),
            trusted: value("Sig").is_some() || value("CA").is_some(),
        })
    }

    fn base(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }
}

/// The entries that these store paths need, themselves included; paths that the cache lacks are left out.
#[must_use]
pub fn closure<'a>(all: &'a [Narinfo], roots: &[String]) -> Vec<&'a Narinfo> {
    let by_name: BTreeMap<&str, &Narinfo> = all.iter().map(|info| (info.base(), info)).collect();
    let mut open: Vec<&str> = roots.iter().map(|path| path.rsplit('/').next().unwrap_or(path)).collect();
    let mut seen = BTreeSet::new();
    while let Some(name) = open.pop() {
        if let Some(info) = by_name.get(name)
            && seen.insert(name)
        {
            open.extend(info.references.iter().map(String::as_str));
        }
    }
    all.iter().filter(|info| seen.contains(info.base())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "StorePath: /nix/store/abc-bash-5\nURL: nar/1x.nar.zst\nCompression: zstd\nNarSize: 464\nReferences: abc-bash-5 def-glibc\nDeriver: x.drv\n";

    #[test]
    fn an_entry_is_read_and_its_closure_found() {
        let bash = Narinfo::read("store/abc.narinfo", TEXT).unwrap();
        assert_eq!((bash.archive.as_str(), bash.nar_bytes, bash.trusted), ("store/nar/1x.nar.zst", 464, false));
        assert!(Narinfo::read("x", &format!("{TEXT}Sig: cache:abc\n")).unwrap().trusted);
        assert!(Narinfo::read("x", &format!("{TEXT}CA: fixed:r:sha256:1\n")).unwrap().trusted);
        let text = TEXT.replace("abc-bash-5", "def-glibc").replace(" def-glibc def-glibc", "");
        let glibc = Narinfo::read("store/def.narinfo", &text).unwrap();
        let other = Narinfo::read("store/ghi.narinfo", &TEXT.replace("abc-bash-5", "ghi-other")).unwrap();
        let all = [bash, glibc, other];
        let names: Vec<_> = closure(&all, &["/nix/store/abc-bash-5".to_owned()]).iter().map(|info| info.file.clone()).collect();
        assert_eq!(names, ["store/abc.narinfo", "store/def.narinfo"]);
        assert_eq!(Narinfo::read("x", "URL: nar/x"), None);
    }
}
