//! How the board looks.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr as _;

use super::BoardModel;
use crate::core::class::board::Row;
use crate::front::tui::theme::Theme;
use crate::front::tui::widgets::{cut, put, put_right};

/// The smallest window that shows it.
const LEAST: (u16, u16) = (60, 16);
/// Lines of groups at most; the rows say the rest.
const MOST_GROUPS: usize = 5;

/// How many rows of students fit into a window of this height.
#[must_use]
pub fn page(model: &BoardModel, height: u16) -> usize {
    usize::from(height).saturating_sub(6 + model.board.groups.len().min(MOST_GROUPS))
}

/// Draws it.
pub fn view(model: &BoardModel, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let area = area.intersection(buffer.area);
    let (x, end) = (area.x, area.right());
    if area.width < LEAST.0 || area.height < LEAST.1 {
        put(buffer, x, area.y, end, &[("the board needs 60x16", theme.paint.text.into())]);
        return;
    }
    let board = &model.board;
    let mut y = area.y;
    let title = if model.title.is_empty() { "board" } else { &model.title };
    put(
        buffer,
        x,
        y,
        end,
        &[("nixml", theme.paint.brand.into()), ("  ", Style::new()), (&cut(title, 40, theme), theme.paint.title.into())],
    );
    let count = format!("{} of {} ready", board.ready, board.total);
    put_right(buffer, x, y, end, &count, theme.paint.title);
    y += 1;
    bar(model, theme, Rect { y, height: 1, ..area }, buffer);
    y += 2;
    for group in board.groups.iter().take(MOST_GROUPS) {
        let verb = if group.names.len() == 1 { "waits" } else { "wait" };
        let head = if group.needs.starts_with("the code") {
            format!("{}: {}: ", group.names.len(), group.needs)
        } else {
            format!("{} {verb} for {}: ", group.names.len(), group.needs)
        };
        let room = usize::from(area.width).saturating_sub(head.width());
        let names = cut(&group.names.join(", "), room, theme);
        put(buffer, x, y, end, &[(&head, theme.paint.warn.into()), (&names, theme.paint.text.into())]);
        y += 1;
    }
    y += u16::from(!board.groups.is_empty());
    let rows: Vec<&Row> = model.shown().collect();
    let last = area.bottom() - 2;
    let names = rows.iter().map(|row| row.name.width()).max().unwrap_or(0).clamp(4, 24);
    let mut at = model.first.min(rows.len().saturating_sub(1));
    while y < last && at < rows.len() {
        line(rows[at], model, theme, names, Rect { y, height: 1, ..area }, buffer);
        y += 1;
        at += 1;
    }
    if at < rows.len() {
        put_right(buffer, x, last - 1, end, &format!(" {} {} more", theme.sign.down, rows.len() - at), theme.paint.key);
    }
    foot(model, theme, Rect { y: area.bottom() - 1, height: 1, ..area }, buffer);
}

fn bar(model: &BoardModel, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let width = usize::from(area.width);
    let full = (model.board.ready * width).checked_div(model.board.total).unwrap_or(0);
    let (done, rest) = (theme.sign.bar.repeat(full), theme.sign.rest.repeat(width - full));
    put(buffer, area.x, area.y, area.right(), &[(&done, theme.paint.bar.into()), (&rest, theme.paint.rest.into())]);
}

fn line(row: &Row, model: &BoardModel, theme: &Theme, names: usize, area: Rect, buffer: &mut Buffer) {
    let (mark, style): (&str, Style) = match row.kind {
        "ready" | "fallback" => ("ok  ", theme.paint.ok.into()),
        "mistyped" | "other-class" => ("????", theme.paint.fail.into()),
        _ => ("wait", theme.paint.warn.into()),
    };
    let name = cut(&row.name, names, theme);
    let pad = " ".repeat(names.saturating_sub(name.width()) + 2);
    let target = row.target.as_deref().unwrap_or("");
    let mut what = row.state.clone();
    if let Some(needs) = &row.needs {
        what = format!("{what}: needs {needs}");
    }
    if let Some(near) = row.near.first() {
        what = format!("{} is no code; near: {near}", row.code);
    }
    let fresh: Style = if model.fresh.contains(&row.name) { theme.paint.now.into() } else { theme.paint.text.into() };
    let room = usize::from(area.width).saturating_sub(mark.len() + 2 + names + 2 + 6);
    let what = cut(&what, room, theme);
    let words = [(mark, style), ("  ", Style::new()), (name.as_str(), fresh), (pad.as_str(), Style::new())];
    let x = put(buffer, area.x, area.y, area.right(), &words);
    put(buffer, x, area.y, area.right(), &[(&format!("{target:<6}"), theme.paint.dim.into()), (&what, theme.paint.text.into())]);
}

fn foot(model: &BoardModel, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let (x, y, end) = (area.x, area.y, area.right());
    if let Some(trouble) = &model.trouble {
        put(buffer, x, y, end, &[(&cut(trouble, usize::from(area.width), theme), theme.paint.fail.into())]);
        return;
    }
    let only = if model.waiting_only { " everybody  " } else { " only those who wait  " };
    let (key, dim): (Style, Style) = (theme.paint.key.into(), theme.paint.dim.into());
    let keys = [(theme.sign.updown.as_str(), key), (" move  ", dim), ("w", key), (only, dim), ("q", key), (" quit", dim)];
    let x = put(buffer, x, y, end, &keys);
    put_right(buffer, x, y, end, &format!(" follows {}", model.source), theme.paint.dim);
}
