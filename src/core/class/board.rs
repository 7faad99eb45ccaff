//! Who is ready: lines of `name code` in, rows and groups out.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::core::class::code::{self, Readiness, State};
use crate::core::text;

/// One student.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    pub name: String,
    pub code: String,
    pub ready: bool,
    /// For people; for a mistyped code, that.
    pub state: String,
    /// `ready`, `fallback`, `written`, `not-ready`, `mistyped`, `other-class`.
    pub kind: &'static str,
    /// `cpu` or `cuda`; absent for a mistyped code.
    pub target: Option<String>,
    /// The major compute capability of the card; absent without one.
    pub card: Option<u8>,
    /// The first thing that is missing.
    pub needs: Option<String>,
    /// For a mistyped code: codes of this class that are one slip away, with what they would say.
    pub near: Vec<String>,
}

/// Those who miss the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Group {
    pub needs: String,
    pub names: Vec<String>,
}

/// The board.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Board {
    pub schema_version: u32,
    pub ready: usize,
    pub total: usize,
    pub mistyped: usize,
    pub rows: Vec<Row>,
    /// The largest group first.
    pub groups: Vec<Group>,
}

/// Reads the lines; the last code of a name counts. `class`: the bits of the class, when codes of others are to be told apart.
#[must_use]
pub fn read(lines: &str, class: Option<u16>) -> Board {
    let mut rows: BTreeMap<String, Row> = BTreeMap::new();
    for line in lines.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (name, written) = split(line);
        let name = text::label(name);
        // `ada` and `Ada` are one person who typed twice.
        rows.insert(name.to_lowercase(), row(name, text::label(written), class));
    }
    let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in rows.values().filter(|row| !row.ready) {
        let need = row.needs.clone().unwrap_or_else(|| row.state.clone());
        groups.entry(need).or_default().push(row.name.clone());
    }
    let mut groups: Vec<Group> = groups.into_iter().map(|(needs, names)| Group { needs, names }).collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.names.len()));
    let rows: Vec<Row> = rows.into_values().collect();
    Board {
        schema_version: 1,
        ready: rows.iter().filter(|row| row.ready).count(),
        total: rows.len(),
        mistyped: rows.iter().filter(|row| row.kind == "mistyped").count(),
        rows,
        groups,
    }
}

/// Name and code of a line; a code may be written in two halves.
fn split(line: &str) -> (&str, &str) {
    const BETWEEN: [char; 5] = [' ', '\t', ',', ';', ':'];
    let line = line.trim_matches(|c| BETWEEN.contains(&c) || c == '"');
    let Some(last) = line.rfind(BETWEEN) else { return ("?", line) };
    let halves = line[..last].rfind(BETWEEN).map_or(0, |at| at + 1);
    let two = &line[halves..];
    let at =
        if code::decode(&line[last + 1..]).is_none() && halves > 0 && code::decode(two).is_some() { halves } else { last + 1 };
    let name = line[..at].trim_matches(|c| BETWEEN.contains(&c) || c == '"');
    (if name.is_empty() { "?" } else { name }, line[at..].trim_matches('"'))
}

fn row(name: String, written: String, class: Option<u16>) -> Row {
    let wrong = |kind, state: &str, near| Row {
        name: name.clone(),
        code: written.clone(),
        ready: false,
        state: state.to_owned(),
        kind,
        target: None,
        card: None,
        needs: None,
        near,
    };
    let Some(said) = code::decode(&written) else {
        let near = code::near(&written, class).into_iter().map(|(code, said)| format!("{code} ({})", words(said))).collect();
        return wrong("mistyped", "the code is mistyped: ask for it again", near);
    };
    if class.is_some_and(|class| class != said.class) {
        return wrong("other-class", "the code is of another class file", Vec::new());
    }
    Row {
        ready: matches!(said.state, State::Ready | State::Fallback),
        state: said.state.word().to_owned(),
        kind: said.state.id(),
        target: Some(said.target.word().to_owned()),
        card: (said.card > 0).then_some(said.card),
        needs: needs(said),
        near: Vec::new(),
        name,
        code: written,
    }
}

fn needs(said: Readiness) -> Option<String> {
    match (said.unmet, said.state) {
        (Some(unmet), _) => Some(unmet.say().to_owned()),
        (None, State::NotReady) => Some("to join: only the machine was looked at".to_owned()),
        (None, State::Written) => Some("the proof: `nixml validate`".to_owned()),
        (None, State::Ready | State::Fallback) => None,
    }
}

fn words(said: Readiness) -> String {
    needs(said).map_or_else(|| said.state.word().to_owned(), |needs| format!("{}, needs {needs}", said.state.word()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::class::Unmet;
    use crate::core::class::code::encode;
    use crate::core::plan::Target;

    fn code(state: State, unmet: Option<Unmet>) -> String {
        encode(&Readiness { class: 7, state, target: Target::Cpu, card: 0, unmet })
    }

    #[test]
    fn a_board_groups_those_who_miss_the_same() {
        let ready = code(State::Ready, None);
        let nix = code(State::NotReady, Some(Unmet::Nix));
        let lines = format!("Ada Lovelace {ready}\nGrace,{nix}\n# a remark\nAlan\t{nix}\nKurt 0000-0001\n");
        let board = read(&lines, Some(7));
        assert_eq!((board.ready, board.total, board.mistyped), (1, 4, 1));
        assert_eq!(board.groups[0], Group { needs: "Nix".to_owned(), names: vec!["Alan".to_owned(), "Grace".to_owned()] });
        assert!(board.rows.iter().any(|row| row.name == "Kurt" && row.state.contains("mistyped")));
        assert!(read(&lines, Some(8)).ready == 0);
    }

    #[test]
    fn lines_are_read_as_people_paste_them() {
        let ready = code(State::Ready, None);
        let (one, two) = ready.split_once('-').unwrap();
        for line in [
            format!("Ada {ready}"),
            format!("Ada: {}", ready.to_lowercase()),
            format!("Ada {one} {two}"),
            format!("\"Ada\",\"{ready}\""),
            format!("ada;{one}{two}\n Ada   {ready}  "),
        ] {
            let board = read(&line, Some(7));
            assert_eq!((board.ready, board.total, board.rows[0].name.as_str()), (1, 1, "Ada"), "{line}");
        }
        assert_eq!(read(&ready, None).rows[0].name, "?");
        assert_eq!(read("\n#x\n", None).total, 0);
    }

    #[test]
    fn a_mistyped_code_is_named_with_what_is_near() {
        let ready = code(State::Ready, None);
        let last = if ready.ends_with('Z') { "Y" } else { "Z" };
        let board = read(&format!("Kurt {}{last}", &ready[..8]), Some(7));
        assert_eq!(board.rows[0].kind, "mistyped");
        assert!(board.rows[0].near.contains(&format!("{ready} (ready)")), "{:?}", board.rows[0].near);
        // The last word of a name twice counts.
        let twice = read(&format!("Kurt {}\nkurt {ready}", code(State::NotReady, Some(Unmet::Disk))), Some(7));
        assert_eq!((twice.total, twice.ready), (1, 1));
    }
}
