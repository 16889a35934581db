//! What only the operating system knows: the time, randomness. Read here and passed in everywhere
//! else, so that everything else can be tested.

use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;

use chrono::{DateTime, FixedOffset, Local, Utc};
use rustix::fs::Mode;
use rustix::process::umask;

use crate::net::RandomBytes;

/// The present.
#[expect(clippy::disallowed_methods, reason = "the console's one clock")]
pub fn now() -> DateTime<Utc> {
    Utc::now()
}

/// How far local time is from UTC at the moment.
#[expect(clippy::disallowed_methods, reason = "the console's one clock")]
pub fn local_offset() -> FixedOffset {
    *Local::now().offset()
}

/// A variable of the environment; one that is not text counts as absent.
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Random bytes, for ids. Fails at once where the system has none, and never later.
pub fn random_bytes() -> io::Result<RandomBytes> {
    let source = Arc::new(File::open("/dev/urandom")?);
    draw(&source)?;
    // A draw that fails after the first one did not is no reason to end a session: ids may repeat.
    Ok(Arc::new(move || draw(&source).unwrap_or_default()))
}

fn draw(mut source: &File) -> io::Result<[u8; 16]> {
    let mut bytes = [0; 16];
    source.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// Keeps what we write and hold to ourselves: files are made for their owner only, and no other
/// process of the same user reads tokens out of our memory or out of a core dump.
pub fn protect_process() {
    umask(Mode::RWXG | Mode::RWXO);
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        // Refused in some containers, which is no reason to refuse to start.
        let _refused = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    }
}
