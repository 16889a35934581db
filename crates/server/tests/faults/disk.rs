//! The disk of a SQLite database is full, and then is not (security.md F6).
//!
//! The disk is a small tmpfs, which takes root or `sudo` to mount. Where neither is to be had the test
//! fails: a fault that was not injected proves nothing.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::fs::{FallocateFlags, fallocate};

use crate::counts::{Random, times};
use crate::harness::{Backend, TestDatabase, limit};
use crate::load::Prepared;
use crate::oracle::{self, Tally};
use crate::world::World;

const SMALL: usize = 5;
const FULL: usize = 50;
const SIZE: &str = "size=96m,mode=0777";
/// Calls that an operator makes while the disk fills up, and again while it is full.
const CALLS: usize = 8;

/// A small disk over a directory, until it is dropped.
struct SmallDisk(PathBuf);

/// Something that takes all the space that is left, until it is dropped.
struct Ballast(PathBuf);

impl SmallDisk {
    fn over(directory: &Path) -> Self {
        let directory = directory.canonicalize().unwrap();
        let mut mount = as_root("mount");
        mount
            .args(["-t", "tmpfs", "-o", SIZE, "tmpfs"])
            .arg(&directory);
        let mounted = limit::output(&mut mount);
        assert!(
            mounted.status.success(),
            "a full disk needs a tmpfs of its own, which root or `sudo -n` can mount: {}",
            String::from_utf8_lossy(&mounted.stderr)
        );
        Self(directory)
    }

    /// Takes all the space that is left.
    fn fill(&self) -> Ballast {
        let path = self.0.join("ballast");
        let file = File::create(&path).unwrap();
        // At once, before the load has ended; what is committed meanwhile makes it less than was asked for.
        loop {
            let space = rustix::fs::statvfs(&self.0).unwrap();
            let (free, size) = (
                space.f_bavail * space.f_frsize,
                file.metadata().unwrap().len(),
            );
            if free == 0 {
                break;
            }
            let _taken_by_somebody_else = fallocate(&file, FallocateFlags::empty(), size, free);
        }
        Ballast(path)
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: a server that is still alive keeps it busy.
        limit::output(as_root("umount").arg("-l").arg(&self.0));
    }
}

impl Drop for Ballast {
    fn drop(&mut self) {
        fs::remove_file(&self.0).unwrap();
    }
}

fn as_root(program: &str) -> Command {
    if rustix::process::geteuid().is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("sudo");
    command.args(["-n", program]);
    command
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f6_a_full_disk_refuses_writes_answers_reads_and_is_forgotten_when_there_is_space() {
    let database = TestDatabase::create(Backend::Sqlite).await.unwrap();
    let disk = SmallDisk::over(database.directory());
    let world = World::create(database).await;
    let mut random = Random::of_this_run("disk full");
    let server = world.start();
    let mut tally = Tally::default();
    for _ in 0..times(SMALL, FULL) {
        let remembered = oracle::watermark(&world.database).await;
        let (before, after) = (
            Prepared::of(&world, &mut random, CALLS).await,
            Prepared::of(&world, &mut random, CALLS).await,
        );
        let load = before.start(server.address());
        let ballast = disk.fill();
        let mut attempts = load.finish().await;
        let load = after.start(server.address());
        attempts.extend(load.finish().await);
        for path in ["admin/applications", "admin/audit", "admin/users"] {
            let read = server.request("GET", &format!("/api/v1/{path}"));
            let reply = read.session(&world.sessions[0]).send().await;
            assert_eq!(reply.status, 200, "{path}: {}", reply.text);
        }
        drop(ballast);
        let round = oracle::nothing_is_lost_or_halved(&world.database, &attempts).await;
        assert!(round.not_done > 0, "the disk was not full: {round:?}");
        tally += round;
        oracle::repeats_do_it_once(&world.database, server.address(), &attempts).await;
        oracle::log_is_whole(&world.database, &remembered).await;
        oracle::database_is_sound(&world.database).await;
    }
    println!("disk full: {tally:?}");
}
