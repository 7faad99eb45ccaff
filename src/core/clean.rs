//! What a project costs on the disk, and what freeing part of it means: decided before anything is touched.

use serde::{Deserialize, Serialize};

/// What one item is; also the word that chooses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Group {
    /// Environments of Python: `.venv`, `.venv-cpu`.
    Venvs,
    /// Links that keep paths of the Nix store from being collected.
    Roots,
    /// Logs of validations.
    Logs,
    /// What uv's cache holds of this project's packages.
    UvCache,
    /// Folders of links to drivers of this machine's past.
    DriverLinks,
    /// Everything in the Nix store that nothing holds any more, of every project.
    Store,
}

impl Group {
    pub const ALL: [Self; 6] = [Self::Venvs, Self::Roots, Self::Logs, Self::UvCache, Self::DriverLinks, Self::Store];

    /// The flag without its dashes.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Venvs => "venvs",
            Self::Roots => "roots",
            Self::Logs => "logs",
            Self::UvCache => "uv-cache",
            Self::DriverLinks => "driver-links",
            Self::Store => "store",
        }
    }

    /// For a person.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Venvs => "environments",
            Self::Roots => "links that hold the Nix store",
            Self::Logs => "logs",
            Self::UvCache => "this project's packages in uv's cache",
            Self::DriverLinks => "links to former drivers",
            Self::Store => "everything in the Nix store that nothing holds",
        }
    }

    /// How it comes back.
    #[must_use]
    pub fn again(self) -> &'static str {
        match self {
            Self::Venvs => "`nixml-sync` or `nixml validate` makes them again",
            Self::Roots => "`nix develop` fetches again what a collection takes then",
            Self::Logs => "they do not come back",
            Self::UvCache => "other projects keep what they have installed; the next install downloads it again",
            Self::DriverLinks => "made again when needed",
            Self::Store => "other projects that nothing holds fetch theirs again",
        }
    }

    /// It lies in the project's folder.
    #[must_use]
    pub fn inside(self) -> bool {
        matches!(self, Self::Venvs | Self::Roots | Self::Logs)
    }
}

/// One thing that costs room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    pub group: Group,
    /// From the project's folder; whole, with the home folder as `~`, outside it.
    pub path: String,
    /// On the disk; of a link into the store, of everything it holds there. Null: not known.
    pub bytes: Option<u64>,
    /// The part of `bytes` that also lies elsewhere (uv's cache, other projects) and stays when this goes.
    pub shared_bytes: u64,
    /// Why it cannot be freed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept: Option<String>,
    /// It was freed, or would be.
    pub freed: bool,
}

impl Item {
    #[must_use]
    pub fn new(group: Group, path: impl Into<String>, bytes: Option<u64>) -> Self {
        Self { group, path: path.into(), bytes, shared_bytes: 0, kept: None, freed: false }
    }

    /// What freeing this alone gives back.
    #[must_use]
    pub fn gives(&self) -> Option<u64> {
        match self.group {
            // The store gives nothing back before it is collected.
            Group::Roots | Group::Store => None,
            _ => self.bytes.map(|bytes| bytes.saturating_sub(self.shared_bytes)),
        }
    }
}

/// What `nixml clean --json` prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CleanReport {
    pub schema_version: u32,
    pub dir: String,
    /// Nothing was removed: it only says what would be.
    pub dry_run: bool,
    pub items: Vec<Item>,
    /// What was freed, or would be, as far as known.
    pub freed_bytes: u64,
    /// What a person should know, in sentences.
    pub notes: Vec<String>,
    pub next: Vec<String>,
}

impl CleanReport {
    /// The report of these items. `chosen`: what is freed.
    #[must_use]
    pub fn new(dir: &str, dry_run: bool, mut items: Vec<Item>, chosen: &[Group]) -> Self {
        for item in &mut items {
            item.freed = item.kept.is_none() && chosen.contains(&item.group);
        }
        let mut freed: u64 = items.iter().filter(|item| item.freed).filter_map(Item::gives).sum();
        // Both names of a shared file go: then it is gone.
        if chosen.contains(&Group::UvCache) && chosen.contains(&Group::Venvs) {
            freed +=
                items.iter().filter(|item| item.freed && item.group == Group::UvCache).filter_map(|item| item.bytes).sum::<u64>();
        }
        let mut report = Self {
            schema_version: 1,
            dir: dir.to_owned(),
            dry_run,
            items,
            freed_bytes: freed,
            notes: Vec::new(),
            next: Vec::new(),
        };
        report.say(chosen);
        report
    }

    fn say(&mut self, chosen: &[Group]) {
        let any = |group: Group| self.items.iter().any(|item| item.group == group && item.kept.is_none());
        if chosen.contains(&Group::UvCache) && !chosen.contains(&Group::Venvs) && any(Group::Venvs) {
            self.notes.push("the environments share these files: they take the room until they go as well".to_owned());
        }
        if chosen.contains(&Group::Roots) && !chosen.contains(&Group::Store) && any(Group::Roots) {
            self.notes.push("the store gives the room back when it is collected".to_owned());
            self.next.push("nix-collect-garbage".to_owned());
        }
        if chosen.contains(&Group::Venvs) && any(Group::Venvs) {
            self.next.push("nixml validate".to_owned());
        }
    }

    /// The groups that have something to free, in their order.
    #[must_use]
    pub fn groups(&self) -> Vec<Group> {
        let has = |group: &Group| self.items.iter().any(|item| item.group == *group && item.kept.is_none());
        Group::ALL.into_iter().filter(has).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items() -> Vec<Item> {
        let venv = Item { shared_bytes: 900, ..Item::new(Group::Venvs, ".venv", Some(1000)) };
        let link = Item { kept: Some("it is a link".into()), ..Item::new(Group::Venvs, ".venv-cpu", None) };
        vec![
            venv,
            link,
            Item::new(Group::Roots, ".nixml/profile", Some(5000)),
            Item { shared_bytes: 900, ..Item::new(Group::UvCache, "~/.cache/uv", Some(900)) },
        ]
    }

    #[test]
    fn what_is_shared_is_freed_only_with_both_of_its_names() {
        let freed = |chosen: &[Group]| CleanReport::new(".", true, items(), chosen).freed_bytes;
        assert_eq!(freed(&[]), 0);
        assert_eq!(freed(&[Group::Venvs]), 100);
        assert_eq!(freed(&[Group::Venvs, Group::UvCache]), 1000);
        assert_eq!(freed(&[Group::UvCache]), 0);
        assert_eq!(freed(&[Group::Roots]), 0, "the store is not collected by that");
    }

    #[test]
    fn what_is_kept_is_never_freed_and_no_choice_by_itself() {
        let report = CleanReport::new(".", true, items(), &Group::ALL);
        assert!(!report.items[1].freed && report.items[0].freed);
        assert_eq!(report.groups(), [Group::Venvs, Group::Roots, Group::UvCache]);
        assert!(CleanReport::new(".", true, items(), &[Group::Roots]).next.contains(&"nix-collect-garbage".to_owned()));
    }
}
