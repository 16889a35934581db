//! The keys of the configuration: one list for the file, the environment and the flags.

/// A key. `ALL` is the order of `config.example.toml`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    Server,
    Profile,
    Environment,
    Readonly,
    CaFile,
    TokenFile,
    TokenCommand,
    Theme,
    Cursor,
    Times,
    DefaultView,
    SingleKeys,
    ReduceMotion,
    WideAmbiguous,
    UndoSeconds,
    ToastSeconds,
    MaxBulk,
    ExportDir,
    RefreshReports,
    LogLevel,
}

/// What a key holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Switch,
    Seconds,
    Number,
    Words,
}

impl Key {
    pub(super) const ALL: &'static [Self] = &[
        Self::Server,
        Self::Profile,
        Self::Environment,
        Self::Readonly,
        Self::CaFile,
        Self::TokenFile,
        Self::TokenCommand,
        Self::Theme,
        Self::Cursor,
        Self::Times,
        Self::DefaultView,
        Self::SingleKeys,
        Self::ReduceMotion,
        Self::WideAmbiguous,
        Self::UndoSeconds,
        Self::ToastSeconds,
        Self::MaxBulk,
        Self::ExportDir,
        Self::RefreshReports,
        Self::LogLevel,
    ];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Profile => "profile",
            Self::Environment => "environment",
            Self::Readonly => "readonly",
            Self::CaFile => "ca_file",
            Self::TokenFile => "token_file",
            Self::TokenCommand => "token_command",
            Self::Theme => "theme",
            Self::Cursor => "cursor",
            Self::Times => "times",
            Self::DefaultView => "default_view",
            Self::SingleKeys => "single_keys",
            Self::ReduceMotion => "reduce_motion",
            Self::WideAmbiguous => "wide_ambiguous",
            Self::UndoSeconds => "undo_seconds",
            Self::ToastSeconds => "toast_seconds",
            Self::MaxBulk => "max_bulk",
            Self::ExportDir => "export_dir",
            Self::RefreshReports => "refresh_reports",
            Self::LogLevel => "log_level",
        }
    }

    pub(super) const fn kind(self) -> Kind {
        match self {
            Self::Server
            | Self::Profile
            | Self::Environment
            | Self::CaFile
            | Self::TokenFile
            | Self::ExportDir
            | Self::Theme
            | Self::Cursor
            | Self::Times
            | Self::DefaultView
            | Self::LogLevel => Kind::Text,
            Self::Readonly
            | Self::RefreshReports
            | Self::SingleKeys
            | Self::ReduceMotion
            | Self::WideAmbiguous => Kind::Switch,
            Self::UndoSeconds | Self::ToastSeconds => Kind::Seconds,
            Self::MaxBulk => Kind::Number,
            Self::TokenCommand => Kind::Words,
        }
    }

    /// Whether the key says something about the server that is named beside it, and must not be used
    /// with another: a token sent to the wrong server is a stolen one.
    pub(super) const fn goes_with_server(self) -> bool {
        match self {
            Self::Environment | Self::CaFile | Self::TokenFile | Self::TokenCommand => true,
            Self::Server
            | Self::Profile
            | Self::Readonly
            | Self::Theme
            | Self::Cursor
            | Self::Times
            | Self::DefaultView
            | Self::SingleKeys
            | Self::ReduceMotion
            | Self::WideAmbiguous
            | Self::UndoSeconds
            | Self::ToastSeconds
            | Self::MaxBulk
            | Self::ExportDir
            | Self::RefreshReports
            | Self::LogLevel => false,
        }
    }

    /// Whether a profile may hold it.
    pub(super) const fn is_of_profile(self) -> bool {
        self.goes_with_server() || matches!(self, Self::Server | Self::Readonly | Self::MaxBulk)
    }

    /// Its environment variable; a list of words has none.
    pub(super) fn variable(self) -> Option<String> {
        (self.kind() != Kind::Words)
            .then(|| format!("QUARTERDECK_{}", self.name().to_ascii_uppercase()))
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|key| key.name() == name)
    }
}
