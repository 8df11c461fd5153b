//! The implicit grant is for the providers that offer it.
use mailgrant_core::Implicit;

fn mistake(implicit: Implicit) {
    let _login = mailgrant_misuse::once().begin(implicit);
}

fn main() {}
