//! Under WSL no Linux driver is installed over the one of Windows.

use crate::core::doctor::Case;
use crate::core::doctor::Family;
use crate::core::doctor::check::{Check, Judged};
#[cfg(test)]
use crate::core::doctor::examples::{fails, passes, skips};
use crate::core::doctor::remedies::say;
use crate::core::finding::{Remedy, RemedyCommand};

pub const CHECK: Check = Check {
    id: "wsl-driver",
    title: "no Linux driver is installed inside WSL",
    codes: &["wsl-driver-conflict"],
    facts: &["driver.linux_driver_in_wsl", "os.wsl"],
    run,
    #[cfg(test)]
    examples: &[
        fails("wsl-driver-conflict", "os = { wsl = 2, distro = \"ubuntu\" }\ndriver = { linux_driver_in_wsl = true }")
            .required(true),
        passes("os = { wsl = 2 }\ndriver = { linux_driver_in_wsl = false }"),
        skips("os = { wsl = 2 }"),
        skips("os = { wsl = 0 }"),
    ],
};

fn run(case: &Case<'_>) -> Judged {
    if !case.is_wsl() {
        return Judged::skipped("not under WSL");
    }
    let Some(driver) = case.driver() else { return Judged::skipped("no driver was found") };
    match driver.linux_driver_in_wsl {
        None => Judged::skipped("whether one is installed is not known"),
        Some(false) => Judged::pass("the only driver is the one of Windows"),
        Some(true) => {
            let places: Vec<_> =
                driver.libcuda.iter().map(|file| file.path.as_str()).filter(|path| !path.starts_with("/usr/lib/wsl/")).collect();
            let where_ = if places.is_empty() { String::new() } else { format!(": {}", places.join(", ")) };
            Judged::fail("wsl-driver-conflict", "a Linux driver is installed inside WSL")
                .seen(format!("a driver package or library that Windows did not bring{where_}"))
                .cause("WSL's driver comes from Windows; a Linux one hides it and cannot reach the card")
                .remedy(match Family::inside(case.os()) {
                    Family::Ubuntu | Family::Debian => Remedy {
                        say: "Remove the Linux driver, then restart WSL from a Windows prompt (`wsl.exe --shutdown`).".to_owned(),
                        commands: vec![RemedyCommand::as_root("sudo apt purge '^nvidia-.*' '^libnvidia-.*'")],
                        undo: Some("sudo apt install the packages of before".to_owned()),
                        safe: false,
                    },
                    _ => say("Remove the driver's packages with this distribution's package manager, then restart WSL from a Windows prompt (`wsl.exe --shutdown`)."),
                })
                .required(case.gpu_matters())
        }
    }
}
