//! A QR code in half blocks: two modules a cell, light on dark as scanners expect it on a screen.

use qrcode::{Color, EcLevel, QrCode};

/// Modules of light around the code.
const QUIET: usize = 2;

/// The code as lines of half blocks, the light modules set; nothing where the text is too long.
pub(super) fn half_blocks(text: &str) -> Option<Vec<String>> {
    let code = QrCode::with_error_correction_level(text, EcLevel::L).ok()?;
    let size = code.width() + 2 * QUIET;
    let is_light = |x: usize, y: usize| {
        let inside = |at: usize| at.checked_sub(QUIET).filter(|at| *at < code.width());
        match (inside(x), inside(y)) {
            (Some(x), Some(y)) => code[(x, y)] == Color::Light,
            _ => y < size,
        }
    };
    let line = |y: usize| {
        (0..size)
            .map(|x| block(is_light(x, y), is_light(x, y + 1)))
            .collect()
    };
    Some((0..size).step_by(2).map(line).collect())
}

const fn block(upper: bool, lower: bool) -> char {
    match (upper, lower) {
        (true, true) => '█',
        (true, false) => '▀',
        (false, true) => '▄',
        (false, false) => ' ',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_square_and_framed_by_light() {
        let lines = half_blocks("otpauth://totp/Quarterdeck:ana@example.com?secret=ABCD").unwrap();
        let width = lines[0].chars().count();
        assert!(lines.iter().all(|line| line.chars().count() == width));
        assert_eq!(lines.len(), width.div_ceil(2));
        assert!(lines[0].chars().all(|block| block == '█'));
    }

    #[test]
    fn a_text_that_is_too_long_has_no_code() {
        assert_eq!(half_blocks(&"x".repeat(4_000)), None);
    }
}
