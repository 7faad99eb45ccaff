//! The full screen: a model, what changes it, and how it looks.

pub mod clean;
pub mod pane;
pub mod theme;
pub mod widgets;
