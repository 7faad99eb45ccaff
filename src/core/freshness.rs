//! A project against today's catalog: what is newer, why, and what this machine would allow.

use serde::{Deserialize, Serialize};

use crate::core::plan::Plan;

/// One thing that is not what it would be today.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Newer {
    /// `framework`, `build`, `nixpkgs`, `templates`.
    pub what: String,
    /// What the project has.
    pub now: String,
    /// What it would get.
    pub then: String,
    /// One sentence.
    pub why: String,
}

/// The project as it is and as it would be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Freshness {
    pub schema_version: u32,
    pub dir: String,
    /// The catalog that the project was made with, as its nixml.toml says.
    pub made_with: Option<String>,
    pub catalog_date: String,
    pub outdated: bool,
    pub newer: Vec<Newer>,
    /// What a person should know: an older catalog than the project's, a release this machine cannot run.
    pub notes: Vec<String>,
}

/// Compares the plan of the project's own record with the plan of the same answers today. `stale`: generated files whose bytes differ.
#[must_use]
pub fn compare(dir: &str, made_with: Option<String>, has: &Plan, rev: Option<&str>, today: &Plan, stale: &[String]) -> Freshness {
    let mut newer = Vec::new();
    let mut notes: Vec<String> = today.not_here.iter().cloned().collect();
    let older = made_with.as_ref().is_some_and(|made| *made > today.catalog_date);
    if older {
        notes.push(format!(
            "this nixml's catalog is of {}, older than the project's ({}): use a newer nixml, or a newer catalog with `--data`",
            today.catalog_date,
            made_with.as_deref().unwrap_or_default()
        ));
    }
    let entry = |what: &str, now: &str, then: &str, why: String| {
        (now != then).then(|| Newer { what: what.to_owned(), now: now.to_owned(), then: then.to_owned(), why })
    };
    let reason =
        || today.reasons.first().cloned().unwrap_or_else(|| format!("{} {} is in the catalog", today.title, today.version));
    let rev = rev.unwrap_or(&has.pin.rev);
    newer.extend(entry(
        "framework",
        &format!("{} {}", has.title, has.version),
        &format!("{} {}", today.title, today.version),
        reason(),
    ));
    newer.extend(entry("build", &has.build, &today.build, reason()));
    let moved = format!("{} moved on, as verified on {}", today.pin.branch, today.pin.verified);
    newer.extend(entry("nixpkgs", short(rev), short(&today.pin.rev), moved));
    if newer.is_empty() && !stale.is_empty() {
        let why = format!("{} would be written differently", stale.join(", "));
        newer.extend(entry("templates", "an earlier release's", "this release's", why));
    }
    if older {
        newer.clear();
    }
    Freshness {
        schema_version: 1,
        dir: dir.to_owned(),
        made_with,
        catalog_date: today.catalog_date.clone(),
        outdated: !newer.is_empty(),
        newer,
        notes,
    }
}

/// A revision as people write it.
fn short(rev: &str) -> &str {
    rev.get(..12).unwrap_or(rev)
}
