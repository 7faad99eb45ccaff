//! The matrix as tables, one a card.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::core::verdict::{Recommended, Row};

/// One table for each card and one for the processor. With `why` each row tells its reason and what would give more.
#[must_use]
pub fn table(rows: &[Row], titles: &BTreeMap<&str, &str>, recommended: &Recommended, why: bool) -> String {
    let mut out = String::new();
    let mut places: Vec<Option<u32>> = Vec::new();
    for row in rows {
        if !places.contains(&row.gpu) {
            places.push(row.gpu);
        }
    }
    places.sort_by_key(|place| place.unwrap_or(u32::MAX));
    for place in places {
        let of_place: Vec<&Row> = rows.iter().filter(|row| row.gpu == place).collect();
        let _ = writeln!(out, "{}\n", heading(of_place[0]));
        lines(&mut out, &of_place, titles, why);
        out.push('\n');
    }
    let title = |id: &str| titles.get(id).map_or(id.to_owned(), |title| (*title).to_owned());
    let _ = match recommended {
        Recommended::Build { framework, version, build, python } => {
            writeln!(out, "recommended for this machine: {} {version} ({build}) on Python {python}", title(framework))
        }
        Recommended::Nothing { none, .. } => writeln!(out, "recommended for this machine: nothing; {none}"),
    };
    if !why {
        let _ = writeln!(out, "`nixml matrix --framework ID` says why");
    }
    out
}

fn heading(row: &Row) -> String {
    match (row.gpu, &row.name, &row.compute) {
        (Some(index), Some(name), Some(compute)) => format!("GPU {index}: {name}, compute capability {compute}"),
        (Some(index), Some(name), None) => format!("GPU {index}: {name}"),
        (Some(index), None, _) => format!("GPU {index}"),
        (None, ..) => "processor only".to_owned(),
    }
}

fn lines(out: &mut String, rows: &[&Row], titles: &BTreeMap<&str, &str>, why: bool) {
    let cells: Vec<[String; 4]> = rows
        .iter()
        .map(|row| {
            let install = row.version.iter().chain(&row.build).cloned().collect::<Vec<_>>().join(" ");
            let size = row.download_bytes.map_or_else(String::new, gigabytes);
            let title = titles.get(row.framework.as_str()).map_or(row.framework.clone(), |title| (*title).to_owned());
            [title, row.verdict.text().to_owned(), if install.is_empty() { "-".to_owned() } else { install }, size]
        })
        .collect();
    let head = ["framework", "verdict", "install", "download"].map(str::to_owned);
    let width = |column: usize| cells.iter().chain([&head]).map(|cell| cell[column].chars().count()).max().unwrap_or(0);
    let widths = [width(0), width(1), width(2)];
    let line = |cell: &[String; 4]| {
        let text = format!(
            "  {:<a$}  {:<b$}  {:<c$}  {}",
            cell[0],
            cell[1],
            cell[2],
            cell[3],
            a = widths[0],
            b = widths[1],
            c = widths[2]
        );
        text.trim_end().to_owned()
    };
    let _ = writeln!(out, "{}", line(&head));
    for (row, cell) in rows.iter().zip(&cells) {
        let _ = writeln!(out, "{}", line(cell));
        if why {
            let _ = writeln!(out, "    {}", row.reason);
            for unlock in &row.unlocks {
                let _ = writeln!(out, "    more: {} gives {} {}", unlock.change, unlock.version, unlock.build);
            }
        }
    }
}

/// Bytes as people count them: `3.03 GB`, `140 MB`.
fn gigabytes(bytes: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
    let bytes = bytes as f64;
    if bytes >= 1e9 { format!("{:.2} GB", bytes / 1e9) } else { format!("{:.0} MB", bytes / 1e6) }
}
