//! What taking back one `init` would do: nothing that the person touched since is lost.

use serde::{Deserialize, Serialize};

use crate::core::changes::{Action, OnDisk, sha256};

/// What happens to one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Back {
    /// nixml made it and it is as nixml wrote it.
    Removed,
    /// It gets back what it had.
    Restored,
    /// It is gone already, or nixml did not change it.
    Left,
    /// The person changed it since: nothing at all is taken back.
    Edited,
}

/// What undoing needs to know of one file of a receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrote<'a> {
    pub path: &'a str,
    pub action: Action,
    /// Of what nixml wrote, in hexadecimal.
    pub sha256: &'a str,
    /// What it had before can be had again.
    pub restorable: bool,
    /// It has that again: an undo before this one was killed in the middle.
    pub restored: bool,
}

/// Decides for one file.
#[must_use]
pub fn decide(wrote: &Wrote<'_>, now: &OnDisk) -> Back {
    let as_written = match now {
        OnDisk::File(bytes) => sha256(bytes) == wrote.sha256,
        OnDisk::Absent | OnDisk::Other(_) | OnDisk::Unread(_) => false,
    };
    match (wrote.action, now) {
        (Action::Kept | Action::Unchanged | Action::Conflict, _) | (Action::Created, OnDisk::Absent) => Back::Left,
        _ if wrote.restored => Back::Left,
        (Action::Created, _) if as_written => Back::Removed,
        (Action::Removed, OnDisk::Absent) if wrote.restorable => Back::Restored,
        (Action::Updated | Action::Replaced | Action::Appended, _) if as_written && wrote.restorable => Back::Restored,
        _ => Back::Edited,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_as_nixml_wrote_it_is_taken_back() {
        let hash = sha256(b"ours");
        let file = |text: &str| OnDisk::File(text.as_bytes().to_vec());
        for (action, restorable, now, back) in [
            (Action::Created, false, file("ours"), Back::Removed),
            (Action::Created, false, file("edited"), Back::Edited),
            (Action::Created, false, OnDisk::Absent, Back::Left),
            (Action::Created, false, OnDisk::Other("a link"), Back::Edited),
            (Action::Replaced, true, file("ours"), Back::Restored),
            (Action::Updated, true, file("edited"), Back::Edited),
            (Action::Updated, false, file("ours"), Back::Edited),
            (Action::Appended, true, OnDisk::Absent, Back::Edited),
            (Action::Kept, false, file("anything"), Back::Left),
            (Action::Removed, true, OnDisk::Absent, Back::Restored),
            (Action::Removed, true, file("a new one"), Back::Edited),
        ] {
            let wrote = Wrote { path: "x", action, sha256: &hash, restorable, restored: false };
            assert_eq!(decide(&wrote, &now), back, "{action:?} {now:?}");
        }
        let wrote = Wrote { path: "x", action: Action::Updated, sha256: &hash, restorable: true, restored: true };
        assert_eq!(decide(&wrote, &file("before")), Back::Left);
    }
}
