//! What changes in a text, line by line.

use diffy::{DiffOptions, Line};

/// Lines around a change that are shown with it.
pub const AROUND: usize = 3;

/// What became of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Stays,
    Goes,
    Comes,
}

/// Changes that stand close to each other, with the lines around them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hunk {
    /// The number of its first line in the new text, from 1.
    pub start: usize,
    pub lines: Vec<(Fate, String)>,
}

/// Every change, with so many lines around it. A line is without its end.
#[must_use]
pub fn hunks(before: &str, after: &str, around: usize) -> Vec<Hunk> {
    let patch = DiffOptions::new().set_context_len(around).create_patch(before, after);
    let mut hunks = Vec::new();
    for hunk in patch.hunks() {
        let lines = hunk.lines().iter().map(|line| match *line {
            Line::Context(text) => (Fate::Stays, bare(text)),
            Line::Delete(text) => (Fate::Goes, bare(text)),
            Line::Insert(text) => (Fate::Comes, bare(text)),
        });
        hunks.push(Hunk { start: hunk.new_range().start(), lines: lines.collect() });
    }
    hunks
}

/// Every line of the new text, and whether it is new.
#[must_use]
pub fn whole(before: &str, after: &str) -> Vec<(Fate, String)> {
    let most = before.len().max(after.len());
    match hunks(before, after, most).into_iter().next() {
        Some(hunk) => hunk.lines.into_iter().filter(|(fate, _)| *fate != Fate::Goes).collect(),
        None => after.lines().map(|line| (Fate::Stays, line.to_owned())).collect(),
    }
}

/// The change of a file as `diff -u` shows it; `None`: there was no such file.
#[must_use]
pub fn unified(path: &str, before: Option<&str>, after: &str) -> String {
    let old = if before.is_some() { format!("a/{path}") } else { "/dev/null".to_owned() };
    let mut options = DiffOptions::new();
    options.set_context_len(AROUND).set_original_filename(old).set_modified_filename(format!("b/{path}"));
    options.create_patch(before.unwrap_or_default(), after).to_string()
}

fn bare(line: &str) -> String {
    line.trim_end_matches(['\r', '\n']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_of_a_file_reads_as_people_know_it() {
        let shown = unified("main.py", Some("a\nb\nc\nd\ne\nf\n"), "a\nb\nc\nd\nE\nf");
        let want = "--- a/main.py\n+++ b/main.py\n@@ -2,5 +2,5 @@\n b\n c\n d\n-e\n-f\n+E\n+f\n\\ No newline at end of file\n";
        assert_eq!(shown, want);
        assert_eq!(unified("x", None, "1\n"), "--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+1\n");
    }

    #[test]
    fn the_whole_text_tells_new_lines_from_old_ones() {
        assert_eq!(whole("a\nb\n", "a\nc\n"), [(Fate::Stays, "a".to_owned()), (Fate::Comes, "c".to_owned())]);
        assert_eq!(whole("a\r\n", "a\r\n"), [(Fate::Stays, "a".to_owned())]);
        assert_eq!(whole("a\n", ""), []);
    }
}
