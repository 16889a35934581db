//! Copying over SSH: the terminal, or tmux in between, puts text on the clipboard of the machine that
//! the operator sits at. No helper of this machine's desktop is asked: it is seldom the right one.

use std::io::{self, Write};
use std::process::{Command, Stdio};

/// More than terminals take in one sequence, encoded.
const MOST_ENCODED_BYTES: usize = 74_994;

/// By which way text went out. Whether it arrived, no terminal tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Tmux,
    Terminal,
}

impl Way {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Tmux => "tmux",
            Self::Terminal => "OSC 52",
        }
    }
}

/// Sends text to the clipboard. `is_in_tmux` as the environment says.
pub(super) fn copy(text: &str, is_in_tmux: bool, terminal: &mut impl Write) -> io::Result<Way> {
    if is_in_tmux && load_tmux_buffer(text).is_ok() {
        return Ok(Way::Tmux);
    }
    let encoded = base64(text.as_bytes());
    if encoded.len() > MOST_ENCODED_BYTES {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    // Only characters of the encoding stand between introducer and end.
    write!(terminal, "\x1b]52;c;{encoded}\x07")?;
    terminal.flush()?;
    Ok(Way::Terminal)
}

/// `-w` hands it on to the outer terminal, which tmux does not do with a sequence by default.
fn load_tmux_buffer(text: &str) -> io::Result<()> {
    let mut tmux = Command::new("tmux")
        .args(["load-buffer", "-w", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    if let Some(mut input) = tmux.stdin.take() {
        input.write_all(text.as_bytes())?;
    }
    if tmux.wait()?.success() {
        Ok(())
    } else {
        Err(io::Error::other("tmux refused"))
    }
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut encoded = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let group = chunk
            .iter()
            .fold(0_usize, |group, byte| group << 8 | usize::from(*byte))
            << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let digit = ALPHABET[group >> (18 - 6 * place) & 0x3f];
            encoded.push(if place <= chunk.len() {
                char::from(digit)
            } else {
                '='
            });
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_encoded_as_rfc_4648_has_it() {
        let cases = [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ];
        for (text, encoded) in cases {
            assert_eq!(base64(text.as_bytes()), encoded);
        }
        assert_eq!(base64(&[0xfb, 0xff, 0xfe]), "+//+");
    }

    #[test]
    fn no_text_can_end_the_sequence() {
        let mut terminal = Vec::new();
        let way = copy("\x07\x1b]0;x\x07", false, &mut terminal).unwrap();
        assert_eq!(way, Way::Terminal);
        assert_eq!(
            terminal
                .iter()
                .filter(|byte| byte.is_ascii_control())
                .count(),
            2
        );
    }

    #[test]
    fn what_no_terminal_takes_is_not_sent() {
        let mut terminal = Vec::new();
        assert!(copy(&"a".repeat(60_000), false, &mut terminal).is_err());
        assert!(terminal.is_empty());
    }
}
