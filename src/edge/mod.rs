//! The ring that touches the world: files, processes, the clock, the environment. The only async code.

#![allow(clippy::disallowed_methods, reason = "this is the ring where effects live")]

pub mod adopting;
pub mod child;
pub mod cleaning;
pub mod clock;
pub mod doctor;
pub mod elf;
pub mod ending;
pub mod facts_file;
pub mod fault;
pub mod fetch;
pub mod files;
pub mod identity;
pub mod joined;
pub mod kit;
pub mod log;
pub mod project_shell;
pub mod project_writer;
pub mod sessions;
mod surroundings;
pub mod undoing;

pub use surroundings::{
    arguments, config_folder, data, file_bytes, files_in, folder, is_empty_variable, normal, overlay, own_program, put, put_new,
    read_capped, real_path, stdout_is_terminal, temporary_folder, user_config, variable,
};

pub mod loading;
pub mod mending;
pub mod probe;
pub mod process;
pub mod reporting;
pub mod terminal;
pub mod validate;

/// Writes a report to the file that a person named: whole or not at all.
///
/// # Errors
/// Exit 3: the folder or the disk refuses.
pub fn write_report(file: &std::path::Path, text: &str) -> Result<(), crate::core::failure::Failure> {
    let mut name = file.as_os_str().to_owned();
    name.push(format!(".{}.tmp", random_word()));
    let aside = std::path::PathBuf::from(name);
    let written = std::fs::write(&aside, text).and_then(|()| std::fs::rename(&aside, file));
    written.map_err(|error| {
        let _ = std::fs::remove_file(&aside);
        crate::core::failure::Failure::precondition(format!("write `{}`", file.display())).why(error.to_string())
    })
}

/// True when a folder is there.
#[must_use]
pub fn is_folder(path: &std::path::Path) -> bool {
    path.is_dir()
}

/// Sixteen random hexadecimal digits, for names that nobody can guess.
#[must_use]
pub fn random_word() -> String {
    let mut bytes = [0_u8; 8];
    if rustix::rand::getrandom(&mut bytes, rustix::rand::GetRandomFlags::empty()).is_err() {
        // No randomness this early in the boot: the process number keeps two runs apart, O_EXCL does the rest.
        bytes[..4].copy_from_slice(&std::process::id().to_le_bytes());
    }
    format!("{:016x}", u64::from_le_bytes(bytes))
}
