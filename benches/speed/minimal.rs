//! The floor of every terminal program: ratatui with a list of rows and nothing else; this same program, started with a word.

use ratatui::crossterm::event::{self, Event, KeyCode};
use ratatui::text::Line;
use ratatui::widgets::Paragraph;

/// The word that makes this program the floor.
pub const NAME: &str = "minimal";

/// Draws rows with the chosen one marked, until `q`.
pub fn run() {
    let mut terminal = ratatui::init();
    let mut chosen = 0_u16;
    loop {
        terminal
            .draw(|frame| {
                let rows: Vec<Line> = (0..frame.area().height)
                    .map(|row| Line::raw(format!("{} row {row} of the floor", if row == chosen { '>' } else { ' ' })))
                    .collect();
                frame.render_widget(Paragraph::new(rows), frame.area());
            })
            .unwrap();
        if let Event::Key(key) = event::read().unwrap() {
            match key.code {
                KeyCode::Char('j') => chosen = chosen.saturating_add(1),
                KeyCode::Char('k') => chosen = chosen.saturating_sub(1),
                KeyCode::Char('q') => break,
                _ => {}
            }
        }
    }
    ratatui::restore();
}
