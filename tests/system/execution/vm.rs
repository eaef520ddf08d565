//! The user-space VM of crate rbpf as a machine for functions.
//!
//! It knows neither the instructions of v4 nor atomic operations, and it loads single programs: those with calls or
//! data elsewhere are left to the kernel. So are those that rbpf 0.4.1 gets wrong: it takes the negative immediate of a
//! 64-bit comparison without sign for one of 32 bits, which RFC 9669 extends by its sign (section 4.3, as the kernel does).

use bpf_linker::internals::bpf::insn::{Class, Insn, Level};

use super::record::Record;

/// Returns true if the VM can run these instructions, if they need no relocation.
pub fn runs(program: &[Insn]) -> bool {
    program.iter().all(|insn| {
        let known = insn.level().is_some_and(|level| level < Level::V4);
        known && !insn.is_atomic() && !insn.is_call() && !is_misread(insn)
    })
}

fn is_misread(insn: &Insn) -> bool {
    const REGISTER: u8 = 8;
    let without_sign = matches!(insn.code >> 4, 0x1 | 0x2 | 0x3 | 0x5 | 0xa | 0xb);
    insn.class() == Class::Jmp && insn.code & REGISTER == 0 && without_sign && insn.immediate < 0
}

/// Returns the program's result for each record.
///
/// # Errors
/// The VM refuses it, or stops.
pub fn run(code: &[u8], inputs: &[Record]) -> Result<Vec<Record>, String> {
    let vm =
        rbpf::EbpfVmRaw::new(Some(code)).map_err(|error| format!("rbpf refuses it: {error}"))?;
    let run = |input: &Record| {
        let mut record = *input;
        let returned =
            vm.execute_program(&mut record).map_err(|error| format!("rbpf stops: {error}"))?;
        if returned == 0 { Ok(record) } else { Err(format!("it returns {returned}")) }
    };
    inputs.iter().map(run).collect()
}
