//! What a project costs on the disk, for a person.

use std::fmt::Write as _;

use crate::core::clean::{CleanReport, Group, Item};
use crate::core::text;

/// The items by group with their sizes; what is freed is marked.
#[must_use]
pub fn table(report: &CleanReport) -> String {
    let mut out = String::new();
    if report.items.is_empty() {
        return "Nothing: there is no environment, no link into the Nix store and no log.\n".to_owned();
    }
    for group in Group::ALL {
        let items: Vec<&Item> = report.items.iter().filter(|item| item.group == group).collect();
        if items.is_empty() {
            continue;
        }
        let place = if group.inside() { "" } else { " (outside the project)" };
        let _ = writeln!(out, "{}{place}", group.title());
        for item in items {
            let size = item.bytes.map_or_else(|| "?".to_owned(), text::bytes);
            let _ = writeln!(out, "  {size:>9}  {}{}", text::label(&item.path), tail(item, report.dry_run));
        }
    }
    out
}

fn tail(item: &Item, dry: bool) -> String {
    if let Some(why) = &item.kept {
        return format!("  stays: {why}");
    }
    let shared = match item.group {
        Group::Venvs if item.shared_bytes > 0 => format!("  {} of it shared with uv's cache", text::bytes(item.shared_bytes)),
        Group::Roots => "  holds that much of the store, shared with whatever else needs it".to_owned(),
        _ => String::new(),
    };
    match (item.freed, dry) {
        (true, true) => format!("{shared}  would go"),
        (true, false) => format!("{shared}  removed"),
        (false, _) => shared,
    }
}
