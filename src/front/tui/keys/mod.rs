//! Which key does what where: one table for the keys themselves, the hints below the screen and the help.

mod table;

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use table::BINDINGS;

/// What a key asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    Up,
    Down,
    PageUp,
    PageDown,
    First,
    Last,
    Choose,
    Toggle,
    Back,
    Search,
    NextPane,
    Preview,
    Why,
    Help,
    Suspend,
    /// Into the terminal pane, or out of it.
    Pane,
    Interrupt,
    Quit,
    Rescan,
    NextFile,
    PreviousFile,
    Zoom,
    Copy,
    Retry,
    NextMatch,
    Stop,
}

/// Where the keys go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The machine, with what to do next.
    Machine,
    /// One of the offers.
    List,
    /// Any of the offers.
    Many,
    /// A line to type.
    Text,
    /// A card to read.
    Card,
    Review,
    /// Files are written or the project is validated.
    Running,
    /// It is over.
    End,
    /// The preview or the diff.
    Side,
    /// The output, to scroll in.
    Log,
    /// A shell, to type into.
    Shell,
    /// A text over the screen.
    Popup,
    /// The letters of a search in a list.
    Search,
    /// The letters of a search in the output.
    Find,
    /// The question whether to leave.
    Leave,
    /// The question whether to choose what this machine cannot run.
    Foreign,
}

/// One line of the table.
#[derive(Debug)]
pub struct Binding {
    pub act: Act,
    keys: &'static [(KeyCode, KeyModifiers)],
    at: &'static [Place],
    /// The key as it is shown.
    pub label: &'static str,
    /// For the hints; empty: only in the help.
    pub hint: &'static str,
    pub help: &'static str,
}

/// What `pressed` asks for at `place`.
#[must_use]
pub fn act(place: Place, pressed: KeyEvent) -> Option<Act> {
    // Terminals that tell Shift apart send it with letters that are capital already.
    let held = match pressed.code {
        // Escape pressed just before Ctrl-C looks like Alt; nobody means that.
        KeyCode::Char(_) if pressed.modifiers.contains(KeyModifiers::CONTROL) => KeyModifiers::CONTROL,
        KeyCode::Char(_) => pressed.modifiers.difference(KeyModifiers::SHIFT),
        _ => pressed.modifiers,
    };
    at(place).find(|binding| binding.keys.contains(&(pressed.code, held))).map(|binding| binding.act)
}

/// Every binding of a place, the most important first.
pub fn at(place: Place) -> impl Iterator<Item = &'static Binding> {
    BINDINGS.iter().filter(move |binding| binding.at.contains(&place))
}

#[cfg(test)]
mod tests {
    use super::Place::*;
    use super::*;

    const NONE: KeyModifiers = KeyModifiers::NONE;
    const CTRL: KeyModifiers = KeyModifiers::CONTROL;

    const PLACES: [Place; 16] =
        [Machine, List, Many, Text, Card, Review, Running, End, Side, Log, Shell, Popup, Search, Find, Leave, Foreign];

    #[test]
    fn no_key_means_two_things_at_one_place() {
        for place in PLACES {
            let mut seen: Vec<(KeyCode, KeyModifiers)> = Vec::new();
            for binding in at(place) {
                for key in binding.keys {
                    assert!(!seen.contains(key), "{key:?} twice at {place:?}");
                    seen.push(*key);
                }
            }
        }
    }

    #[test]
    fn letters_are_text_where_text_is_typed() {
        for place in [Text, Search, Find, Shell] {
            let letters = at(place)
                .flat_map(|binding| binding.keys)
                .filter(|(code, held)| matches!(code, KeyCode::Char(_)) && held.is_empty())
                .count();
            assert_eq!(letters, 0, "{place:?}");
        }
    }

    #[test]
    fn a_shell_keeps_every_key_but_the_way_out() {
        assert_eq!(act(Shell, KeyEvent::new(KeyCode::Char('c'), CTRL)), None);
        assert_eq!(act(Shell, KeyEvent::new(KeyCode::Char('z'), CTRL)), None);
        assert_eq!(act(Shell, KeyEvent::new(KeyCode::Esc, NONE)), None);
        assert_eq!(act(Shell, KeyEvent::new(KeyCode::F(2), NONE)), Some(Act::Pane));
    }

    #[test]
    fn every_place_can_be_left_and_a_capital_letter_is_one() {
        for place in PLACES {
            assert!(at(place).any(|binding| matches!(binding.act, Act::Back | Act::Quit | Act::Pane)), "{place:?}");
        }
        assert_eq!(act(List, KeyEvent::new(KeyCode::Char('G'), KeyModifiers::SHIFT)), Some(Act::Last));
    }
}
