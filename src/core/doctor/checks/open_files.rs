//! Enough files may be open at once.

use crate::core::doctor::Case;
use crate::core::doctor::check::{Check, Judged};
#[cfg(test)]
use crate::core::doctor::examples::{passes, skips, warns};
use crate::core::doctor::limits::limits;
use crate::core::doctor::remedies::known;

pub const CHECK: Check = Check {
    id: "open-files",
    title: "enough files may be open at once",
    codes: &["open-files-limit"],
    facts: &["os.open_files"],
    run,
    #[cfg(test)]
    examples: &[warns("open-files-limit", "os = { open_files = 256 }"), passes("os = { open_files = 1024 }"), skips("os = {}")],
};

fn run(case: &Case<'_>) -> Judged {
    let Some(limit) = case.os().and_then(|os| os.open_files) else {
        return Judged::skipped(case.not_known("the limit of open files", "os.open_files"));
    };
    let enough = limits().open_files.value;
    if limit >= enough {
        return Judged::pass(limit.to_string());
    }
    Judged::warn("open-files-limit", "only few files may be open at once")
        .seen(format!("{limit} files; {enough} or more is good"))
        .cause("every worker of a data loader keeps files open; past the limit it ends with `Too many open files`")
        .remedy(known("open-files-limit", case))
}
