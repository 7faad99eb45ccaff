//! How plain text is dressed: colours, letters, width. Everything is understandable without any of it.

use crate::core::finding::Verdict;

/// What the place that is written to can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    pub color: bool,
    /// Only ASCII letters.
    pub ascii: bool,
    /// Columns that text is wrapped to.
    pub width: usize,
}

impl Default for Look {
    fn default() -> Self {
        Self { color: false, ascii: true, width: 80 }
    }
}

impl Look {
    /// The mark before a verdict's word.
    #[must_use]
    pub fn mark(&self, verdict: Verdict) -> &'static str {
        let (fine, plain) = match verdict {
            Verdict::Pass => ("✓", "+"),
            Verdict::Note => ("i", "i"),
            Verdict::Warn => ("!", "!"),
            Verdict::Fail => ("✗", "x"),
            Verdict::Skipped => ("·", "-"),
            Verdict::Broken => ("?", "?"),
        };
        if self.ascii { plain } else { fine }
    }

    /// `text` in the colour of a verdict, where there are colours.
    #[must_use]
    pub fn paint(&self, verdict: Verdict, text: &str) -> String {
        let number = match verdict {
            Verdict::Pass => 32,
            Verdict::Note => 36,
            Verdict::Warn => 33,
            Verdict::Fail => 31,
            Verdict::Skipped => 2,
            Verdict::Broken => 35,
        };
        if self.color { format!("\x1b[{number}m{text}\x1b[0m") } else { text.to_owned() }
    }

    /// `text` in bold, where there are colours.
    #[must_use]
    pub fn strong(&self, text: &str) -> String {
        if self.color { format!("\x1b[1m{text}\x1b[0m") } else { text.to_owned() }
    }

    /// `text` as an indented block of wrapped lines, `label` before the first. A word longer than a line stays whole: it may be a path to copy.
    #[must_use]
    pub fn block(&self, indent: usize, label: &str, text: &str) -> String {
        let begin = indent + if label.is_empty() { 0 } else { label.chars().count().max(5) + 1 };
        let mut out = format!("{:indent$}{label}", "");
        let mut column = indent + label.chars().count();
        let mut fresh = true;
        for word in text.split_whitespace() {
            let length = unicode_width::UnicodeWidthStr::width(word);
            if !fresh && column + 1 + length > self.width {
                out.push('\n');
                column = 0;
                fresh = true;
            }
            if fresh {
                out.push_str(&" ".repeat(begin.saturating_sub(column)));
                column = column.max(begin);
            } else {
                out.push(' ');
                column += 1;
            }
            out.push_str(word);
            column += length;
            fresh = false;
        }
        out.push('\n');
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_wrap_under_their_first_word() {
        let look = Look { width: 30, ..Look::default() };
        assert_eq!(
            look.block(2, "why", "nouveau draws a desktop and cannot run CUDA"),
            "  why   nouveau draws a\n        desktop and cannot run\n        CUDA\n"
        );
        assert_eq!(
            look.block(2, "", "a-word-that-is-longer-than-thirty-columns b"),
            "  a-word-that-is-longer-than-thirty-columns\n  b\n"
        );
    }
}
