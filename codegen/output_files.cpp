// Files are renamed and linked by calls of the C library, which a test replaces.
#include "output_files.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <system_error>

namespace cambium::codegen {

namespace {

namespace fs = std::filesystem;

std::string sentence(const fs::path& path, const std::string& what) {
    return path.string() + ": " + what;
}

/// The file that a symbolic link stands for, or the path itself.
fs::path target_of(const fs::path& path) {
    std::error_code error;
    // Of a relative path without a folder that exists, weakly_canonical() makes nothing absolute.
    const auto target = fs::weakly_canonical(fs::absolute(path, error), error);
    return error ? path : target;
}

bool is_same_file(const fs::path& one, const fs::path& other) {
    std::error_code error;
    return target_of(one) == target_of(other) || fs::equivalent(one, other, error);
}

bool is_standard_output(const fs::path& path) {
    return is_same_file(path, "/dev/stdout");
}

/// A pipe or a device, or where the program's own output goes, whatever that is.
bool is_special(const fs::path& path) {
    std::error_code error;
    return fs::is_other(path, error) || is_standard_output(path);
}

std::FILE* open_special(const fs::path& path) {
    return is_standard_output(path) ? ::fdopen(::dup(STDOUT_FILENO), "wb") : std::fopen(path.c_str(), "wb");
}

/// Calls `create` with names in a folder until it does not say that there is such a file. Gives the name, or an
/// empty one and an error in errno.
template <class Create>
fs::path create_unused(const fs::path& folder, Create create) {
    for (int i = 1;; ++i) {
        fs::path path = folder / (".cambium-codegen-" + std::to_string(i));
        if (create(path)) return path;
        if (errno != EEXIST) return {};
    }
}

/// Sets errno.
bool write_and_close(std::FILE* file, const std::string& content) {
    if (file == nullptr) return false;
    const bool is_written = std::fwrite(content.data(), 1, content.size(), file) == content.size();
    const int error = errno;
    if (std::fclose(file) != 0) return false;
    errno = error;
    return is_written;
}

/// A second name for a file or, where it can have none, a copy; sets errno.
bool keep(const fs::path& file, const fs::path& second_name) {
    if (::link(file.c_str(), second_name.c_str()) == 0) return true;
    if (errno == EEXIST) return false;
    std::error_code error;
    std::error_code ignored;
    fs::copy_file(file, second_name, error);
    if (error && error != std::errc::file_exists) fs::remove(second_name, ignored);
    errno = error.value();
    return !error;
}

/// Removes what is left of its drafts and second names.
class Replacements {
public:
    Replacements() = default;
    Replacements(const Replacements&) = delete;
    Replacements& operator=(const Replacements&) = delete;
    ~Replacements() {
        std::error_code error;
        for (const Replacement& one : replacements_)
            for (const fs::path& path : {one.draft, one.former})
                if (!path.empty()) fs::remove(path, error);
    }

    /// Writes a draft, and gives what it will replace a second name. The outcome as of write_files().
    std::string prepare(const OutputFile& file) {
        const std::string cannot = "the file cannot be written: ";
        std::error_code error;
        fs::create_directories(file.path.parent_path(), error);
        if (fs::is_directory(file.path, error)) return sentence(file.path, cannot + std::strerror(EISDIR));
        Replacement& one = replacements_.emplace_back();
        one.path = file.path;
        one.target = target_of(file.path);
        const fs::path folder = one.target.parent_path();
        std::FILE* stream = nullptr;
        one.draft = create_unused(folder, [&](const fs::path& path) {
            stream = std::fopen(path.c_str(), "wbx");
            return stream != nullptr;
        });
        if (!write_and_close(stream, file.content)) return sentence(file.path, cannot + std::strerror(errno));
        const fs::file_status status = fs::status(one.target, error);
        if (fs::is_regular_file(status)) fs::permissions(one.draft, status.permissions(), error);
        if (!fs::exists(fs::symlink_status(one.target, error))) return {};
        one.former = create_unused(folder, [&](const fs::path& path) { return keep(one.target, path); });
        return one.former.empty()
                   ? sentence(file.path, "the file cannot be replaced: " + std::string{std::strerror(errno)})
                   : std::string{};
    }

    /// Gives every draft its name or, when that is not possible, none.
    std::string replace() {
        for (Replacement& one : replacements_) {
            if (std::rename(one.draft.c_str(), one.target.c_str()) != 0) {
                const std::string reason = std::strerror(errno);
                return sentence(one.path, "the file cannot be replaced: " + reason + undo());
            }
            one.draft.clear();
        }
        return {};
    }

    /// Gives what was replaced its name back. Says what it did.
    std::string undo() {
        std::string changed;
        for (Replacement& one : replacements_) {
            if (!one.draft.empty()) continue;  // not replaced
            const bool is_undone = one.former.empty() ? std::remove(one.target.c_str()) == 0
                                                      : std::rename(one.former.c_str(), one.target.c_str()) == 0;
            if (!is_undone) {
                changed += (changed.empty() ? "; replaced: " : ", ") + one.path.string();
                if (!one.former.empty()) changed += " (what was there is " + one.former.string() + ")";
            }
            one.former.clear();
        }
        return changed.empty() ? "; no file is replaced" : changed;
    }

private:
    struct Replacement {
        fs::path path;    ///< as the caller has it
        fs::path target;  ///< behind symbolic links
        fs::path draft;   ///< empty: it is in its place
        fs::path former;  ///< second name of what is replaced; empty: there was nothing
    };

    std::vector<Replacement> replacements_;
};

bool is_written(const OutputFile& file) {
    std::error_code error;
    if (!fs::is_regular_file(file.path, error)) return false;
    std::ifstream stream{file.path, std::ios::binary};
    const std::string content{std::istreambuf_iterator<char>{stream}, std::istreambuf_iterator<char>{}};
    return stream.is_open() && content == file.content;
}

/// What is wrong with the paths alone.
std::string conflict(const std::vector<OutputFile>& files, const std::vector<std::string>& inputs) {
    for (std::size_t i = 0; i < files.size(); ++i) {
        const fs::path& path = files[i].path;
        for (const std::string& input : inputs)
            if (is_same_file(path, input))
                return sentence(path, "this file was read, and would be replaced; write another");
        for (std::size_t k = 0; k < i; ++k)
            if (is_same_file(path, files[k].path))
                return sentence(path, "two files are to be written here; name another for the depfile");
    }
    return {};
}

}  // namespace

std::string write_files(const std::vector<OutputFile>& files, const std::vector<std::string>& inputs) {
    if (std::string wrong = conflict(files, inputs); !wrong.empty()) return wrong;
    Replacements replacements;
    for (const OutputFile& file : files)
        if (!is_special(file.path) && !is_written(file))
            if (std::string wrong = replacements.prepare(file); !wrong.empty()) return wrong;
    if (std::string wrong = replacements.replace(); !wrong.empty()) return wrong;
    for (const OutputFile& file : files)
        if (is_special(file.path) && !write_and_close(open_special(file.path), file.content)) {
            const std::string reason = std::strerror(errno);
            return sentence(file.path, "the file cannot be written: " + reason + replacements.undo());
        }
    return {};
}

}  // namespace cambium::codegen
