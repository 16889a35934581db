//! What breaks into the loop from outside: signals, a vanished terminal, our own panic.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interruption {
    /// The process ends within half a second, with or without the loop's help.
    End(Ending),
    /// Asked to stop, as by Ctrl-Z: answered with `Terminal::suspend`.
    Suspend,
    /// Running again after a stop: answered with `Terminal::resume`.
    Continued,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The terminal is gone or about to go.
    HangUp,
    Interrupt,
    Quit,
    Terminate,
    /// Our own code panicked on the interface thread, perhaps in a task beside the loop.
    Panic,
}

impl Ending {
    /// What a shell reports for a process that died of this.
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::HangUp => 129,
            Self::Interrupt => 130,
            Self::Quit => 131,
            Self::Panic => 101,
            Self::Terminate => 143,
        }
    }
}
