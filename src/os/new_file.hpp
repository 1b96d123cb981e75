// A new file that nobody finds before it is complete. Thread rule: one thread.
#pragma once

#include "os/file.hpp"

namespace cambium::os {

/// A new file that gets its name when it is complete. Who is killed before leaves nothing behind, where the file
/// system has files without a name (ext4, xfs, btrfs, tmpfs); elsewhere a file "<path>-new.<number>".
class NewFile {
public:
    NewFile(const std::string& path, std::uint32_t mode, File::Role role);
    /// What has no name yet is removed.
    ~NewFile();
    NewFile(const NewFile&) = delete;
    NewFile& operator=(const NewFile&) = delete;

    [[nodiscard]] File& file() noexcept { return file_; }
    /// Names it, and enters the name durably; a file of that name gives way, or is Error{already_exists}.
    void name(bool replace);

private:
    std::string path_;
    std::string temporary_;  ///< its present name, or empty
    File file_;
};

}  // namespace cambium::os
