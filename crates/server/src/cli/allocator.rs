//! What the allocator is told. mimalloc reads its options from the environment as a program begins, and from nowhere
//! else.

use std::env;
use std::os::unix::process::CommandExt as _;
use std::process::Command;

/// Memory that is not used goes back to the system after a millisecond. After mimalloc's ten, a server that had
/// carried out eight bulk calls at once held 60 to 73 MB instead of 40 (docs/PERFORMANCE.md).
const OPTION: (&str, &str) = ("MIMALLOC_PURGE_DELAY", "1");

/// Begins again as the same process with the option, where it was begun without; goes on without where it cannot.
pub(super) fn begin_with_options() {
    let (name, value) = OPTION;
    if env::var_os(name).is_some() {
        return;
    }
    let mut arguments = env::args_os();
    if let (Some(own_name), Ok(program)) = (arguments.next(), env::current_exe()) {
        let _went_wrong = Command::new(program)
            .arg0(own_name)
            .args(arguments)
            .env(name, value)
            .exec();
    }
}
