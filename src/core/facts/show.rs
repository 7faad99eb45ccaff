//! Facts as rows for people: path, value, source; and what is not known, with the reason.

use serde_json::Value;

use super::Facts;

/// One fact as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// `gpus.0.name`
    pub path: String,
    pub value: String,
    /// Empty when nobody noted it (a recorded machine).
    pub source: String,
}

impl Facts {
    /// Every known fact, section by section.
    #[must_use]
    pub fn rows(&self) -> Vec<Row> {
        let mut rows = Vec::new();
        let Ok(Value::Object(sections)) = serde_json::to_value(self) else { return rows };
        for (section, value) in &sections {
            if !["schema_version", "sources", "unknown"].contains(&section.as_str()) {
                self.walk(section, value, &mut rows);
            }
        }
        rows
    }

    fn walk(&self, path: &str, value: &Value, rows: &mut Vec<Row>) {
        let text = match value {
            Value::Object(pairs) => {
                pairs.iter().for_each(|(key, inner)| self.walk(&format!("{path}.{key}"), inner, rows));
                return;
            }
            Value::Array(items) if items.iter().any(Value::is_object) => {
                items.iter().enumerate().for_each(|(index, inner)| self.walk(&format!("{path}.{index}"), inner, rows));
                return;
            }
            Value::Array(items) if items.is_empty() => "none".to_owned(),
            Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(", "),
            Value::Number(number) if path.ends_with("_bytes") => number.as_u64().map_or_else(|| plain(value), size),
            value => plain(value),
        };
        rows.push(Row { path: path.to_owned(), value: text, source: self.sources.get(path).cloned().unwrap_or_default() });
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        other => other.to_string(),
    }
}

/// `23.6 GiB`.
#[must_use]
pub fn size(bytes: u64) -> String {
    let units = [("TiB", 40), ("GiB", 30), ("MiB", 20), ("KiB", 10)];
    match units.iter().find(|(_, shift)| bytes >> shift > 0) {
        Some((unit, shift)) => {
            let tenths = u128::from(bytes) * 10 / (1_u128 << shift);
            format!("{}.{} {unit}", tenths / 10, tenths % 10)
        }
        None => format!("{bytes} bytes"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Disk, Gpu};
    use super::*;

    #[test]
    fn rows_follow_the_sections_and_carry_their_source() {
        let mut facts =
            Facts { gpus: Some(vec![Gpu { name: Some("T4".into()), mig: Some(false), ..Gpu::default() }]), ..Facts::default() };
        facts.disks = vec![Disk { path: "/nix".into(), free_bytes: Some(25_341_132_800), ..Disk::default() }];
        facts.sources.insert("gpus.0.name".into(), "nvml".into());
        let rows: Vec<_> = facts.rows().into_iter().map(|row| format!("{}|{}|{}", row.path, row.value, row.source)).collect();
        assert_eq!(rows, ["disks.0.path|/nix|", "disks.0.free_bytes|23.6 GiB|", "gpus.0.name|T4|nvml", "gpus.0.mig|no|"]);
    }

    #[test]
    fn sizes_are_told_in_the_largest_unit_that_fits() {
        for (bytes, text) in
            [(0, "0 bytes"), (1023, "1023 bytes"), (1024, "1.0 KiB"), (u64::MAX, "16777215.9 TiB"), (17_179_869_184, "16.0 GiB")]
        {
            assert_eq!(size(bytes), text);
        }
    }
}
