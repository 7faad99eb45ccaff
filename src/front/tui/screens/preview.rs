//! The files as they would be, what the last move changed marked.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr as _;

use crate::front::tui::model::{Focus, Model};
use crate::front::tui::widgets::{boxed, diff, put, put_right, table};
use crate::front::tui::words;

/// Draws the preview.
pub fn draw(model: &Model, area: Rect, buffer: &mut Buffer) {
    let focus = model.focus == Focus::Side;
    model.shown.beside.set(area);
    let inner = boxed(area, buffer, &model.theme, "Preview: nothing is written yet", focus);
    let Some(files) = &model.seen.files else { return };
    let paths = words::files(model);
    let changed = |path: &str| model.seen.before.as_ref().is_some_and(|before| before.text(path) != files.text(path));
    let Some(at) = words::file_at(model, &paths) else { return };
    // What the last move changed is shown, unless a person picked a file.
    let at = if model.side.file.is_some() { at } else { paths.iter().position(|path| changed(path)).unwrap_or(at) };
    tabs(&paths, at, inner, buffer, model, &changed);
    let path = paths.get(at).map_or("", String::as_str);
    let before = model.seen.before.as_ref().map(|before| before.text(path).unwrap_or_default());
    let (lines, first) = diff::marked(before, files.text(path).unwrap_or_default(), &model.theme);
    let text = Rect { y: inner.y + 1, height: inner.height.saturating_sub(1), ..inner };
    let follow = first.map_or(0, |first| first.saturating_sub(usize::from(text.height) / 3));
    let wanted = if model.side.first == 0 && !focus { follow } else { model.side.first };
    model.shown.side.set(table::scroll(&lines, wanted, text, buffer, &model.theme));
    if focus {
        model.shown.page.set(text.height);
    }
}

/// The names of the files, the shown one told apart, those that changed marked.
pub fn tabs(paths: &[String], at: usize, area: Rect, buffer: &mut Buffer, model: &Model, changed: &dyn Fn(&str) -> bool) {
    let paint = &model.theme.paint;
    let width = |path: &str| path.width() + 3;
    // As many before the shown one as leave room for it.
    let mut first = 0;
    while paths
        .get(first..=at)
        .is_some_and(|shown| shown.iter().map(|path| width(path)).sum::<usize>() > usize::from(area.width.saturating_sub(6)))
    {
        first += 1;
    }
    let count = format!(" {}/{}", at + 1, paths.len());
    let end = put_right(buffer, area.x, area.y, area.right(), &count, paint.dim);
    let mut x = area.x;
    for (place, path) in paths.iter().enumerate().skip(first) {
        let mark = if changed(path) { "+" } else { " " };
        let style: Style = if place == at { paint.cursor.into() } else { paint.dim.into() };
        if usize::from(x) + width(path) > usize::from(end) {
            break;
        }
        x = put(buffer, x, area.y, area.right(), &[(mark, paint.key.into()), (path, style), ("  ", Style::new())]);
    }
}
