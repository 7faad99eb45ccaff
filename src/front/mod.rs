//! The ring that talks to people: the screen, plain prompts, scripts. Knows `core`, never `edge`.

pub mod tui;

pub mod plain;
pub mod print;
