//! NVIDIA's driver holds the card, not nouveau and not a driver for virtual machines.

use crate::core::doctor::Case;
use crate::core::doctor::check::{Check, Judged};
#[cfg(test)]
use crate::core::doctor::examples::{CPU, fails, passes, skips};
use crate::core::doctor::remedies::known;

pub const CHECK: Check = Check {
    id: "nouveau",
    title: "no other driver holds the NVIDIA card",
    codes: &["nouveau-loaded"],
    facts: &["gpus", "driver.modules"],
    run,
    #[cfg(test)]
    examples: &[
        fails("nouveau-loaded", "gpus = [{ vendor = \"nvidia\", kernel_driver = \"nouveau\" }]").required(true),
        fails("nouveau-loaded", "gpus = [{ vendor = \"nvidia\" }]\ndriver = { modules = [\"nouveau\", \"i915\"] }")
            .inside(CPU)
            .required(false),
        fails("nouveau-loaded", "gpus = [{ vendor = \"nvidia\", kernel_driver = \"vfio-pci\" }]"),
        passes("gpus = [{ vendor = \"nvidia\", kernel_driver = \"nvidia\" }]"),
        passes("gpus = [{ vendor = \"nvidia\" }]\ndriver = { modules = [\"nvidia\", \"nvidia_uvm\"] }"),
        skips("gpus = []"),
    ],
};

fn run(case: &Case<'_>) -> Judged {
    if let Some(why) = case.no_linux_driver() {
        return Judged::skipped(why);
    }
    match case.held_by_another() {
        None => Judged::pass("nouveau does not hold a card"),
        Some("nouveau") => Judged::fail("nouveau-loaded", "nouveau holds the NVIDIA card")
            .seen("the kernel module `nouveau` is loaded for the card")
            .cause("nouveau draws a desktop and cannot run CUDA; only one driver can hold a card")
            .remedy(known("nouveau-loaded", case))
            .required(case.gpu_matters()),
        Some(holder) => Judged::fail("nouveau-loaded", format!("`{holder}` holds the NVIDIA card"))
            .seen(format!("the kernel driver `{holder}` is bound to the card"))
            .cause("only one driver can hold a card; `vfio-pci` keeps it for a virtual machine")
            .remedy(known("nouveau-loaded", case))
            .required(case.gpu_matters()),
    }
}
