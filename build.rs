//! Tells cargo about the migrations, which are compiled into the server.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
