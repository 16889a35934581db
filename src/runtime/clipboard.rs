//! Copying over SSH: the terminal, or tmux in between, puts text on the clipboard of the machine that
//! the operator sits at. No helper of this machine's desktop is asked: it is seldom the right one.

use std::io::{self, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout_at};

/// More than terminals take in one sequence, encoded.
const MOST_ENCODED_BYTES: usize = 74_994;
/// More than any screen takes at once; older ones have a buffer of 256 bytes.
const SCREEN_BYTES: usize = 240;
/// How long tmux is waited for. Keys go on meanwhile.
const PATIENCE: Duration = Duration::from_secs(2);

/// What stands between this program and the terminal, and takes sequences for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Multiplexer {
    None,
    Tmux,
    Screen,
}

impl Multiplexer {
    pub(super) fn detect(variable: impl Fn(&str) -> Option<String>) -> Self {
        let is_set = |name| variable(name).is_some_and(|value| !value.is_empty());
        match (is_set("TMUX"), is_set("STY")) {
            (false, false) => Self::None,
            (true, false) => Self::Tmux,
            // One runs in the other: the inner one names itself.
            (true, true) if variable("TERM").is_some_and(|term| term.starts_with("tmux")) => {
                Self::Tmux
            }
            (false | true, true) => Self::Screen,
        }
    }

    /// Its name.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Tmux => "tmux",
            Self::Screen => "screen",
        }
    }

    /// How a sequence goes out. Whether it arrives, no terminal tells.
    pub(super) const fn way(self) -> &'static str {
        match self {
            Self::None => "OSC 52",
            Self::Tmux => "OSC 52 through tmux",
            Self::Screen => "OSC 52 through screen",
        }
    }

    /// A sequence for the terminal, wrapped so that it is passed on.
    fn wrap(self, sequence: &str) -> String {
        match self {
            Self::None => sequence.to_owned(),
            Self::Tmux => format!("\x1bPtmux;{}\x1b\\", sequence.replace('\x1b', "\x1b\x1b")),
            Self::Screen => {
                let pieces = sequence.as_bytes().chunks(SCREEN_BYTES);
                let wrapped =
                    pieces.map(|piece| format!("\x1bP{}\x1b\\", String::from_utf8_lossy(piece)));
                wrapped.collect()
            }
        }
    }
}

