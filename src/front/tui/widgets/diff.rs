//! What changes in a file, line by line.

use ratatui::text::{Line, Span};
use similar::{ChangeTag, TextDiff};

use super::plain;
use crate::core::text::sanitise;
use crate::front::tui::theme::Theme;

/// Lines around a change.
const AROUND: usize = 3;
/// Files larger than this are told, not compared: nothing nixml writes is as large.
const MOST: usize = 256 * 1024;

/// The changes as lines, and how many lines come and go.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Diff {
    pub lines: Vec<Line<'static>>,
    pub added: usize,
    pub removed: usize,
}

/// Compares what is on the disk (`None`: nothing) with what will be.
#[must_use]
pub fn diff(before: Option<&str>, after: &str, theme: &Theme) -> Diff {
    let before = before.unwrap_or_default();
    if before.len() > MOST || after.len() > MOST {
        return Diff { lines: vec![plain("too large to compare here", theme.paint.dim)], ..Diff::default() };
    }
    let compared = TextDiff::from_lines(before, after);
    let mut out = Diff::default();
    for hunk in compared.grouped_ops(AROUND) {
        if !out.lines.is_empty() || hunk.first().is_some_and(|op| op.new_range().start > 0) {
            let start = hunk.first().map_or(0, |op| op.new_range().start);
            out.lines.push(plain(format!("@@ line {}", start + 1), theme.paint.hunk));
        }
        for op in hunk {
            for change in compared.iter_changes(&op) {
                let (sign, paint) = match change.tag() {
                    ChangeTag::Insert => ("+", theme.paint.added),
                    ChangeTag::Delete => ("-", theme.paint.removed),
                    ChangeTag::Equal => (" ", theme.paint.text),
                };
                out.added += usize::from(change.tag() == ChangeTag::Insert);
                out.removed += usize::from(change.tag() == ChangeTag::Delete);
                let text = sanitise(change.value().trim_end_matches(['\r', '\n'])).replace('\t', "    ");
                out.lines.push(Line::from(vec![Span::styled(format!("{sign} "), paint), Span::styled(text, paint)]));
            }
        }
    }
    out
}

/// The whole of `after` with the lines marked that `before` does not have; and the first of them.
#[must_use]
pub fn marked(before: Option<&str>, after: &str, theme: &Theme) -> (Vec<Line<'static>>, Option<usize>) {
    let Some(before) = before.filter(|before| before.len() <= MOST && after.len() <= MOST) else {
        return (after.lines().map(|line| row(" ", line, theme.paint.text, theme)).collect(), None);
    };
    let mut lines = Vec::new();
    let mut first = None;
    for change in TextDiff::from_lines(before, after).iter_all_changes() {
        let line = change.value().trim_end_matches(['\r', '\n']);
        match change.tag() {
            ChangeTag::Delete => {}
            ChangeTag::Insert => {
                first.get_or_insert(lines.len());
                lines.push(row("+", line, theme.paint.added, theme));
            }
            ChangeTag::Equal => lines.push(row(" ", line, theme.paint.text, theme)),
        }
    }
    (lines, first)
}

fn row(sign: &str, line: &str, paint: crate::front::tui::theme::Paint, theme: &Theme) -> Line<'static> {
    let mark = if sign == " " { theme.paint.text } else { theme.paint.key };
    Line::from(vec![Span::styled(format!("{sign} "), mark), Span::styled(sanitise(line).replace('\t', "    "), paint)])
}

#[cfg(test)]
mod tests {
    use crate::core::data::Data;

    use super::*;

    fn theme() -> Theme {
        Theme::load(&Data::embedded(), true, true).unwrap()
    }

    #[test]
    fn a_new_file_is_all_added() {
        let diff = diff(None, "a\nb\n", &theme());
        assert_eq!((diff.added, diff.removed), (2, 0));
        assert_eq!(diff.lines.iter().map(ToString::to_string).collect::<Vec<_>>(), ["+ a", "+ b"]);
    }

    #[test]
    fn a_change_stands_between_its_neighbours() {
        let old: String = (1..=9).fold(String::new(), |all, number| all + &format!("{number}\n"));
        let diff = diff(Some(&old), &old.replace("5\n", "five\n"), &theme());
        let text: Vec<_> = diff.lines.iter().map(ToString::to_string).collect();
        assert_eq!(text, ["@@ line 2", "  2", "  3", "  4", "- 5", "+ five", "  6", "  7", "  8"]);
    }

    #[test]
    fn a_preview_marks_what_is_new_in_it() {
        let (lines, first) = marked(Some("a\nb\n"), "a\nc\n", &theme());
        assert_eq!(lines.iter().map(ToString::to_string).collect::<Vec<_>>(), ["  a", "+ c"]);
        assert_eq!(first, Some(1));
    }
}
