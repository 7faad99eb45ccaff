//! The helper process: asks the NVIDIA library and says each answer at once, because the next call may hang or crash it.

use std::env;
use std::ffi::OsString;
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::process::ExitCode;

use nvml_wrapper::error::NvmlError;
use nvml_wrapper::{Device, Nvml};
use serde_json::{Value, json};

use super::line::{Call, Line};
use super::words;

/// Cards beyond this number are not asked: a broken library may claim four thousand million.
pub const MOST_CARDS: u32 = 64;

/// Runs as the helper when the arguments ask for it; `None`: an ordinary start of nixml.
#[must_use]
pub fn run_if_asked() -> Option<ExitCode> {
    let mut arguments = env::args_os().skip(1);
    let first = arguments.next()?;
    if first == super::READER {
        return Some(arguments.next().map_or(ExitCode::from(70), |path| print(&path)));
    }
    if first != super::HELPER {
        return None;
    }
    let Some(mut tell) = contain() else { return Some(ExitCode::from(70)) };
    ask(&arguments.collect::<Vec<OsString>>(), &mut tell);
    Some(ExitCode::SUCCESS)
}

/// Prints the beginning of one file.
fn print(path: &OsString) -> ExitCode {
    #[cfg(target_os = "linux")]
    linux::contain();
    let mut text = Vec::new();
    let read = File::open(path).and_then(|file| file.take(16 << 10).read_to_end(&mut text));
    let wrote = read.and_then(|_| std::io::stdout().write_all(&text));
    if wrote.is_ok() { ExitCode::SUCCESS } else { ExitCode::from(1) }
}

/// Makes this process harmless, and keeps the real standard output for the answers: what the library prints goes to standard error.
fn contain() -> Option<Tell> {
    let answers = rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdout(), 10).ok()?;
    rustix::stdio::dup2_stdout(rustix::stdio::stderr()).ok()?;
    #[cfg(target_os = "linux")]
    linux::contain();
    Some(Tell(File::from(answers)))
}

#[cfg(target_os = "linux")]
mod linux {
    use rustix::process::{Resource, Rlimit, Signal, set_parent_process_death_signal, setrlimit};
    use rustix::thread::{CapabilitySet, capabilities, remove_capability_from_bounding_set, set_capabilities, set_no_new_privs};

    /// Nothing here may fail the probe: each line only takes something away.
    pub fn contain() {
        let _ = set_parent_process_death_signal(Some(Signal::KILL));
        // One byte, not zero: with zero the kernel still calls a crash reporter that is set up as a pipe.
        let _ = setrlimit(Resource::Core, Rlimit { current: Some(1), maximum: Some(1) });
        // As root the library would create device nodes and have modules loaded; looking must not change the machine.
        let _ = set_no_new_privs(true);
        let power = CapabilitySet::MKNOD | CapabilitySet::SYS_MODULE;
        for one in [CapabilitySet::MKNOD, CapabilitySet::SYS_MODULE] {
            let _ = remove_capability_from_bounding_set(one);
        }
        if let Ok(mut sets) = capabilities(None) {
            sets.effective -= power;
            sets.permitted -= power;
            sets.inheritable -= power;
            let _ = set_capabilities(None, sets);
        }
    }
}

/// The way back to nixml.
struct Tell(File);

impl Tell {
    /// One write a line, so that half a line can only come from a process that died in it.
    fn line(&mut self, line: &Line) {
        if let Ok(mut text) = serde_json::to_string(line) {
            text.push('\n');
            let _ = self.0.write_all(text.as_bytes());
        }
    }

    /// Says the question, asks it, says the answer.
    fn ask<T>(
        &mut self,
        call: Call,
        gpu: Option<u32>,
        answer: impl FnOnce() -> Result<T, NvmlError>,
        show: impl FnOnce(&T) -> Value,
    ) -> Option<T> {
        self.line(&Line::Asking { call, gpu });
        match answer() {
            Ok(answer) => {
                self.line(&Line::Answer { call, gpu, value: show(&answer) });
                Some(answer)
            }
            Err(error) => {
                let (code, why) = refusal(error);
                self.line(&Line::Refused { call, gpu, code, why });
                None
            }
        }
    }
}

fn ask(libraries: &[OsString], tell: &mut Tell) {
    let Some(nvml) = open(libraries, tell) else {
        tell.line(&Line::Done);
        return;
    };
    tell.ask(Call::Driver, None, || nvml.sys_driver_version(), |text| json!(text));
    tell.ask(Call::Cuda, None, || nvml.sys_cuda_driver_version(), |number| json!(number));
    let count = tell.ask(Call::Count, None, || nvml.device_count(), |count| json!(count)).unwrap_or(0);
    for index in 0..count.min(MOST_CARDS) {
        if let Some(device) = tell.ask(Call::Handle, Some(index), || nvml.device_by_index(index), |_| Value::Null) {
            card(index, &device, tell);
        }
    }
    tell.line(&Line::Done);
    drop(nvml);
}

/// The first library that loads decides, whether it starts or not.
fn open(libraries: &[OsString], tell: &mut Tell) -> Option<Nvml> {
    for library in libraries {
        tell.line(&Line::Asking { call: Call::Init, gpu: None });
        let error = match Nvml::builder().lib_path(library).init() {
            Ok(nvml) => {
                tell.line(&Line::Answer { call: Call::Init, gpu: None, value: json!(library.to_string_lossy()) });
                return Some(nvml);
            }
            Err(error) => error,
        };
        let call = match error {
            NvmlError::LibloadingError(_) | NvmlError::FailedToLoadSymbol(_) => Call::Load,
            _ => Call::Init,
        };
        let (code, why) = refusal(error);
        tell.line(&Line::Refused { call, gpu: None, code, why });
        if call == Call::Init {
            return None;
        }
    }
    None
}

fn card(index: u32, device: &Device<'_>, tell: &mut Tell) {
    let gpu = Some(index);
    tell.ask(Call::Name, gpu, || device.name(), |name| json!(name));
    tell.ask(Call::Pci, gpu, || device.pci_info(), |pci| json!([pci.bus_id, pci.pci_device_id]));
    tell.ask(Call::Compute, gpu, || device.cuda_compute_capability(), |compute| json!([compute.major, compute.minor]));
    tell.ask(Call::Memory, gpu, || device.memory_info(), |memory| json!(memory.total));
    tell.ask(Call::Mig, gpu, || device.mig_mode(), |mode| json!(mode.current == 1));
    tell.ask(Call::Virtualization, gpu, || device.virtualization_mode(), |mode| json!(format!("{mode:?}")));
}

/// NVML's own number where the error has one, and words for people.
fn refusal(error: NvmlError) -> (Option<i64>, String) {
    match error {
        NvmlError::FailedToLoadSymbol(_) => (None, "the library does not have this function".to_owned()),
        NvmlError::LibloadingError(cause) => (None, cause.to_string()),
        NvmlError::Utf8Error(_) => (None, "the answer is not readable text".to_owned()),
        NvmlError::NulError(_)
        | NvmlError::StringTooLong { .. }
        | NvmlError::IncorrectBits(_)
        | NvmlError::SetReleaseFailed
        | NvmlError::GetPciInfoFailed
        | NvmlError::PciInfoToCFailed => (None, error.to_string()),
        error => {
            // The wrapper turns its own error back into the library's number.
            let code = i64::from(u32::from(error));
            (Some(code), words::refusal(code))
        }
    }
}
