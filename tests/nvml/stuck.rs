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
