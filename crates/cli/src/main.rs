//! The binary `mailgrant`: a person's hands on the library.

fn main() {}
