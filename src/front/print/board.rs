//! The board as text and as comma-separated values.

use std::io::{self, Write as _};

use crate::core::class::board::Board;

/// For people.
///
/// # Errors
/// The reader has gone.
pub fn table(board: &Board) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let names = board.rows.iter().map(|row| row.name.chars().count()).max().unwrap_or(0).clamp(4, 24);
    for row in &board.rows {
        let mark = if row.ready { "ok  " } else { "wait" };
        let needs = row.needs.as_ref().map_or(String::new(), |needs| format!(": needs {needs}"));
        let target = row.target.as_deref().unwrap_or("");
        writeln!(out, "{mark}  {:<names$}  {target:<4}  {}{needs}", row.name, row.state)?;
        for near in &row.near {
            writeln!(out, "      {:<names$}        `{}` may be {near}", "", row.code)?;
        }
    }
    writeln!(out, "\n{} of {} ready", board.ready, board.total)?;
    for group in &board.groups {
        let (count, names) = (group.names.len(), group.names.join(", "));
        match (group.needs.starts_with("the code"), count) {
            (true, _) => writeln!(out, "  {count}: {}: {names}", group.needs)?,
            (false, 1) => writeln!(out, "  1 waits for {}: {names}", group.needs)?,
            (false, _) => writeln!(out, "  {count} wait for {}: {names}", group.needs)?,
        }
    }
    Ok(())
}

/// For a spreadsheet. A cell that a spreadsheet would take for a formula is defused.
///
/// # Errors
/// The reader has gone.
pub fn csv(board: &Board) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "name,code,ready,state,target,needs")?;
    for row in &board.rows {
        let (target, needs) = (row.target.as_deref().unwrap_or(""), row.needs.as_deref().unwrap_or(""));
        writeln!(out, "{},{},{},{},{target},{}", cell(&row.name), cell(&row.code), row.ready, cell(&row.state), cell(needs))?;
    }
    Ok(())
}

fn cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    format!("\"{}{}\"", if formula { "'" } else { "" }, text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_cell_is_no_formula() {
        assert_eq!(super::cell("=cmd|' /C calc'!A0"), "\"'=cmd|' /C calc'!A0\"");
        assert_eq!(super::cell("Ada \"Countess\" L"), "\"Ada \"\"Countess\"\" L\"");
    }
}
