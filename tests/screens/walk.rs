//! A person who presses anything: nothing panics, no answer is lost on the way back, nothing is written unconfirmed.

use nixml::core::session::{self, Stage};
use nixml::front::tui::{Effect, Input, prepare, update, view};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use crate::stage::{Look, Player, host, hosts};

/// A small generator with a seed, so that a failure can be played again.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }

    fn input(&mut self) -> Input {
        let code = match self.roll(25) {
            0..=3 => KeyCode::Enter,
            4..=5 => KeyCode::Down,
            6 => KeyCode::Up,
            7 => KeyCode::Esc,
            8 => KeyCode::Left,
            9 => KeyCode::Right,
            10 => KeyCode::Tab,
            11 => KeyCode::F(2),
            12 => KeyCode::Char(' '),
            13 => KeyCode::PageDown,
            14 => KeyCode::Backspace,
            15 => KeyCode::Home,
            16 => return Input::Resize(u16::try_from(self.roll(260)).unwrap(), u16::try_from(self.roll(90)).unwrap()),
            17 => {
                return Input::Paste(
                    "a\u{202e}b\nc\x1b]52;c;aGk=\x07\u{1f600}好".repeat(usize::try_from(self.roll(40)).unwrap()),
                );
            }
            18 => return Input::Tick,
            19 => {
                let kind = match self.roll(3) {
                    0 => MouseEventKind::ScrollUp,
                    1 => MouseEventKind::ScrollDown,
                    _ => MouseEventKind::Down(MouseButton::Left),
                };
                let (column, row) = (u16::try_from(self.roll(100)).unwrap(), u16::try_from(self.roll(30)).unwrap());
                return Input::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE });
            }
            _ => KeyCode::Char(char::from(b' ' + u8::try_from(self.roll(95)).unwrap())),
        };
        let held = if self.roll(20) == 0 { KeyModifiers::CONTROL } else { KeyModifiers::NONE };
        Input::Key(KeyEvent::new(code, held))
    }
}

fn play(seed: u64, machine: &str, steps: usize) {
    let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut player = Player::new(host(machine), 80, 24, Look::Ascii).probe();
    for _ in 0..steps {
        let input = dice.input();
        let before = player.model.session.answers().clone();
        let reviewing = matches!(player.model.session.stage(), Stage::Review(_));
        let back = matches!(input, Input::Key(KeyEvent { code: KeyCode::Esc | KeyCode::Left, .. }));
        player.now += 40;
        let effects = update(&mut player.model, input.clone(), player.now);
        prepare(&mut player.model);
        let writes = effects.iter().any(|effect| matches!(effect, Effect::World(session::Effect::Write(_))));
        assert!(
            !writes || (reviewing && matches!(input, Input::Key(KeyEvent { code: KeyCode::Enter, .. }))),
            "written by {input:?}"
        );
        if back {
            let now = player.model.session.answers();
            assert!(
                before.iter().all(|(id, answer)| now.get(id) == Some(answer)),
                "{input:?} lost an answer of {before:?}: {now:?}"
            );
        }
        // The screen is drawn, whatever its size, and holds nothing that steers a terminal.
        let (columns, rows) = player.model.size;
        let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
        terminal.draw(|frame| view(&player.model, frame)).unwrap();
        let buffer = terminal.backend().buffer();
        assert!(buffer.content.iter().all(|cell| cell.symbol().is_ascii() && !cell.symbol().contains(char::is_control)));
        if effects.iter().any(|effect| matches!(effect, Effect::World(session::Effect::Quit(_)))) || writes {
            return;
        }
        for effect in effects {
            player.feed(effect);
        }
    }
}

#[test]
fn random_keys_do_no_harm() {
    let hosts = hosts();
    for seed in 1..=24 {
        let machine = &hosts[usize::try_from(seed).unwrap() % hosts.len()];
        println!("seed {seed} on {machine}");
        play(seed, machine, 100);
    }
}

#[test]
#[ignore = "long: `just soak`"]
fn hundreds_of_people_do_no_harm() {
    let hosts = hosts();
    for seed in 1000..1400 {
        println!("seed {seed}");
        play(seed, &hosts[usize::try_from(seed).unwrap() % hosts.len()], 250);
    }
}
