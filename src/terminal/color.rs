//! How many colors the terminal has, and what a color becomes when it has fewer.
//!
//! `Options::from_environment` decides the depth, `backend` reduces every cell by it, `view` may ask
//! it for a theme. Pure; knows nothing of themes.

use ratatui::style::Color;

use crate::app::options::{Colors, ThemeChoice};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ColorDepth {
    Monochrome,
    Ansi16,
    Indexed256,
    TrueColor,
}

impl ColorDepth {
    /// From `NO_COLOR`, where no theme was asked for, `COLORTERM` and `TERM`. Never asks the terminal: a reply that comes late or
    /// in pieces would be typed.
    pub fn detect(choice: ThemeChoice, variable: impl Fn(&str) -> Option<String>) -> Self {
        let is_set = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
        let term = variable("TERM").unwrap_or_default();
        let is_refused = choice == ThemeChoice::Default && is_set("NO_COLOR");
        if is_refused || matches!(term.as_str(), "" | "dumb") || term.starts_with("vt") {
            return Self::Monochrome;
        }
        let promised = match variable("COLORTERM").as_deref() {
            Some("truecolor" | "24bit") => Self::TrueColor,
            Some(_) | None => Self::Ansi16,
        };
        // `screen` passes the outer COLORTERM on but not the colors.
        let known = match term.as_str() {
            "screen" => return Self::Ansi16,
            "linux" => Self::Ansi16,
            _ if term.starts_with("screen") => return Self::Indexed256,
            "xterm-kitty" | "xterm-ghostty" | "alacritty" | "foot" | "wezterm" => Self::TrueColor,
            _ if term.ends_with("-direct") => Self::TrueColor,
            _ if term.ends_with("256color") => Self::Indexed256,
            _ => Self::Ansi16,
        };
        known.max(promised)
    }

    /// Whether that is any.
    pub const fn colors(self) -> Colors {
        match self {
            Self::Monochrome => Colors::None,
            Self::Ansi16 | Self::Indexed256 | Self::TrueColor => Colors::Shown,
        }
    }

    /// The nearest color this depth can show.
    pub(super) fn reduce(self, color: Color) -> Color {
        match self {
            Self::Monochrome => Color::Reset,
            Self::Ansi16 => match components(color) {
                Some(rgb) => Color::Indexed(nearest(rgb, 0..16)),
                None => color,
            },
            Self::Indexed256 => match color {
                // The first 16 are what the user's theme makes of them.
                Color::Rgb(red, green, blue) => {
                    Color::Indexed(nearest([red, green, blue], 16..=255))
                }
                other => other,
            },
            Self::TrueColor => color,
        }
    }
}

/// The index of a color that every color terminal has.
pub(super) const fn ansi_index(color: Color) -> Option<u8> {
    Some(match color {
        Color::Black => 0,
        Color::Red => 1,
        Color::Green => 2,
        Color::Yellow => 3,
        Color::Blue => 4,
        Color::Magenta => 5,
        Color::Cyan => 6,
        Color::Gray => 7,
        Color::DarkGray => 8,
        Color::LightRed => 9,
        Color::LightGreen => 10,
        Color::LightYellow => 11,
        Color::LightBlue => 12,
        Color::LightMagenta => 13,
        Color::LightCyan => 14,
        Color::White => 15,
        Color::Indexed(index @ 0..16) => index,
        Color::Indexed(16..) | Color::Rgb(..) | Color::Reset => return None,
    })
}

/// The components of a color beyond the first 16.
const fn components(color: Color) -> Option<[u8; 3]> {
    match color {
        Color::Rgb(red, green, blue) => Some([red, green, blue]),
        Color::Indexed(index @ 16..) => Some(palette(index)),
        _ => None,
    }
}

/// xterm's palette: 16 colors, a cube of 6 levels, 24 grays.
const fn palette(index: u8) -> [u8; 3] {
    const LEVELS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    const ANSI: [[u8; 3]; 16] = [
        [0, 0, 0],
        [205, 0, 0],
        [0, 205, 0],
        [205, 205, 0],
        [0, 0, 238],
        [205, 0, 205],
        [0, 205, 205],
        [229, 229, 229],
        [127, 127, 127],
        [255, 0, 0],
        [0, 255, 0],
        [255, 255, 0],
        [92, 92, 255],
        [255, 0, 255],
        [0, 255, 255],
        [255, 255, 255],
    ];
    match index {
        0..16 => ANSI[index as usize],
        16..232 => {
            let cell = index as usize - 16;
            [LEVELS[cell / 36], LEVELS[cell / 6 % 6], LEVELS[cell % 6]]
        }
        232.. => [8 + (index - 232) * 10; 3],
    }
}

