#include "os/new_file.hpp"

#include <random>

namespace cambium::os {

namespace {

std::string temporary_name(const std::string& path) {
    return path + "-new." + std::to_string(std::random_device{}());
}

}  // namespace

NewFile::NewFile(const std::string& path, std::uint32_t mode, File::Role role)
    : path_(path), file_(File::create_unnamed(path, mode, role)) {
    if (file_.is_open()) return;
    temporary_ = temporary_name(path);
    file_ = File::create_new(temporary_, mode, role);
}

NewFile::~NewFile() {
    if (!temporary_.empty()) remove_file(temporary_);
}

void NewFile::name(bool replace) {
    if (temporary_.empty()) {
        if (!replace) {
            file_.give_name(path_);
            return sync_directory_of(path_);
        }
        std::string name = temporary_name(path_);
        file_.give_name(name);
        temporary_ = std::move(name);
    }
    rename_file(temporary_, path_, replace);
    temporary_.clear();
    sync_directory_of(path_);
}

}  // namespace cambium::os