/// What puts a text on the clipboard.
pub(super) fn sequence(text: &str, through: Multiplexer) -> io::Result<String> {
    let encoded = base64(text.as_bytes());
    if encoded.len() > MOST_ENCODED_BYTES {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    // Only characters of the encoding stand between introducer and end.
    Ok(through.wrap(&format!("\x1b]52;c;{encoded}\x07")))
}

/// A text that tmux is to hand on. Dropping it ends the attempt.
#[derive(Debug)]
pub(super) struct TmuxCopy {
    text: String,
    process: Pid,
    until: Instant,
    ended: Option<oneshot::Receiver<io::Result<ExitStatus>>>,
}

impl TmuxCopy {
    /// `-w` hands it on to the outer terminal, which tmux does not do with a sequence by default.
    pub(super) fn start(text: &str) -> io::Result<Self> {
        let tmux = Command::new("tmux")
            .args(["load-buffer", "-w", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let process = Pid::from_child(&tmux);
        Ok(Self {
            text: text.to_owned(),
            process,
            until: Instant::now() + PATIENCE,
            ended: Some(feed(tmux, text.to_owned())?),
        })
    }

    /// Whether tmux took it in time, told once.
    pub(super) async fn ended(&mut self) -> io::Result<()> {
        let Some(ended) = &mut self.ended else {
            return std::future::pending().await;
        };
        match timeout_at(self.until, ended).await {
            Err(_) => Err(io::ErrorKind::TimedOut.into()),
            Ok(result) => {
                self.ended = None;
                match result {
                    Ok(Ok(status)) if status.success() => Ok(()),
                    Ok(Ok(_) | Err(_)) | Err(_) => Err(io::Error::other("tmux refused")),
                }
            }
        }
    }

    /// The text, for another way.
    pub(super) fn into_text(mut self) -> String {
        std::mem::take(&mut self.text)
    }
}

impl Drop for TmuxCopy {
    fn drop(&mut self) {
        if self.ended.is_some() {
            let _just_gone = kill_process(self.process, Signal::KILL);
        }
    }
}

/// On a thread of its own, since neither the pipe nor the end may wait for a tmux that hangs.
fn feed(mut tmux: Child, text: String) -> io::Result<oneshot::Receiver<io::Result<ExitStatus>>> {
    let (sender, receiver) = oneshot::channel();
    thread::Builder::new()
        .name("clipboard".to_owned())
        .spawn(move || {
            let input = tmux.stdin.take();
            let written = input.map_or(Ok(()), |mut input| input.write_all(text.as_bytes()));
            let ended = tmux.wait();
            let _nobody_waits = sender.send(written.and(ended));
        })?;
    Ok(receiver)
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
    fn copying_through_tmux_and_screen_wraps_the_sequence() {
        let of = |through| sequence("foo", through).unwrap();
        assert_eq!(of(Multiplexer::None), "\x1b]52;c;Zm9v\x07");
        assert_eq!(
            of(Multiplexer::Tmux),
            "\x1bPtmux;\x1b\x1b]52;c;Zm9v\x07\x1b\\"
        );
        assert_eq!(of(Multiplexer::Screen), "\x1bP\x1b]52;c;Zm9v\x07\x1b\\");
    }

    #[test]
    fn screen_gets_a_long_text_in_pieces_that_it_takes() {
        let text = "a".repeat(1_000);
        let whole = sequence(&text, Multiplexer::None).unwrap();
        let wrapped = sequence(&text, Multiplexer::Screen).unwrap();
        let pieces = wrapped.split("\x1bP").skip(1);
        let pieces: Vec<&str> = pieces
            .map(|piece| piece.strip_suffix("\x1b\\").unwrap())
            .collect();
        assert!(pieces.len() > 1 && pieces.iter().all(|piece| piece.len() <= SCREEN_BYTES));
        assert_eq!(pieces.concat(), whole);
    }

    #[test]
    fn the_inner_of_two_multiplexers_is_told_by_its_name() {
        let of = |variables: &[(&str, &str)]| {
            Multiplexer::detect(|name| {
                let found = variables.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| (*value).to_owned())
            })
        };
        let (tmux, screen) = (("TMUX", "/tmp/tmux-0/default,1,0"), ("STY", "1.pts-0.host"));
        assert_eq!(of(&[]), Multiplexer::None);
        assert_eq!(of(&[("TMUX", "")]), Multiplexer::None);
        assert_eq!(of(&[tmux]), Multiplexer::Tmux);
        assert_eq!(of(&[screen]), Multiplexer::Screen);
        let in_tmux = [tmux, screen, ("TERM", "tmux-256color")];
        assert_eq!(of(&in_tmux), Multiplexer::Tmux);
        let in_screen = [tmux, screen, ("TERM", "screen.xterm-256color")];
        assert_eq!(of(&in_screen), Multiplexer::Screen);
    }

    #[test]
    fn no_text_can_end_the_sequence() {
        for (through, controls) in [
            (Multiplexer::None, 2),
            (Multiplexer::Tmux, 5),
            (Multiplexer::Screen, 4),
        ] {
            let sent = sequence("\x07\x1b]0;x\x07\x1b\\", through).unwrap();
            let bytes = sent.bytes().filter(u8::is_ascii_control);
            assert_eq!(bytes.count(), controls, "{sent:?}");
        }
    }

    #[test]
    fn what_no_terminal_takes_is_not_sent() {
        assert!(sequence(&"a".repeat(60_000), Multiplexer::None).is_err());
    }
}
