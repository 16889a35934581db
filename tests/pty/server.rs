//! The bundled server as a process of its own, which can be stopped, killed and started again on the
//! same data; and the codes that its demo accounts' authenticator shows.

use std::fs::{copy, remove_file};
use std::io::BufReader;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use quarterdeck_server::gate::totp;
use quarterdeck_server::seed::demo_code;
use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};
use tempfile::TempDir;

use crate::limit;

pub const PASSWORD: &str = quarterdeck_server::seed::profile::DEMO_PASSWORD;

/// The step of one-time codes that is now.
pub fn current_step() -> i64 {
    totp::step_at(quarterdeck::runtime::now())
}

/// A code of the demo accounts that is good now, and once an account.
pub fn code() -> String {
    demo_code(current_step())
}

/// A demo server and its data.
pub struct Server {
    process: Child,
    /// Kept open: a server whose output nobody takes ends.
    output: BufReader<ChildStdout>,
    address: SocketAddr,
    data: TempDir,
}

impl Server {
    pub fn start() -> Self {
        let data = tempfile::tempdir().unwrap();
        let (process, output, address) = spawn(data.path());
        Self {
            process,
            output,
            address,
            data,
        }
    }

    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The URL of its database, for the server's command line.
    pub fn database(&self) -> String {
        format!("sqlite:{}", database_file(self.data.path()))
    }

    /// Stops it in its tracks: from here on it answers nothing and refuses nothing.
    pub fn freeze(&self) {
        self.signal(Signal::STOP);
        // Until the last of its threads has stopped, one may still answer.
        waitpid(Some(self.pid()), WaitOptions::UNTRACED).unwrap();
    }

    pub fn thaw(&self) {
        self.signal(Signal::CONT);
    }

    /// Ends it without any chance to finish.
    pub fn kill(&mut self) {
        self.signal(Signal::KILL);
        self.process.wait().unwrap();
    }

    /// Ends it without any chance to finish; what it leaves is its data.
    pub fn into_data(mut self) -> TempDir {
        self.kill();
        std::mem::replace(&mut self.data, tempfile::tempdir().unwrap())
    }

    /// Starts it again on its data after `kill`, on another port.
    pub fn restart(&mut self) {
        (self.process, self.output, self.address) = spawn(self.data.path());
    }

    /// A copy of its data, as they would be had it ended here.
    pub fn back_up(&self) -> TempDir {
        let backup = tempfile::tempdir().unwrap();
        self.freeze();
        copy_files(self.data.path(), backup.path());
        self.thaw();
        backup
    }

    /// Ends it without any chance to finish and starts it again on the data of a backup.
    pub fn put_back(&mut self, backup: &TempDir) {
        self.kill();
        for path in files(self.data.path()) {
            remove_file(path).unwrap();
        }
        copy_files(backup.path(), self.data.path());
        self.restart();
    }

    fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).unwrap();
    }

    fn pid(&self) -> Pid {
        Pid::from_raw(self.process.id().try_into().unwrap()).unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Already gone where a test killed it.
        let _gone = self.process.kill();
        let _gone = self.process.wait();
    }
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = directory.read_dir().unwrap();
    entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .collect()
}

fn copy_files(from: &Path, to: &Path) {
    for path in files(from) {
        copy(&path, to.join(path.file_name().unwrap())).unwrap();
    }
}

fn database_file(data: &Path) -> String {
    let mut databases = files(data)
        .into_iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "db"));
    databases
        .next()
        .expect("the demo keeps its data in a SQLite file")
        .display()
        .to_string()
}

fn spawn(data: &Path) -> (Child, BufReader<ChildStdout>, SocketAddr) {
    let mut process = Command::new(env!("CARGO_BIN_EXE_quarterdeck"))
        .args(["demo", "--server-only", "--keep"])
        .arg(data)
        .env_clear()
        .env("HOME", data)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(process.stdout.take().unwrap());
    let line = limit::line(&process, &mut output);
    let address = line
        .trim()
        .strip_prefix("listening http://")
        .expect("the first line is the address");
    (process, output, address.parse().unwrap())
}
