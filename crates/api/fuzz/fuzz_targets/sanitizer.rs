//! Whatever a stranger writes: nothing of it is obeyed by a terminal, it is bounded, and sanitizing it again
//! changes nothing more.
#![no_main]

use libfuzzer_sys::fuzz_target;
use quarterdeck_api::text::{Body, Line};

/// Longest body, in bytes.
const LONGEST: usize = 64 * 1024;

/// Controls, and what reorders the text around it.
fn is_obeyed(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fuzz_target!(|text: &str| {
    let line = Line::new(text);
    assert!(!line.as_str().contains(is_obeyed), "{line:?}");
    assert_eq!(Line::new(line.as_str()), line);
    let body = Body::new(text);
    let mut lines = body.lines();
    assert!(lines.all(|line| !line.contains(is_obeyed)), "{body:?}");
    assert_eq!(Body::new(body.as_str()), body);
    assert!(body.as_str().len() <= LONGEST, "{}", body.as_str().len());
});
