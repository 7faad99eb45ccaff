//! What is being done, step by step, with how far it is in words and numbers.

use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr as _;

use super::{cut, prose};
use crate::front::tui::theme::Theme;

/// How a phase stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum State {
    #[default]
    Waiting,
    Running,
    Ok,
    Failed,
    Skipped,
}

/// One phase.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Row {
    pub title: String,
    pub state: State,
    /// Done and expected, when both are known: bytes, paths, packages.
    pub progress: Option<(u64, u64)>,
    /// `41 of 112 paths, 1.9 of 3.1 GB`; of the running one shown apart.
    pub detail: String,
    /// Milliseconds.
    pub took: Option<u64>,
}

/// One line a phase.
#[must_use]
pub fn phases(rows: &[Row], width: u16, theme: &Theme, moment: usize) -> Vec<Line<'static>> {
    let titles = rows.iter().map(|row| row.title.width()).max().unwrap_or(0);
    rows.iter().enumerate().map(|(at, row)| line(at + 1, row, titles, usize::from(width), theme, moment)).collect()
}

fn line(number: usize, row: &Row, titles: usize, width: usize, theme: &Theme, moment: usize) -> Line<'static> {
    let (word, style): (String, Style) = match row.state {
        State::Waiting => ("waiting".to_owned(), theme.paint.dim.into()),
        State::Running => (format!("{} running", theme.spinner(moment)), theme.paint.now.into()),
        State::Ok => ("ok".to_owned(), theme.paint.ok.into()),
        State::Failed => ("failed".to_owned(), theme.paint.fail.into()),
        State::Skipped => ("skipped".to_owned(), theme.paint.dim.into()),
    };
    let title: Style = if row.state == State::Waiting { theme.paint.dim.into() } else { theme.paint.title.into() };
    let mut spans = vec![
        Span::styled(format!("{number} "), theme.paint.dim),
        Span::styled(format!("{}{}", row.title, " ".repeat(titles - row.title.width() + 2)), title),
        Span::styled(format!("{word:<10}"), style),
    ];
    if let Some((done, expected)) = row.progress.filter(|(_, expected)| *expected > 0 && row.state == State::Running) {
        spans.extend(bar(done, expected, (width / 4).clamp(6, 30), theme));
    }
    if let Some(took) = row.took {
        spans.push(Span::styled(format!("{}  ", duration(took)), theme.paint.dim));
    }
    let used: usize = spans.iter().map(Span::width).sum();
    // What the running one is doing has a line of its own.
    if row.state != State::Running {
        spans.push(Span::styled(cut(&row.detail, width.saturating_sub(used), theme), theme.paint.dim));
    }
    Line::from(spans)
}

fn bar(done: u64, expected: u64, cells: usize, theme: &Theme) -> Vec<Span<'static>> {
    let done = done.min(expected);
    let full = usize::try_from(u128::from(done) * cells as u128 / u128::from(expected)).unwrap_or(cells);
    let percent = u128::from(done) * 100 / u128::from(expected);
    vec![
        Span::styled(theme.sign.bar.repeat(full), theme.paint.bar),
        Span::styled(theme.sign.rest.repeat(cells - full), theme.paint.rest),
        Span::styled(format!(" {percent:>3} %  "), theme.paint.text),
    ]
}

/// Milliseconds for people: `0.8 s`, `41 s`, `2 min 05 s`, `1 h 02 min`.
#[must_use]
pub fn duration(milliseconds: u64) -> String {
    let seconds = milliseconds / 1000;
    match seconds {
        0..10 => format!("{seconds}.{} s", milliseconds % 1000 / 100),
        10..60 => format!("{seconds} s"),
        60..3600 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        _ => format!("{} h {:02} min", seconds / 3600, seconds / 60 % 60),
    }
}

/// The same within a sentence, where no line may end in it.
#[must_use]
pub fn whole(milliseconds: u64) -> String {
    duration(milliseconds).replace(' ', &prose::TOGETHER.to_string())
}

#[cfg(test)]
mod tests {
    use crate::core::data::Data;

    use super::*;

    #[test]
    fn durations_read_well() {
        for (milliseconds, text) in [(840, "0.8 s"), (41_000, "41 s"), (125_000, "2 min 05 s"), (3_725_000, "1 h 02 min")] {
            assert_eq!(duration(milliseconds), text);
        }
    }

    #[test]
    fn a_bar_is_never_longer_than_its_room() {
        let theme = Theme::load(&Data::embedded(), true, true).unwrap();
        for (done, expected) in [(0, 10), (5, 10), (10, 10), (99, 10), (u64::MAX, u64::MAX)] {
            let width: usize = bar(done, expected, 20, &theme).iter().map(Span::width).sum();
            assert_eq!(width, 20 + " 100 %  ".len());
        }
    }
}
