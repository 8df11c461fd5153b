//! Permits come from a budget.
fn mistake() {
    let _permit = mailgrant_core::Permit { deadline: None };
}

fn main() {}