fn nearest(color: [u8; 3], indexes: impl Iterator<Item = u8>) -> u8 {
    let distance = |index: &u8| -> u32 {
        let components = color.into_iter().zip(palette(*index));
        components
            .map(|(one, other)| u32::from(one.abs_diff(other)).pow(2))
            .sum()
    };
    indexes.min_by_key(distance).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detected(variables: &[(&str, &str)]) -> ColorDepth {
        ColorDepth::detect(ThemeChoice::Default, |name| {
            let found = variables.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_environment_says_how_many_colors() {
        let table: [(&[(&str, &str)], ColorDepth); 13] = [
            (&[], ColorDepth::Monochrome),
            (&[("TERM", "dumb")], ColorDepth::Monochrome),
            (&[("TERM", "vt220")], ColorDepth::Monochrome),
            (&[("TERM", "xterm")], ColorDepth::Ansi16),
            (&[("TERM", "linux")], ColorDepth::Ansi16),
            (&[("TERM", "xterm-256color")], ColorDepth::Indexed256),
            (&[("TERM", "tmux-256color")], ColorDepth::Indexed256),
            (&[("TERM", "xterm-kitty")], ColorDepth::TrueColor),
            (
                &[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")],
                ColorDepth::TrueColor,
            ),
            (
                &[("TERM", "screen"), ("COLORTERM", "truecolor")],
                ColorDepth::Ansi16,
            ),
            (
                &[("TERM", "screen-256color"), ("COLORTERM", "24bit")],
                ColorDepth::Indexed256,
            ),
            (
                &[("TERM", "xterm-kitty"), ("NO_COLOR", "1")],
                ColorDepth::Monochrome,
            ),
            (
                &[("TERM", "xterm-kitty"), ("NO_COLOR", "")],
                ColorDepth::TrueColor,
            ),
        ];
        for (variables, depth) in table {
            assert_eq!(detected(variables), depth, "{variables:?}");
        }
    }

    #[test]
    fn a_color_becomes_the_nearest_the_terminal_has() {
        let table = [
            (
                ColorDepth::TrueColor,
                Color::Rgb(1, 2, 3),
                Color::Rgb(1, 2, 3),
            ),
            (
                ColorDepth::Indexed256,
                Color::Rgb(255, 0, 0),
                Color::Indexed(196),
            ),
            (
                ColorDepth::Indexed256,
                Color::Rgb(8, 8, 8),
                Color::Indexed(232),
            ),
            (ColorDepth::Indexed256, Color::Red, Color::Red),
            (
                ColorDepth::Ansi16,
                Color::Rgb(250, 10, 10),
                Color::Indexed(9),
            ),
            (ColorDepth::Ansi16, Color::Indexed(196), Color::Indexed(9)),
            (ColorDepth::Ansi16, Color::LightRed, Color::LightRed),
            (ColorDepth::Ansi16, Color::Reset, Color::Reset),
            (ColorDepth::Monochrome, Color::Rgb(1, 2, 3), Color::Reset),
            (ColorDepth::Monochrome, Color::Red, Color::Reset),
        ];
        for (depth, color, reduced) in table {
            assert_eq!(depth.reduce(color), reduced, "{depth:?} {color:?}");
        }
    }

    #[test]
    fn every_palette_color_is_nearest_to_itself() {
        for index in 16..=255 {
            let found = nearest(palette(index), 16..=255);
            assert_eq!(palette(found), palette(index));
        }
    }

    #[test]
    fn a_theme_that_was_asked_for_ranks_above_no_color() {
        let variable = |name: &str| match name {
            "NO_COLOR" => Some("1".to_owned()),
            "TERM" => Some("xterm-256color".to_owned()),
            _ => None,
        };
        let depth = |choice| ColorDepth::detect(choice, variable);
        assert_eq!(depth(ThemeChoice::Default), ColorDepth::Monochrome);
        assert_eq!(depth(ThemeChoice::Asked), ColorDepth::Indexed256);
    }
}
