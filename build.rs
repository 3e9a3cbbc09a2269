//! Rebuilds the app when a component's style sheet changed: stylers reads them at compile time.
fn main() {
    println!("cargo::rerun-if-changed=style/components");
}
