//! Every illegal program fails to compile, in the words that stand beside it.
//!
//! Each program makes one mistake, named by its file; its first line says the rule. Accept new words with
//! `TRYBUILD=overwrite`, after reading them as somebody who made the mistake, then write the page that shows them
//! with `cargo xtask misuse --bless`. The words are those of the toolchain in `rust-toolchain.toml`.

#[test]
fn illegal_programs_do_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
