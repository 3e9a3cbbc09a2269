//! Rebuilds the app when a component's style sheet or a text changed: both are read at compile time.
fn main() {
    println!("cargo::rerun-if-changed=style/components");
    println!("cargo::rerun-if-changed=locales");
}
