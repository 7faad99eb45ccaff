//! The index proxy itself: real uv locks and installs stand-in wheels at the real address, and hears of an outage as it would.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests touch the world")]

mod support;

use support::index::{Index, Wheel};
use support::place::{Place, told};
use support::{need, tools};

const HOST: &str = "download.pytorch.org";

#[test]
fn uv_locks_and_syncs_at_the_real_address() {
    for uv in [need!(tools::uv(), "no uv: run scripts/install-tools"), need!(tools::uv_of_the_pin(), "no uv 0.11")] {
        let mut place = Place::new().with_program(&uv);
        let wheels =
            [Wheel { index: "whl/cpu", name: "torch", version: "2.15.0+cpu", tags: &["py3-none-any"], requires: &["einops"] }];
        let index = need!(Index::start(&mut place, HOST, &wheels), "no openssl");
        place.write(
            "project/pyproject.toml",
            "[project]\nname = \"p\"\nversion = \"0\"\nrequires-python = \">=3.10\"\ndependencies = [\"torch==2.15.0\"]\n\
             [tool.uv]\npackage = false\n[tool.uv.sources]\ntorch = { index = \"pytorch-cpu\" }\n\
             [[tool.uv.index]]\nname = \"pytorch-cpu\"\nurl = \"https://download.pytorch.org/whl/cpu\"\nexplicit = true\n",
        );
        place.run("uv", &["lock", "-q"]);
        let lock = place.read("project/uv.lock");
        assert!(lock.contains(r#"registry = "https://download.pytorch.org/whl/cpu""#), "{lock}");
        place.run("uv", &["sync", "-q", "--locked"]);
        let said = place.run(place.at("project/.venv/bin/python"), &["-c", "import torch, einops; print(torch.__version__)"]);
        assert_eq!(said.trim(), "2.15.0+cpu");
        assert!(index.asked().contains(&"GET /whl/cpu/torch/ 200".to_owned()), "{:?}", index.asked());

        index.turn("down");
        place.set("UV_HTTP_RETRIES", "0");
        let down = place.command(&uv).args(["lock", "--no-cache", "--upgrade"]).output().unwrap();
        assert!(!down.status.success() && told(&down).contains("https://download.pytorch.org/whl/cpu/torch/"), "{}", told(&down));
        // uv takes a 403 of this very host for «no such package»: the person must be told of the network, not of torch
        index.turn("forbidden");
        let refused = place.command(&uv).args(["lock", "--no-cache", "--upgrade"]).output().unwrap();
        assert!(!refused.status.success() && told(&refused).contains("torch was not found"), "{}", told(&refused));
    }
}
