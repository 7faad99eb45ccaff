//! What writing a project would do to what already lies there: decided before anything is touched.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::core::files::{Files, Ownership};
use crate::core::merge::{self, Merged};
use crate::core::names;

/// What happens to one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// Was not there.
    Created,
    /// Has these bytes already; its modification time is kept.
    Unchanged,
    /// nixml wrote the old one.
    Updated,
    /// Somebody else wrote the old one; a copy is kept beside it.
    Replaced,
    /// Lines were added at the end.
    Appended,
    /// An existing file of the person's stays as it is.
    Kept,
    /// In the way: nothing at all is written.
    Conflict,
    /// A part of the machinery that these answers do without: nixml wrote it, nobody changed it.
    Removed,
}

/// What lies at a path now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OnDisk {
    Absent,
    /// A file with these bytes.
    File(Vec<u8>),
    /// Something that is not a plain file: `a link`, `a folder`, `a pipe`, `a device`.
    Other(&'static str),
    /// A plain file that is not read, and why (too large, no permission).
    Unread(String),
}

/// One file and what happens to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub path: String,
    pub action: Action,
    /// What it had before, when it is text.
    pub before: Option<String>,
    /// What it will have; for `Kept` and `Conflict`, what nixml would have written.
    pub after: String,
    /// What nixml alone would write: the base of the next merge, when `after` holds the person's changes as well.
    pub wanted: String,
    /// What nixml had wanted there before: the base of this change.
    pub base: Option<String>,
    /// Why it is a conflict; else what the person should know of the change.
    pub why: Option<String>,
    /// Of a merge that clashed: the file with both versions between markers. Shown, never written.
    pub both: Option<String>,
    /// A conflict that no consent of the person's solves: it is not a file, or cannot be read.
    pub immovable: bool,
}

impl Change {
    /// A file that was not there.
    #[must_use]
    pub fn created(path: &str, text: &str) -> Self {
        Self {
            path: path.to_owned(),
            action: Action::Created,
            before: None,
            after: text.to_owned(),
            wanted: text.to_owned(),
            base: None,
            why: None,
            both: None,
            immovable: false,
        }
    }

    /// SHA-256 of what the file has once this is done, in hexadecimal.
    #[must_use]
    pub fn sha256(&self) -> String {
        match (self.action, &self.before) {
            (Action::Kept | Action::Conflict, Some(before)) => sha256(before.as_bytes()),
            _ => sha256(self.after.as_bytes()),
        }
    }

    /// What a person can do about a conflict.
    #[must_use]
    pub fn way_out(&self) -> &'static str {
        if self.immovable {
            "move it away, or choose another folder; nothing was written"
        } else if self.path == "pyproject.toml" {
            "`--adopt` takes over what it asks for and keeps a copy, `--force` replaces it; nothing was written"
        } else {
            "`--force` keeps a copy of such a file as `NAME.nixml-bak.N` and replaces it; nothing was written"
        }
    }

    /// True when the file is written.
    #[must_use]
    pub fn writes(&self) -> bool {
        matches!(self.action, Action::Created | Action::Updated | Action::Replaced | Action::Appended | Action::Removed)
    }
}

/// SHA-256 of some bytes, in hexadecimal.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// What nixml is known to have written: from receipts and from rendering the project's own answers again.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Known {
    /// Hashes by path.
    pub hashes: BTreeMap<String, BTreeSet<String>>,
    /// What it wrote last, by path: the base of a merge. Empty in a folder that is not a project of nixml's.
    pub last: BTreeMap<String, String>,
    /// Parts of the machinery that somebody changed, and nobody knows what nixml wrote there: nothing to merge with.
    pub lost: BTreeSet<String>,
}

/// What a person allowed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Allowed {
    /// Replace what somebody else wrote; a copy stays.
    pub force: bool,
    /// Write anew what would not be nixml's any more once the person's changes stay in it; a copy stays.
    pub anew: bool,
    /// Change a pyproject.toml that nixml never saw; a copy stays.
    pub adopt: bool,
    /// The packages whose requirements are nixml's, normalised.
    pub packages: Vec<String>,
    /// The pyproject.toml of a project that is adopted, made ready for the merge.
    pub ready: Option<String>,
}

impl Known {
    /// True when nixml wrote these bytes to this path.
    #[must_use]
    pub fn wrote(&self, path: &str, bytes: &[u8]) -> bool {
        self.hashes.get(path).is_some_and(|hashes| hashes.contains(&sha256(bytes)))
    }

