// A folder for the stores of a run, removed at its end.
#pragma once

#include <unistd.h>

#include <filesystem>
#include <string>

#include "cambium/base/error.hpp"

namespace cambium::bench {

class WorkFolder {
public:
    /// Error{io} when it cannot be made.
    explicit WorkFolder(const std::string& parent)
        : path_(std::filesystem::path(parent) / ("cambium-bench-" + std::to_string(::getpid()))) {
        std::error_code error;
        std::filesystem::create_directories(path_, error);
        if (error)
            throw Error(ErrorCode::io, "cannot create the folder \"" + path_.string() + "\": " + error.message() +
                                           "; name a writable folder with --dir");
    }
    WorkFolder(const WorkFolder&) = delete;
    WorkFolder& operator=(const WorkFolder&) = delete;
    ~WorkFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
    [[nodiscard]] std::string file(const std::string& name) const { return (path_ / name).string(); }

private:
    std::filesystem::path path_;
};

}  // namespace cambium::bench
