//! User and group names from the system's tables; names of people stay inside this module's callers.

use rustix::process::geteuid;

use super::root::Root;

/// The names of these group numbers.
#[must_use]
pub fn group_names(root: &Root, ids: &[u32]) -> Vec<String> {
    table(root, "/etc/group").into_iter().filter(|(_, id)| ids.contains(id)).map(|(name, _)| name).collect()
}

/// There is such a group.
#[must_use]
pub fn has_group(root: &Root, name: &str) -> bool {
    table(root, "/etc/group").iter().any(|(found, _)| found == name)
}

/// The login name of this process's user.
#[must_use]
pub fn login(root: &Root) -> Option<String> {
    let own = geteuid().as_raw();
    table(root, "/etc/passwd").into_iter().find(|(_, id)| *id == own).map(|(name, _)| name)
}

/// Name and number of every line.
fn table(root: &Root, path: &str) -> Vec<(String, u32)> {
    let text = root.text(path).unwrap_or_default();
    text.lines()
        .filter_map(|line| {
            let mut fields = line.split(':');
            Some((fields.next()?.to_owned(), fields.nth(1)?.parse().ok()?))
        })
        .collect()
}