    /// Notes that nixml wrote `hash` to `path`.
    pub fn add(&mut self, path: &str, hash: String) {
        self.hashes.entry(path.to_owned()).or_default().insert(hash);
    }
}

/// The files of nixml's machinery that were written for other answers and are not part of `files`.
#[must_use]
pub fn leftovers(files: &Files, known: &Known) -> Vec<String> {
    let machinery = |path: &&String| path.starts_with("nix/") && !files.0.contains_key(*path);
    known.last.keys().filter(machinery).cloned().collect()
}

/// Decides for every file, and for every leftover that `on_disk` tells of.
#[must_use]
pub fn decide(files: &Files, on_disk: &BTreeMap<String, OnDisk>, known: &Known, allowed: &Allowed) -> Vec<Change> {
    let gone = leftovers(files, known).into_iter().filter_map(|path| {
        let Some(OnDisk::File(bytes)) = on_disk.get(&path).filter(|_| !files.0.contains_key(&path)) else { return None };
        let before = String::from_utf8(bytes.clone()).ok().filter(|_| known.wrote(&path, bytes))?;
        let (action, before) = (Action::Removed, Some(before));
        let base = known.last.get(&path).cloned();
        Some(Change { action, before, base, ..Change::created(&path, "") })
    });
    let kept = files.0.iter().map(|(path, file)| {
        let mut change = Change { base: known.last.get(path).cloned(), ..Change::created(path, &file.text) };
        match on_disk.get(path).unwrap_or(&OnDisk::Absent) {
            OnDisk::Absent => {}
            OnDisk::Other(what) => conflict(&mut change, format!("it is {what}")),
            OnDisk::Unread(why) if file.ownership == Ownership::Seed => {
                change.action = Action::Kept;
                change.why = Some(why.clone());
            }
            OnDisk::Unread(why) => conflict(&mut change, why.clone()),
            OnDisk::File(bytes) => existing(&mut change, file.ownership, bytes, known, allowed),
        }
        change
    });
    kept.chain(gone).collect()
}

fn conflict(change: &mut Change, why: String) {
    change.action = Action::Conflict;
    change.why = Some(why);
    change.immovable = true;
}

fn existing(change: &mut Change, ownership: Ownership, bytes: &[u8], known: &Known, allowed: &Allowed) {
    change.before = std::str::from_utf8(bytes).ok().map(str::to_owned);
    if bytes == change.after.as_bytes() {
        change.action = Action::Unchanged;
        return;
    }
    if change.path == "nixml.toml" && known.wrote(&change.path, bytes) && known.last.get(&change.path) != change.before.as_ref() {
        // Edited by hand: new values, the person's comments.
        if let Some(merged) = change.before.as_ref().and_then(|theirs| merge::answers(&change.after, theirs)) {
            change.action = if change.before.as_ref() == Some(&merged) { Action::Unchanged } else { Action::Updated };
            change.after = merged;
            return;
        }
    }
    match ownership {
        Ownership::Seed | Ownership::Owned if known.wrote(&change.path, bytes) => change.action = Action::Updated,
        Ownership::Seed => change.action = Action::Kept,
        Ownership::Lines => {
            if let Some(before) = &change.before {
                let (after, added) = appended(before, &change.after);
                change.action = if added { Action::Appended } else { Action::Unchanged };
                change.after = after;
            } else {
                conflict(change, "it is not UTF-8 text".to_owned());
            }
        }
        Ownership::Owned => edited(change, known, allowed),
    }
}

/// A file of nixml's that the person changed, or one that nixml never saw.
fn edited(change: &mut Change, known: &Known, allowed: &Allowed) {
    let is_pyproject = change.path == "pyproject.toml";
    let merged = match (&change.before, known.last.get(&change.path)) {
        (Some(theirs), Some(last)) if is_pyproject => {
            merge::pyproject(last, &change.after, theirs, &allowed.packages).map(|merged| (Action::Updated, merged))
        }
        (Some(theirs), None) if is_pyproject && allowed.adopt => {
            merge::pyproject("", &change.after, allowed.ready.as_ref().unwrap_or(theirs), &allowed.packages)
                .map(|merged| (Action::Replaced, merged))
        }
        (Some(theirs), Some(last)) => match merge::text(last, &change.after, theirs) {
            Merged::Clean(text) => Ok((Action::Updated, (text, Vec::new()))),
            Merged::Conflict(both) => {
                change.both = Some(both);
                Err("you and this release of nixml changed the same lines of it".to_owned())
            }
        },
        // An old part beside newer ones may make a project that does not evaluate any more.
        _ if known.lost.contains(&change.path) => {
            Err("it was changed since nixml wrote it, and this release of nixml writes another one there".to_owned())
        }
        _ => Err("nixml did not write what is in it".to_owned()),
    };
    let whole = merged.as_ref().ok().filter(|_| allowed.anew).and_then(|(_, (text, _))| anew(change, text, allowed));
    if let Some(whole) = whole {
        change.action = Action::Replaced;
        change.after = whole;
        return;
    }
    match merged {
        Ok((action, (text, won))) => {
            change.action = if change.before.as_ref() == Some(&text) { Action::Unchanged } else { action };
            change.after = text;
            change.why = (!won.is_empty()).then(|| won.join("; "));
        }
        Err(_) if allowed.force => change.action = Action::Replaced,
        Err(why) => {
            change.action = Action::Conflict;
            change.why = Some(why);
        }
    }
}

