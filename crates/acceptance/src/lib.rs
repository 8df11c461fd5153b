//! mailgrant-acceptance
