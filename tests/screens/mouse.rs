//! The mouse on the screens: what a click and the wheel reach, and what they never do.

use nixml::core::session::Stage;
use nixml::front::tui::model::Focus;
use nixml::front::tui::{Effect, Input};
use ratatui::crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use crate::stage::{Look, Player, host};

fn player(columns: u16, rows: u16) -> Player {
    Player::new(host("laptop-rtx3050-535"), columns, rows, Look::Colour).probe()
}

impl Player {
    fn mouse(mut self, kind: MouseEventKind, letters: &str) -> Self {
        // Where things stand is known once they are drawn.
        let text = self.text();
        let row = text.lines().position(|line| line.contains(letters)).unwrap_or_else(|| panic!("no {letters:?} in\n{text}"));
        let line = text.lines().nth(row).unwrap();
        let column = line[..line.find(letters).unwrap()].chars().count();
        let (column, row) = (u16::try_from(column).unwrap(), u16::try_from(row).unwrap());
        self.input(Input::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE }));
        self
    }

    fn click(self, letters: &str) -> Self {
        self.mouse(MouseEventKind::Down(MouseButton::Left), letters)
    }

    fn down(self, letters: &str) -> Self {
        self.mouse(MouseEventKind::ScrollDown, letters)
    }
}

#[test]
fn a_click_moves_the_cursor_and_a_click_on_it_chooses() {
    let player = player(80, 24).keys("j<enter><enter>").click("XGBoost");
    assert!(player.text().contains("› ○ XGBoost"), "{}", player.text());
    let player = player.click("XGBoost");
    assert_eq!(player.model.session.answers().text("framework"), Some("xgboost"));
}

#[test]
fn where_many_can_be_chosen_a_click_on_the_cursor_is_space() {
    let player = player(80, 24).keys("j<enter><enter><enter><enter><enter>").click("direnv").click("direnv");
    assert!(player.text().contains("[x] direnv"), "{}", player.text());
    assert!(!player.click("direnv").text().contains("[x] direnv"));
}

#[test]
fn no_click_writes_and_none_answers_a_question_over_the_screen() {
    let player = player(80, 24).keys("<enter>").click("20 new files").click("20 new files");
    assert!(player.written.is_none() && matches!(player.model.session.stage(), Stage::Review(_)));
    assert!(player.text().contains("the mouse never does"), "{}", player.text());
    let player = player.keys("<ctrl-c>").click("Enter leaves").click("Leave nixml?");
    assert!(player.model.popup.is_some() && player.quit.is_none());
}

#[test]
fn the_wheel_scrolls_what_lies_under_it() {
    let player = player(120, 36).keys("j<enter><enter>").down("[project]");
    assert_eq!(player.model.side.first, 3);
    let here = player.model.here().map(str::to_owned);
    let player = player.down("JAX");
    assert_ne!(player.model.here().map(str::to_owned), here, "over the list it moves the cursor");
    let player = player.click("[tool.uv]");
    assert_eq!(player.model.focus, Focus::Side);
    assert_eq!(player.click("XGBoost").model.focus, Focus::Main);
}

#[test]
fn the_program_in_the_pane_gets_the_mouse_only_when_it_asks() {
    let mut player = player(80, 24);
    player.report = Some(crate::pictures::proved());
    let player = player.keys("<enter><enter><f2>");
    player.model.shell.pane.feed("hello\r\n".repeat(60).as_bytes());
    let player = player.mouse(MouseEventKind::ScrollUp, "hello");
    assert_eq!(player.model.pane().position().0, 3, "its history scrolls");
    player.model.shell.pane.feed(b"\x1b[?1000h\x1b[?1006h\x1b[2J\x1b[Hpress here");
    player.model.shell.pane.follow();
    let player = player.click("press here");
    assert!(matches!(player.asked.last(), Some(Effect::Type(bytes)) if bytes == b"\x1b[<0;1;1M"), "{:?}", player.asked.last());
}

#[test]
fn a_click_on_nothing_does_nothing() {
    let mut player = player(80, 24).keys("<enter>");
    for (column, row) in [(0, 0), (79, 23), (79, 0), (500, 500), (0, 12)] {
        for kind in [MouseEventKind::Down(MouseButton::Left), MouseEventKind::ScrollUp, MouseEventKind::ScrollDown] {
            let _ = player.text();
            player.input(Input::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE }));
        }
    }
    assert!(player.written.is_none());
}
