//! How many recovery codes are left, and what to do where they are few.

use quarterdeck_api::sessions::{FEW_RECOVERY_CODES, Me};

/// What makes new ones, in the console and as a command.
pub const RENEWS: &str = "make new ones by `:codes` or `quarterdeck recovery-codes`";

/// What is said to who has few left; nothing where there are enough, or where the server does not tell.
pub fn few_codes(me: &Me) -> Option<String> {
    let left = me.recovery_codes_left.filter(|left| is_few(*left))?;
    let left = match left {
        0 => "No recovery code is left".to_owned(),
        1 => "1 recovery code is left".to_owned(),
        more => format!("{more} recovery codes are left"),
    };
    Some(format!("{left}: {RENEWS}"))
}

/// Whether so many are few.
pub const fn is_few(left: usize) -> bool {
    left <= FEW_RECOVERY_CODES
}
