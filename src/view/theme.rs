//! Themes: what each meaning looks like (console.md §4.12). The tables are `assets/themes/*.toml`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;

use crate::app::options::ThemeName;
use crate::app::shown::Tone;

macro_rules! tokens {
    ($( $token:ident = $name:literal, )+) => {
        /// A meaning that has a look.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Token {
            $(
                #[doc = concat!("`", $name, "`")]
                $token,
            )+
        }

        impl Token {
            /// Every token, in the order of the tables.
            pub const ALL: &'static [Self] = &[$( Self::$token, )+];

            /// Its name in the tables.
            pub const fn name(self) -> &'static str {
                match self {
                    $( Self::$token => $name, )+
                }
            }
        }
    };
}

tokens! {
    Text = "text",
    Dim = "dim",
    Strong = "strong",
    Accent = "accent",
    Border = "border",
    Focus = "focus",
    CursorRow = "cursor_row",
    Mark = "mark",
    Match = "match",
    Ok = "ok",
    Warn = "warn",
    Bad = "bad",
    Info = "info",
    Pending = "pending",
    EnvProd = "env_prod",
    EnvStage = "env_stage",
    EnvDev = "env_dev",
    Live = "live",
    Stale = "stale",
    Offline = "offline",
    ModalSafe = "modal_safe",
    ModalDanger = "modal_danger",
    Input = "input",
    Placeholder = "placeholder",
    Error = "error",
}

impl From<Tone> for Token {
    fn from(tone: Tone) -> Self {
        match tone {
            Tone::Text => Self::Text,
            Tone::Dim => Self::Dim,
            Tone::Strong => Self::Strong,
            Tone::Accent => Self::Accent,
            Tone::Ok => Self::Ok,
            Tone::Warn => Self::Warn,
            Tone::Bad => Self::Bad,
            Tone::Info => Self::Info,
            Tone::Pending => Self::Pending,
        }
    }
}

/// The looks of one theme.
#[derive(Clone, Debug, Default)]
pub struct Theme(BTreeMap<&'static str, Style>);

impl Theme {
    /// The look of a meaning.
    pub fn style(&self, token: impl Into<Token>) -> Style {
        self.0.get(token.into().name()).copied().unwrap_or_default()
    }
}

/// The theme of a name.
pub fn named(name: ThemeName) -> &'static Theme {
    static AUTO: LazyLock<Theme> = LazyLock::new(|| read(asset(ThemeName::Auto)));
    static DARK: LazyLock<Theme> = LazyLock::new(|| read(asset(ThemeName::Dark)));
    static LIGHT: LazyLock<Theme> = LazyLock::new(|| read(asset(ThemeName::Light)));
    static CONTRAST: LazyLock<Theme> = LazyLock::new(|| read(asset(ThemeName::Contrast)));
    static MONO: LazyLock<Theme> = LazyLock::new(|| read(asset(ThemeName::Mono)));
    match name {
        ThemeName::Auto => &AUTO,
        ThemeName::Dark => &DARK,
        ThemeName::Light => &LIGHT,
        ThemeName::Contrast => &CONTRAST,
        ThemeName::Mono => &MONO,
    }
}

const fn asset(name: ThemeName) -> &'static str {
    match name {
        ThemeName::Auto => include_str!("../../assets/themes/auto.toml"),
        ThemeName::Dark => include_str!("../../assets/themes/dark.toml"),
        ThemeName::Light => include_str!("../../assets/themes/light.toml"),
        ThemeName::Contrast => include_str!("../../assets/themes/contrast.toml"),
        ThemeName::Mono => include_str!("../../assets/themes/mono.toml"),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Look {
    fg: Option<Paint>,
    bg: Option<Paint>,
    #[serde(default)]
    add: Vec<Attribute>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Attribute {
    Bold,
    Dim,
    Italic,
    Underline,
    Reverse,
}

/// One of the 16 by its name, or one of the 256 by its number.
#[derive(Deserialize)]
#[serde(untagged)]
enum Paint {
    Index(u8),
    Named(Ansi),
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Ansi {
    Black,
    Red,
    Green,
    Yellow,
    Blue,
    Magenta,
    Cyan,
    White,
    BrightBlack,
    BrightRed,
    BrightGreen,
    BrightYellow,
    BrightBlue,
    BrightMagenta,
    BrightCyan,
    BrightWhite,
}

fn read(text: &str) -> Theme {
    // The tables are assets of ours; a test reads each of them in full.
    let looks: BTreeMap<String, Look> = toml::from_str(text).unwrap_or_default();
    let styles = Token::ALL.iter().filter_map(|token| {
        let look = looks.get(token.name())?;
        Some((token.name(), style_of(look)))
    });
    Theme(styles.collect())
}

fn style_of(look: &Look) -> Style {
    let modifiers = look
        .add
        .iter()
        .copied()
        .map(modifier_of)
        .collect::<Modifier>();
    let style = Style::new().add_modifier(modifiers);
    let style = look
        .fg
        .as_ref()
        .map_or(style, |paint| style.fg(color_of(paint)));
    look.bg
        .as_ref()
        .map_or(style, |paint| style.bg(color_of(paint)))
}

const fn modifier_of(attribute: Attribute) -> Modifier {
    match attribute {
        Attribute::Bold => Modifier::BOLD,
        Attribute::Dim => Modifier::DIM,
        Attribute::Italic => Modifier::ITALIC,
        Attribute::Underline => Modifier::UNDERLINED,
        Attribute::Reverse => Modifier::REVERSED,
    }
}

const fn color_of(paint: &Paint) -> Color {
    match paint {
        Paint::Index(index) => Color::Indexed(*index),
        Paint::Named(name) => match name {
            Ansi::Black => Color::Black,
            Ansi::Red => Color::Red,
            Ansi::Green => Color::Green,
            Ansi::Yellow => Color::Yellow,
            Ansi::Blue => Color::Blue,
            Ansi::Magenta => Color::Magenta,
            Ansi::Cyan => Color::Cyan,
            Ansi::White => Color::Gray,
            Ansi::BrightBlack => Color::DarkGray,
            Ansi::BrightRed => Color::LightRed,
            Ansi::BrightGreen => Color::LightGreen,
            Ansi::BrightYellow => Color::LightYellow,
            Ansi::BrightBlue => Color::LightBlue,
            Ansi::BrightMagenta => Color::LightMagenta,
            Ansi::BrightCyan => Color::LightCyan,
            Ansi::BrightWhite => Color::White,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_theme_has_every_token_and_no_other() {
        for name in ThemeName::ALL {
            let looks: BTreeMap<String, Look> = toml::from_str(asset(*name)).unwrap();
            let mut missing: Vec<_> = Token::ALL
                .iter()
                .filter(|token| !looks.contains_key(token.name()))
                .collect();
            assert_eq!(
                looks.len() + missing.len(),
                Token::ALL.len(),
                "{name:?} has unknown tokens"
            );
            assert_eq!(missing.pop(), None, "{name:?}");
        }
    }

    #[test]
    fn mono_has_no_colors_and_tells_what_matters_apart_by_attributes() {
        let mono = named(ThemeName::Mono);
        for token in Token::ALL {
            let style = mono.style(*token);
            assert_eq!((style.fg, style.bg), (None, None), "{token:?}");
        }
        assert_ne!(mono.style(Token::EnvProd), mono.style(Token::EnvDev));
        assert_ne!(mono.style(Token::Stale), mono.style(Token::Live));
        assert_ne!(mono.style(Token::CursorRow), mono.style(Token::Text));
    }
}
