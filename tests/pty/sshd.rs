//! OpenSSH's server on loopback, for one connection of whoever runs the tests.

use std::fs::{create_dir_all, write};
use std::io::{Write, stderr};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use rustix::process::geteuid;
use tempfile::TempDir;

/// It wants to be called by its full name.
const PROGRAM: &str = "/usr/sbin/sshd";

/// A server with keys of its own.
pub struct Sshd {
    address: SocketAddr,
    directory: TempDir,
}

impl Sshd {
    /// `None`, said aloud, where it is not installed and `QUARTERDECK_REQUIRE_SERVERS` does not ask for it.
    pub fn start() -> Option<Self> {
        if !is_installed() {
            return None;
        }
        let directory = tempfile::tempdir().unwrap();
        make_key(&directory.path().join("host"));
        make_key(&directory.path().join("operator"));
        let configuration = configure(directory.path());
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || serve_one(&listener, &configuration));
        Some(Self { address, directory })
    }

    /// The words that run a command there, on a terminal.
    pub fn client(&self) -> String {
        format!(
            "ssh -tt -F none -p {} -i {} -o IdentitiesOnly=yes -o BatchMode=yes -o LogLevel=ERROR \
             -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null {}",
            self.address.port(),
            self.directory.path().join("operator").display(),
            self.address.ip(),
        )
    }
}

fn is_installed() -> bool {
    let is_found = Path::new(PROGRAM).exists();
    let is_required = std::env::var("QUARTERDECK_REQUIRE_SERVERS").is_ok_and(|value| value == "1");
    assert!(
        is_found || !is_required,
        "QUARTERDECK_REQUIRE_SERVERS=1, but there is no {PROGRAM}"
    );
    if !is_found {
        // Written past the test harness, which would swallow it.
        let _ = writeln!(stderr(), "\nNO {PROGRAM} FOUND: nothing was tried over SSH");
    }
    is_found
}

fn make_key(path: &Path) {
    let made = Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", "", "-f"])
        .arg(path)
        .status();
    assert!(made.unwrap().success());
}

fn configure(directory: &Path) -> PathBuf {
    if geteuid().is_root() {
        // What a system that has never started its own lacks.
        create_dir_all("/run/sshd").unwrap();
    }
    let path = directory.join("sshd_config");
    let keys = directory.display();
    let configuration = format!(
        "HostKey {keys}/host\nAuthorizedKeysFile {keys}/operator.pub\nPidFile none\nStrictModes no\n\
         UsePAM no\nPasswordAuthentication no\nPermitRootLogin prohibit-password\n"
    );
    write(&path, configuration).unwrap();
    path
}

fn serve_one(listener: &TcpListener, configuration: &Path) {
    let (connection, _) = listener.accept().unwrap();
    let connection = OwnedFd::from(connection);
    let mut server = Command::new(PROGRAM)
        .arg("-i")
        .arg("-f")
        .arg(configuration)
        .stdin(Stdio::from(connection.try_clone().unwrap()))
        .stdout(Stdio::from(connection))
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    server.wait().unwrap();
}
