//! What changes in a file, line by line.

use ratatui::text::{Line, Span};

use super::plain;
use crate::core::difference::{self, AROUND, Fate};
use crate::core::text::sanitise;
use crate::front::tui::theme::Theme;

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
    let mut out = Diff::default();
    for hunk in difference::hunks(before, after, AROUND) {
        if !out.lines.is_empty() || hunk.start > 1 {
            out.lines.push(plain(format!("@@ line {}", hunk.start), theme.paint.hunk));
        }
        for (fate, text) in hunk.lines {
            let (sign, paint) = match fate {
                Fate::Comes => ("+", theme.paint.added),
                Fate::Goes => ("-", theme.paint.removed),
                Fate::Stays => (" ", theme.paint.text),
            };
            out.added += usize::from(fate == Fate::Comes);
            out.removed += usize::from(fate == Fate::Goes);
            let text = sanitise(&text).replace('\t', "    ");
            out.lines.push(Line::from(vec![Span::styled(format!("{sign} "), paint), Span::styled(text, paint)]));
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
    for (fate, line) in difference::whole(before, after) {
        if fate == Fate::Comes {
            first.get_or_insert(lines.len());
            lines.push(row("+", &line, theme.paint.added, theme));
        } else {
            lines.push(row(" ", &line, theme.paint.text, theme));
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
