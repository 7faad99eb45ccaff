//! The table of `nixml probe`: one section a block, every fact with its source, then what is not known.

use std::fmt::Write as _;

use crate::core::facts::{Facts, Row};

/// Values longer than this do not push the sources aside.
const WIDEST: usize = 44;

/// The whole table, plain text.
#[must_use]
pub fn table(facts: &Facts) -> String {
    let rows = facts.rows();
    let mut out = String::new();
    let keys = rows.iter().map(|row| inner(row).chars().count()).max().unwrap_or(0);
    let values = rows.iter().map(|row| row.value.chars().count()).filter(|width| *width <= WIDEST).max().unwrap_or(0);
    let mut section = "";
    for row in &rows {
        let (of, key) = (row.path.split('.').next().unwrap_or_default(), inner(row));
        if of != section {
            let _ = writeln!(out, "{}{of}", if section.is_empty() { "" } else { "\n" });
            section = of;
        }
        let line = format!("  {key:<keys$}  {:<values$}  {}", row.value, row.source);
        let _ = writeln!(out, "{}", line.trim_end());
    }
    if !facts.unknown.is_empty() {
        let width = facts.unknown.keys().map(String::len).max().unwrap_or(0);
        let _ = writeln!(out, "{}not known", if section.is_empty() { "" } else { "\n" });
        for (path, reason) in &facts.unknown {
            let _ = writeln!(out, "  {path:<width$}  {reason}");
        }
    }
    out
}

/// The path inside its section.
fn inner(row: &Row) -> &str {
    row.path.split_once('.').map_or(row.path.as_str(), |(_, rest)| rest)
}

#[cfg(test)]
mod tests {
    use crate::core::facts::{Driver, Facts};

    #[test]
    fn facts_stand_beside_their_sources_and_gaps_beside_their_reasons() {
        let mut facts = Facts {
            driver: Some(Driver { version: Some("550.163.01".into()), ..Driver::default() }),
            gpus: Some(Vec::new()),
            ..Facts::default()
        };
        facts.driver.as_mut().unwrap().cuda = Some("12.4".into());
        facts.sources.insert("driver.version".into(), "nvml".into());
        facts.unknown.insert("os.libc".into(), "the system does not say".into());
        assert_eq!(
            super::table(&facts),
            "driver\n  version  550.163.01  nvml\n  cuda     12.4\n\ngpus\n  gpus     none\n\nnot known\n  os.libc  the system does not say\n"
        );
    }
}
