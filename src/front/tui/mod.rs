//! The full screen: a model, what changes it, and how it looks.

mod act;
pub mod board;
mod choose;
pub mod clean;
pub mod glossary;
pub mod input;
pub mod keys;
pub mod layout;
mod leave;
pub mod model;
mod mouse;
pub mod pane;
pub mod screens;
mod seen;
pub(crate) mod start_rows;
pub mod theme;
pub mod trial;
pub mod update;
pub mod view;
pub mod widgets;
pub mod words;

pub use input::{Effect, Input};
pub use model::{Model, Opening};
pub use seen::prepare;
pub use theme::Theme;
pub use update::{start, update};
pub use view::view;