/// What is written in the place of a merge that holds more of the person's than names in the lists of flake.nix, or less than
/// pyproject.toml must hold of nixml's; `None` when the merge will do.
fn anew(change: &Change, merged: &str, allowed: &Allowed) -> Option<String> {
    if change.path == "pyproject.toml" {
        let whole = merge::pyproject("", &change.wanted, merged, &allowed.packages).ok().map(|(text, _)| text);
        return whole.filter(|whole| whole != merged);
    }
    (!names::is_ours(&change.path, &change.wanted, merged.as_bytes())).then(|| change.wanted.clone())
}

/// `before` with the lines of `wanted` that it lacks, and whether there were any. Line ends stay as they are.
fn appended(before: &str, wanted: &str) -> (String, bool) {
    let have: BTreeSet<&str> = before.lines().map(str::trim_end).collect();
    let missing: Vec<&str> =
        wanted.lines().filter(|line| !line.is_empty() && !line.starts_with('#') && !have.contains(line.trim_end())).collect();
    if missing.is_empty() {
        return (before.to_owned(), false);
    }
    let end = if before.contains("\r\n") { "\r\n" } else { "\n" };
    let mut after = before.to_owned();
    if !after.is_empty() && !after.ends_with('\n') {
        after.push_str(end);
    }
    after.push_str("# Added by nixml");
    after.push_str(end);
    for line in missing {
        after.push_str(line);
        after.push_str(end);
    }
    (after, true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::files::ProjectFile;

    fn one(ownership: Ownership, disk: OnDisk, known: &Known, force: bool) -> Change {
        let file = ProjectFile { text: "new\n".to_owned(), ownership };
        let files = Files(BTreeMap::from([("flake.nix".to_owned(), file)]));
        decide(&files, &BTreeMap::from([("flake.nix".to_owned(), disk)]), known, &Allowed { force, ..Allowed::default() })
            .remove(0)
    }

    #[test]
    fn each_case_has_its_action() {
        let file = |text: &str| OnDisk::File(text.as_bytes().to_vec());
        let mut ours = Known::default();
        ours.add("flake.nix", sha256(b"old\n"));
        let none = Known::default();
        for (ownership, disk, known, force, action) in [
            (Ownership::Owned, OnDisk::Absent, &none, false, Action::Created),
            (Ownership::Owned, file("new\n"), &none, false, Action::Unchanged),
            (Ownership::Owned, file("old\n"), &none, false, Action::Conflict),
            (Ownership::Owned, file("old\n"), &none, true, Action::Replaced),
            (Ownership::Owned, file("old\n"), &ours, false, Action::Updated),
            (Ownership::Owned, OnDisk::Other("a link"), &none, true, Action::Conflict),
            (Ownership::Seed, file("mine\n"), &none, false, Action::Kept),
            (Ownership::Seed, OnDisk::Other("a folder"), &none, false, Action::Conflict),
            (Ownership::Lines, file("mine\n"), &none, false, Action::Appended),
            (Ownership::Lines, file("x\nnew\n"), &none, false, Action::Unchanged),
            (Ownership::Lines, OnDisk::File(vec![0xff]), &none, false, Action::Conflict),
        ] {
            let change = one(ownership, disk.clone(), known, force);
            assert_eq!(change.action, action, "{ownership:?} {disk:?} force={force}");
        }
    }

    #[test]
    fn appending_keeps_every_byte_and_its_line_ends() {
        assert_eq!(appended("a\r\nb", "b\nc\n").0, "a\r\nb\r\n# Added by nixml\r\nc\r\n");
        assert_eq!(appended("", "# ours\nc\n").0, "# Added by nixml\nc\n");
        let (once, _) = appended("a\n", "c\n");
        assert_eq!(appended(&once, "c\n"), (once.clone(), false));
    }
}
