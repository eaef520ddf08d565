//! The archive that a kernel unpacks into its first file system: cpio in its "new ASCII" form, as the kernel's
//! documentation of the initramfs buffer format describes it.

/// An archive in the making.
pub struct Archive {
    bytes: Vec<u8>,
    entries: u32,
}

const FOLDER: u32 = 0o040_755;
const FILE: u32 = 0o100_644;
const PROGRAM: u32 = 0o100_755;
/// Names, and contents after them, begin at multiples of this.
const ALIGNMENT: usize = 4;

impl Default for Archive {
    fn default() -> Self {
        Self::new()
    }
}

impl Archive {
    /// Returns an empty archive.
    #[must_use]
    pub const fn new() -> Self {
        Self { bytes: Vec::new(), entries: 0 }
    }

    /// Adds a folder; that around it must be there.
    pub fn add_folder(&mut self, name: &str) {
        self.add(name, FOLDER, &[]);
    }

    /// Adds a file.
    pub fn add_file(&mut self, name: &str, contents: &[u8]) {
        self.add(name, FILE, contents);
    }

    /// Adds a file that can be executed.
    pub fn add_program(&mut self, name: &str, contents: &[u8]) {
        self.add(name, PROGRAM, contents);
    }

    /// Returns the bytes of the whole archive.
    #[must_use]
    pub fn finish(mut self) -> Vec<u8> {
        self.add("TRAILER!!!", 0, &[]);
        self.bytes
    }

    fn add(&mut self, name: &str, mode: u32, contents: &[u8]) {
        self.entries += 1;
        let size = u32::try_from(contents.len()).unwrap_or(u32::MAX);
        let name_size = u32::try_from(name.len() + 1).unwrap_or(u32::MAX);
        // Magic number; then inode, mode, user, group, links, time, size, four device numbers, name's size, checksum.
        let fields = [self.entries, mode, 0, 0, 1, 0, size, 0, 0, 0, 0, name_size, 0];
        self.bytes.extend(b"070701");
        for field in fields {
            self.bytes.extend(format!("{field:08x}").bytes());
        }
        self.bytes.extend(name.bytes());
        self.bytes.push(0);
        self.align();
        self.bytes.extend(contents);
        self.align();
    }

    fn align(&mut self) {
        self.bytes.resize(self.bytes.len().next_multiple_of(ALIGNMENT), 0);
    }
}
