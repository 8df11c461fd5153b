//! Every illegal program fails to compile, in the words that stand beside it.
//!
//! Each program makes one mistake, named by its file. Accept new words with `TRYBUILD=overwrite`, after reading
//! them as somebody who made the mistake. The words are those of the toolchain in `rust-toolchain.toml`.

#[test]
fn illegal_programs_do_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
