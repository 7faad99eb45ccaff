//! Facts with their names: a mark, a label, what was found, and what to do where something is missing.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr as _;

use super::prose;
use crate::front::tui::theme::Theme;

/// How a row stands. The word is shown, so that no colour is needed to tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mark {
    /// Still looking.
    #[default]
    Looking,
    Ok,
    /// Worth knowing.
    Note,
    Warn,
    Fail,
    /// Not there, and not needed.
    Skip,
}

impl Mark {
    /// The word shown.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Looking => "...",
            Self::Ok => "ok",
            Self::Note => "note",
            Self::Warn => "warn",
            Self::Fail => "fail",
            Self::Skip => "none",
        }
    }

    /// The style of the word.
    #[must_use]
    pub fn style(self, theme: &Theme) -> Style {
        match self {
            Self::Looking | Self::Skip => theme.paint.dim,
            Self::Ok => theme.paint.ok,
            Self::Note => theme.paint.note,
            Self::Warn => theme.paint.warn,
            Self::Fail => theme.paint.fail,
        }
        .into()
    }
}

/// One row; `detail` may hold several lines, commands indented by two spaces.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fact {
    pub mark: Mark,
    pub label: String,
    pub detail: String,
}

const MARKS: usize = 4;
const GAP: usize = 2;

/// The rows as lines of at most `width` columns.
#[must_use]
pub fn table(facts: &[Fact], width: u16, theme: &Theme) -> Vec<Line<'static>> {
    let labels = facts.iter().map(|fact| fact.label.width()).max().unwrap_or(0);
    // Without labels the texts begin where labels would.
    let indent = MARKS + GAP + if labels > 0 { labels + GAP } else { 0 };
    let room = u16::try_from(usize::from(width).saturating_sub(indent)).unwrap_or(1).max(1);
    let mut lines = Vec::new();
    for fact in facts {
        let style = match fact.mark {
            Mark::Looking | Mark::Skip => theme.paint.dim,
            _ => theme.paint.text,
        };
        let mut texts = prose::wrap(&fact.detail, room, theme, style);
        if texts.is_empty() {
            texts.push(Line::default());
        }
        for (at, text) in texts.into_iter().enumerate() {
            let head = if at == 0 {
                vec![
                    Span::styled(format!("{:<MARKS$}", fact.mark.word()), fact.mark.style(theme)),
                    Span::raw(" ".repeat(GAP)),
                    Span::styled(fact.label.clone(), theme.paint.title),
                    Span::raw(" ".repeat((indent - MARKS - GAP).saturating_sub(fact.label.width()))),
                ]
            } else {
                vec![Span::raw(" ".repeat(indent))]
            };
            lines.push(Line::from([head, text.spans].concat()));
        }
    }
    lines
}

/// Draws lines from row `first` on; a sign at the edge tells that there are more. Gives the first row that was shown.
pub fn scroll(lines: &[Line<'_>], first: usize, area: Rect, buffer: &mut Buffer, theme: &Theme) -> usize {
    let area = area.intersection(buffer.area);
    let room = usize::from(area.height);
    let first = first.min(lines.len().saturating_sub(room));
    let shown = lines.get(first..).unwrap_or_default();
    super::lines(buffer, area, shown);
    for (line, y) in shown.iter().zip(area.y..area.bottom()) {
        if super::letters(line) > usize::from(area.width) {
            super::put_right(buffer, area.x, y, area.right(), &theme.sign.more, theme.paint.dim);
        }
    }
    // In the column of air between the text and its frame: a letter is nothing to write over.
    let beside = (area.right() + 1).min(buffer.area.right());
    if first > 0 {
        super::put_right(buffer, area.x, area.y, beside, &theme.sign.up, theme.paint.key);
    }
    if first + room < lines.len() && area.height > 0 {
        super::put_right(buffer, area.x, area.bottom() - 1, beside, &theme.sign.down, theme.paint.key);
    }
    first
}
