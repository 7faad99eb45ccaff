//! The two doors for text from outside: [`sanitise`] before it is shown, [`Redactor`] before it is reported.

mod redact;
mod sanitise;
mod secrets;
mod words;

pub use redact::{Private, Redactor};
pub use sanitise::{LABEL_CELLS, LINE_CHARS, harmless, label, sanitise};
pub use words::{bytes, known_words, memory, nearest, signal};
