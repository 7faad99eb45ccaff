//! Who is ready: lines of `name code` in, rows and groups out.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::core::class::code::{self, State};
use crate::core::text;

/// One student.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    pub name: String,
    pub code: String,
    pub ready: bool,
    /// For people; for a mistyped code, that.
    pub state: String,
    /// `cpu` or `cuda`; absent for a mistyped code.
    pub target: Option<String>,
    /// The first thing that is missing.
    pub needs: Option<String>,
}

/// The board.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Board {
    pub schema_version: u32,
    pub ready: usize,
    pub total: usize,
    pub rows: Vec<Row>,
    /// Who needs the same thing, the largest group first.
    pub groups: Vec<(String, Vec<String>)>,
}

/// Reads the lines; the last code of a name counts. `class`: the bits of the class, when codes of others are to be told apart.
#[must_use]
pub fn read(lines: &str, class: Option<u16>) -> Board {
    let mut rows: BTreeMap<String, Row> = BTreeMap::new();
    for line in lines.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (name, written) = line.rsplit_once([' ', '\t', ',', ';']).unwrap_or(("?", line));
        let name = text::label(name.trim_matches([' ', '\t', ',', ';']));
        let written = text::label(written);
        rows.insert(name.clone(), row(name, written, class));
    }
    let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in rows.values().filter(|row| !row.ready) {
        let need = row.needs.clone().unwrap_or_else(|| row.state.clone());
        groups.entry(need).or_default().push(row.name.clone());
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by_key(|(_, names)| std::cmp::Reverse(names.len()));
    let rows: Vec<Row> = rows.into_values().collect();
    Board { schema_version: 1, ready: rows.iter().filter(|row| row.ready).count(), total: rows.len(), rows, groups }
}

fn row(name: String, written: String, class: Option<u16>) -> Row {
    let Some(said) = code::decode(&written) else {
        let state = "the code is mistyped: ask for it again".to_owned();
        return Row { name, code: written, ready: false, state, target: None, needs: None };
    };
    if class.is_some_and(|class| class != said.class) {
        let state = "the code is of another class file".to_owned();
        return Row { name, code: written, ready: false, state, target: None, needs: None };
    }
    Row {
        name,
        code: written,
        ready: matches!(said.state, State::Ready | State::Fallback),
        state: said.state.word().to_owned(),
        target: Some(said.target.word().to_owned()),
        needs: said.unmet.map(|unmet| unmet.say().to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::class::Unmet;
    use crate::core::class::code::{Readiness, encode};
    use crate::core::plan::Target;

    #[test]
    fn a_board_groups_those_who_miss_the_same() {
        let code = |state, unmet| encode(&Readiness { class: 7, state, target: Target::Cpu, card: 0, unmet });
        let ready = code(State::Ready, None);
        let nix = code(State::NotReady, Some(Unmet::Nix));
        let lines = format!("Ada Lovelace {ready}\nGrace,{nix}\n# a remark\nAlan\t{nix}\nKurt 0000-0001\n");
        let board = read(&lines, Some(7));
        assert_eq!((board.ready, board.total), (1, 4));
        assert_eq!(board.groups[0], ("Nix".to_owned(), vec!["Alan".to_owned(), "Grace".to_owned()]));
        assert!(board.rows.iter().any(|row| row.name == "Kurt" && row.state.contains("mistyped")));
        assert!(read(&lines, Some(8)).ready == 0);
    }
}
