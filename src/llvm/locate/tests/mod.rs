//! The search on machines made of temporary folders.

mod callers;
mod decoys;
mod fixtures;
mod formats;
mod order;
mod other_systems;
