//! A driver that hangs inside the kernel, where no signal reaches: played by a file on a frozen disk.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use super::lab::Lab;
use super::support::{need, skip};

/// A small disk in a file; thawed, unmounted and gone with this value.
struct Disk {
    mount: PathBuf,
    frozen: bool,
}

fn quiet(program: &str, arguments: &[&str]) -> bool {
    Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

impl Disk {
    fn new(folder: &Path) -> Option<Self> {
        let (image, mount) = (folder.join("disk.img"), folder.join("disk"));
        fs::write(&image, vec![0; 8 << 20]).ok()?;
        fs::create_dir(&mount).ok()?;
        let made = quiet("mkfs.ext4", &["-q", "-F", image.to_str()?])
            && quiet("mount", &["-o", "loop", image.to_str()?, mount.to_str()?]);
        made.then_some(Self { mount, frozen: false })
    }

    fn freeze(&mut self) -> bool {
        self.frozen = quiet("fsfreeze", &["-f", self.mount.to_str().unwrap()]);
        self.frozen
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let mount = self.mount.to_str().unwrap_or_default();
        if self.frozen {
            quiet("fsfreeze", &["-u", mount]);
        }
        // The stuck helper must leave first.
        for _ in 0..200 {
            if quiet("umount", &[mount]) {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

#[test]
fn a_driver_that_hangs_in_the_kernel_is_named_and_left() {
    let folder = tempfile::Builder::new().prefix("stuck").tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let mut disk = need!(Disk::new(folder.path()), "no loop device, mkfs.ext4 or right to mount");
    if !disk.freeze() {
        skip!("fsfreeze is not allowed");
    }
    let file = disk.mount.join("frozen");
    let lab = Lab::new(&format!("touch.count = {}", file.display()));
    let seen = need!(lab.probe_hanging(|seen| seen.text("driver.version") == "550.163.01"), "no C compiler");
    let words = seen.unknown("gpus");
    println!("{words}");
    assert!(words.contains("cannot be stopped (state D): the driver hangs, restart the machine"), "{words}");
    assert_eq!(seen.text("driver.version"), "550.163.01", "what was said before is kept");
    assert!(words.contains(&format!("process {}", seen.pid)));
    assert!(
        fs::read_to_string(format!("/proc/{}/stat", seen.pid)).is_ok_and(|stat| stat.contains(") D ")),
        "nixml has ended and the helper has not"
    );
    drop(disk);
    seen.assert_no_helper_left();
}

/// A tracer that was stopped itself: the death of what it traces is reported to nobody, as with a process in state D.
struct Tracer(std::process::Child);

impl Drop for Tracer {
    fn drop(&mut self) {
        let pid = rustix::process::Pid::from_child(&self.0);
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
        let _ = self.0.wait();
    }
}

#[test]
fn a_helper_whose_death_is_held_back_is_named_and_left() {
    let possible = quiet("strace", &["-o", "/dev/null", "-e", "trace=none", "true"]);
    if !possible {
        skip!("strace is not installed, or may not trace here");
    }
    let mut lab = Lab::new("hang.count = 1");
    // Long enough for strace to come on a busy machine.
    lab.timeout_ms = 8000;
    let pid = lab.folder.path().join("pid");
    let seen = std::thread::scope(|scope| {
        let seen = scope.spawn(|| lab.probe());
        let begin = std::time::Instant::now();
        let helper = loop {
            match fs::read_to_string(&pid).ok().filter(|text| text.trim().parse::<u32>().is_ok()) {
                Some(helper) => break helper.trim().to_owned(),
                None if begin.elapsed() > Duration::from_mins(1) => return (seen.join().unwrap(), None),
                None => std::thread::sleep(Duration::from_millis(5)),
            }
        };
        let tracer = Command::new("strace").args(["-o", "/dev/null", "-p", &helper]).stderr(Stdio::null()).spawn().unwrap();
        let tracer = Tracer(tracer);
        let watched = format!("TracerPid:\t{}\n", tracer.0.id());
        while !fs::read_to_string(format!("/proc/{helper}/status")).is_ok_and(|status| status.contains(&watched)) {
            assert!(begin.elapsed() < Duration::from_mins(1), "strace does not attach");
            std::thread::sleep(Duration::from_millis(5));
        }
        let pid = rustix::process::Pid::from_child(&tracer.0);
        rustix::process::kill_process(pid, rustix::process::Signal::STOP).unwrap();
        (seen.join().unwrap(), Some(tracer))
    });
    let (seen, tracer) = (need!(seen.0, "no C compiler"), seen.1);
    let words = seen.unknown("gpus");
    assert!(
        words.contains("did not answer within") && words.contains(&format!("process {} cannot be stopped", seen.pid)),
        "{words}"
    );
    drop(tracer);
    seen.assert_no_helper_left();
}
