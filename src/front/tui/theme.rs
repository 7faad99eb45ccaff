//! How things look: styles and signs, read from `assets/theme.toml`.

use anyhow::{Context as _, bail};
use ratatui::style::{Color, Modifier, Style};
use ratatui::symbols::border;
use serde::Deserialize;

use crate::core::data::Data;
use crate::core::document;

const FILE: &str = "assets/theme.toml";

/// Everything a screen needs to know about looks.
#[derive(Debug, Clone)]
pub struct Theme {
    pub paint: Paints,
    pub sign: Signs,
    /// No colours: neither nixml's own nor those of a program in the pane.
    pub mono: bool,
    /// Nothing but ASCII may reach the terminal.
    pub ascii: bool,
}

/// One style of the theme, written as words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(try_from = "String")]
pub struct Paint(pub Style);

/// The styles by what they mean.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Paints {
    /// The name of the program.
    pub brand: Paint,
    pub title: Paint,
    /// Steps behind, at and after the current one.
    pub done: Paint,
    pub now: Paint,
    pub later: Paint,
    pub border: Paint,
    pub border_focus: Paint,
    pub question: Paint,
    pub text: Paint,
    pub dim: Paint,
    /// A key in a hint.
    pub key: Paint,
    /// The row under the cursor.
    pub cursor: Paint,
    pub chosen: Paint,
    pub best: Paint,
    pub blocked: Paint,
    pub ok: Paint,
    pub note: Paint,
    pub warn: Paint,
    pub fail: Paint,
    pub added: Paint,
    pub removed: Paint,
    pub hunk: Paint,
    /// A command to type.
    pub command: Paint,
    /// A word the glossary knows.
    pub term: Paint,
    pub bar: Paint,
    pub rest: Paint,
    /// A match of a search.
    pub found: Paint,
}

/// The signs; each is told apart without colour.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signs {
    pub pointer: String,
    pub chosen: String,
    pub open: String,
    pub blocked: String,
    pub checked: String,
    pub unchecked: String,
    pub done: String,
    pub now: String,
    pub later: String,
    pub bar: String,
    pub rest: String,
    pub up: String,
    pub down: String,
    pub updown: String,
    pub dot: String,
    pub arrow: String,
    pub more: String,
    /// One letter a moment.
    pub spinner: String,
    /// Top left, top right, bottom left, bottom right, horizontal, vertical.
    border: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "schema")]
    _schema: u32,
    colour: Paints,
    mono: Paints,
    unicode: Signs,
    ascii: Signs,
}

impl Theme {
    /// Reads the theme for a terminal that shows colours or not, and UTF-8 or not.
    pub fn load(data: &Data, mono: bool, ascii: bool) -> anyhow::Result<Self> {
        let text = data.text(FILE).with_context(|| format!("find {FILE}"))?;
        let file: File = document::toml(text).with_context(|| format!("read {FILE}"))?;
        let paint = if mono { file.mono } else { file.colour };
        let sign = if ascii { file.ascii } else { file.unicode };
        if sign.border.chars().count() != 6 {
            bail!("read {FILE}: `border` needs six signs");
        }
        Ok(Self { paint, sign, mono, ascii })
    }

    /// The frame of a box.
    #[must_use]
    pub fn border(&self) -> border::Set<'_> {
        let sign = |at: usize| {
            let (start, letter) = self.sign.border.char_indices().nth(at).unwrap_or((0, ' '));
            self.sign.border.get(start..start + letter.len_utf8()).unwrap_or(" ")
        };
        border::Set {
            top_left: sign(0),
            top_right: sign(1),
            bottom_left: sign(2),
            bottom_right: sign(3),
            horizontal_top: sign(4),
            horizontal_bottom: sign(4),
            vertical_left: sign(5),
            vertical_right: sign(5),
        }
    }

    /// The spinner at a moment.
    #[must_use]
    pub fn spinner(&self, moment: usize) -> char {
        let letters = self.sign.spinner.chars().count().max(1);
        self.sign.spinner.chars().nth(moment % letters).unwrap_or('*')
    }
}

impl From<Paint> for Style {
    fn from(paint: Paint) -> Self {
        paint.0
    }
}

impl TryFrom<String> for Paint {
    type Error = String;

    fn try_from(words: String) -> Result<Self, String> {
        let mut style = Style::new();
        for word in words.split_whitespace() {
            let colour = |name: &str| name.parse::<Color>().map_err(|_| format!("`{word}` is no colour and no weight"));
            style = match word {
                "bold" => style.add_modifier(Modifier::BOLD),
                "dim" => style.add_modifier(Modifier::DIM),
                "italic" => style.add_modifier(Modifier::ITALIC),
                "underline" => style.add_modifier(Modifier::UNDERLINED),
                "reverse" => style.add_modifier(Modifier::REVERSED),
                _ => match word.strip_prefix("on-") {
                    Some(name) => style.bg(colour(name)?),
                    None => style.fg(colour(word)?),
                },
            };
        }
        Ok(Self(style))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(words: &str) -> Result<Paint, String> {
        Paint::try_from(words.to_owned())
    }

    #[test]
    fn words_make_a_style() {
        let style = Style::new().fg(Color::LightRed).bg(Color::Black).add_modifier(Modifier::BOLD);
        assert_eq!(of("bold light-red on-black"), Ok(Paint(style)));
        assert_eq!(of("boldd"), Err("`boldd` is no colour and no weight".to_owned()));
    }

    #[test]
    fn the_theme_is_whole_and_mono_has_no_colour() {
        let data = Data::embedded();
        for (mono, ascii) in [(false, false), (true, true)] {
            let theme = Theme::load(&data, mono, ascii).unwrap();
            let shown = format!("{:?}", theme.paint);
            assert_eq!(["blue()", "cyan()", "yellow()", "red()"].iter().any(|name| shown.contains(name)), !mono, "{shown}");
            assert_eq!(format!("{:?}", theme.sign).is_ascii(), ascii);
        }
    }
}
