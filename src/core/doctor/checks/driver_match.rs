//! The driver's library and its kernel module are of one version.

use crate::core::doctor::Case;
use crate::core::doctor::check::{Check, Judged};
#[cfg(test)]
use crate::core::doctor::examples::{fails, passes, skips};
use crate::core::doctor::remedies::known;

pub const CHECK: Check = Check {
    id: "driver-match",
    title: "the driver's library and its kernel module are of one version",
    codes: &["driver-library-mismatch"],
    facts: &["driver.version", "driver.kernel_module", "driver.libcuda", "driver.nvml_error"],
    run,
    #[cfg(test)]
    examples: &[
        fails("driver-library-mismatch", "driver = { version = \"550.163.01\", kernel_module = \"550.120\" }").required(true),
        fails("driver-library-mismatch", "driver = { nvml_error = 18, kernel_module = \"550.120\" }"),
        fails(
            "driver-library-mismatch",
            "os = { container = true }\ndriver = { kernel_module = \"550.120\", libcuda = [{ path = \"/usr/lib/libcuda.so.1\", version = \"550.163.01\" }] }",
        ),
        passes("driver = { version = \"550.120\", kernel_module = \"550.120\" }"),
        skips("driver = { version = \"550.120\" }"),
        skips("gpus = []"),
    ],
};

fn run(case: &Case<'_>) -> Judged {
    if let Some(why) = case.no_linux_driver() {
        return Judged::skipped(why);
    }
    let Some(driver) = case.driver() else { return Judged::skipped("no driver is installed") };
    let module = driver.kernel_module.as_deref();
    let used = driver.libcuda.iter().find(|file| !file.stub).and_then(|file| file.version.as_deref());
    let library = [used, driver.version.as_deref()]
        .into_iter()
        .flatten()
        .find(|version| Some(*version) != module)
        .or(used)
        .or(driver.version.as_deref());
    let differ = matches!((module, library), (Some(module), Some(library)) if module != library);
    if !differ && driver.nvml_error != Some(18) {
        return match (module, library) {
            (Some(module), Some(_)) => Judged::pass(format!("both are {module}")),
            _ => Judged::skipped("the version of the library or of the module is not known"),
        };
    }
    let seen = format!(
        "kernel module {}, library {}",
        module.unwrap_or("unknown"),
        library.filter(|_| differ).unwrap_or("of another version")
    );
    let judged = Judged::fail("driver-library-mismatch", "the driver's library and its kernel module differ")
        .seen(seen)
        .required(case.gpu_matters());
    if case.is_container() {
        return judged
            .cause("the container holds a driver library of its own, or was started before the host's driver was updated")
            .remedy(known("driver-library-mismatch", case));
    }
    judged.cause("the driver was updated while the old module stayed in memory").remedy(known("driver-library-mismatch", case))
}
