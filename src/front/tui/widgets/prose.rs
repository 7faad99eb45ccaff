//! Sentences for people: wrapped at words, with `commands` and [[glossary words]] told apart.

use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr as _;

use crate::front::tui::theme::Theme;

/// A space that no line ends at: `1 min 35 s` stays whole.
pub const TOGETHER: char = '\u{a0}';
/// Longer lines of prose are hard to read, however wide the window is.
pub const READABLE: u16 = 96;

/// Wraps text to `width` columns. An empty line stays one; a line that starts with two spaces is a command.
#[must_use]
pub fn wrap(text: &str, width: u16, theme: &Theme, base: impl Into<Style>) -> Vec<Line<'static>> {
    let (base, width) = (base.into(), usize::from(width.max(1)));
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        if let Some(line) = paragraph.strip_prefix("  ") {
            let shown = command(line, width.saturating_sub(2).max(1));
            lines.extend(
                shown.into_iter().map(|piece| Line::from(vec![Span::raw("  "), Span::styled(piece, theme.paint.command)])),
            );
            continue;
        }
        let indent = if paragraph.starts_with("- ") { 2 } else { 0 };
        fill(&mut lines, spans(paragraph, base, theme), width, indent);
    }
    lines
}

/// The glossary words that a text links to, in order, each once.
#[must_use]
pub fn terms(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for piece in text.split("[[").skip(1) {
        if let Some((term, _)) = piece.split_once("]]")
            && !found.contains(&term)
        {
            found.push(term);
        }
    }
    found
}

/// The text without the marks, for places that show no styles.
#[must_use]
pub fn unmarked(text: &str) -> String {
    text.replace("[[", "").replace("]]", "")
}

/// Words with their style; a space stands at the end of a word that one follows.
fn spans(text: &str, base: Style, theme: &Theme) -> Vec<(String, Style)> {
    let mut words: Vec<(String, Style)> = Vec::new();
    let mut style = base;
    let mut rest = text;
    let mut glue = false;
    while !rest.is_empty() {
        let stop = ["`", "[[", "]]"].into_iter().filter_map(|mark| rest.find(mark).map(|at| (at, mark))).min();
        let (before, mark) = stop.map_or((rest, ""), |(at, mark)| (&rest[..at], mark));
        for word in before.split_inclusive(' ') {
            // A mark may end inside a word: `[[wheel]]s` is one word of two styles.
            match words.last_mut().filter(|_| glue && !word.is_empty()) {
                Some((last, _)) if !last.ends_with(' ') => words.push((format!("\u{0}{word}"), style)),
                _ => words.push((word.to_owned(), style)),
            }
            glue = true;
        }
        rest = rest.get(before.len() + mark.len()..).unwrap_or_default();
        style = match mark {
            "`" if style == base => base.patch(Style::from(theme.paint.command)),
            "[[" => base.patch(Style::from(theme.paint.term)),
            _ => base,
        };
    }
    words
}

fn fill(lines: &mut Vec<Line<'static>>, words: Vec<(String, Style)>, width: usize, indent: usize) {
    // Words that are glued together break together.
    let mut groups: Vec<Vec<(String, Style)>> = Vec::new();
    for (word, style) in words {
        match (word.strip_prefix('\u{0}'), groups.last_mut()) {
            (Some(tail), Some(group)) => group.push((tail.to_owned(), style)),
            (tail, _) => groups.push(vec![(tail.unwrap_or(&word).to_owned(), style)]),
        }
    }
    let mut line: Vec<Span<'static>> = Vec::new();
    let mut used = 0;
    for group in groups {
        let needed: usize = group.iter().map(|(word, _)| word.trim_end().width()).sum();
        if used > 0 && used + needed > width {
            lines.push(Line::from(std::mem::take(&mut line)));
            line.push(Span::raw(" ".repeat(indent)));
            used = indent;
        }
        for (word, style) in group {
            for piece in pieces(&word, width.saturating_sub(indent).max(1)) {
                if used + piece.trim_end().width() > width && used > indent {
                    lines.push(Line::from(std::mem::take(&mut line)));
                    line.push(Span::raw(" ".repeat(indent)));
                    used = indent;
                }
                used += piece.width();
                line.push(Span::styled(piece.replace(TOGETHER, " "), style));
            }
        }
    }
    lines.push(Line::from(line));
}

/// A command over several lines that a shell still reads as one: broken before a word, with a backslash.
fn command(line: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut words = line.split_inclusive(' ').peekable();
    while let Some(word) = words.next() {
        let Some(last) = lines.last_mut() else { break };
        // Room for the backslash is kept, as long as there may be one.
        let backslash = if words.peek().is_some() { 2 } else { 0 };
        if !last.trim_start().is_empty() && last.width() + word.trim_end().width() + backslash > width {
            last.push('\\');
            lines.push("  ".to_owned());
        }
        if let Some(last) = lines.last_mut() {
            last.push_str(word);
        }
    }
    lines.into_iter().flat_map(|line| pieces(&line, width)).collect()
}

/// A word in pieces of at most `width` columns.
fn pieces(word: &str, width: usize) -> Vec<String> {
    if word.trim_end().width() <= width {
        return vec![word.to_owned()];
    }
    let mut pieces = vec![String::new()];
    for letter in word.chars() {
        if let Some(last) = pieces.last_mut() {
            if last.width() + letter.to_string().width() > width && !last.is_empty() {
                pieces.push(letter.to_string());
            } else {
                last.push(letter);
            }
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use crate::core::data::Data;

    use super::*;

    fn wrapped(text: &str, width: u16) -> Vec<String> {
        let theme = Theme::load(&Data::embedded(), true, true).unwrap();
        wrap(text, width, &theme, Style::new()).iter().map(|line| line.to_string().trim_end().to_owned()).collect()
    }

    #[test]
    fn words_stay_whole_and_marks_go() {
        assert_eq!(wrapped("install as ordinary [[wheel]]s.", 12), ["install as", "ordinary", "wheels."]);
        assert_eq!(wrapped("run `uv add x` now", 40), ["run uv add x now"]);
        assert_eq!(wrapped("a\n\nb", 10), ["a", "", "b"]);
        assert_eq!(wrapped("took 1\u{a0}min\u{a0}35\u{a0}s", 12), ["took", "1 min 35 s"]);
    }

    #[test]
    fn a_long_word_is_cut_and_a_list_hangs() {
        assert_eq!(wrapped("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(wrapped("- one two three", 9), ["- one two", "  three"]);
        assert_eq!(wrapped("  curl -L https://x | sh", 18), ["  curl -L \\", "    https://x | sh"]);
        assert_eq!(wrapped("  abcdefghij", 8), ["  abcdef", "  ghij"]);
    }

    #[test]
    fn nothing_is_wider_than_told() {
        let text = "The [[driver]] is `the one thing` nixml 好好好 cannot bring-along-for-you.";
        for width in 1..40 {
            for line in wrapped(text, width) {
                assert!(line.width() <= usize::from(width).max(2), "{width}: {line:?}");
            }
        }
    }

    #[test]
    fn terms_are_found_once() {
        assert_eq!(terms("a [[flake]] of [[wheel]]s and [[flake]]s"), ["flake", "wheel"]);
    }
}
