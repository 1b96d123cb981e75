// How an environment is opened.
#pragma once

#include <cstdint>

namespace cambium::kv {

/// When a commit returns.
enum class Durability : std::uint8_t {
    /// After one flush. Recovery checks a digest over the pages of the last commit (docs/durability.md).
    durable,
    /// After two flushes, pages before meta: for those who cannot rely on a checksum that is not cryptographic.
    two_phase,
};

struct Options {
    /// Open without writing to the data file. Write transactions are refused (read_only).
    bool read_only = false;
    /// Create the file when it does not exist. An existing file is never created over.
    bool create = true;
    /// Bytes per page of a file that is created: a power of two, 4096 to 65536. Ignored for an existing file.
    std::uint32_t page_size_bytes = 4096;
    /// Permission bits of a file that is created (and of its lock file), before the umask.
    std::uint32_t file_mode = 0600;
    /// When commit() returns.
    Durability durability = Durability::durable;
};

}  // namespace cambium::kv
