//! Machines as people post them: a card's name, a driver, seldom more; judged by hand from the sources of the catalog.

use crate::{facts, rows, short};

const FRAMEWORKS: [&str; 6] = ["pytorch", "jax", "tensorflow", "vllm", "rapids", "xgboost"];
type Cells = [&'static str; 6];

/// Older than every CUDA build of today; `TOO_OLD_FOR_12` still runs CUDA 11.
const TOO_OLD: Cells = [
    "driver-too-old 2.15.0 cpu",
    "driver-too-old 0.12.0.1 cpu",
    "driver-too-old 2.21.0 cpu",
    "driver-too-old",
    "driver-too-old",
    "driver-too-old 3.4.1 cpu",
];
const TOO_OLD_FOR_12: Cells = ["works 2.7.1 cu118", TOO_OLD[1], TOO_OLD[2], TOO_OLD[3], TOO_OLD[4], TOO_OLD[5]];
/// CUDA 12 on Turing to Ada, before and from driver 535 on.
const EARLY_12: Cells =
    ["works 2.14.1 cu126", "works 0.12.0.1 cu12", "works 2.21.0 cu12", "driver-too-old", "driver-too-old", "works 3.4.1 cu12"];
const CUDA_12: Cells = [EARLY_12[0], EARLY_12[1], EARLY_12[2], "driver-too-old", "works 26.10.2 cu12", EARLY_12[5]];
const CUDA_13: Cells = [
    "works 2.15.0 cu132",
    "works 0.12.0.1 cu13",
    "works 2.21.0 cu12",
    "works 0.32.0 cu130",
    "works 26.10.2 cu13",
    "works 3.4.1 cu13",
];
/// TensorFlow's code for Hopper is partly PTX of CUDA 12.5, and it does not know Blackwell.
const HOPPER_12: Cells = [CUDA_12[0], CUDA_12[1], TOO_OLD[2], CUDA_12[3], CUDA_12[4], CUDA_12[5]];
const BLACKWELL_12: Cells = ["works 2.11.0 cu128", CUDA_12[1], "no-kernels 2.21.0 cpu", CUDA_12[3], CUDA_12[4], CUDA_12[5]];
const BLACKWELL_13: Cells = [CUDA_13[0], CUDA_13[1], "no-kernels 2.21.0 cpu", CUDA_13[3], CUDA_13[4], CUDA_13[5]];
const BLACKWELL_TOO_OLD: Cells = [TOO_OLD[0], TOO_OLD[1], "no-kernels 2.21.0 cpu", TOO_OLD[3], TOO_OLD[4], TOO_OLD[5]];
const PASCAL: Cells =
    ["works 2.14.1 cu126", "works 0.12.0.1 cu12", "works 2.21.0 cu12", "no-kernels", "no-kernels", "works 3.2.0 cu12"];
const VOLTA: Cells = [PASCAL[0], PASCAL[1], PASCAL[2], PASCAL[3], "works 26.10.2 cu12", PASCAL[5]];
const MAXWELL: Cells = [PASCAL[0], PASCAL[1], "no-kernels 2.21.0 cpu", PASCAL[3], PASCAL[4], PASCAL[5]];
const LEFT_OUT: Cells = [
    "unsupported-platform 2.15.0 cpu",
    "unsupported-platform 0.12.0.1 cpu",
    "unsupported-platform 2.21.0 cpu",
    "no-kernels",
    "no-kernels",
    "unsupported-platform 3.4.1 cpu",
];
const KEPLER: Cells = [
    "no-kernels 2.15.0 cpu",
    "no-kernels 0.12.0.1 cpu",
    "no-kernels 2.21.0 cpu",
    "no-kernels",
    "no-kernels",
    "no-kernels 3.4.1 cpu",
];

#[track_caller]
fn check(os: &str, machines: &[(&str, &str, Cells)]) {
    let mut wrong = Vec::new();
    for (name, driver, cells) in machines {
        let machine = facts(&format!("[os]\n{os}\n[driver]\nversion = \"{driver}\"\n[[gpus]]\nname = \"{name}\"\n"));
        for (framework, cell) in FRAMEWORKS.iter().zip(cells) {
            let row = rows(&machine, framework, None).remove(0);
            if short(&row) != *cell {
                wrong.push(format!("{name}, {driver}, {framework}: {} instead of {cell} ({})", short(&row), row.reason));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

const X86: &str = "kind = \"linux\"\narch = \"x86_64\"";
const ARM: &str = "kind = \"linux\"\narch = \"aarch64\"";
const WSL: &str = "kind = \"linux\"\narch = \"x86_64\"\nwsl = 2";

#[test]
fn desktops_and_servers() {
    check(
        X86,
        &[
            ("GeForce RTX 2080 Ti", "418.43", TOO_OLD),
            ("GeForce RTX 2070 SUPER", "440.82", TOO_OLD),
            ("A100-SXM4-40GB", "450.51.06", TOO_OLD),
            ("A100-SXM4-40GB", "450.248.02", TOO_OLD_FOR_12),
            ("GeForce RTX 3090", "460.91.03", TOO_OLD_FOR_12),
            ("Quadro RTX 8000", "465.19.01", TOO_OLD_FOR_12),
            ("Tesla T4", "470.256.02", TOO_OLD_FOR_12),
            ("NVIDIA A10G", "510.47.03", TOO_OLD_FOR_12),
            ("NVIDIA RTX A6000", "515.65.01", TOO_OLD_FOR_12),
            ("NVIDIA GeForce RTX 4090", "520.56.06", TOO_OLD_FOR_12),
            ("NVIDIA GeForce RTX 4090", "525.85.12", EARLY_12),
            ("NVIDIA GeForce GTX 1660 Ti with Max-Q Design", "530.41.03", EARLY_12),
            ("NVIDIA GeForce RTX 3060 Laptop GPU", "535.183.01", CUDA_12),
            ("NVIDIA GeForce RTX 4060 Laptop GPU", "545.29.06", CUDA_12),
            ("NVIDIA L40S", "550.54.15", CUDA_12),
            ("NVIDIA GeForce GTX 1650", "555.58.02", CUDA_12),
            ("NVIDIA GeForce RTX 4070 Ti SUPER", "560.35.03", CUDA_12),
            ("NVIDIA RTX 6000 Ada Generation", "565.57.01", CUDA_12),
            ("NVIDIA A100 80GB PCIe MIG 3g.40gb", "570.195.03", CUDA_12),
            ("NVIDIA GeForce RTX 3050 6GB Laptop GPU", "575.64.03", CUDA_12),
            ("NVIDIA GeForce RTX 2060", "580.65.06", CUDA_13),
            ("NVIDIA GeForce RTX 3080", "590.48.01", CUDA_13),
            ("NVIDIA L4", "595.58.03", CUDA_13),
            ("NVIDIA A10-24Q", "610.43.02", CUDA_13),
            ("NVIDIA H100 80GB HBM3", "535.129.03", HOPPER_12),
            ("NVIDIA H200", "550.127.08", HOPPER_12),
            (
                "NVIDIA H100 NVL",
                "560.35.05",
                [CUDA_12[0], CUDA_12[1], "jit-only 2.21.0 cu12", CUDA_12[3], CUDA_12[4], CUDA_12[5]],
            ),
        ],
    );
}

#[test]
fn blackwell() {
    check(
        X86,
        &[
            ("NVIDIA GeForce RTX 5090", "550.163.01", BLACKWELL_TOO_OLD),
            ("NVIDIA GeForce RTX 5090", "570.86.16", BLACKWELL_12),
            ("NVIDIA GeForce RTX 5070 Ti Laptop GPU", "575.57.08", BLACKWELL_12),
            ("NVIDIA B200", "570.133.20", BLACKWELL_12),
            ("NVIDIA RTX PRO 6000 Blackwell Max-Q Workstation Edition", "580.82.09", BLACKWELL_13),
            ("NVIDIA RTX PRO 5000 72GB Blackwell", "590.44.01", BLACKWELL_13),
            ("NVIDIA B300 SXM6 AC", "580.95.05", BLACKWELL_13),
        ],
    );
    check(
        WSL,
        &[
            ("NVIDIA GeForce RTX 5080", "566.36", BLACKWELL_TOO_OLD),
            ("NVIDIA GeForce RTX 5080", "572.16", BLACKWELL_12),
            ("NVIDIA GeForce RTX 5060 Ti", "581.80", BLACKWELL_13),
        ],
    );
}

#[test]
fn old_cards() {
    check(
        X86,
        &[
            ("Tesla V100S-PCIE-32GB", "535.216.03", VOLTA),
            ("Tesla V100-SXM2-16GB", "560.35.03", VOLTA),
            ("NVIDIA TITAN V", "580.95.05", VOLTA),
            ("Quadro GV100", "595.71.05", LEFT_OUT_OF_VOLTA),
            ("Tesla P100-PCIE-16GB", "550.90.07", PASCAL),
            ("NVIDIA GeForce GTX 1080 Ti", "580.105.08", PASCAL),
            ("Quadro P2000 with Max-Q Design", "525.147.05", PASCAL),
            ("NVIDIA GeForce MX150", "535.247.01", PASCAL),
            ("NVIDIA TITAN X (Pascal)", "570.124.06", PASCAL),
            ("NVIDIA GeForce GTX 1070", "590.48.01", LEFT_OUT),
            ("NVIDIA GeForce GTX 970", "535.183.01", MAXWELL),
            ("Quadro M5500", "550.54.14", MAXWELL),
            ("NVIDIA GeForce GTX TITAN X", "580.95.05", MAXWELL),
            ("Tesla K80", "470.256.02", KEPLER),
            ("GeForce GTX 780M", "418.113", KEPLER),
            ("Quadro K4200", "470.256.02", KEPLER),
            ("Tesla K80", "460.106.00", KEPLER),
        ],
    );
}
/// RAPIDS has code for Volta, and vLLM none.
const LEFT_OUT_OF_VOLTA: Cells = [LEFT_OUT[0], LEFT_OUT[1], LEFT_OUT[2], LEFT_OUT[3], "unsupported-platform", LEFT_OUT[5]];

#[test]
fn windows_drivers_under_wsl() {
    check(
        WSL,
        &[
            ("NVIDIA GeForce RTX 3090", "516.94", TOO_OLD_FOR_12),
            ("NVIDIA GeForce RTX 3060", "526.98", TOO_OLD_FOR_12),
            ("NVIDIA GeForce RTX 3060", "528.49", EARLY_12),
            ("NVIDIA GeForce RTX 4070", "546.33", CUDA_12),
            ("NVIDIA GeForce RTX 4090", "576.02", CUDA_12),
            ("NVIDIA GeForce RTX 4080 SUPER", "581.29", CUDA_13),
            ("NVIDIA GeForce GTX 1070", "581.57", PASCAL),
            ("NVIDIA GeForce GTX 1070", "591.44", LEFT_OUT),
        ],
    );
}

#[test]
fn arm() {
    let no_tensorflow = |cells: Cells| [cells[0], cells[1], "unsupported-platform 2.21.0 cpu", cells[3], cells[4], cells[5]];
    let turing = |cells: Cells| ["no-kernels 2.15.0 cpu", cells[1], cells[2], "no-kernels", cells[4], cells[5]];
    check(
        ARM,
        &[
            ("NVIDIA GH200 480GB", "550.90.07", no_tensorflow(CUDA_12)),
            ("NVIDIA GH200 144G HBM3e", "580.95.05", no_tensorflow(CUDA_13)),
            ("NVIDIA GB10", "580.95.05", no_tensorflow(CUDA_13)),
            // PyTorch's wheels for arm have no Turing code.
            ("NVIDIA T4G", "580.95.05", turing(no_tensorflow(CUDA_13))),
            // No CUDA 12 build of PyTorch for arm knows Blackwell.
            ("NVIDIA GB200", "570.133.20", no_tensorflow([TOO_OLD[0], CUDA_12[1], "", CUDA_12[3], CUDA_12[4], CUDA_12[5]])),
            ("NVIDIA Jetson AGX Orin Developer Kit", "580.00", no_tensorflow(CUDA_13)),
        ],
    );
}

/// The CUDA of `nvidia-smi`'s header is all that some posts have.
#[test]
fn a_card_without_a_maker_and_a_driver_without_a_version() {
    for (name, cuda, says) in [
        ("RTX4090", "13.0", "works 2.15.0 cu132"),
        ("2x Tesla V100-PCIE-16GB", "12.2", "works 2.14.1 cu126"),
        ("GTX1080Ti", "11.6", "works 2.7.1 cu118"),
        ("Quadro P2000", "10.0", "driver-too-old 2.15.0 cpu"),
        ("RTX 5090", "12.4", "driver-too-old 2.15.0 cpu"),
    ] {
        let machine = facts(&format!("[driver]\ncuda = \"{cuda}\"\n[[gpus]]\nname = \"{name}\"\n"));
        assert_eq!(short(&rows(&machine, "pytorch", None)[0]), says, "{name}, CUDA {cuda}");
    }
}

/// A card that the driver does not hold is not served by it, and does not decide for those that it does hold.
#[test]
fn cards_in_other_hands() {
    let card = |name: &str, holder: &str| format!("[[gpus]]\nname = \"{name}\"\nkernel_driver = \"{holder}\"\n");
    let driver = "[driver]\nversion = \"550.54.14\"\n";
    let shared = facts(&format!("{driver}{}{}", card("RTX 3060", "nvidia"), card("RTX 5090", "vfio-pci")));
    let each = rows(&shared, "pytorch", None);
    assert_eq!([short(&each[0]), short(&each[1])], ["works 2.14.1 cu126", "cpu-only 2.15.0 cpu"]);
    assert!(each[1].reason.contains("vfio-pci"), "{}", each[1].reason);
    let recommended = crate::recommended(&shared, "pytorch");
    assert!(
        matches!(&recommended, nixml::core::verdict::Recommended::Build { build, .. } if build == "cu126"),
        "{recommended:?}"
    );
    let nouveau = rows(&facts(&format!("{driver}{}", card("GTX 1080", "nouveau"))), "pytorch", None).remove(0);
    assert_eq!(short(&nouveau), "cpu-only 2.15.0 cpu");
    let unlock = &nouveau.unlocks[0];
    assert!(unlock.change.contains("nouveau") && unlock.needed && unlock.build == "cu126", "{unlock:?}");
    let none = rows(&facts(&card("GTX 1080", "nouveau")), "pytorch", None).remove(0);
    assert_eq!(none.unlocks.last().map(|unlock| unlock.build.as_str()), Some("cu126"), "{none:?}");
}
