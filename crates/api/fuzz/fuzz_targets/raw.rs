//! Whatever a server sends: its bytes are written as printable ASCII, bounded, and nothing panics.
#![no_main]

use libfuzzer_sys::fuzz_target;
use quarterdeck_api::raw::RawRecord;

fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

fuzz_target!(|bytes: &[u8]| {
    let record = RawRecord::of(bytes);
    assert_eq!(record.sent(), bytes.len());
    let escaped = record.escaped();
    assert!(is_plain(&escaped), "{escaped:?}");
    let (body, taken) = record.lines();
    assert!(taken <= bytes.len());
    assert!(body.lines().all(is_plain), "{body:?}");
});
