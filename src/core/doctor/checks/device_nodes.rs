//! This user may open the driver's device files.

use crate::core::doctor::Case;
use crate::core::doctor::check::{Check, Judged};
#[cfg(test)]
use crate::core::doctor::examples::{fails, passes, skips};
use crate::core::doctor::remedies::known;

pub const CHECK: Check = Check {
    id: "device-nodes",
    title: "the driver's device files can be opened",
    codes: &["device-permissions", "no-cuda-device"],
    facts: &["driver.nodes", "driver.nvml_error"],
    run,
    #[cfg(test)]
    examples: &[
        fails(
            "device-permissions",
            "driver = { kernel_module = \"580.95.05\", nodes = [{ path = \"/dev/nvidiactl\", usable = false, mode = \"crw-rw---- root video\" }] }",
        )
        .required(true),
        fails("device-permissions", "driver = { version = \"580.95.05\", nvml_error = 4 }"),
        fails("no-cuda-device", "driver = { kernel_module = \"580.95.05\", nodes = [] }"),
        passes("driver = { kernel_module = \"580.95.05\", nodes = [{ path = \"/dev/nvidiactl\", usable = true }, { path = \"/dev/nvidia0\", usable = true }] }"),
        skips("driver = { version = \"580.95.05\" }"),
        skips("gpus = []"),
    ],
};

fn run(case: &Case<'_>) -> Judged {
    let Some(driver) = case.driver() else { return Judged::skipped("no driver is installed") };
    let locked: Vec<_> = case.nodes().unwrap_or_default().into_iter().filter(|node| !node.usable).collect();
    if !locked.is_empty() || driver.nvml_error == Some(4) {
        let list = locked.iter().map(|node| match &node.mode {
            Some(mode) => format!("{} is {mode}", node.path),
            None => format!("{} cannot be opened", node.path),
        });
        let mut seen: Vec<_> = list.collect();
        if driver.nvml_error == Some(4) {
            seen.push("NVML says `Insufficient Permissions` (4)".to_owned());
        }
        let groups = case.os().map(|os| os.groups.join(", ")).filter(|groups| !groups.is_empty());
        seen.push(format!("groups of this user: {}", groups.as_deref().unwrap_or("none that matter")));
        return Judged::fail("device-permissions", "this user may not open the driver's device files")
            .seen(seen.join("; "))
            .cause("the files belong to a group this user is not in, or the driver was told to restrict them")
            .remedy(known("device-permissions", case))
            .required(case.gpu_matters());
    }
    let Some(nodes) = case.nodes() else {
        return Judged::skipped(case.not_known("what stands in /dev for the driver", "driver.nodes"));
    };
    if nodes.is_empty() && case.is_container() {
        return Judged::skipped("inside a container without devices: see `container-gpu`");
    }
    if nodes.is_empty() && case.module_loaded() == Some(true) && !case.is_wsl() {
        return Judged::fail("no-cuda-device", "the driver runs and has no device files")
            .seen("the module is loaded; no /dev/nvidia0, no /dev/nvidiactl")
            .cause("the helper that makes the files did not run, or the driver found no card it knows")
            .remedy(known("no-cuda-device", case))
            .required(case.gpu_matters());
    }
    if nodes.is_empty() {
        return Judged::skipped("the driver does not run, so there are no device files");
    }
    Judged::pass(nodes.iter().map(|node| node.path.as_str()).collect::<Vec<_>>().join(", "))
}
